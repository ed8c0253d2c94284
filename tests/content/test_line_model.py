"""The model of lines: exact, and slow to touch what is no web page."""

from __future__ import annotations

import numpy as np
import pytest

from ingest.content.flat import FlatPage, read_flat
from ingest.content.layers import EXACT, FARTHEST_INPUT, MOST, WEIGHT_STEP
from ingest.content.line_model import (
    FEWEST_SURE,
    FEWEST_SURE_ALONE,
    LONGEST_PAGE,
    SURE,
    SURE_SHARE,
    chosen_lines,
    load_line_model,
)

STORY = [
    "The keeper opened the weir on Monday, a week before anybody in the valley had expected him to do so.",
    "Two herons watched from the railing, and left when the band of the fire brigade began to play its march.",
    "By noon the meadows below the mill were under water, as they had been in every spring of his childhood.",
    "Nobody was hurt, but for the mayor, who had come in his good shoes and went home with one of them.",
]
MENU = ["Home", "News", "Sport", "Weather", "Jobs", "Contact", "Subscribe", "Log in"]
FOOTER = ["Related articles", "Bridge closed again", "Share on Facebook", "Privacy policy", "© 2024 Lock News"]


def page_of(lines: list[str]) -> FlatPage:
    page = read_flat(lines)
    assert page is not None
    return page


def test_the_article_of_a_page_stays_and_what_is_around_it_goes() -> None:
    _, kept = load_line_model().read(page_of(MENU + STORY + FOOTER))
    assert kept.tolist() == [False] * len(MENU) + [True] * len(STORY) + [False] * len(FOOTER)


@pytest.mark.parametrize("space", ["\n", "\n\n"])
def test_it_is_the_same_in_paragraphs(space: str) -> None:
    lines = space.join(MENU + STORY + FOOTER).split("\n")
    page = page_of(lines)
    _, kept = load_line_model().read(page)
    assert [lines[row] for row in page.rows[kept]] == STORY


def test_a_text_without_a_page_around_it_stays_whole() -> None:
    _, kept = load_line_model().read(page_of(["Spring", "", *STORY, "", "Bread", "Salt", "A candle"]))
    assert kept.all()


@pytest.mark.parametrize(("story", "fewest"), [(STORY, FEWEST_SURE), ([], FEWEST_SURE_ALONE)])
def test_few_lines_that_are_surely_boilerplate_are_no_page(story: list[str], fewest: int) -> None:
    page = page_of([*story, *["a label"] * (20 - len(story))])
    fewest = max(fewest, round(SURE_SHARE * len(page)))
    logits = np.full(len(page), 4, np.float32)
    logits[len(story) : len(story) + fewest - 1] = SURE - 1
    assert chosen_lines(page, logits, 1, 0).all()
    logits[len(story) + fewest - 1] = SURE - 1
    assert np.array_equal(chosen_lines(page, logits, 1, 0), logits > 0)


def test_a_text_longer_than_a_page_stays_whole() -> None:
    page = page_of([*STORY, *["a label"] * LONGEST_PAGE])
    assert chosen_lines(page, np.where(page.is_running, 4, SURE - 1).astype(np.float32), 1, 0).all()


def test_a_law_of_many_paragraphs_that_are_alike_stays_whole() -> None:
    clause = "(2) Die Frist nach Absatz 1 beginnt mit dem Eingang der vollständigen Unterlagen bei der Behörde."
    lines = [
        line
        for number in range(1, 60)
        for line in (
            f"§ {number}",
            "Antrag",
            f"(1) Die Behörde entscheidet über den Antrag Nummer {number} binnen drei Monaten.",
            clause,
            "",
        )
    ]
    assert load_line_model().read(page_of(lines))[1].all()


def test_a_threshold_of_ones_own_is_one_on_the_probability() -> None:
    page = page_of(MENU + STORY + FOOTER)
    model = load_line_model()
    likely, _ = model.read(page)
    for threshold in (0.1, 0.5, 0.9):
        assert np.array_equal(model.read(page, threshold)[1], likely >= threshold)


def test_no_sum_can_grow_beyond_what_float32_adds_exactly() -> None:
    found = load_line_model().weights
    for name, weights in found.items():
        if not name.endswith("_bias"):
            steps = np.abs(weights.astype(np.float64) / WEIGHT_STEP)
            assert np.array_equal(steps, np.rint(steps))
            taps = 3 if name.startswith("convolution") else 1
            sums = sum(part.sum(axis=1) for part in np.split(steps, taps, axis=2))
            most = FARTHEST_INPUT if name == "input" else MOST
            bias = np.abs(found[f"{name}_bias"][:, 0]) / WEIGHT_STEP
            assert (sums * most + bias).max() < EXACT, name


@pytest.mark.parametrize("count", [1, 2, 3, 7, 8, 9, 500])
def test_a_text_of_any_length_has_a_probability_for_each_line(count: int) -> None:
    likely, kept = load_line_model().read(page_of(["one of the lines"] * count))
    assert likely.shape == kept.shape == (count,)
    assert ((likely > 0) & (likely < 1)).all()


def test_what_was_read_before_does_not_count() -> None:
    model, page = load_line_model(), page_of(MENU + STORY)
    alone, _ = model.read(page)
    model.read(page_of(FOOTER))
    assert np.array_equal(model.read(page)[0], alone)
