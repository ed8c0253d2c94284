"""Variants of an annotated text, so that the model learns layouts, scripts and texts that the pages have too few of.

- `wrapped`: paragraphs hard-wrapped at a column.
- `script`: the letters exchanged for those of another script, among them scripts without case and without spaces; the lines
  keep their lengths, their punctuation and their places. No language is imitated: what is learned is to do without words.
- `trimmed`: only a few of the lines around the content are left, as of a page that somebody has cut already.
- `clean`: the content alone, as a whole or a piece of it, in several layouts. All of it has to stay.
"""

from __future__ import annotations

import re
import textwrap
import zlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

__all__ = ["SCRIPTS", "Text", "variants"]

Array = npt.NDArray[np.float32]

# How many texts of all get a variant of each kind.
WRAPPED, SCRIPT, TRIMMED, CLEAN = 0.25, 0.5, 0.5, 0.6
COLUMNS = (60, 65, 70, 72, 76, 78, 80, 90, 100)
LEAST_CLEAN_CHARS = 100
MOST_PIECE_LINES = 40
_INDENT = re.compile(r"\s*(?:[-*•] )?")
_WORD = re.compile(r"[^\W\d_]+")
_BETWEEN_HAN = re.compile(r"(?<=[\u4e00-\u9fff]) (?=[\u4e00-\u9fff])")
_BETWEEN_THAI = re.compile(r"(?<=[\u0e00-\u0eff]),? (?=[\u0e00-\u0eff])")


@dataclass(frozen=True, slots=True)
class Text:
    """The lines of a text, blank ones among them, with the share of each that is content."""

    lines: Sequence[str]
    content: Array
    title: str
    style: str


def variants(text: Text, content: str, rng: np.random.Generator) -> Iterator[Text]:
    """Give variants of a text, by chance."""
    if text.style != "lines" and rng.random() < WRAPPED:
        yield _wrapped(text, rng)
    if rng.random() < SCRIPT:
        yield _transcribed(text, rng)
    if rng.random() < TRIMMED and (text.content > 0.5).any():
        yield _trimmed(text, rng)
    if rng.random() < CLEAN and len(content) > LEAST_CLEAN_CHARS:
        yield _clean(text, content, rng)


def _wrapped(text: Text, rng: np.random.Generator) -> Text:
    width = int(rng.choice(COLUMNS))
    lines: list[str] = []
    content: list[float] = []
    for line, share in zip(text.lines, text.content.tolist(), strict=True):
        found = _wrap(line, width)
        lines += found
        content += [share] * len(found)
    return replace(text, lines=lines, content=np.array(content, np.float32), style="wrapped")


def _wrap(line: str, width: int) -> list[str]:
    match = _INDENT.match(line)
    indent = match.group() if match else ""
    return textwrap.wrap(line, width, subsequent_indent=" " * len(indent)) or [""]


def _transcribed(text: Text, rng: np.random.Generator) -> Text:
    transcribe = _any_script(rng)
    return replace(text, lines=[transcribe(line) for line in text.lines], title=transcribe(text.title), style="script")


def _any_script(rng: np.random.Generator) -> Callable[[str], str]:
    return SCRIPTS[str(rng.choice(list(SCRIPTS)))]


def _trimmed(text: Text, rng: np.random.Generator) -> Text:
    """Leave of what is before the content and behind it only the nearest lines, and of what is inside perhaps nothing."""
    content = np.flatnonzero(text.content > 0.5)
    first, last = int(content[0]), int(content[-1])
    before, behind = int(rng.choice((0, 1, 2, 3, 5, 8, 15))), int(rng.choice((0, 1, 2, 3, 5, 8, 15, 30)))
    whole = rng.random() < 0.6
    kept = [
        row
        for row in range(max(0, first - before), min(len(text.lines), last + 1 + behind))
        if whole or not first <= row <= last or text.content[row] > 0.5 or not text.lines[row].strip()
    ]
    return replace(text, lines=[text.lines[row] for row in kept], content=text.content[kept], style="trimmed")


def _clean(text: Text, content: str, rng: np.random.Generator) -> Text:
    lines = content.split("\n")
    match int(rng.integers(6)):
        case 0:
            lines = [line for line in lines if line.strip()]
        case 1:
            width = int(rng.choice(COLUMNS))
            lines = [piece for line in lines for piece in _wrap(line, width)]
        case 2 | 3:
            size = int(rng.integers(1, max(1, min(len(lines) - 1, MOST_PIECE_LINES)) + 1))
            start = int(rng.integers(0, max(1, len(lines) - size + 1)))
            lines = lines[start : start + size]
        case 4:
            lines = _own_lines(text) or lines
    if rng.random() < 0.25:
        transcribe = _any_script(rng)
        lines = [transcribe(line) for line in lines]
    return Text(lines, np.ones(len(lines), np.float32), "", "clean")


def _own_lines(text: Text) -> list[str]:
    """Give the lines of the content as this text lays them out."""
    kept = [
        line for line, share in zip(text.lines, text.content.tolist(), strict=True) if share > 0.7 or not line.strip()
    ]
    squeezed = re.sub(r"\n{3,}", "\n\n", "\n".join(kept)).strip("\n")
    return squeezed.split("\n") if squeezed else []


def _letters(alphabet: str, marks: dict[str, str]) -> Callable[[str], str]:
    table = dict(zip("abcdefghijklmnopqrstuvwxyz", alphabet, strict=True))
    table |= {letter.upper(): other for letter, other in table.items()} | marks
    translation = str.maketrans(table)
    return lambda line: line.translate(translation)


def _syllables(first: int, count: int, lengths: tuple[int, int]) -> Callable[[str], str]:
    """Make of each word one to three characters, always the same of the same word."""

    def word(match: re.Match[str]) -> str:
        folded = match.group().lower()
        number = zlib.crc32(folded.encode()) * 2654435761 + zlib.adler32(folded.encode())
        size = 1 + sum(len(folded) > length for length in lengths)
        return "".join(chr(first + (number >> (13 * index)) % count) for index in range(size))

    return lambda line: _WORD.sub(word, line)


_arabic = _letters("ابتثجحخدذرزسشصضطظعغفقكلمنه", {",": "،", "?": "؟", ";": "؛"})
_devanagari = _letters("अबचदएफगहइजकलमनओपयरसतउवखषयझ", {".": "।"})
_thai_letters = _letters("กขคงจฉชซญดตถทธนบปผพฟภมยรลว", {})
_hangul = _syllables(0xAC00, 9000, (3, 6))
_han = _syllables(0x4E00, 3000, (4, 8))


def _thai(line: str) -> str:
    return _BETWEEN_THAI.sub("", _thai_letters(line)).replace(". ", " ")


def _chinese(line: str) -> str:
    text = re.sub(r"\.(?: |$)", "。", _han(line)).replace(", ", "、").replace("? ", "？").replace("! ", "！")
    return _BETWEEN_HAN.sub("", text)


SCRIPTS: dict[str, Callable[[str], str]] = {
    "Arabic": _arabic,
    "Devanagari": _devanagari,
    "Thai": _thai,
    "Han": _chinese,
    "Hangul": _hangul,
}
