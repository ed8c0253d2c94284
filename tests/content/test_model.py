"""The model: exact on every machine, and at home with pages of any shape."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.content.features import block_features
from ingest.content.layers import ACTIVATION_STEP, EXACT, FARTHEST_INPUT, MOST, WEIGHT_STEP, at_temperature
from ingest.content.model import KINDS, OWN, _together, load_model
from ingest.content.page import Page, read_page
from ingest.content.quality import quality_features
from ingest.content.tree import parse

STORY = (
    "<p>The keeper opened the weir on Monday, a week before anybody in the valley had expected him to do so.</p>"
    "<p>Two herons watched from the railing, and left when the band of the fire brigade began to play its march.</p>"
    "<p>By noon the meadows below the mill were under water, as they had been in every spring of his childhood.</p>"
)
PAGE = f"""<html><head><title>The weir opens</title></head><body>
<header><nav class="menu"><ul><li><a href="/">Home</a></li><li><a href="/boats">Boats</a></li></ul></nav></header>
<main><article class="post"><h1>The weir opens</h1><div class="entry-content">{STORY}</div></article></main>
<footer class="site-footer"><p>Copyright Lock News</p><a href="/privacy">Privacy policy</a></footer></body></html>"""


def page_of(markup: str) -> Page:
    (page,) = read_page(parse(markup).parser)
    return page


def test_an_article_is_content_and_its_menu_and_footer_are_not() -> None:
    page = page_of(PAGE)
    likely, _ = load_model().read(page)
    kept = [text for text, chance in zip(page.blocks.text, likely, strict=True) if chance > 0.5]
    assert [text for text in kept if len(text) > 60] == kept
    assert len(kept) == 3


@given(st.integers(0, 2**32 - 1))
def test_sums_are_exact_in_any_order(seed: int) -> None:
    rng = np.random.default_rng(seed)
    weights = load_model().weights["input"]
    values = np.rint(rng.normal(0, 3 / ACTIVATION_STEP, (3, len(weights)))).astype(np.float32)
    values = np.clip(values, -FARTHEST_INPUT, FARTHEST_INPUT)
    order = rng.permutation(len(weights))
    assert weights.dtype == np.float32
    assert np.array_equal(values @ weights, values[:, order] @ weights[order])
    assert np.array_equal(values.astype(np.float64) @ weights.astype(np.float64), values @ weights)


def test_no_sum_can_grow_beyond_what_float32_adds_exactly() -> None:
    found = load_model().weights
    for name, weights in found.items():
        if weights.ndim == 2:
            steps = np.abs(weights.astype(np.float64) / WEIGHT_STEP)
            assert np.array_equal(steps, np.rint(steps))
            # The kernels of a row and of its neighbours lie side by side, and their sums are added.
            taps = 3 if name.startswith("convolution") else 1
            sums = sum(part.sum(axis=0) for part in np.split(steps, taps, axis=1))
            most = FARTHEST_INPUT if name == "input" else MOST
            bias = np.abs(found[f"{name}_bias"]) / WEIGHT_STEP if f"{name}_bias" in found else 0
            assert (sums * most + bias).max() < EXACT, name


@pytest.mark.parametrize("count", [1, 2, 3, 7, 8, 9, 500])
def test_a_page_of_any_length_has_a_probability_for_each_block(count: int) -> None:
    found, kinds = load_model().read(page_of("<body>" + "<p>one of the paragraphs</p>" * count))
    assert found.shape == (count,)
    assert ((found > 0) & (found < 1)).all()
    assert kinds.shape == (len(KINDS),)
    assert kinds.sum() == pytest.approx(1, abs=len(KINDS) * ACTIVATION_STEP)


def test_what_was_read_before_does_not_count() -> None:
    alone, _ = load_model().read(page_of(PAGE))
    load_model().read(page_of(PAGE.replace("weir", "lock")))
    again, _ = load_model().read(page_of(PAGE))
    assert np.array_equal(again, alone)


def test_a_higher_temperature_makes_less_sure_and_changes_no_order() -> None:
    logits = np.array([-4.0, -1.0, 0.0, 2.0], np.float32)
    cool, warm = at_temperature(logits, 1), at_temperature(logits, 3)
    assert (np.diff(cool) > 0).all()
    assert (np.diff(warm) > 0).all()
    assert (np.abs(warm - 0.5) <= np.abs(cool - 0.5)).all()


@given(st.lists(st.text(min_size=1, max_size=60).filter(str.strip), min_size=1, max_size=12))
def test_features_are_finite_and_bounded(texts: list[str]) -> None:
    markup = "".join(f"<p>{text.replace('<', '&lt;')}</p>" for text in texts)
    for page in read_page(parse(f"<body>{markup}").parser):
        features = block_features(page.blocks, page.outline, page.element_row, page.title)
        assert features.shape[0] == len(page.blocks)
        assert np.isfinite(features).all()
        assert np.abs(features).max() < 20


def test_the_chance_of_a_good_text_falls_with_doubt() -> None:
    model = load_model()
    lengths = [200] * 20
    sure = np.array([0.99] * 10 + [0.01] * 10)
    doubtful = np.array([0.6] * 10 + [0.4] * 10)
    assert model.quality(sure, lengths, 0.5) > model.quality(doubtful, lengths, 0.5) + 0.2
    assert quality_features(sure, lengths, 0.5)[1] == pytest.approx(0.99, abs=0.01)


def test_the_rows_of_a_table_come_nearer_to_each_other() -> None:
    logits = np.array([3, -1, 0, 1, 5], np.float32)
    found = _together(logits, np.array([-1, 4, 4, 4, 7]))
    assert found[[0, 4]].tolist() == [3, 5]
    assert np.ptp(found[1:4]) == pytest.approx(OWN * 2)
    assert found[1:4].mean() == pytest.approx(0, abs=1e-6)
