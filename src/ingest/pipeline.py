"""Runs the steps over a batch and keeps the record of what they did. The audit lives here and nowhere else."""

from __future__ import annotations

import os
import traceback
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from typing import TypeVar

import pyarrow as pa

from ingest.alignment import align
from ingest.config import Config
from ingest.counts import Table
from ingest.diff import diff
from ingest.document import Document, Dropped, Edit, Reason, apply_edits, check_types
from ingest.endpoints import Whereabouts
from ingest.errors import StepError
from ingest.step import CorpusStep, Step
from ingest.workers.place import Death, Place

__all__ = ["Change", "Failed", "Outcome", "Pipeline", "batched", "place_of"]

T = TypeVar("T")
# Bytes of content that fill a batch: pages take ten times as much memory on their way through the steps.
FULL = 4 * 2**20


@dataclass(frozen=True, slots=True)
class Change:
    """What one step did to the text of one document."""

    step: str
    before: str
    after: str
    edits: Sequence[Edit]
    """Empty if the step did not explain itself and the audit is not `full`."""


@dataclass(frozen=True, slots=True)
class Failed:
    """A document that a step failed on."""

    document: Document
    step: str
    error: str
    """Class of the error."""
    message: str
    plugin: str
    place: str = ""
    """`FILE:LINE` where it was raised."""
    whereabouts: Whereabouts | None = None
    """Of what can't be read, how far the reading had come."""


@dataclass(slots=True)
class Outcome:
    """Where a document ended up, and how it got there."""

    result: Document | Dropped | Failed
    source: Document
    """The document as it was read."""
    step: str = ""
    """The step that dropped it or failed on it."""
    changes: list[Change] = field(default_factory=list)


class Pipeline:
    """The steps of a run, ready to take documents.

    Args:
        config: the checked config.
        explain: work out the edits of steps that just give a new text. Costs time; needed for the full audit
            and the preview.
        tables: counts over the corpus, by label of the step that they are for.
        until: only build the steps in front of this one.
        place: where to note which step is at work on which document.
    """

    def __init__(
        self,
        config: Config,
        *,
        explain: bool = False,
        tables: Mapping[str, Table] | None = None,
        until: int | None = None,
        place: Place | None = None,
    ) -> None:
        self._steps = list(zip(config.labels, config.steps, strict=True))[:until]
        self._places = {label: index for index, (label, _) in enumerate(self._steps)}
        self._place = place or Place()
        self._tables = tables or {}
        self._owners = {label: config.plugins.owner(type(step)).plugin for label, step in self._steps}
        stages = groupby(self._steps, lambda entry: _sees_batch(entry[1]))
        self._stages = [(together, list(stage)) for together, stage in stages]
        self._columns = {name: pa.type_for_alias(kind) for name, kind in config.columns.items()}
        self._explain = explain

    def run(self, docs: Sequence[Document], numbers: Sequence[int] | None = None) -> list[Outcome]:
        """Give one outcome per document, in order.

        Steps that take one document at a time follow each other on the same document: what one of them found out about
        its text, such as where the body is, is still at hand for the next.

        Args:
            docs: the documents.
            numbers: their numbers in the shard, to note where the work is.
        """
        numbers = range(len(docs)) if numbers is None else numbers
        outcomes = [Outcome(doc, doc) for doc in docs]
        for together, stage in self._stages:
            if together:
                for label, step in stage:
                    self._run_together(label, step, outcomes, numbers)
            else:
                for number, outcome in zip(numbers, outcomes, strict=True):
                    self._run_alone(stage, outcome, number)
        for number, doc, outcome in zip(numbers, docs, outcomes, strict=True):
            self._place.documents(number, number, len(doc.content))
            if isinstance(outcome.result, Document) and outcome.result.edits:
                outcome.result = outcome.result.replace(edits=())
            self._check_storable(doc, outcome)
        return outcomes

    def _run_together(self, label: str, step: Step, outcomes: Sequence[Outcome], numbers: Sequence[int]) -> None:
        alive = [entry for entry in zip(numbers, outcomes, strict=True) if isinstance(entry[1].result, Document)]
        before = [outcome.result for _, outcome in alive if isinstance(outcome.result, Document)]
        if before:
            at_work = [number for number, _ in alive]
            self._place.documents(at_work[0], at_work[-1], sum(len(doc.content) for doc in before))
            results = self._process(label, step, before, at_work)
            for (_, outcome), old, new in zip(alive, before, results, strict=True):
                self._settle(outcome, label, old, new)

    def _run_alone(self, stage: Sequence[tuple[str, Step]], outcome: Outcome, number: int) -> None:
        if isinstance(outcome.result, Document):
            self._place.documents(number, number, len(outcome.result.content))
        for label, step in stage:
            doc = outcome.result
            if not isinstance(doc, Document):
                return
            self._settle(outcome, label, doc, self._process(label, step, [doc], [number])[0])

    def follow(self, doc: Document) -> Iterator[tuple[str, Document | Dropped | Failed, Change | None]]:
        """Take one document through the steps; after each give its label, its result and the change of the text."""
        for label, step in self._steps:
            outcome = Outcome(doc, doc)
            self._settle(outcome, label, doc, self._process(label, step, [doc], [0])[0])
            yield label, outcome.result, outcome.changes[0] if outcome.changes else None
            if not isinstance(outcome.result, Document):
                return
            doc = outcome.result

    def failed_by(self, doc: Document, death: Death) -> Failed:
        """Give the record of a document that workers died of."""
        label = self._steps[death.step][0] if death.step < len(self._steps) else "write"
        return Failed(doc, label, death.error, death.message, self._owners.get(label, ""))

    def _process(
        self, label: str, step: Step, docs: Sequence[Document], numbers: Sequence[int]
    ) -> Sequence[Document | Dropped | Failed]:
        """Run one step. If the batch fails, each document gets a try of its own, so that only the culprit is lost."""
        self._place.step(self._places[label])
        try:
            return _checked(docs, self._results(label, step, docs))
        except KeyboardInterrupt:
            raise
        except BaseException as error:  # noqa: BLE001  a plugin may raise anything, even call sys.exit()
            if len(docs) == 1:
                return [self._failure(label, docs[0], error)]
        return [
            result
            for doc, number in zip(docs, numbers, strict=True)
            for result in self._alone(label, step, doc, number)
        ]

    def _alone(self, label: str, step: Step, doc: Document, number: int) -> Sequence[Document | Dropped | Failed]:
        self._place.documents(number, number, len(doc.content))
        return self._process(label, step, [doc], [number])

    def _results(self, label: str, step: Step, docs: Sequence[Document]) -> object:
        table = self._tables.get(label)
        if table is None or not isinstance(step, CorpusStep):
            return step.process(docs)
        return step.process_counted(docs, table.count)

    def _failure(self, label: str, doc: Document, error: BaseException) -> Failed:
        kind = "nonsense" if isinstance(error, StepError) else type(error).__name__
        # Where a result was found to be nonsense is of no use to anybody.
        place = "" if isinstance(error, StepError) else place_of(error)
        return Failed(doc, label, kind, _message(error), self._owners.get(label, ""), place)

    def _settle(self, outcome: Outcome, label: str, old: Document, new: Document | Dropped | Failed) -> None:
        """Take a step's result over: note the change of text, and where the way of the document ended."""
        if not isinstance(new, Document):
            outcome.step = label
        doc = new if isinstance(new, Document) else new.document
        if doc.text != old.text:
            outcome.changes.append(self._change(label, old, doc))
        outcome.result = new

    def _change(self, label: str, old: Document, new: Document) -> Change:
        # A step that gives a new text only leaves the edits of the step before in the document.
        given = () if new.edits is old.edits else new.edits
        edits = given if _replays(old.text, new.text, given) else ()
        if not edits and (self._explain or given):
            edits = _difference(old, new, Reason(label.partition("#")[0]))
        return Change(label, old.text, new.text, edits)

    def _check_storable(self, original: Document, outcome: Outcome) -> None:
        """Fail a document that Parquet could not hold, before it takes its whole file down."""
        doc = outcome.result
        if isinstance(doc, Document) and (error := self._why_not_storable(doc)):
            label = self._culprit(original)
            message = f"the document can't be stored: {error} in one of its strings or typed columns"
            outcome.result, outcome.step = Failed(doc, label, error, message, self._owners.get(label, "")), label

    def _why_not_storable(self, doc: Document) -> str:
        """Name the error that storing the document would raise; empty if there is none."""
        try:
            for value in _strings(doc):
                value.encode()
            for name, value in doc.columns.items():
                pa.scalar(value, self._columns[name])
        except Exception as error:  # noqa: BLE001  plugins may put anything into a document
            return type(error).__name__
        return ""

    def _culprit(self, doc: Document) -> str:
        """Take a document through the steps again to find the one after which it can't be stored."""
        if not self._why_not_storable(doc):
            for label, result, _ in self.follow(doc):
                if isinstance(result, Document) and self._why_not_storable(result):
                    return label
        return "write"


def _difference(old: Document, new: Document, reason: Reason) -> Sequence[Edit]:
    """Give the edits of a step that did not say what it did; of one that extracts, those against the markup."""
    is_extracted = bool(old.text) and new.markup is old.text
    return (align if is_extracted else diff)(old.text, new.text, reason)


def _sees_batch(step: Step) -> bool:
    """Say whether a step has a method of its own for a whole batch."""
    return type(step).process is not Step.process


def batched(items: Iterable[T], size: int, weigh: Callable[[T], int] | None = None) -> Iterator[list[T]]:
    """Give the items in lists of at most `size`; with `weigh`, a list also ends with the item that fills it up."""
    batch: list[T] = []
    weight = 0
    for item in items:
        batch.append(item)
        weight += weigh(item) if weigh else 0
        if len(batch) >= size or weight >= FULL:
            yield batch
            batch, weight = [], 0
    if batch:
        yield batch


def _checked(docs: Sequence[Document], results: object) -> Sequence[Document | Dropped]:
    """Give the results back if they are what a step may return.

    Raises:
        StepError: they are not.
    """
    if not isinstance(results, Sequence) or isinstance(results, str):
        raise StepError(f"process returned {type(results).__name__}, expected a list")
    if len(results) != len(docs):
        raise StepError(f"process returned {len(results)} results for {len(docs)} documents")
    for doc, result in zip(docs, results, strict=True):
        _check_result(doc, result)
    return results


def _check_result(doc: Document, result: object) -> None:
    if isinstance(result, Dropped):
        if not isinstance(result.reason, Reason) or not isinstance(result.document, Document):
            raise StepError("returned Dropped without a document and a Reason")
        if not isinstance(result.reason.code, str):
            raise StepError(f"returned a Reason whose code is {type(result.reason.code).__name__}, expected str")
        result = result.document
    if result is doc:
        return
    if not isinstance(result, Document):
        raise StepError(f"returned {type(result).__name__}, expected Document or Dropped")
    try:
        check_types(result)
    except TypeError as error:
        raise StepError(f"returned {error}") from None
    if result.id != doc.id:
        raise StepError("returned a document with another id")


def _replays(before: str, after: str, edits: Sequence[Edit]) -> bool:
    """Say whether the edits that came with a document really make its text out of the text before."""
    if not edits:
        return False
    try:
        return all(isinstance(edit.reason, Reason) for edit in edits) and apply_edits(before, edits) == after
    except (ValueError, TypeError, AttributeError):
        return False


def _strings(doc: Document) -> Iterator[str]:
    yield doc.id
    yield doc.text
    for name in ("url", "file_path", "date", "published", "title", "site", "language", "charset"):
        if (value := getattr(doc, name)) is not None:
            yield value
    for author in doc.authors:
        yield from (author.name, *author.emails)
        for handle in author.handles:
            yield from (handle.network, handle.handle)
    for key, value in doc.metadata.items():
        yield from (key, value)


def _message(error: BaseException) -> str:
    """Give the message of an error, whose own method may be what is broken."""
    try:
        return str(error)
    except Exception:  # noqa: BLE001  a plugin's error may be a plugin's as well
        return "the error can't say what it is"


def place_of(error: BaseException) -> str:
    """Give file and line where the error was raised; the last frame is where people look first."""
    frames = traceback.extract_tb(error.__traceback__)
    return f"{os.path.basename(frames[-1].filename)}:{frames[-1].lineno}" if frames else ""
