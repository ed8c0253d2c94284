"""Which characters a text holds, and which of them composition leaves alone."""

from __future__ import annotations

import sys
import unicodedata

from hypothesis import given
from hypothesis import strategies as st

from ingest.builtin import normalise
from ingest.builtin.characters import unusual

PLAIN = {"\t", "\n", *map(chr, range(0x20, 0x7F))}


@given(st.text(st.characters(exclude_categories=[])))
def test_every_character_is_told_but_plain_ones(text: str) -> None:
    for long in (text, text + "plain text\n" * 200):
        assert unusual(long) == "".join(sorted(set(long) - PLAIN))


def test_what_counts_as_stable_is_neither_changed_by_composition_nor_joined_to_what_stands_in_front() -> None:
    everything = [chr(code) for code in range(sys.maxunicode + 1) if not 0xD800 <= code <= 0xDFFF]
    stable = {char for char in everything if normalise._UNSTABLE.search(char) is None}
    assert {"é", "Ж", "漢", "한", "—", "€"} <= stable
    assert {
        char for char in stable if unicodedata.normalize("NFC", char) != char or unicodedata.combining(char)
    } == set()
    joined = {part for char in everything for part in unicodedata.normalize("NFD", char)[1:]}
    assert stable & joined == set()


@given(st.text(st.characters(exclude_categories=["Cs"])))
def test_a_text_is_composed_as_a_whole(text: str) -> None:
    assert normalise._compose(text, unusual(text)) == unicodedata.normalize("NFC", text)
