"""Edits, differences and the pipeline that keeps them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support import Project

from ingest.diff import diff
from ingest.document import Author, Document, Dropped, Edit, Reason, apply_edits
from ingest.lines import line_spans
from ingest.pipeline import FULL, Failed, Outcome, Pipeline, batched
from ingest.step import LineFilter
from ingest.testing import check_step, run_step

WHY = Reason("why", "value")
TEXT = st.text(alphabet=st.sampled_from("ab \né。x"), max_size=60)


@given(TEXT, TEXT)
def test_a_difference_always_replays(before: str, after: str) -> None:
    edits = diff(before, after, WHY)
    assert apply_edits(before, edits) == after
    assert (edits == []) == (before == after)


@given(st.text(max_size=300), st.text(max_size=300))
def test_a_difference_replays_for_any_text(before: str, after: str) -> None:
    assert apply_edits(before, diff(before, after, WHY)) == after


def test_a_difference_of_large_texts_is_found_in_time() -> None:
    before = "".join(f"line {number}\n" for number in range(30_000))
    after = before.replace("line 7", "row 7")
    assert apply_edits(before, diff(before, after, WHY)) == after


@pytest.mark.parametrize("edits", [[Edit(2, 1, WHY)], [Edit(0, 9, WHY)], [Edit(1, 3, WHY), Edit(2, 4, WHY)]])
def test_edits_that_dont_fit_are_refused(edits: list[Edit]) -> None:
    with pytest.raises(ValueError, match="does not fit a text of 5 characters"):
        apply_edits("abcde", edits)


@given(st.text(max_size=200))
def test_lines_and_their_breaks_make_the_text(text: str) -> None:
    spans = line_spans(text)
    assert "\n".join(text[start:end] for start, end in spans) == text


class Short(LineFilter):
    """Take out short lines."""

    name = "short"

    def reject_line(self, line: str) -> Reason | None:
        return Reason("short", str(len(line))) if len(line) < 3 else None


def test_a_line_filter_takes_lines_with_their_breaks_and_says_why() -> None:
    doc = run_step(Short(), "a\nlong\n\nbb\nlonger\nc")
    assert doc.text == "long\n\nlonger\n"
    assert [(edit.start, edit.end, edit.reason.value) for edit in doc.edits] == [
        (0, 2, "1"),
        (8, 11, "2"),
        (18, 19, "1"),
    ]
    check_step(Short())


def test_strings_of_a_document_are_mapped_together() -> None:
    doc = Document("1", text="a", title="b", authors=(Author("c", ("c@c",)),), metadata={"k": "d"})
    upper = doc.map_strings(str.upper)
    assert (upper.text, upper.title, upper.authors, dict(upper.metadata)) == (
        "A",
        "B",
        (Author("C", ("c@c",)),),
        {"k": "D"},
    )
    assert doc.map_strings(str.lower) is doc


PLUGIN = """\
from ingest import Document, Dropped, Edit, Reason, Step, hookimpl

class Odd(Step):
    name = "odd"
    columns = {{"score": "int64"}}

    {method}

@hookimpl
def register_components():
    return [Odd]
"""
CONFIG = """\
[read]
paths = ["in"]
[write]
path = "out"
[run]
executor = 'serial'
[plugins]
files = ["odd.py"]
[[steps]]
use = "decode"
[[steps]]
use = "odd"
"""


def pipeline_with(project: Project, method: str, *, explain: bool = False) -> Pipeline:
    project.write("odd.py", PLUGIN.format(method=method.replace("\n", "\n    ")))
    return Pipeline(project.load(CONFIG), explain=explain)


def docs(*texts: str) -> list[Document]:
    return [Document(str(number), content=text) for number, text in enumerate(texts)]


def ends(outcomes: list[Outcome]) -> list[str]:
    return [outcome.result.text if isinstance(outcome.result, Document) else outcome.step for outcome in outcomes]


def test_one_failure_in_a_batch_costs_one_document(project: Project) -> None:
    method = "def apply(self, doc):\n    return doc.replace(text=str(1 // int(doc.text)))"
    outcomes = pipeline_with(project, method).run(docs("1", "0", "x", "1"))
    assert ends(outcomes) == ["1", "odd", "odd", "1"]
    failed = outcomes[1].result
    assert isinstance(failed, Failed)
    assert (failed.step, failed.error, failed.plugin) == ("odd", "ZeroDivisionError", "odd")
    assert failed.place == "odd.py:8"
    assert failed.document.text == "0"


def test_a_batch_that_only_fails_as_a_batch_is_run_one_by_one(project: Project) -> None:
    method = "def process(self, docs):\n    assert len(docs) == 1\n    return docs"
    assert ends(pipeline_with(project, method).run(docs("a", "b"))) == ["a", "b"]


def test_the_order_holds_when_documents_go(project: Project) -> None:
    method = "def apply(self, doc):\n    return Dropped(doc, Reason('no')) if doc.text == 'b' else doc"
    outcomes = pipeline_with(project, method).run(docs("a", "b", "", "c"))
    assert ends(outcomes) == ["a", "odd", "decode", "c"]


@pytest.mark.parametrize(
    ("body", "message"),
    [
        ("return None", "process returned NoneType, expected a list"),
        ("return 'no'", "process returned str, expected a list"),
        ("return (doc for doc in docs)", "process returned generator, expected a list"),
        ("return []", "process returned 0 results for 1 documents"),
        ("return [5]", "returned int, expected Document or Dropped"),
        ("return [Dropped(docs[0], 'no')]", "returned Dropped without a document and a Reason"),
        ("return [Dropped(docs[0], Reason(5))]", "returned a Reason whose code is int, expected str"),
        ("return [Dropped(docs[0].replace(id='x'), Reason('no'))]", "returned a document with another id"),
        ("return [docs[0].replace(id='x')]", "returned a document with another id"),
        ("return [docs[0].replace(text=None)]", "returned a document whose text is NoneType, expected str"),
        ("return [docs[0].replace(charset=['x'])]", "returned a document whose charset is list, expected str or None"),
        ("return [docs[0].replace(n_chars_raw=None)]", "whose n_chars_raw is NoneType, expected int"),
        ("return [docs[0].replace(authors=None)]", "whose authors is NoneType, expected a sequence"),
        ("return [docs[0].replace(text='b', edits=5)]", "whose edits is int, expected a sequence"),
        ("return [docs[0].replace(metadata=None)]", "whose metadata is NoneType, expected a mapping"),
    ],
)
def test_what_no_step_may_return_fails_the_document_in_that_step(project: Project, body: str, message: str) -> None:
    (outcome,) = pipeline_with(project, f"def process(self, docs):\n    {body}").run(docs("a"))
    assert isinstance(outcome.result, Failed)
    assert (outcome.step, outcome.result.error) == ("odd", "nonsense")
    assert message in outcome.result.message


@pytest.mark.parametrize("deed", ["raise SystemExit(0)", "raise MemoryError", "doc = doc.apply", "self.apply(doc)"])
def test_whatever_a_step_raises_fails_the_document(project: Project, deed: str) -> None:
    (outcome,) = pipeline_with(project, f"def apply(self, doc):\n    {deed}").run(docs("a"))
    assert isinstance(outcome.result, Failed)


def test_an_interrupt_in_a_step_is_no_failure_of_the_document(project: Project) -> None:
    with pytest.raises(KeyboardInterrupt):
        pipeline_with(project, "def apply(self, doc):\n    raise KeyboardInterrupt").run(docs("a", "b"))


@pytest.mark.parametrize(
    "changes",
    [
        "title='\\ud800'", "metadata={'a': 5}", "authors=(5,)", "columns={'score': 10**30}",
        "columns={'score': 'high'}", "columns={'other': 1}",
    ],
)  # fmt: skip
def test_a_document_that_parquet_cant_hold_fails_alone(project: Project, changes: str) -> None:
    method = f"def apply(self, doc):\n    return doc.replace({changes}) if doc.text == 'b' else doc"
    outcomes = pipeline_with(project, method).run(docs("a", "b", "c"))
    assert ends(outcomes) == ["a", "odd", "c"]


@pytest.mark.parametrize(
    ("edits", "codes"),
    [
        ("[Edit(0, 1, Reason('mine'))]", ["mine"]),
        ("[Edit(0, 2, Reason('wrong'))]", ["odd"]),
        ("[Edit(1, 0, Reason('nonsense'))]", ["odd"]),
        ("[Edit(0, 1, None)]", ["odd"]),
        ("[5]", ["odd"]),
        ("[]", ["odd"]),
    ],
)
def test_edits_count_only_if_they_replay(project: Project, edits: str, codes: list[str]) -> None:
    method = f"def apply(self, doc):\n    return doc.replace(text=doc.text[1:], edits={edits})"
    for explain in (True, False):
        outcomes = pipeline_with(project, method, explain=explain).run(docs("abc"))
        change = outcomes[0].changes[-1]
        assert (change.step, change.before, change.after) == ("odd", "abc", "bc")
        found = [edit.reason.code for edit in change.edits]
        # Edits that are wrong are worked out anew; only a step that gave none may stay unexplained.
        assert found == (codes if explain or edits != "[]" else [])
        assert not found or apply_edits(change.before, change.edits) == change.after
        assert isinstance(outcomes[0].result, Document)
        assert not outcomes[0].result.edits


def test_a_document_is_followed_step_by_step_to_where_it_ends(project: Project) -> None:
    pipeline = pipeline_with(project, "def apply(self, doc):\n    return Dropped(doc, Reason('no'))")
    way = [(label, type(result), change is None) for label, result, change in pipeline.follow(docs("a")[0])]
    assert way == [("decode", Document, False), ("odd", Dropped, True)]


def test_items_come_in_batches() -> None:
    assert list(batched(range(5), 2)) == [[0, 1], [2, 3], [4]]
    assert list(batched([], 2)) == []


def test_large_items_fill_a_batch_sooner() -> None:
    half = FULL // 2
    assert list(batched([half, half, 1, FULL, 1, 1], 4, int)) == [[half, half], [1, FULL], [1, 1]]
    assert list(batched([FULL, FULL], 4)) == [[FULL, FULL]]
