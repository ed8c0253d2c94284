from __future__ import annotations

import ftfy
import pytest
from ftfy.badness import MOJIBAKE_CATEGORIES
from hypothesis import example, given, settings
from hypothesis import strategies as st

from ingest.builtin.repair import Repair, fixer_config, repair
from ingest.document import Author
from ingest.testing import run_step

CODECS = (
    "windows-1252", "sloppy-windows-1252", "windows-1251", "windows-1250", "windows-1253", "windows-1254",
    "windows-1257", "latin-1", "mac-roman", "cp437", "iso-8859-2",
)  # fmt: skip
SENTENCES = (
    "“It’s the river’s fault”, said the café’s owner — naïvely…",
    "Überall größere Brücken, für 5 € je Fuß.",
    "À l’été, l’œuf doré dînait près de l’Église.",
    "¿Qué pasó? ¡El pingüino llegó a mediodía!",
    "Ile de l'Œuvre, ½ ° № ™ § ¶ × ÷",
    "Вчера вечером в деревне снова отключили воду.",
    "В.Р.Г.С. «Да», — сказал он.",
    "Καλημέρα, Ο.Γ. Ξέρεις τι ώρα είναι;",
    "Zażółć gęślą jaźń, źdźbło",
    "İstanbul’da ışık ve çay",
    "Žluťoučký kůň, Ķīna, Rīga, Lietuvių kalba",
    "昨天晚上村里又停水了，孩子们也跟着去了。",
    "これは日本語の文章です。",
    "مرحبا بالعالم. می‌روم",
    "שלום עולם",
    "नमस्ते दुनिया",
    "👩‍🚒 puts 😀 into the lamp",
    "plain ASCII text without anything in it",
)
ODD = (
    "&amp;", "&lt;b&gt;", "&eacute;", "&#233;", "&#x27;", "&nbsp;", "<b>", "\x85", "\x9d", "\x81", "\x1b[31m", "\ud83d",
    "\ude00", "\ud83d\ude00", "\ufeff", "\x00", "\x0b", "\x0c", "\r", "\u2028", "\xa0", "\xad", "\ufffd", "Â ", "Ã ",
    "à ", "Ã", "Â", "Â\xa0", "â€œ", "â€", "Ù‚", "œ", "‚", "Ђ", "ï»¿", "\ufffe",
)  # fmt: skip
SIGNS = "".join(sorted(set("".join(MOJIBAKE_CATEGORIES.values()))))


def broken(text: str, codec: str, errors: str) -> str:
    """Read text that was written as UTF-8 in another charset."""
    return text.encode("utf-8", "surrogatepass").decode(codec, errors)


def mojibake(texts: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    return st.builds(broken, texts, st.sampled_from(CODECS), st.sampled_from(["replace", "ignore"]))


ARBITRARY = st.text(st.characters(codec=None), max_size=30)
CLEAN = st.sampled_from(SENTENCES)
PIECES = st.one_of(
    CLEAN,
    mojibake(CLEAN),
    mojibake(mojibake(CLEAN)),
    mojibake(ARBITRARY),
    ARBITRARY,
    st.sampled_from(ODD),
    st.text(st.sampled_from(SIGNS + " aA.\n"), max_size=12),
)
LINES = st.lists(PIECES, max_size=4).map("".join)
TEXTS = st.builds(str.join, st.sampled_from(["\n", "\n\n", "\r\n", " ", "\n "]), st.lists(LINES, max_size=5))


def same(text: str, *, entities: bool) -> None:
    assert repair(text, entities=entities) == ftfy.fix_text(text, fixer_config(entities=entities))


@settings(max_examples=3000, deadline=None)
@given(TEXTS, st.booleans())
@example("Â bien sÃ»r\nÃ  la mode", False)
@example("l’été œ\nœ ", False)
@example("В-Р Γ:Ο", False)
def test_mends_as_ftfy_does(text: str, entities: bool) -> None:
    same(text, entities=entities)


@settings(max_examples=300, deadline=None)
@given(ARBITRARY, st.booleans())
def test_mends_arbitrary_text_as_ftfy_does(text: str, entities: bool) -> None:
    same(text, entities=entities)


@settings(max_examples=300, deadline=None)
@given(TEXTS)
def test_mends_line_by_line(text: str) -> None:
    assert repair(text) == "\n".join(map(repair, text.split("\n")))


@pytest.mark.parametrize("piece", ["â€œ", "œ", "Ã ", "&amp;", "\x85", "Â "])
def test_very_long_lines(piece: str) -> None:
    filler = "the river carries the lamps away "
    for size in (999_990, 1_000_000, 1_000_010):
        line = (filler * (size // len(filler) + 1))[:size]
        same(f"{line}{piece}{filler}\n{piece}", entities=True)


@pytest.mark.parametrize("entities", [True, False])
def test_a_line_of_two_million_characters(entities: bool) -> None:
    same("naïve café, l’été à Paris " * 80_000 + "â€œ Ð¿Ñ€Ð¸ &eacute;", entities=entities)


@pytest.mark.parametrize("text", SENTENCES)
def test_leaves_clean_text_alone(text: str) -> None:
    assert repair(text, entities=True) == text


@pytest.mark.parametrize(
    "text",
    [
        "“curly” ‘quotes’ stay",
        "ﬁne ligatures, Ǆ and ĳ",
        "全角：，！　ＡＢＣ",
        "e\u0301 stays decomposed",
        "one\r\ntwo\u2028three",
        "10³ ½ ™",
        "if (a &lt; b) { }",
    ],
)
def test_style_is_not_damage(text: str) -> None:
    assert repair(text) == text


@pytest.mark.parametrize("text", ["Â© 2024", "â€œYesâ€\x9d", "cafÃ©", "ÐŸÑ€Ð¸Ð²ÐµÑ‚", "Ã¼ber"])
def test_mends_mojibake(text: str) -> None:
    assert repair(text) == text.encode("sloppy-windows-1252").decode("utf-8")


def test_entities_only_in_plain_text_without_markup() -> None:
    assert run_step(Repair(), "a &amp; b").text == "a & b"
    assert run_step(Repair(), "a &amp; b", media_type="text/html").text == "a &amp; b"
    assert run_step(Repair(), "&amp;\n<b>").text == "&amp;\n<b>"
    assert run_step(Repair(entities=False), "a &amp; b").text == "a &amp; b"


def test_titles_and_names_are_mended_too() -> None:
    doc = run_step(
        Repair(), "x", title="CafÃ©", site="LumiÃ¨re", authors=(Author("JosÃ© Ãbalo"),), metadata={"k": "Ã¼ber"}
    )
    assert (doc.title, doc.site, doc.metadata["k"]) == ("Café", "Lumière", "über")
    assert doc.authors[0].name == ftfy.fix_text("JosÃ© Ãbalo", fixer_config(entities=True))
