"""Texts of shapes that no page has: the cleaning steps take time in proportion to their size."""

from __future__ import annotations

import gc
import time
import tracemalloc

import pytest

from ingest.builtin import STEPS
from ingest.builtin.repetition import Repetition
from ingest.builtin.title import Title
from ingest.step import Step
from ingest.testing import run_step

CLEANING = (
    "repair", "normalise", "running_headers", "title", "repetition", "widgets", "sharing", "newsletters", "cookies", "related",
    "legal", "tidy",
)  # fmt: skip
TEASER = "words enough for a teaser, as they stand in lists"
SHAPES = {
    "one line": "word ",
    "one line without spaces": "词",
    "short lines": "ab\n",
    "spaces": " ",
    "blank lines": "\n",
    "blank lines with blanks": " \n",
    "labels": "Home\n",
    "labels of many vocabularies": "Share | Cookies | Home\nSubscribe\nImprint\n",
    "labels in one line": "Show commentsHide Comments",
    "triggers in one line": "newsletter cookies javascript comment ",
    "triggers": "we use the newsletter of the cookie shop\n",
    "counters": "36 1.2k 7 | ",
    "hard-wrapped lines": "and so it went on from one line to the next. But no\nline of them was the last of it, as they thought it was\n",
    "sentences": "This is a whole sentence of a length that running text has, and then some more.\n",
    "copies of a headline": "The headline of the page\n",
    "page numbers": "- 12 -\n",
    "page breaks": "Header\n\f",
    "gaps": "a\n\n\n\n",
    "quotes": "’“é”’\n",
    "copies of teasers": f"{TEASER}…\nx\n{TEASER}\n",
}
# Four times the text may take four times as long, give or take what else the machine does.
TIMES, MOST_TIMES = 4, 12
SIZE = 60_000
LEAST_SECONDS = 0.05


@pytest.mark.parametrize("step", [step for step in STEPS if step.name in CLEANING], ids=lambda step: step.name)
@pytest.mark.parametrize("shape", SHAPES)
def test_time_grows_with_the_text_and_no_faster(step: type[Step], shape: str) -> None:
    small = seconds(step(), SHAPES[shape] * (SIZE // len(SHAPES[shape])))
    large = seconds(step(), SHAPES[shape] * (TIMES * SIZE // len(SHAPES[shape])))
    assert large < MOST_TIMES * max(small, LEAST_SECONDS)


def test_a_gap_in_a_teaser_takes_time_in_proportion_to_its_length() -> None:
    small, large = (seconds(Repetition(), TEASER + "\t" * size + "x...\n" + TEASER + "\n") for size in (10_000, 40_000))
    assert large < MOST_TIMES * max(small, LEAST_SECONDS)


def test_long_lines_under_a_headline_are_not_kept() -> None:
    tracemalloc.start()
    try:
        for number in range(20):
            run_step(Title(), f"The headline\n{'слово ' * 20_000}{number}\n\nThe end")
        kept, _ = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    # One text of them takes a quarter of a megabyte; the last one may still be at hand.
    assert kept < 2_000_000


def seconds(step: Step, text: str) -> float:
    """Give the CPU seconds that a step takes for a text, without a look through all that other tests left in memory."""
    gc.disable()
    try:
        started = time.process_time()
        run_step(step, text)
        return time.process_time() - started
    finally:
        gc.enable()
