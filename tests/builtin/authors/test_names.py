"""What a name looks like."""

from __future__ import annotations

import pytest

from ingest.builtin.authors.names import is_name


@pytest.mark.parametrize("letter", ["ก", "अ", "ا", "ක", "a", "的"])
def test_a_word_of_any_script_takes_no_longer_the_longer_it_is(letter: str) -> None:
    # Words of this length took longer than anybody waits, in scripts whose vowels are marks.
    assert not is_name(f"{letter * 28} {letter * 28}1")
