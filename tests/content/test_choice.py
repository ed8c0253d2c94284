"""Which blocks stay, by what the caller says of titles, headings, captions, tables and comments."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.content.choice import Policy, best_threshold, choose
from ingest.content.page import Page, read_page
from ingest.content.tree import parse

MARKUP = """
<html><head><title>The weir opens - Lock News</title></head><body>
<h1>The weir opens</h1>
<p>first paragraph</p>
<figure><figcaption>the old weir</figcaption></figure>
<h2>Two herons</h2>
<table><tr><td>boats</td><td>12</td></tr></table>
<p>last paragraph</p>
<div class="comments"><p>I saw it too, and it was loud.</p><button>Reply to this comment</button></div>
</body></html>"""
TEXTS = [
    "The weir opens",
    "first paragraph",
    "the old weir",
    "Two herons",
    "boats | 12",
    "last paragraph",
    "I saw it too, and it was loud.",
    "Reply to this comment",
]
BODY = {1, 5}


@pytest.fixture(scope="module")
def page() -> Page:
    (found,) = read_page(parse(MARKUP).parser)
    assert found.blocks.text == TEXTS
    return found


def chosen(page: Page, likely: set[int], **policies: Policy) -> list[int]:
    probabilities = np.array([0.9 if index in likely else 0.1 for index in range(len(TEXTS))])
    return choose(page, probabilities, 0.5, policies)


def test_auto_follows_the_probabilities(page: Page) -> None:
    assert chosen(page, BODY) == [1, 5]


@pytest.mark.parametrize(
    ("kind", "index"), [("captions", 2), ("headings", 3), ("tables", 4), ("title", 0), ("comments", 6)]
)
def test_keep_brings_a_kind_back_and_drop_takes_it_out(page: Page, kind: str, index: int) -> None:
    policy: dict[str, Policy] = {kind: "keep"}
    assert chosen(page, BODY, **policy) == sorted(BODY | {index})
    policy = {kind: "drop"}
    assert index not in chosen(page, set(range(len(TEXTS))), **policy)


def test_keep_brings_nothing_into_a_page_without_content(page: Page) -> None:
    assert chosen(page, set(), captions="keep", comments="keep") == []


def expected_f1(kept: np.ndarray, probabilities: np.ndarray, lengths: np.ndarray) -> float:
    return float(2 * (probabilities * lengths)[kept].sum() / (lengths[kept].sum() + (probabilities * lengths).sum()))


@given(st.lists(st.tuples(st.floats(0.001, 0.999), st.integers(1, 500)), min_size=1, max_size=8))
def test_no_other_choice_promises_more_than_the_best_threshold(blocks: list[tuple[float, int]]) -> None:
    probabilities, lengths = np.array([one[0] for one in blocks]), np.array([one[1] for one in blocks], float)
    kept = probabilities >= best_threshold(probabilities, lengths.tolist())
    best = expected_f1(kept, probabilities, lengths)
    for others in itertools.product((False, True), repeat=len(blocks)):
        if any(others):
            assert expected_f1(np.array(others), probabilities, lengths) <= best + 1e-9


def test_the_threshold_decides(page: Page) -> None:
    probabilities = np.linspace(0, 0.7, len(TEXTS))
    assert choose(page, probabilities, 0.65, {}) == [7]
