"""What is measured of the lines of a text whose markup is gone, for all of them at once.

Nothing here asks which language a line is in: letters count by whether they have case and how wide they are, and a sentence
is what ends as sentences do in any script. Words come beside it, for a model to know some of them.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from ingest.content.characters import (
    BAR,
    CASELESS,
    DIGIT,
    END,
    KINDS,
    LOWER,
    OTHER,
    PAUSE,
    PLANE,
    SIGN,
    SPACE,
    UPPER,
    WIDE,
    code_points,
    script_kinds,
)

__all__ = ["FlatPage", "read_flat"]

Array = npt.NDArray[np.float32]
Numbers = npt.NDArray[Any]
Index = npt.NDArray[np.int64]
Mask = npt.NDArray[np.bool_]

_QUOTES = frozenset("\"'”’»)]』」")
_ENDS = frozenset(".!?…。！？؟।۔")
_COLONS = frozenset(":：")
_BULLET = re.compile(r"(?:[-*•+·–‣▪◦○●■□►▶»]|\d{1,3}[.)])\s")
# Lines of running text: so many characters, or fewer of those that are a syllable or a word each.
RUNNING_CHARS = 60
WIDE_RUNNING_CHARS = 25
LONG_CHARS = 80
WIDE_LONG_CHARS = 30
# What a line of a title's length must have to be looked for in it.
TITLE_CHARS = 5
# A line speaks for content from so many words on; one that doesn't end like a sentence speaks against it by at least that.
ENOUGH_WORDS = 10
UNENDED = -2
# Lines beyond these are far away.
FAR = 50
RUN = 30
# Words of a line that are looked at, and the characters that they are looked for in.
MOST_WORDS = 10
WORD_CHARS = 120
# Lines before and behind that count as near, closely and widely.
WINDOWS = (3, 12)


@dataclass(frozen=True, slots=True)
class FlatPage:
    """The lines of a text that are not blank, and what is measured of them."""

    rows: Index
    """Which lines they are."""
    chars: Index
    """The characters of each, without the white space around it."""
    features: Array
    """As (lines, features), each about between -1 and 2."""
    is_running: Mask
    """Whether each is running text: long enough, and with the end of a sentence."""
    words: Sequence[Sequence[str]]
    """The words that each begins with, lower case."""
    spans: tuple[Index, Index]
    """The first line, and the one behind the last, of the stretches that each line stands in, as (stretches, lines)."""

    def __len__(self) -> int:
        return len(self.rows)


def read_flat(lines: Sequence[str], title: str = "") -> FlatPage | None:
    """Measure the lines of a text; nothing if all of them are blank.

    Args:
        lines: all lines of the text, without their line breaks.
        title: the title of the text, where one is known.
    """
    stripped = [line.strip() for line in lines]
    rows = np.flatnonzero(np.fromiter(map(bool, stripped), np.bool_, len(lines)))
    if not len(rows):
        return None
    texts = [text for text in stripped if text]
    chars = np.fromiter(map(len, texts), np.int64, len(texts))
    indents = np.array([len(lines[row]) - len(lines[row].lstrip()) for row in rows.tolist()])
    blank_before = np.diff(rows, prepend=-1) - 1
    features, running = _features(texts, chars, indents, blank_before, title)
    words = [text[:WORD_CHARS].lower().split(None, MOST_WORDS)[:MOST_WORDS] for text in texts]
    return FlatPage(rows, chars, features, running, words, _spans(blank_before))


def _features(
    texts: Sequence[str], chars: Index, indents: Index, blank_before: Index, title: str
) -> tuple[Array, Mask]:
    """Give the features of the lines, and which of them are running text."""
    counts, words, capitals, inner, first, last = _characters(texts, chars)
    quoted, ended, colon = _endings(texts, last)
    sentence = (last == END) | ended
    wide = counts[:, WIDE] * 2 > chars
    running = ((chars >= RUNNING_CHARS) & (sentence | (inner > 0))) | (wide & (chars >= WIDE_RUNNING_CHARS) & sentence)
    long = (chars >= LONG_CHARS) | (wide & (chars >= WIDE_LONG_CHARS))
    bullet = _bullets(texts, first)
    seen, again = _repeats(texts)
    columns = [
        *_text_features(counts, chars, words, capitals, inner),
        *(last == END, last == PAUSE, colon, quoted, ended, last == DIGIT, last == BAR, last >= SIGN),
        *(first == UPPER, first == DIGIT, first == LOWER, first >= END, first == SIGN),
        *(words <= 1, words <= 3, long, running, np.minimum(indents, 8) / 8, bullet),
        *_blanks(blank_before),
        *(np.log(seen) / 2, again, _in_title(texts, chars, title)),
        *_place(chars, words, sentence, running, long),
        *_page(counts, chars, [blank_before > 0, sentence, bullet, seen > 1, running], running, long, bool(title)),
    ]
    features = np.empty((len(columns), len(texts)), np.float32)
    for row, column in enumerate(columns):
        features[row] = column
    return features.T, running


def _characters(texts: Sequence[str], chars: Index) -> tuple[Array, Array, Array, Array, Index, Index]:
    """Count in each line the kinds of characters, words, words with a capital, and sentences that end inside.

    Also give the kinds of the first and the last character.
    """
    count = len(texts)
    codes = code_points("\n".join(texts))
    kinds = script_kinds()[np.minimum(codes, PLANE - 1)]
    kinds[codes >= PLANE] = CASELESS
    starts = np.cumsum(chars + 1) - chars - 1
    owner = np.repeat(np.arange(count), chars + 1)[: len(kinds)]
    counts = np.bincount(owner * KINDS + kinds, minlength=count * KINDS).reshape(count, KINDS).astype(np.float32)
    # The line breaks that they were joined with.
    counts[:-1, SPACE] -= 1
    in_word = (kinds >= DIGIT) & (kinds <= WIDE)
    begins = in_word.copy()
    begins[1:] &= ~in_word[:-1]
    ends = np.flatnonzero(kinds[:-1] == END)
    ends = ends[kinds[ends + 1] == SPACE]
    # An end in front of a line break is the line's own end.
    inside = ends[owner[ends] == owner[np.minimum(ends + 2, len(owner) - 1)]]
    words, capitals, inner = (
        np.bincount(owner[at], minlength=count).astype(np.float32)
        for at in (np.flatnonzero(begins), np.flatnonzero(begins & (kinds == UPPER)), inside)
    )
    # A wide character is about half a word.
    words = np.maximum(words + counts[:, WIDE] * np.float32(0.5), 1)
    return counts, words, capitals, inner, kinds[starts].astype(np.int64), kinds[starts + chars - 1].astype(np.int64)


def _endings(texts: Sequence[str], last: Index) -> tuple[Mask, Mask, Mask]:
    """Say which lines end in a quote or bracket, in one behind the end of a sentence, and in a colon."""
    quoted, ended, colon = (np.zeros(len(texts), np.bool_) for _ in range(3))
    for row in np.flatnonzero((last == OTHER) | (last == BAR)).tolist():
        text = texts[row]
        quoted[row] = text[-1] in _QUOTES
        ended[row] = quoted[row] and text[-2:-1] in _ENDS
    for row in np.flatnonzero(last == PAUSE).tolist():
        colon[row] = texts[row][-1] in _COLONS
    return quoted, ended, colon


def _bullets(texts: Sequence[str], first: Index) -> Mask:
    found = np.zeros(len(texts), np.bool_)
    for row in np.flatnonzero((first == DIGIT) | (first > WIDE)).tolist():
        found[row] = _BULLET.match(texts[row]) is not None
    return found


def _repeats(texts: Sequence[str]) -> tuple[Array, Mask]:
    """Say how often each line stands in the text, and whether it stood there before."""
    counts: dict[str, int] = {}
    again = np.zeros(len(texts), np.bool_)
    for row, text in enumerate(texts):
        before = counts.get(text, 0)
        again[row] = before > 0
        counts[text] = before + 1
    return np.fromiter(map(counts.__getitem__, texts), np.float32, len(texts)), again


def _in_title(texts: Sequence[str], chars: Index, title: str) -> Mask:
    found = np.zeros(len(texts), np.bool_)
    folded = title.casefold()
    for row in np.flatnonzero((chars > TITLE_CHARS) & (chars <= len(folded))).tolist():
        found[row] = texts[row].casefold() in folded
    return found


def _text_features(counts: Array, chars: Index, words: Array, capitals: Array, inner: Array) -> tuple[Numbers, ...]:
    letters = np.maximum(counts[:, UPPER : WIDE + 1].sum(axis=1), 1)
    return (
        np.log1p(chars) / 6,
        np.log1p(words) / 4,
        chars / words / 10,
        counts[:, LOWER] / letters,
        counts[:, UPPER] / letters,
        counts[:, DIGIT] / chars,
        counts[:, WIDE] / chars,
        counts[:, CASELESS] / chars,
        np.log1p(counts[:, END]) / 2,
        np.log1p(counts[:, PAUSE]) / 2,
        counts[:, PAUSE] / words,
        counts[:, END] / words,
        np.minimum(counts[:, BAR], 3) / 3,
        np.minimum(counts[:, SIGN], 3) / 3,
        counts[:, OTHER] / chars,
        capitals / words,
        np.log1p(inner),
    )


def _blanks(before: Index) -> tuple[Mask, ...]:
    """Say how many blank lines stand before each line and behind it: none, one or more."""
    behind = np.append(before[1:], 0)
    return (before == 0, before == 1, before >= 2, behind == 0, behind == 1, behind >= 2)


def _place(chars: Index, words: Array, sentence: Mask, running: Mask, long: Mask) -> list[Numbers]:
    """Give where the lines stand: in the text, and seen from its running text."""
    count = len(chars)
    at = np.arange(count)
    behind = np.cumsum(np.stack((chars, running * chars, long * chars, running), axis=1), axis=0, dtype=np.float64)
    start, stop = _run_of_content(words, sentence | running)
    return [
        at == 0,
        at / count,
        np.log1p(at) / 6,
        np.log1p(count - 1 - at) / 6,
        *(behind / np.maximum(behind[-1], 1)).T,
        np.log1p(np.minimum(at - _last_before(running), FAR)) / 4,
        np.log1p(np.minimum(at - _last_before(running[::-1]), FAR))[::-1] / 4,
        (at >= start) & (at <= stop),
        np.clip((at - start) / RUN, -1, 1),
        np.clip((at - stop) / RUN, -1, 1),
    ]


def _last_before(mask: Mask) -> Index:
    """Give the last row up to each for which the mask holds; one far before the first where there is none."""
    at = np.arange(len(mask))
    return np.maximum.accumulate(np.where(mask, at, -len(mask) - FAR))


def _run_of_content(words: Array, ended: Mask) -> tuple[int, int]:
    """Give the first and the last line of the run of lines with the largest sum of words beyond `ENOUGH_WORDS`.

    After Pasternack and Roth 2009, "Extracting article text from the web with maximum subsequence segmentation".
    """
    surplus = words.astype(np.float64) - ENOUGH_WORDS
    scores = np.where(ended, surplus, np.minimum(surplus, UNENDED))
    sums = np.cumsum(scores)
    before = np.concatenate(([0.0], sums[:-1]))
    stop = int(np.argmax(sums - np.minimum.accumulate(before)))
    return int(np.argmin(before[: stop + 1])), stop


def _page(
    counts: Array, chars: Index, shares: Sequence[Mask], running: Mask, long: Mask, has_title: bool
) -> list[float]:
    """Give what the text is like as a whole, the same for each line."""
    count, size = len(chars), float(chars.sum())
    return [
        np.log1p(count) / 6,
        np.log1p(size) / 10,
        float((running * chars).sum()) / size,
        float((long * chars).sum()) / size,
        np.log1p(size / count) / 6,
        float(counts[:, WIDE].sum()) / size,
        float(counts[:, CASELESS].sum()) / size,
        *(np.count_nonzero(share) / count for share in shares),
        float(has_title),
    ]


def _spans(blank_before: Index) -> tuple[Index, Index]:
    """Give the stretches around each line: between blank lines, near, farther, up to it and from it on."""
    count = len(blank_before)
    at = np.arange(count)
    group = np.cumsum(blank_before > 0)
    close, wide = WINDOWS
    first = (
        np.searchsorted(group, group),
        np.maximum(at - close, 0),
        np.maximum(at - wide, 0),
        np.maximum(at - wide, 0),
        at,
    )
    end = (
        np.searchsorted(group, group, "right"),
        np.minimum(at + close + 1, count),
        np.minimum(at + wide + 1, count),
        at + 1,
        np.minimum(at + wide + 1, count),
    )
    return np.stack(first), np.stack(end)
