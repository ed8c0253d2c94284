"""Where the work on a shard is, so that whoever watches a worker can tell what it was at when it overran or died."""

from __future__ import annotations

from collections.abc import MutableSequence
from dataclasses import dataclass, field
from typing import Final

__all__ = ["CELLS", "ELSEWHERE", "NO_EXCUSES", "READING", "STEPS", "Death", "Excuses", "Place", "Spot"]

ELSEWHERE, READING, STEPS = range(3)
"""What a worker is at: its own affairs and writing, reading the next record, or steps at work on documents."""

CELLS: Final = 7
"""Numbers that a place is made of."""


@dataclass(frozen=True, slots=True)
class Spot:
    """A place at one moment. Documents are told by their number in the shard, counted over all that was read."""

    turn: int
    """Grows with every document and every record."""
    phase: int
    first: int
    """First document that is at work, or, while reading, the place of the task in the shard."""
    last: int
    """Last document that is at work, or, while reading, the number of records that the task gave so far."""
    step: int
    """Place of the step in the config."""
    size: int
    """Bytes or characters of the documents at work."""
    opening: int
    """First document of the shard that steps were at work on, which need not be the first that was read; -1 before it."""


class Place:
    """Says where the work is. The numbers may lie in memory that another process sees.

    Args:
        cells: `CELLS` numbers to keep the place in.
    """

    def __init__(self, cells: MutableSequence[int] | None = None) -> None:
        self._cells = [0] * CELLS if cells is None else cells
        self.begin()

    def begin(self) -> None:
        """Note that a shard begins."""
        self._cells[6] = -1
        self.elsewhere()

    def reading(self, task: int, records: int) -> None:
        """Note that the next record of a task is being read, and how many it gave before."""
        self._set(READING, task, records, 0)

    def documents(self, first: int, last: int, size: int) -> None:
        """Note that steps are at work on these documents."""
        if self._cells[6] < 0:
            self._cells[6] = first
        self._set(STEPS, first, last, size)

    def step(self, step: int) -> None:
        """Note which step is at work."""
        self._cells[4] = step

    def elsewhere(self) -> None:
        """Note that neither reader nor step is at work."""
        self._set(ELSEWHERE, 0, 0, 0)

    def spot(self) -> Spot:
        """Give the place as it is now."""
        return Spot(*self._cells[:CELLS])

    def _set(self, phase: int, first: int, last: int, size: int) -> None:
        cells = self._cells
        cells[1], cells[2], cells[3], cells[4], cells[5] = phase, first, last, 0, size
        cells[0] += 1


@dataclass(frozen=True, slots=True)
class Death:
    """How a worker ended, as a document in quarantine has it."""

    error: str
    """`TimeLimit`, `MemoryLimit` or `Crash`."""
    message: str
    step: int = 0
    """Place of the step in the config that was at work."""


@dataclass(frozen=True, slots=True)
class Excuses:
    """What a worker leaves out of a shard, since workers before it died of it."""

    documents: dict[int, Death] = field(default_factory=dict)
    """By number in the shard, documents that no step gets to see."""
    tasks: dict[int, tuple[int, Death]] = field(default_factory=dict)
    """By place in the shard, tasks that are read no further, with the number of records to read."""
    single: frozenset[int] = frozenset()
    """Documents that go through the steps one by one: a worker died of one of them, and it is not known which."""


NO_EXCUSES: Final = Excuses()
