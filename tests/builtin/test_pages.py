"""Rows of page numbers."""

from __future__ import annotations

from collections.abc import Sequence

from hypothesis import given
from hypothesis import strategies as st

from ingest.builtin.pages import RunningHeaders
from ingest.testing import run_step

NUMBERS = st.lists(st.one_of(st.none(), st.integers(1, 8)), max_size=40)


@given(NUMBERS, st.integers(2, 4))
def test_the_longest_row_of_page_numbers_goes_and_no_other_number(
    numbers: Sequence[int | None], min_pages: int
) -> None:
    lines = ["The river rose again" if number is None else f"Page {number}" for number in numbers]
    row = longest_row(numbers)
    gone = set(row) if len(row) >= min_pages else set()
    doc = run_step(RunningHeaders(min_pages=min_pages), "\n".join(lines))
    assert {doc_line(lines, edit.start) for edit in doc.edits if edit.reason.code == "page_number"} == gone


def longest_row(numbers: Sequence[int | None]) -> list[int]:
    """Try every start: each number of a row is the first one behind the last that is one more; of two rows the first wins."""
    best: list[int] = []
    for start, first in enumerate(numbers):
        row = [] if first is None else [start]
        for place in range(start + 1, len(numbers)):
            if row and numbers[place] == first + len(row):
                row.append(place)
        best = max(best, row, key=len)
    return best


def doc_line(lines: Sequence[str], start: int) -> int:
    return "\n".join(lines).count("\n", 0, start)
