"""Steps change documents. Four small bases ask for one method each, a fifth one counts over the corpus first."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import ClassVar

from ingest.component import Component
from ingest.document import Document, Dropped, Edit, Reason
from ingest.lines import line_spans

__all__ = ["Annotator", "Cleaner", "CorpusStep", "Filter", "LineFilter", "Step", "keys_of", "line_edits"]


class Step(Component):
    """Changes documents, annotates them or takes them out.

    Override `apply` for one document at a time, or `process` for a whole batch at once.
    A step keeps no state from one document to the next.
    """

    kind = "step"

    columns: ClassVar[Mapping[str, str]] = {}
    """Typed columns the step adds to the output: name to Arrow type, such as `{"quality": "float64"}`.

    The step puts the values into `Document.columns`.
    """
    confidential: ClassVar[bool] = False
    """Whether what the step takes out should be nowhere. Its own edits say so by `withheld`; `check` and `run` warn if
    the steps in front of it put what they take out on record."""

    def process(self, docs: Sequence[Document]) -> Sequence[Document | Dropped]:
        """Give one result per document, in the order of the documents."""
        return [self.apply(doc) for doc in docs]

    def apply(self, doc: Document) -> Document | Dropped:
        """Give the document, changed or not, or `Dropped` with the reason."""
        raise NotImplementedError(f"{type(self).__name__} needs a method `apply` or `process`")


class Cleaner(Step):
    """Gives every document a new text. The pipeline works out what was changed."""

    def clean(self, doc: Document) -> str:
        """Give the new text of the document."""
        raise NotImplementedError(f"{type(self).__name__} needs a method `clean`")

    def apply(self, doc: Document) -> Document:
        text = self.clean(doc)
        return doc if text == doc.text else doc.replace(text=text)


class LineFilter(Step):
    """Takes lines out of the text, each with its reason."""

    def reject_line(self, line: str) -> Reason | None:
        """Give the reason why this line goes, or `None` if it stays."""
        raise NotImplementedError(f"{type(self).__name__} needs a method `reject_line`")

    def reject_lines(self, doc: Document, lines: Sequence[str]) -> Sequence[Reason | None]:
        """Give one verdict per line. Override it where a line must be seen among its neighbours."""
        return [self.reject_line(line) if line.strip() else None for line in lines]

    def apply(self, doc: Document) -> Document:
        lines = doc.text.split("\n")
        verdicts = self.reject_lines(doc, lines)
        if len(verdicts) != len(lines):
            raise ValueError(f"reject_lines gave {len(verdicts)} verdicts for {len(lines)} lines")
        if verdicts.count(None) == len(lines):
            return doc
        for verdict in verdicts:
            if verdict is not None and not isinstance(verdict, Reason):
                raise TypeError(f"the verdict on a line is {type(verdict).__name__}, expected Reason or None")
        return doc.edited(line_edits(line_spans(doc.text), verdicts))


class Annotator(Step):
    """Fills in fields of the document."""

    def annotate(self, doc: Document) -> Document:
        """Give the document with more fields filled in."""
        raise NotImplementedError(f"{type(self).__name__} needs a method `annotate`")

    def apply(self, doc: Document) -> Document:
        return self.annotate(doc)


class Filter(Step):
    """Takes whole documents out."""

    def reject(self, doc: Document) -> Reason | None:
        """Give the reason why the document goes, or `None` if it stays."""
        raise NotImplementedError(f"{type(self).__name__} needs a method `reject`")

    def apply(self, doc: Document) -> Document | Dropped:
        reason = self.reject(doc)
        return doc if reason is None else Dropped(doc, reason)


class CorpusStep(Step):
    """Judges a document by how many documents of the corpus hold the same keys, such as the same lines.

    The run reads its input once more for it: in a first pass the steps in front run and the keys are counted, in the
    second one every document is judged, all of them by the same counts. So the result knows no order.
    Where nobody has counted, as in a preview, documents pass as they are.
    """

    def keys(self, doc: Document) -> Sequence[str]:
        """Give what is to be counted, each key once per document. A document without keys is neither counted nor judged."""
        raise NotImplementedError(f"{type(self).__name__} needs a method `keys`")

    def identity(self, doc: Document) -> str:
        """Give what tells the document from others: documents of one identity count as one. By default its id."""
        return doc.id

    def judge(self, doc: Document, counts: Sequence[int]) -> Document | Dropped:
        """Give the document, changed or not, or `Dropped` with the reason.

        Args:
            doc: the document.
            counts: for every key of `keys(doc)`, in that order, how many documents hold it, this one included.
        """
        raise NotImplementedError(f"{type(self).__name__} needs a method `judge`")

    def process(self, docs: Sequence[Document]) -> Sequence[Document | Dropped]:
        return docs

    def process_counted(
        self, docs: Sequence[Document], count: Callable[[Sequence[str]], Sequence[int]]
    ) -> Sequence[Document | Dropped]:
        """Give one result per document, in their order. `count` gives how many documents hold each of some keys."""
        return [self.judge(doc, count(keys)) if (keys := keys_of(self, doc)) else doc for doc in docs]


def keys_of(step: CorpusStep, doc: Document) -> Sequence[str]:
    """Give the keys of a document.

    Raises:
        TypeError: they are a string: each of its letters would count as a key.
    """
    keys = step.keys(doc)
    if isinstance(keys, str):
        raise TypeError("keys gave str, expected a list of str")
    return keys


def line_edits(spans: Sequence[tuple[int, int]], verdicts: Sequence[Reason | None]) -> list[Edit]:
    """Give the edits that take the rejected lines out, each with the line break behind it."""
    starts = [start for start, _ in spans[1:]] + [end for _, end in spans[-1:]]
    return [
        Edit(start, following, verdict)
        for (start, _), following, verdict in zip(spans, starts, verdicts, strict=True)
        if verdict is not None
    ]
