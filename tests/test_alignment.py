"""The text of a page against its markup."""

from __future__ import annotations

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pieces import MARKUP

from ingest.alignment import align
from ingest.content.extraction import Style, extract
from ingest.document import Reason, apply_edits

WHY = Reason("extract")


SNIPPETS = st.lists(
    st.sampled_from(
        [
            "<p>",
            "</p>\n",
            "<b>",
            "A line that is long enough to stand out of the page.",
            "Home",
            " ",
            "\n",
            "&amp;",
            "word ",
        ]
    ),
    max_size=12,
).map("".join)


@given(SNIPPETS, SNIPPETS)
def test_whatever_the_text_is_it_replays(markup: str, text: str) -> None:
    assert apply_edits(markup, align(markup, text, WHY)) == text


@settings(max_examples=8)
@given(MARKUP)
def test_what_is_extracted_replays(markup: str) -> None:
    text = extract(markup, Style()).text
    assert apply_edits(markup, align(markup, text, WHY)) == text


PAGE = """<html><head><title>Cranes at work again</title><meta content="The gantry cranes at the north quay stood still.">
</head><body><nav><a href="/">Home</a> <a href="/news">News of the day</a></nav><h1>Cranes at work again</h1>
<p>The gantry cranes at the <a href="/quay">north quay</a> stood still for <b>six</b> weeks.</p>
<p class="ad">Buy a crane today, and pay for it when the next year is over.</p>
<p>&ldquo;They move again,&rdquo; the harbour master said.</p><ul><li>Short</li><li>Shorter</li></ul>
<script>{"text": "The gantry cranes at the north quay stood still for six weeks."}</script></body></html>"""
TEXT_OF_PAGE = """Cranes at work again

The gantry cranes at the north quay stood still for six weeks.

“They move again,” the harbour master said.

Short
Shorter"""


def test_words_that_stay_are_found_and_each_stretch_between_is_an_edit() -> None:
    edits = align(PAGE, TEXT_OF_PAGE, WHY)
    assert apply_edits(PAGE, edits) == TEXT_OF_PAGE
    pieces = [(PAGE[edit.start : edit.end], edit.inserted) for edit in edits]
    assert ('<a href="/quay">', "") in pieces
    assert ("</b>", "") in pieces
    assert ("</li><li>", "\n") in pieces
    # Only the words beside the entities had to be put in again.
    assert "".join(inserted for _, inserted in pieces).replace("\n", "") == "“They move again,”"


@pytest.mark.parametrize(
    ("markup", "text"),
    [
        ("<p>word and word</p>" * 4_000, "word and word\n" * 4_000),
        ("<p>" + "a b " * 40_000, ("a b " * 100 + "\n") * 400),
        (">" + " " * 100_000 + "<" + "> <" * 20_000, "no line of this text stands in the markup at all\n" * 500),
        ("<b>x</b>" * 10_000, "x" * 10_000),
    ],
    ids=["one line again and again", "one line without end", "white space", "a tag at every letter"],
)
def test_no_page_takes_long(markup: str, text: str) -> None:
    started = time.process_time()
    edits = align(markup, text, WHY)
    assert time.process_time() - started < 2
    assert apply_edits(markup, edits) == text
