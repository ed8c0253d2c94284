"""Runs of pairs to one table: how many different documents every key has.

The pairs are numbers of 128 bits. A range of them that does not fit into memory is halved, between keys or, where one
key has more documents than fit, between its documents; the counts of the halves add up. So the memory does not depend
on the input, nor the result on the memory.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from ingest.counts.spill import PAIR_MEMORY, Hashes, Run, distinct
from ingest.counts.table import TableFacts, TableWriter

__all__ = ["merge"]

Counts = tuple[Hashes, npt.NDArray[np.int64]]


@dataclass(frozen=True, slots=True)
class _Range:
    """The pairs from `low` up to `high`, and where they stand in each run."""

    low: int
    high: int
    runs: Sequence[Run]
    starts: npt.NDArray[np.int64]
    stops: npt.NDArray[np.int64]

    def pairs(self) -> int:
        return int((self.stops - self.starts).sum())

    def halves(self) -> tuple[_Range, _Range]:
        middle = (self.low + self.high) // 2
        places = zip(self.runs, self.starts.tolist(), self.stops.tolist(), strict=True)
        cuts = np.array([run.find(middle, start, stop) for run, start, stop in places], np.int64)
        return (
            _Range(self.low, middle, self.runs, self.starts, cuts),
            _Range(middle, self.high, self.runs, cuts, self.stops),
        )

    def count(self) -> Counts:
        """Give the keys, ascending, with the number of their documents."""
        places = zip(self.runs, self.starts.tolist(), self.stops.tolist(), strict=True)
        parts = [run.read(start, stop) for run, start, stop in places if start < stop]
        if not parts:
            return np.empty(0, np.uint64), np.empty(0, np.int64)
        keys, _ = distinct(*map(np.concatenate, zip(*parts, strict=True)))
        starts = np.concatenate(([0], np.flatnonzero(keys[1:] != keys[:-1]) + 1))
        return keys[starts], np.diff(starts, append=len(keys))


def merge(runs: Sequence[Run], path: str, memory: int, *, step: str, config_sha256: str) -> TableFacts:
    """Count the pairs of runs into a table.

    Args:
        runs: the runs of all shards, in any order.
        path: the table to write.
        memory: bytes of memory to use.
        step: label of the step that the counts are for.
        config_sha256: hash of the config.

    Raises:
        WriteError: the disk takes no more.
    """
    stops = np.array([run.size for run in runs], np.int64)
    whole = _Range(0, 2**128, runs, np.zeros_like(stops), stops)
    with TableWriter(path) as table:
        for keys, counts in _joined(small.count() for small in _small_ranges(whole, max(1, memory // PAIR_MEMORY))):
            table.add(keys, counts)
        return table.finish(step, config_sha256)


def _small_ranges(whole: _Range, most: int) -> Iterator[_Range]:
    """Give the range in ascending pieces of at most so many pairs; a single pair can't be halved."""
    pending = [whole]
    while pending:
        piece = pending.pop()
        if piece.pairs() <= most or piece.high - piece.low == 1:
            yield piece
        else:
            pending += reversed(piece.halves())


def _joined(pieces: Iterator[Counts]) -> Iterator[Counts]:
    """Add up the counts of a key whose documents lie in more than one piece."""
    last: Counts | None = None
    for keys, counts in pieces:
        if not len(keys):
            continue
        if last is not None and last[0][0] == keys[0]:
            counts[0] += last[1][0]
        elif last is not None:
            yield last
        yield keys[:-1], counts[:-1]
        last = keys[-1:], counts[-1:]
    if last is not None:
        yield last
