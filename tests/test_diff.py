"""The difference of two texts, as edits."""

from __future__ import annotations

import time
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.diff import diff
from ingest.document import Reason, apply_edits

WHY = Reason("why")
LINES = st.lists(st.sampled_from(["one\n", "two words\n", "\n", "three more words\n", "x"]), max_size=12).map("".join)


@given(LINES, LINES)
def test_a_difference_of_lines_replays_and_is_in_order(before: str, after: str) -> None:
    edits = diff(before, after, WHY)
    assert apply_edits(before, edits) == after
    assert all(one.end <= other.start for one, other in pairwise(edits))
    assert all(edit.start < edit.end or edit.inserted for edit in edits)


def test_words_that_changed_are_told_from_those_that_stayed() -> None:
    before = "The quick brown fox\njumps over the lazy dog\nand sleeps.\n"
    after = "The quick red fox\njumps over the lazy dog\nand sleeps.\n"
    (edit,) = diff(before, after, WHY)
    assert (before[edit.start : edit.end], edit.inserted) == ("brown", "red")


def test_each_line_that_went_is_an_edit_of_its_own() -> None:
    before = "a first line\nan advertisement\na second line\nanother advertisement\na third line\n"
    after = "a first line\na second line\na third line\n"
    removed = [before[edit.start : edit.end] for edit in diff(before, after, WHY)]
    assert removed == ["an advertisement\n", "another advertisement\n"]


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (" ".join(f"w{n}" for n in range(2400)), " ".join(f"v{n}" for n in range(2400))),
        (" ".join(f"w{n}" for n in range(50_000)), " ".join(f"v{n}" for n in range(50_000))),
        ("a\nb\n" * 2000, "b\nc\na\n" * 2000),
        ("a b " * 2000, "b a c " * 2000),
        ("\n".join(f"{n}" for n in range(20_000)), "\n".join(f"{n}" for n in reversed(range(20_000)))),
        ("a" * 500_000, "a" * 250_000 + "b" + "a" * 250_000),
    ],
    ids=["other words", "many other words", "shuffled lines", "shuffled words", "backwards", "one long word"],
)
def test_no_pair_of_texts_takes_long(before: str, after: str) -> None:
    started = time.process_time()
    edits = diff(before, after, WHY)
    assert time.process_time() - started < 3
    assert apply_edits(before, edits) == after
