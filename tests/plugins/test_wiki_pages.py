"""The plugin `wiki_pages`."""

from __future__ import annotations

from pathlib import Path

import pytest
from pydantic import ValidationError

from ingest.testing import check_step, load_plugin, run_step

plugin = load_plugin(Path(__file__).parents[2] / "plugins/wiki_pages.py")
WikiPages = plugin.WikiPages

PAGE = """\
For other uses, see Lighthouse (disambiguation).
Contents
History
References
The old light[1] stands on a rock.[12][citation needed]
History [edit]
Main article: History of the old light
It was built twice, see [the plan] and a list[i].
References[edit]
1. Somebody, A book
External links
A site
"""
PROSE = """\
Contents
History
References
The old light stands on a rock.
History
It was built twice, see [the plan] and a list[i].
"""


def test_a_page_keeps_its_prose() -> None:
    doc = run_step(WikiPages(), PAGE)
    assert doc.text == PROSE
    assert [edit.reason.code for edit in doc.edits] == [
        "hatnote",
        "reference_mark",
        "reference_mark",
        "reference_mark",
        "edit_mark",
        "hatnote",
        "end_lists",
    ]
    assert {edit.reason.value for edit in doc.edits} == {""}


@pytest.mark.parametrize(
    ("options", "stays", "goes"),
    [
        ({"lists": False}, "1. Somebody", "[12]"),
        ({"marks": False}, "[12]", "1. Somebody"),
        ({"hatnotes": False}, "Main article:", "[edit]"),
        ({"languages": ["de"]}, "1. Somebody", "[edit]"),
    ],
)
def test_each_rule_can_be_switched_off(options: dict[str, object], stays: str, goes: str) -> None:
    text = run_step(WikiPages(**options), PAGE).text
    assert stays in text
    assert goes not in text


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("Das Licht[3] steht.[Anm. 1]\nWeblinks[Bearbeiten | Quelltext bearbeiten]\nSeite", "Das Licht steht.\n"),
        (
            "Le phare [1], vieux.\nHistoire[modifier | modifier le code]\nVoir aussi\nPage",
            "Le phare, vieux.\nHistoire\n",
        ),
        ("El faro.[2]\nHistoria[editar]\nVéase también\nPágina", "El faro.\nHistoria\n"),
        ("Latarnia[1].\nZobacz też[edytuj | edytuj kod]\nStrona", "Latarnia.\n"),
        ("Маяк[1].\nСм. также[править | править код]\nСтраница", "Маяк.\n"),
        ("灯台[1]。\n関連項目[編集]\nページ", "灯台。\n"),
        ("== Text ==\nProse here.\n== See also ==\nPage", "== Text ==\nProse here.\n"),
    ],
)
def test_pages_of_several_languages(text: str, wanted: str) -> None:
    assert run_step(WikiPages(), text).text == wanted


@pytest.mark.parametrize(
    "text",
    [
        "References\nOnly a list, so the page would be empty.",
        "Notes\n" + "The first section of a page on music has this name, and goes on. " * 3,
        "He said that references matter.\nSee also the second chapter of it, said she.",
        "He wrote [sic] and [12345] and f[x] and [edited].",
        "The page redirects here and there.",
    ],
)
def test_prose_that_looks_like_it_stays(text: str) -> None:
    assert run_step(WikiPages(), text).text == text


def test_a_heading_that_may_stand_in_the_middle_counts_from_half_of_the_text_on() -> None:
    assert run_step(WikiPages(), "Long prose on a subject.\nNotes\n1. A\n").text == "Long prose on a subject.\n"


def test_an_unknown_language_is_refused() -> None:
    with pytest.raises(ValidationError, match="'de', 'en'"):
        WikiPages(languages=["xx"])


def test_it_keeps_the_rules_of_a_step() -> None:
    check_step(WikiPages())
