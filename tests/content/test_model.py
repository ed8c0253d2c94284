"""The model: exact on every machine, and at home with pages of any shape."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.content.features import block_features
from ingest.content.model import ACTIVATION_STEP, WEIGHT_STEP, load_model
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
    likely = load_model().probabilities(page) > 0.5
    kept = [text for text, keep in zip(page.blocks.text, likely, strict=True) if keep]
    assert [text for text in kept if len(text) > 60] == kept
    assert len(kept) == 3


@given(st.integers(0, 2**32 - 1))
def test_sums_are_exact_in_any_order(seed: int) -> None:
    rng = np.random.default_rng(seed)
    weights = load_model().weights["input"]
    values = np.rint(rng.normal(0, 6 / ACTIVATION_STEP, (3, len(weights))))
    order = rng.permutation(len(weights))
    assert np.array_equal(values @ weights, values[:, order] @ weights[order])
    assert np.array_equal(weights / WEIGHT_STEP, np.rint(weights / WEIGHT_STEP))


@pytest.mark.parametrize("count", [1, 2, 3, 7, 8, 9, 500])
def test_a_page_of_any_length_has_a_probability_for_each_block(count: int) -> None:
    found = load_model().probabilities(page_of("<body>" + "<p>one of the paragraphs</p>" * count))
    assert found.shape == (count,)
    assert ((found > 0) & (found < 1)).all()


def test_what_is_around_a_page_in_a_batch_does_not_count() -> None:
    alone = load_model().probabilities(page_of(PAGE))
    load_model().probabilities(page_of(PAGE.replace("weir", "lock")))
    assert np.array_equal(load_model().probabilities(page_of(PAGE)), alone)


@given(st.lists(st.text(min_size=1, max_size=60).filter(str.strip), min_size=1, max_size=12))
def test_features_are_finite_and_bounded(texts: list[str]) -> None:
    markup = "".join(f"<p>{text.replace('<', '&lt;')}</p>" for text in texts)
    for page in read_page(parse(f"<body>{markup}").parser):
        features = block_features(page.blocks, page.element_row, page.title)
        assert features.shape[0] == len(page.blocks)
        assert np.isfinite(features).all()
        assert np.abs(features).max() < 20


def test_the_chance_of_a_good_text_falls_with_doubt() -> None:
    model = load_model()
    texts = ["x" * 200] * 20
    sure = np.array([0.99] * 10 + [0.01] * 10)
    doubtful = np.array([0.6] * 10 + [0.4] * 10)
    assert model.quality(sure, texts, 0.5) > model.quality(doubtful, texts, 0.5) + 0.2
    assert quality_features(sure, [200] * 20, 0.5)[1] == pytest.approx(0.99, abs=0.01)
