"""One spelling for characters that mean the same, and none for those that mean nothing."""

from __future__ import annotations

import re
import unicodedata

from ingest.builtin.characters import unusual
from ingest.document import Document
from ingest.step import Step

__all__ = ["Normalise", "normalise"]

# The line feed is one of them and stays; a carriage return in front of one goes.
_BREAKS = frozenset("\r\x0b\x85\u2028")
# Controls, the soft hyphen, word joiner, byte order mark, interlinear annotation and object marks, and the
# deprecated format characters.
_INVISIBLE = frozenset(
    chr(code)
    for first, last in (
        (0x00, 0x08), (0x0E, 0x1F), (0x7F, 0x84), (0x86, 0x9F), (0xAD, 0xAD), (0x2060, 0x2064), (0x206A, 0x206F),
        (0xFEFF, 0xFEFF), (0xFFF9, 0xFFFC),
    )
    for code in range(first, last + 1)
)  # fmt: skip
_ZERO_WIDTH_SPACE = re.compile("\u200b+")
# Scripts that mark word boundaries with the zero-width space instead of a plain one: Thai, Lao, Myanmar, Khmer.
_SOUTH_EAST_ASIA = "[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff]"
_BOUNDARY = re.compile(f"{_SOUTH_EAST_ASIA}\u200b|\u200b{_SOUTH_EAST_ASIA}")
# Joiners mean something between letters of scripts that join (Arabic, Persian, Indic, Mongolian ...), and between
# the parts of an emoji; anywhere else they are left-overs.
_JOINING = "\u0600-\u08ff\u0900-\u0dff\u0e00-\u109f\u1780-\u18af\ufb50-\ufdff\ufe70-\ufefc"
_EMOJI = "\u00a9\u00ae\u200d\u203c\u2049\u2122\u2139\u2194-\u2bff\u3030\u303d\u3297\u3299\ufe0f\U0001f000-\U0001faff\U000e0020-\U000e007f"
# Possessive, and only from where a run starts: tried at every joiner of a long run, it would take quadratic time.
_STRAY_JOINER = re.compile(
    f"(?<![{_JOINING}{_EMOJI}])[\u200c\u200d]++|(?<![\u200c\u200d])[\u200c\u200d]++(?![{_JOINING}{_EMOJI}])"
)
# More combining marks than any script puts on a letter. Bringing them into order takes quadratic time, so the Stream-Safe
# Text Format of Unicode (UAX #15) draws a line at 30 as well.
_MARKS = frozenset(chr(code) for code in range(0x300, 0x20000) if unicodedata.combining(chr(code)))
# A class in front, instead of `{31,}`, is searched for as fast as a class can be.
_HEAP = re.compile("([{0}][{0}]{{30,}})".format("".join(sorted(_MARKS))))
# Directional marks order what the eye sees in Hebrew and Arabic; in a text without those they are left-overs.
_DIRECTIONAL = frozenset("\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
_RIGHT_TO_LEFT = re.compile("[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc]")
_SPACES = frozenset("\u00a0\u1680\u202f\u205f").union(map(chr, range(0x2000, 0x200B)))
# All but characters that composition leaves alone, whatever stands in front of them: most of Latin, Greek, Cyrillic,
# Hebrew, Arabic, kana, Han and Hangul, common punctuation and symbols.
_UNSTABLE = re.compile(
    "[^\x00-\u02ff\u0391-\u03ce\u0400-\u0482\u05d0-\u05ea\u0621-\u064a\u0660-\u066d\u067e-\u06d3\u200b-\u200f\u2010-\u205e"
    "\u20a0-\u20c0\u2122\u2190-\u2328\u232b-\u2adb\u2ade-\u2bff\u3001-\u3029\u3041-\u3096\u309b-\u30fe\u4e00-\u9fff\uac00-\ud7a3"
    "\ue000-\uf8ff\ufe0f\uff01-\uff60\ufffd\U0001f300-\U0001faff]"
)


class Normalise(Step):
    """Bring line breaks, spaces and Unicode forms to one spelling and take invisible characters out.

    Line breaks become `\\n`; odd spaces (NBSP, thin, en, em) become plain ones; letters are composed (NFC); soft
    hyphens, control and zero-width characters go. Form feeds stay: they tell `running_headers` where pages end. Joiners
    stay where they carry meaning: in Persian and other Arabic-script text, in Indic scripts and in emoji. The same is
    done to titles and names.
    """

    name = "normalise"

    spaces: bool = True
    """Turn NBSP and other odd spaces into plain ones. Off, French typography keeps its own."""

    def apply(self, doc: Document) -> Document:
        return doc.map_strings(lambda text: normalise(text, spaces=self.spaces))


def normalise(text: str, *, spaces: bool = True) -> str:
    """Give the text in one spelling; see `Normalise`."""
    if odd := unusual(text):
        if "\r" in odd:
            text = text.replace("\r\n", "\n")
        text = _replace(_BREAKS, "\n", text, odd).replace("\u2029", "\n\n")
        text = _strip_invisible(text, odd)
        if spaces:
            text = _replace(_SPACES, " ", text, odd)
        text = _compose(text, odd)
    return _strip_trailing(text)


def _replace(chars: frozenset[str], new: str, text: str, odd: str) -> str:
    """Replace some of the unusual characters of the text."""
    for char in odd:
        if char in chars:
            text = text.replace(char, new)
    return text


def _strip_invisible(text: str, odd: str) -> str:
    text = _replace(_INVISIBLE, "", text, odd)
    if "\u200b" in odd:
        text = _strip_zero_width_spaces(text)
    if "\u200c" in odd or "\u200d" in odd:
        text = _STRAY_JOINER.sub("", text)
    return text if _RIGHT_TO_LEFT.search(odd) else _replace(_DIRECTIONAL, "", text, odd)


def _strip_zero_width_spaces(text: str) -> str:
    """Take them out, except beside a letter of a script that has no other mark between words."""
    if _BOUNDARY.search(text) is None:
        return _ZERO_WIDTH_SPACE.sub("", text)

    def keep_boundary(match: re.Match[str]) -> str:
        around = text[max(0, match.start() - 1) : match.start()] + "\u200b" + text[match.end() : match.end() + 1]
        return "\u200b" if _BOUNDARY.search(around) else ""

    return _ZERO_WIDTH_SPACE.sub(keep_boundary, text)


def _compose(text: str, odd: str) -> str:
    """Give the text in NFC, line by line: one line that needs work must not send the others the slow way."""
    if _UNSTABLE.search(odd) is None:
        return text
    if _MARKS.isdisjoint(odd) or _HEAP.search(text) is None:
        lines = text.split("\n")
        return "\n".join([line if line.isascii() else unicodedata.normalize("NFC", line) for line in lines])
    return "".join(
        piece if _HEAP.fullmatch(piece) else unicodedata.normalize("NFC", piece) for piece in _HEAP.split(text)
    )


def _strip_trailing(text: str) -> str:
    """Take blanks and tabs off the ends of the lines."""
    if " \n" in text or "\t\n" in text:
        return "\n".join([line.rstrip(" \t") for line in text.split("\n")])
    return text.rstrip(" \t")
