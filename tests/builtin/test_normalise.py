from __future__ import annotations

import time
import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ingest.builtin.normalise import Normalise, normalise
from ingest.testing import run_step

ZWNJ, ZWJ, ZWSP, SHY, NBSP = "\u200c", "\u200d", "\u200b", "\xad", "\xa0"
ODD = st.sampled_from(
    list(
        "\r\n\t \x0b\x0c\x85\u2028\u2029\x00\x1b\x7f\x9d\xad\ufeff\u2060\u206a\ufff9\ufffc\u200b\u200c\u200d\u200e\u200f"
    )
    + list("\u202a\u202e\u2066\u2069\xa0\u202f\u2003\u3000aeén\u0301\u0303می\u064eกานिमहक्ษא中か\u3099한ᄒ")
    + ["👩", "🚒", "❤", "\ufe0f", "\U0001f1e9", "\U000e0067"]
)


@settings(max_examples=1500, deadline=None)
@given(st.lists(ODD | st.characters(codec="utf-8"), max_size=25).map("".join), st.booleans())
def test_once_is_enough(text: str, spaces: bool) -> None:
    once = normalise(text, spaces=spaces)
    assert normalise(once, spaces=spaces) == once


@settings(max_examples=800, deadline=None)
@given(st.lists(ODD | st.characters(codec="utf-8"), max_size=25).map("".join), st.booleans())
def test_what_holds_of_every_result(text: str, spaces: bool) -> None:
    result = normalise(text, spaces=spaces)
    assert unicodedata.is_normalized("NFC", result)
    assert not any(line.endswith((" ", "\t")) for line in result.split("\n"))
    assert not set(result) & set("\r\x0b\x85\u2028\u2029\ufeff\xad\u2060\x00\x7f")
    if spaces:
        assert not set(result) & set("\xa0\u202f\u2003\u2009")


@settings(max_examples=300, deadline=None)
@given(st.text(st.characters(categories=["L", "N", "P", "M"]), max_size=30))
def test_visible_text_is_only_composed(text: str) -> None:
    assert normalise(text) == unicodedata.normalize("NFC", text)


@pytest.mark.parametrize("text", ["یک خانه‌ی می‌روم کتاب‌ها", "नमस्ते क्‍ष क्‌ष", "శ్రీ‌మతి", "ශ්‍රී", "👩‍🚒 👨‍👩‍👧 🏳️‍🌈 ❤️‍🔥", "ᠮᠣᠩᠭᠣᠯ"])
def test_joiners_that_mean_something_stay(text: str) -> None:
    assert normalise(text) == text


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (f"gesprungen{ZWNJ} ist", "gesprungen ist"),
        (f"Auf{ZWNJ}lage", "Auflage"),
        (f"{ZWJ}start and end{ZWJ}", "start and end"),
        (f"a{ZWJ}{ZWNJ}{ZWJ}b", "ab"),
        (f"{ZWNJ}می{ZWNJ}روم{ZWNJ}", f"می{ZWNJ}روم"),
        (f"中{ZWJ}文", "中文"),
    ],
)
def test_stray_joiners_go(text: str, expected: str) -> None:
    assert normalise(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (f"ข้าม{ZWSP}แม่น้ำ", f"ข้าม{ZWSP}แม่น้ำ"),
        (f"ទន្លេ{ZWSP}ធំ", f"ទន្លេ{ZWSP}ធំ"),
        (f"long{ZWSP}word", "longword"),
        (f"แม่น้ำ{ZWSP}{ZWSP}ใหญ่ and a{ZWSP}b", f"แม่น้ำ{ZWSP}ใหญ่ and ab"),
        (f"{ZWSP}中{ZWSP}文", "中文"),
    ],
)
def test_zero_width_spaces_stay_where_they_part_words(text: str, expected: str) -> None:
    assert normalise(text) == expected


def test_directional_marks_stay_in_right_to_left_text_only() -> None:
    assert normalise("abc\u200e def\u202c\u2066") == "abc def"
    for text in ("\u202bשלום\u202c abc", "قال \u200eabc\u200f هنا"):
        assert normalise(text) == text


def test_odd_spaces_by_option() -> None:
    text = f"Qui{NBSP}? 10\u202f000\u2009km"
    assert normalise(text) == "Qui ? 10 000 km"
    assert normalise(text, spaces=False) == text
    assert run_step(Normalise(spaces=False), text).text == text


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a\r\nb\rc\nd", "a\nb\nc\nd"),
        ("a\u2028b\u2029c\x85d\x0be", "a\nb\n\nc\nd\ne"),
        ("page\x0cpage", "page\x0cpage"),
        ("a \t\nb  \n\n", "a\nb\n\n"),
        ("  indented\n\tcode", "  indented\n\tcode"),
        ("Schiff\u00adfahrt", "Schifffahrt"),
        ("全角　空白", "全角　空白"),
        ("e\u0301te\u0301", "été"),
        ("10³ ﬁ Ａ ½", "10³ ﬁ Ａ ½"),
        ("null\x00 bell\x07", "null bell"),
    ],
)
def test_spelling(text: str, expected: str) -> None:
    assert normalise(text) == expected


def test_titles_and_names_too() -> None:
    doc = run_step(Normalise(), "x", title=f"Cafe\u0301{NBSP}bar", metadata={"section": "a\u200bb"})
    assert (doc.title, doc.metadata["section"]) == ("Café bar", "ab")


@pytest.mark.parametrize(
    "piece", [" ", "\t ", ZWNJ, ZWSP, f"{ZWSP}ก", f"a{ZWJ}", "\r", "\u200e", NBSP, "\u0301", " \n", f"می{ZWNJ}"]
)
def test_time_grows_with_the_text_and_no_faster(piece: str) -> None:
    def seconds(times: int) -> float:
        text = f"é{piece * times}b\n"
        started = time.process_time()
        normalise(text)
        return time.process_time() - started

    # Quadratic time would take minutes.
    assert seconds(300_000) < 5
