"""Edits, differences and the pipeline that keeps them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.diff import diff
from ingest.document import Author, Document, Edit, Reason, apply_edits
from ingest.lines import line_spans
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
