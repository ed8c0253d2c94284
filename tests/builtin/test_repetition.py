"""What holds for second copies whatever the text."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.builtin.repetition import Repetition
from ingest.document import Document

URL = "https://lock.example/"
PARAGRAPHS = (
    "The keeper opened the weir on Monday, a week before anybody had expected him to do so, and went fishing.",
    "Nobody has seen him since, though his hat came by the mill at noon, upside down and with a small eel in it.",
    "河边的老屋里总是多一把椅子，少一把刀。祖母说，分享的东西会变多，于是把馒头掰成两半。",
)
LINES = (
    "",
    "News",
    "NEWS",
    "Rivers",
    "Weirs",
    "Boats",
    "About the lock",
    "Nobody has seen him since, though…",
    *PARAGRAPHS,
)
TEXTS = st.lists(st.sampled_from(LINES), max_size=60).map("\n".join)


def fold(line: str) -> str:
    return " ".join(line.casefold().split())


@given(TEXTS)
def test_one_copy_of_everything_stays(text: str) -> None:
    step = Repetition(block_lines=3, teasers=False)
    after = step.apply(Document("x", text, url=URL)).text
    assert set(map(fold, after.split("\n"))) - {""} == set(map(fold, text.split("\n"))) - {""}


@given(TEXTS)
def test_the_reason_names_the_line_that_stays(text: str) -> None:
    lines = text.split("\n")
    doc = Repetition(block_lines=3).apply(Document("x", text, url=URL))
    places = [text.count("\n", 0, edit.start) for edit in doc.edits]
    for place, edit in zip(places, doc.edits, strict=True):
        kept = int(edit.reason.value.removeprefix("as in line ")) - 1
        assert kept not in places
        if edit.reason.code == "teaser":
            assert fold(lines[kept]).startswith(fold(lines[place]).rstrip("…"))
        else:
            assert fold(lines[kept]) == fold(lines[place])


@given(TEXTS)
def test_nothing_goes_where_nothing_shows_a_web_page(text: str) -> None:
    doc = Document("x", text)
    assert Repetition(block_lines=3).apply(doc) is doc


@pytest.mark.parametrize("size", [1, 2, 3, 5, 8])
def test_an_article_laid_out_twice_is_kept_once(size: int) -> None:
    article = [f"In the year {year} {PARAGRAPHS[0].lower()}" for year in range(1900, 1900 + size)]
    doc = Repetition().apply(Document("x", "\n\n".join(article * 2), url=URL))
    assert [line for line in doc.text.split("\n") if line] == article
