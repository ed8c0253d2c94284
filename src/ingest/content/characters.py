"""Kinds of characters, counted for many texts at once."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Sequence
from functools import cache

import numpy as np
import numpy.typing as npt

__all__ = [
    "BAR",
    "CASELESS",
    "DIGIT",
    "END",
    "KINDS",
    "LOWER",
    "OTHER",
    "PAUSE",
    "SIGN",
    "SPACE",
    "UPPER",
    "WIDE",
    "Kinds",
    "character_kinds",
    "code_points",
    "count_kinds",
    "script_kinds",
]

Kinds = npt.NDArray[np.uint8]
Index = npt.NDArray[np.int64]

SPACE, DIGIT, UPPER, LOWER, CASELESS, WIDE, END, PAUSE, BAR, SIGN, OTHER = range(1, 12)
KINDS = OTHER + 1
PLANE = 0x10000
_PUNCTUATION = {END: ".!?…。！？؟।۔", PAUSE: ",;:、，；：،", BAR: "|»›>•·/←→", SIGN: "@#©®™$€£¥"}
# Kinds of characters by their tests, the first that holds.
_TESTS: tuple[tuple[int, Callable[[str], bool]], ...] = (
    (SPACE, str.isspace),
    (DIGIT, str.isdigit),
    (UPPER, str.isupper),
    (LOWER, str.islower),
    (WIDE, lambda char: "\u2e80" <= char <= "\ud7ff"),
    (CASELESS, str.isalpha),
    *((kind, chars.__contains__) for kind, chars in _PUNCTUATION.items()),
    (OTHER, lambda _: True),
)


@cache
def character_kinds() -> Kinds:
    """Give the kind of every character of the basic plane, by a test on each alone.

    The punctuation of East Asian scripts counts as wide, as the model of blocks was trained to see it.
    """
    kinds = np.zeros(PLANE, np.uint8)
    for code in range(PLANE):
        char = chr(code)
        kinds[code] = next(kind for kind, test in _TESTS if test(char))
    return kinds


@cache
def script_kinds() -> Kinds:
    """Give the same with marks of vowels as letters without case, and punctuation as what it is in any script."""
    kinds = character_kinds().copy()
    for code in range(PLANE):
        if unicodedata.category(chr(code)).startswith("M"):
            kinds[code] = CASELESS
    for kind, chars in _PUNCTUATION.items():
        kinds[[ord(char) for char in chars]] = kind
    return kinds


def code_points(text: str) -> npt.NDArray[np.uint32]:
    """Give the numbers of the characters of a text."""
    return np.frombuffer(text.encode("utf-32-le", "surrogatepass"), np.uint32)


def count_kinds(texts: Sequence[str]) -> tuple[npt.NDArray[np.float32], Kinds, Kinds]:
    """Count the kinds of characters in each text, as (texts, KINDS), with the kinds of its first and last one.

    Characters beyond the basic plane count as letters without case.
    """
    lengths = np.fromiter(map(len, texts), np.int64, len(texts))
    codes = code_points("".join(texts))
    kinds = np.where(codes < PLANE, character_kinds()[np.minimum(codes, PLANE - 1)], CASELESS).astype(np.uint8)
    ends = np.cumsum(lengths)
    owner = np.repeat(np.arange(len(texts)) * KINDS, lengths)
    counts = np.bincount(owner + kinds, minlength=len(texts) * KINDS).reshape(len(texts), KINDS)
    return counts.astype(np.float32), kinds[ends - lengths], kinds[ends - 1]
