"""What happened to one document."""

from __future__ import annotations

import difflib
import heapq
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from ingest.audit.replay import Mismatch, Record, Replayed, StepRecord, read_records, walk_back
from ingest.audit.saved import SavedRun
from ingest.errors import IngestError
from ingest.output.folder import CORPUS, DROPPED, QUARANTINE, REMOVED
from ingest.output.ids import id_hash
from ingest.report import ShardReport

__all__ = ["StepStory", "Story", "UnknownDocumentError", "explain"]

_NAMES = ("id", "file_path", "url")
_BATCH = 1024
_MOST_NEAR = 3
# Names less alike than this are no help.
_LEAST_ALIKE = 0.6


class UnknownDocumentError(IngestError):
    """No document of a run has the id. Its text names those that are close."""


@dataclass(frozen=True, slots=True)
class StepStory:
    """What one step did to the text."""

    step: str
    rows: Sequence[Mapping[str, Any]]
    """Rows of `removed/`."""
    before: str | None
    """The text before the step; `None` where it can't be told any more."""
    after: str | None


@dataclass(slots=True)
class Story:
    """Where a document came from, what the steps did and where it ended."""

    kind: str
    """The folder that it ended in: `corpus`, `dropped` or `quarantine`."""
    file: str
    row_number: int
    """Its place in the file, counted from 0."""
    row: Mapping[str, Any]
    audit: str
    """How much the run put on record: `off`, `counts` or `full`."""
    steps: list[StepStory] = field(default_factory=list)
    mismatch: str = ""
    """Why the record can't be followed back, if it does not fit the text."""


def explain(run: SavedRun, wanted: str) -> list[Story]:
    """Give the story of the document with an id, or else with a `file_path` or `url`; more than one if ids repeat.

    Raises:
        UnknownDocumentError: there is none.
        OutputError: a file of the run can't be read.
    """
    stories = list(_stories(run, [wanted]))
    if not stories:
        ids = _ids_of_place(run, wanted)
        stories = list(_stories(run, ids)) if ids else []
    if not stories:
        raise UnknownDocumentError(_unknown(run, wanted))
    return stories


def _stories(run: SavedRun, ids: Sequence[str]) -> Iterator[Story]:
    for report in run.shards():
        for kind in (CORPUS, DROPPED, QUARANTINE):
            if kind == CORPUS and not _may_hold(run, report, ids):
                continue
            for name in run.files_of(report, kind):
                for number, row in run.find(name, ids):
                    story = Story(kind, name, number, row, run.audit)
                    # What failed has no record: it is made when the document is tried again.
                    if kind != QUARANTINE:
                        _tell_steps(run, report, story)
                    yield story


def _may_hold(run: SavedRun, report: ShardReport, ids: Sequence[str]) -> bool:
    """Say whether the corpus of a shard may hold one of the ids: their hashes are quicker to look through."""
    stored = run.id_hashes(report)
    hashes = {stored[place : place + 8] for place in range(0, len(stored), 8)}
    return any(id_hash(id_) in hashes for id_ in ids)


def _tell_steps(run: SavedRun, report: ShardReport, story: Story) -> None:
    """Put the record of the document into its story, with the texts as far as they can be told."""
    rows = [row for name in run.files_of(report, REMOVED) for _, row in run.find(name, [story.row["id"]])]
    for record in read_records(rows):
        replayed = Replayed()
        try:
            replayed = walk_back(story.row["text"] or "", record.steps)
        except Mismatch as error:
            story.mismatch = str(error)
        story.steps += _with_texts(record, replayed)


def _with_texts(record: Record, replayed: Replayed) -> list[StepStory]:
    """Give the steps with the texts of those that the walk back reached; it starts at the last one."""
    unknown = len(record.steps) - len(replayed.texts)
    texts: list[tuple[str | None, str | None]] = [(None, None)] * unknown
    texts += reversed(replayed.texts)
    return [_step_story(step, before, after) for step, (before, after) in zip(record.steps, texts, strict=True)]


def _step_story(step: StepRecord, before: str | None, after: str | None) -> StepStory:
    return StepStory(step.step, step.rows, before, after)


def _places(run: SavedRun) -> Iterator[dict[str, Any]]:
    """Give id, path and URL of every document."""
    for report in run.shards():
        for kind in (CORPUS, DROPPED, QUARANTINE):
            for name in run.files_of(report, kind):
                yield from run.rows(name, _NAMES, _BATCH)


def _ids_of_place(run: SavedRun, wanted: str) -> list[str]:
    """Give the ids of the documents that came from a place, or from a path that ends so."""
    end = "/" + wanted.removeprefix("./")
    return list(
        {
            row["id"]: None
            for row in _places(run)
            if wanted in (row.get("url"), row.get("file_path")) or (row.get("file_path") or "").endswith(end)
        }
    )


def _unknown(run: SavedRun, wanted: str) -> str:
    """Say that there is no such document, and name those that are close."""
    matcher = difflib.SequenceMatcher(b=wanted)
    best: list[tuple[float, str]] = []
    count = 0
    for row in _places(run):
        count += 1
        for name in {row.get(column) for column in _NAMES} - {None}:
            matcher.set_seq1(str(name))
            least = max(_LEAST_ALIKE, best[0][0] if len(best) == _MOST_NEAR else 0)
            if matcher.real_quick_ratio() > least and matcher.quick_ratio() > least and matcher.ratio() > least:
                entry = (matcher.ratio(), str(name))
                best = heapq.nlargest(_MOST_NEAR, {*best, entry})[::-1]
    near = f"; close are: {', '.join(name for _, name in best[::-1])}" if best else ""
    return f"no document has the id or path {wanted!r} among {count:,}{near}"
