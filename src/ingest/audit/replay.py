"""From the text that a run left back to the first one, edit by edit."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import groupby, pairwise
from operator import itemgetter
from typing import Any, cast

from ingest.output.sidecar import text_hash

__all__ = ["Mismatch", "Record", "Replayed", "StepRecord", "check_chain", "read_records", "undo", "walk_back"]


class Mismatch(Exception):  # noqa: N818  it is what was found, and no failure
    """The record does not fit the text."""


@dataclass(frozen=True, slots=True)
class StepRecord:
    """What one step did to one document: rows of `removed`, in their order."""

    step: str
    rows: Sequence[Mapping[str, Any]]

    @property
    def hash_before(self) -> str | None:
        """Hash of the text before the step; `None` if it is withheld."""
        return cast(str | None, self.rows[0]["hash_before"])

    @property
    def hash_after(self) -> str | None:
        """Hash of the text after the step; `None` if it is withheld."""
        return cast(str | None, self.rows[0]["hash_after"])

    @property
    def is_birth(self) -> bool:
        """Whether there was no text before: what was inserted is the text after."""
        return all((row["start"], row["end"], row["removed"], row["inserted"]) == (0, 0, "", None) for row in self.rows)

    @property
    def is_withheld(self) -> bool:
        """Whether something that was removed is not on record."""
        return any(row["removed"] is None for row in self.rows)


@dataclass(frozen=True, slots=True)
class Record:
    """All that is on record of one document, step by step."""

    id: str
    steps: Sequence[StepRecord]


@dataclass(slots=True)
class Replayed:
    """How far the walk back went."""

    texts: list[tuple[str, str]] = field(default_factory=list)
    """Text before and after each step, from the last step to the first one that was reached."""
    withheld: str = ""
    """The step that ended the walk, since what it removed is not on record."""

    @property
    def first(self) -> str | None:
        """The first text, if the walk came to where there was none."""
        return self.texts[-1][1] if self.texts and not self.texts[-1][0] and not self.withheld else None


def read_records(rows: Iterable[Mapping[str, Any]]) -> Iterator[Record]:
    """Put rows of `removed` that follow each other together, by document and step."""
    for id_, of_document in groupby(rows, itemgetter("id")):
        steps = [StepRecord(step, list(of_step)) for step, of_step in groupby(of_document, itemgetter("step"))]
        yield Record(id_, steps)


def walk_back(text: str, steps: Sequence[StepRecord]) -> Replayed:
    """Undo the steps, from the last to the first, and check every text on the way.

    Raises:
        Mismatch: an edit does not fit, or a text is not the one on record.
    """
    replayed = Replayed()
    for record in reversed(steps):
        _check_same_hashes(record)
        if record.hash_after is not None and text_hash(text) != record.hash_after:
            raise Mismatch(f"the text after the step {record.step!r} is not the one on record")
        if record.is_withheld:
            replayed.withheld = record.step
            return replayed
        before = "" if record.is_birth else _undo_step(text, record)
        if record.hash_before is not None and text_hash(before) != record.hash_before:
            raise Mismatch(f"the text before the step {record.step!r} is not the one on record")
        replayed.texts.append((before, text))
        text = before
    return replayed


def check_chain(steps: Sequence[StepRecord]) -> None:
    """Check that every step began with the text that the step before left, by their hashes alone.

    Raises:
        Mismatch: one did not.
    """
    for record in steps:
        _check_same_hashes(record)
    for one, other in pairwise(steps):
        if one.hash_after != other.hash_before and None not in (one.hash_after, other.hash_before):
            raise Mismatch(f"the step {other.step!r} did not begin with the text that {one.step!r} left")


def _check_same_hashes(record: StepRecord) -> None:
    if any((row["hash_before"], row["hash_after"]) != (record.hash_before, record.hash_after) for row in record.rows):
        raise Mismatch(f"the edits of the step {record.step!r} are not all of the same text")


def _undo_step(text: str, record: StepRecord) -> str:
    try:
        return undo(text, record.rows)
    except Mismatch as error:
        raise Mismatch(f"{error}, step {record.step!r}") from None


def undo(text: str, edits: Iterable[Mapping[str, Any]]) -> str:
    """Give the text before some edits from the text after them.

    Raises:
        Mismatch: what an edit inserted does not stand there, or the edits overlap or don't fit the text.
    """
    pieces: list[str] = []
    place = place_before = 0
    for edit in edits:
        start, end, removed, inserted = (edit[name] for name in ("start", "end", "removed", "inserted"))
        at = place + start - place_before
        if start < place_before or end - start != len(removed) or at > len(text):
            raise Mismatch(f"the edit at {start}:{end} does not fit the text or the edit in front of it")
        if inserted is None or not text.startswith(inserted, at):
            raise Mismatch(f"what the edit at {start}:{end} inserted does not stand in the text after it")
        pieces += (text[place:at], removed)
        place, place_before = at + len(inserted), end
    pieces.append(text[place:])
    return "".join(pieces)
