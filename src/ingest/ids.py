"""Ids that two shards share, found with little memory."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterator

import numpy as np

from ingest.ledger import read_markers
from ingest.output import CORPUS, SHARDS, OutputFolder, shard_file
from ingest.report import ShardReport

__all__ = ["IdFile", "repeated_ids"]

SUFFIX = ".ids"
# Ids to look at together: their hashes take 8 bytes each.
_TOGETHER = 2**23
_MOST_SHOWN = 10


class IdFile:
    """The hashes of the ids that one shard wrote, 8 bytes each, in a file beside its marker."""

    def __init__(self, folder: OutputFolder, shard: int) -> None:
        self.name = shard_file(SHARDS, shard, SUFFIX)
        self._folder = folder
        self._hashes: list[bytes] = []

    def add(self, id_: str) -> None:
        """Add an id."""
        self._hashes.append(_id_hash(id_))

    def write(self) -> str:
        """Write the file and give its name.

        Raises:
            WriteError: it can't be written.
        """
        self._folder.write(self.name, b"".join(self._hashes))
        return self.name


def repeated_ids(folder: OutputFolder) -> list[str]:
    """Name ids that stand more than once in the corpus, at most ten.

    What another writer than the one for Parquet wrote can't be looked into: there the hash has to stand for the id.
    """
    suspects = _repeated_hashes(folder)
    if not suspects:
        return []
    found: Counter[str] = Counter()
    opaque: set[str] = set()
    for report in read_markers(folder):
        for file in report.files:
            if file.name.startswith(f"{CORPUS}/") and file.name.endswith(".parquet"):
                found.update(id_ for id_ in _ids_of(folder, file.name) if _id_hash(id_) in suspects)
            elif file.name.startswith(f"{CORPUS}/"):
                opaque |= {f"(id with the hash {hash_.hex()})" for hash_ in suspects}
    names = opaque or {name for name, count in found.items() if count > 1}
    return sorted(names)[:_MOST_SHOWN]


def _repeated_hashes(folder: OutputFolder) -> set[bytes]:
    """Give the first hashes that two ids have. Those that begin alike are compared together, so that memory is bounded."""
    reports = list(read_markers(folder))
    rounds = 1 + sum(report.written for report in reports) // _TOGETHER
    suspects: set[bytes] = set()
    for turn in range(rounds):
        hashes = [_hashes_of(folder, report) for report in reports]
        chosen = np.concatenate([part[part % rounds == turn] for part in hashes] or [np.empty(0, "<u8")])
        values, counts = np.unique(chosen, return_counts=True)
        suspects |= {int(value).to_bytes(8, "little") for value in values[counts > 1][:100]}
    return suspects


def _hashes_of(folder: OutputFolder, report: ShardReport) -> np.ndarray[tuple[int], np.dtype[np.uint64]]:
    names = [file.name for file in report.files if file.name.endswith(SUFFIX)]
    return np.frombuffer(b"".join(folder.read(name) or b"" for name in names), dtype="<u8")


def _ids_of(folder: OutputFolder, name: str) -> Iterator[str]:
    import pyarrow.parquet as pq

    with folder.open(name) as stream, pq.ParquetFile(stream) as table:
        for batch in table.iter_batches(columns=["id"]):
            yield from batch.column("id").to_pylist()


def _id_hash(id_: str) -> bytes:
    return hashlib.blake2b(id_.encode(), digest_size=8).digest()
