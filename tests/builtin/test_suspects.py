"""The quick look for lines that may be boilerplate misses none."""

from __future__ import annotations

import tomllib
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.builtin.phrases import fold, vocabulary
from ingest.builtin.suspects import VOCABULARIES, Index, suspects

CASES = Path(__file__).parents[1] / "cases"
LABELS = sorted(label for name in VOCABULARIES for label in vocabulary(name).labels)
TRIGGERS = sorted({trigger for name in VOCABULARIES for rule in vocabulary(name).rules for trigger in rule.triggers})
SEPARATORS = ("", " ", " | ", "·", "\t", "/", ", ", " 36 ", " 1.2k ", "(", "…", " — ", ". ", "\u3000", " ٣ ", "K")


@st.composite
def lines_of_labels(draw: st.DrawFn) -> str:
    """Labels in any case, with anything between them and around them that may stand there, or next to it."""
    case = draw(st.sampled_from((str, str.title, str.capitalize, str.upper, str.swapcase)))
    labels = draw(st.lists(st.sampled_from(LABELS), min_size=1, max_size=3))
    parts = [piece for label in labels for piece in (draw(st.sampled_from(SEPARATORS)), case(label).replace("Ss", "ß"))]
    return "".join((*parts, draw(st.sampled_from(SEPARATORS))))


def golden_lines() -> list[str]:
    tables = [
        case for name in VOCABULARIES for case in tomllib.loads((CASES / f"{name}.toml").read_text("utf-8"))["case"]
    ]
    return sorted({line for case in tables for line in case["input"].split("\n")})


@given(st.lists(lines_of_labels() | st.text() | st.sampled_from(LABELS), min_size=1, max_size=8))
def test_no_line_of_labels_is_missed(drawn: list[str]) -> None:
    lines = "\n".join(drawn).split("\n")
    found = suspects("\n".join(lines))
    for name in VOCABULARIES:
        matched = [
            index for index, line in enumerate(lines) if vocabulary(name).match_labels(line, inside=False) is not None
        ]
        assert set(matched) <= set(found[name].labels)


@given(st.lists(st.sampled_from(TRIGGERS) | st.text(max_size=5) | st.just("İ\n"), max_size=30))
def test_no_trigger_is_missed(pieces: list[str]) -> None:
    lines = "".join(pieces).split("\n")
    found = suspects("\n".join(lines))
    for name in VOCABULARIES:
        for index, line in enumerate(lines):
            held = {
                place
                for place, rule in enumerate(vocabulary(name).rules)
                if any(trigger in fold(line) for trigger in rule.triggers)
            }
            assert found[name].phrases.get(index, set()) == held


@pytest.mark.parametrize("name", VOCABULARIES)
def test_the_triggers_of_a_rule_are_part_of_what_its_patterns_match(name: str) -> None:
    """A pattern whose trigger is misspelt would never be tried."""
    words = vocabulary(name)
    for line in golden_lines():
        for rule in words.rules:
            if rule.patterns is not None and rule.patterns.fullmatch(line.strip()):
                assert any(trigger in fold(line) for trigger in rule.triggers), (rule.code, line)


def test_case_is_no_matter_not_even_that_of_the_turkish_i() -> None:
    line = "BİZİ TAKİP EDİN"
    assert suspects(line)["sharing"].phrases == {
        0: {place for place, rule in enumerate(vocabulary("sharing").rules) if rule.code == "follow"}
    }
    assert vocabulary("sharing").match_phrase(line, [2], inside=False) is not None


def test_lines_too_long_for_a_phrase_are_left_out() -> None:
    assert not suspects("newsletter " * 100)["newsletters"].phrases


def test_a_second_thread_may_look_at_other_lines_meanwhile() -> None:
    index = Index({name: vocabulary(name) for name in VOCABULARIES})
    expected = index.find(["Share"])

    class Overtaken(dict[str, Sequence[tuple[str, int]]]):
        """Shows its keys, and has another text looked at before these are compared."""

        def keys(self) -> Any:
            index._known = {}
            index.find(["Imprint"])
            return super().keys()

    index._known = Overtaken(index._known)
    assert index.find(["Share"]) == expected
