"""Odd and huge markup through the steps that read it."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.builtin.decode import Decode
from ingest.builtin.extract import Extract
from ingest.builtin.metadata import Metadata
from ingest.document import Document, Dropped

ARTICLE = (
    "<article><h1>The weir opens</h1><p>The keeper opened the weir on Monday, a week before anybody expected it.</p>"
    "<p>Two herons watched from the railing and left when the band began to play its march.</p></article>"
)
JSON_LD = '<script type="application/ld+json">{}</script>'
ODD = {
    "empty markup": "",
    "a lone bracket": "<",
    "zero bytes": ARTICLE.replace(" ", "\0 "),
    "JSON nested ten thousand deep": JSON_LD.format("[" * 10_000 + "]" * 10_000) + ARTICLE,
    "JSON of wrong types": JSON_LD.format('{"@type": 5, "author": [[3]], "headline": {"name": 7}, "datePublished": []}')
    + ARTICLE,
    "JSON that is none": JSON_LD.format("{broken") + ARTICLE,
    "ten thousand meta tags": '<meta name="author" content="Dana Whitlock">' * 10_000 + ARTICLE,
    "ten thousand links": '<a href="mailto:a@b.example">x</a>' * 10_000 + ARTICLE,
    "five thousand nested elements": "<div>" * 5_000 + ARTICLE,
    "five thousand unclosed elements": ARTICLE + "<b>" * 5_000,
    "a megabyte of script": f"<script>{'x = 1;' * 200_000}</script>{ARTICLE}",
    "two thousand lists": "<ul><li>a</li></ul>" * 2_000 + ARTICLE,
    "a megabyte in one line": f"<p>{'word ' * 200_000}</p>",
    "unclosed comment": ARTICLE + "<!-- " * 100,
    "entities": "&amp;" * 100_000 + ARTICLE,
}


def read(markup: str) -> Document | Dropped:
    doc = Extract().apply(Document("1", text=markup, media_type="text/html", url="https://weir.example/2024/03/18/x"))
    return Metadata().apply(doc) if isinstance(doc, Document) else doc


@pytest.mark.parametrize("name", ODD)
def test_odd_markup_is_survived_in_time_and_keeps_its_article(name: str) -> None:
    started = time.process_time()
    result = read(ODD[name])
    # Not a benchmark: a minute where a second is normal means that something is quadratic.
    assert time.process_time() - started < 30
    if ARTICLE in ODD[name]:
        assert isinstance(result, Document)
        assert "Two herons watched from the railing" in result.text
        assert result.published == "2024-03-18"


@given(st.text(alphabet=st.sampled_from('<>/="abdivpscript{}[]:, &;@\n\u200c'), max_size=400))
def test_any_markup_gives_the_same_result_twice(markup: str) -> None:
    assert read(markup) == read(markup)


@given(st.binary(max_size=600))
def test_any_bytes_are_read_or_dropped(content: bytes) -> None:
    doc = Decode().apply(Document("1", content=content, media_type="text/html"))
    if isinstance(doc, Document):
        read(doc.text)
