"""What of a text is shown to a backend."""

from __future__ import annotations

import re
from functools import lru_cache

__all__ = ["has_letters", "pieces_of", "sample_of", "words_of"]

_ADDRESS = re.compile(r"(?:https?://|www\.)\S+|[^\s@]{1,64}@\S+")
_DIGITS = re.compile(r"[\d_]+")
# Stretches that a long text is sampled in: its start may be in another language than its body.
STRETCHES = 3
# Pieces that say by themselves which language they are in: how many, and the least and the most characters of one.
PIECES = (4, 2)
PIECE_CHARS = (50, 150)


def sample_of(text: str, max_chars: int) -> str:
    """Give the words of a text, or of equal stretches of it from the start to the end if it is longer than that."""
    if len(text) <= max_chars:
        return words_of(text)
    size = max_chars // STRETCHES
    step = (len(text) - size) // (STRETCHES - 1)
    return " ".join(words_of(text[start : start + size]) for start in range(0, STRETCHES * step, step))


def words_of(text: str) -> str:
    """Give a text without addresses, digits and line breaks: they are in no language, or in English everywhere."""
    if "@" in text or "://" in text or "www." in text:
        text = _ADDRESS.sub(" ", text)
    return " ".join(_DIGITS.sub(" ", text).split())


def pieces_of(sample: str) -> list[str]:
    """Give pieces of a sample from its start to its end, each long enough to tell its language; none if it is short."""
    # Halves of halves, so that a text that changes in its middle is cut there.
    count = next((count for count in PIECES if len(sample) >= count * PIECE_CHARS[0]), 0)
    if not count:
        return []
    starts = [_start(sample, len(sample) * number // count) for number in range(count)]
    ends = [*starts[1:], len(sample)]
    return [sample[start : min(end, start + PIECE_CHARS[1])] for start, end in zip(starts, ends, strict=True)]


def _start(sample: str, place: int) -> int:
    """Give the start of the next word, if there is one near."""
    space = sample.find(" ", place, place + 20) if place else -1
    return space + 1 if space >= 0 else place


def has_letters(text: str, least: int) -> bool:
    """Say whether there are at least so many letters in a text."""
    return _letters(least).match(text) is not None


@lru_cache(maxsize=16)
def _letters(least: int) -> re.Pattern[str]:
    return re.compile(rf"(?:[\W\d_]*+[^\W\d_]){{{least}}}")
