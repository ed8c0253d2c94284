"""The bases of steps."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from ingest.document import Document, Dropped, Reason
from ingest.step import Annotator, Cleaner, CorpusStep, Filter, LineFilter, Step, line_edits
from ingest.testing import check_step, count_keys, run_step


class Upper(Cleaner):
    """Make capitals."""

    name = "upper"

    def clean(self, doc: Document) -> str:
        return doc.text.upper()


class Named(Annotator):
    """Give a title."""

    name = "named"

    def annotate(self, doc: Document) -> Document:
        return doc.replace(title="t")


class NotEmpty(Filter):
    """Drop what is empty."""

    name = "not_empty"

    def reject(self, doc: Document) -> Reason | None:
        return None if doc.text else Reason("empty")


class Repeated(LineFilter):
    """Take out a line that is like the one above it."""

    name = "repeated"

    def reject_lines(self, doc: Document, lines: Sequence[str]) -> list[Reason | None]:
        above = [None, *lines]
        return [Reason("repeated") if line == above[index] else None for index, line in enumerate(lines)]


class Frequencies(CorpusStep):
    """Put the counts of its words in the place of the text."""

    name = "frequencies"

    def keys(self, doc: Document) -> Sequence[str]:
        return doc.text.split()

    def identity(self, doc: Document) -> str:
        return doc.url or doc.id

    def judge(self, doc: Document, counts: Sequence[int]) -> Document:
        return doc.replace(text=" ".join(map(str, counts)))


@pytest.mark.parametrize("step", [Upper(), Named(), NotEmpty(), Repeated(), Frequencies()])
def test_the_bases_keep_the_rules(step: Step) -> None:
    check_step(step)


def test_a_cleaner_with_nothing_to_do_gives_the_document_itself() -> None:
    doc = Document("1", text="A")
    assert Upper().apply(doc) is doc
    assert Upper().apply(Document("1", text="a")).text == "A"


def test_a_filter_gives_the_document_or_drops_it_with_its_reason() -> None:
    full, empty = Document("1", text="a"), Document("2")
    assert NotEmpty().process([full, empty]) == [full, Dropped(empty, Reason("empty"))]


@pytest.mark.parametrize(
    ("text", "wanted"),
    [("", ""), ("a", "a"), ("a\na\nb\nb", "a\nb\n"), ("a\na\n", "a\n"), ("\n\n\n", "\n"), ("a\r\na\nb", "a\r\na\nb")],
)
def test_lines_go_with_the_break_behind_them(text: str, wanted: str) -> None:
    assert Repeated().apply(Document("1", text=text)).text == wanted


def test_the_edits_of_lines_have_the_reasons_of_the_verdicts() -> None:
    first, last = Reason("first"), Reason("last")
    edits = line_edits([(0, 1), (2, 3), (4, 5)], [first, None, last])
    assert [(edit.start, edit.end, edit.reason) for edit in edits] == [(0, 2, first), (4, 5, last)]
    assert line_edits([], []) == []


def test_a_step_that_sees_the_corpus_judges_by_the_counts_of_its_keys_in_their_order() -> None:
    docs = [Document("1", text="a b a"), Document("2", text="b c"), Document("3", text="b")]
    assert run_step(Frequencies(), "c b d a", corpus=docs).text == "2 4 1 2"
    assert run_step(Frequencies(), " \n", corpus=docs).text == " \n"


def test_documents_of_one_identity_count_as_one() -> None:
    copies = [Document(str(number), text="a b", url="http://same/") for number in range(5)]
    assert run_step(Frequencies(), "a", corpus=copies).text == "2"
    assert run_step(Frequencies(), "a", corpus=copies, url="http://same/").text == "1"


def test_where_nobody_has_counted_documents_pass() -> None:
    docs = [Document("1", text="a"), Document("2", text="a")]
    assert Frequencies().process(docs) == docs
    assert count_keys(Frequencies(), docs)(["a", "b"]) == [2, 1]


def test_too_few_verdicts_are_an_error() -> None:
    class Lazy(LineFilter):
        def reject_lines(self, doc: Document, lines: Sequence[str]) -> list[Reason | None]:
            return []

    with pytest.raises(ValueError, match="reject_lines gave 0 verdicts for 2 lines"):
        Lazy().apply(Document("1", text="a\nb"))


@pytest.mark.parametrize(
    ("base", "method"),
    [(Step, "apply"), (Cleaner, "clean"), (LineFilter, "reject_line"), (Annotator, "annotate"), (Filter, "reject")],
)
def test_a_base_without_its_method_says_which_one_is_missing(base: type[Step], method: str) -> None:
    with pytest.raises(NotImplementedError, match=f"{base.__name__} needs a method `{method}`"):
        base().process([Document("1", text="a")])


def test_a_step_that_sees_the_corpus_says_which_of_its_methods_is_missing() -> None:
    class Keyed(CorpusStep):
        def keys(self, doc: Document) -> Sequence[str]:
            return ["a"]

    for base, method in ((CorpusStep, "keys"), (Keyed, "judge")):
        with pytest.raises(NotImplementedError, match=f"{base.__name__} needs a method `{method}`"):
            base().process_counted([Document("1", text="a")], lambda _: [1])
