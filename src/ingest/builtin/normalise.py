"""One spelling for characters that mean the same, and none for those that mean nothing."""

from __future__ import annotations

import re
import unicodedata

from ingest.document import Document
from ingest.step import Step

__all__ = ["Normalise", "normalise"]

_BREAKS = re.compile("\r\n?|[\x0b\x85\u2028]")
_PARAGRAPH = re.compile("\u2029")
# Controls, the soft hyphen, word joiner, byte order mark, interlinear annotation and object marks, and the
# deprecated format characters.
_INVISIBLE = re.compile("[\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f\u00ad\u2060-\u2064\ufeff\u206a-\u206f\ufff9-\ufffc]")
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
_HEAP = re.compile(f"([{''.join(sorted(_MARKS))}]{{31,}})")
# Directional marks order what the eye sees in Hebrew and Arabic; in a text without those they are left-overs.
_DIRECTIONAL = re.compile("[\u200e\u200f\u202a-\u202e\u2066-\u2069]")
_RIGHT_TO_LEFT = re.compile("[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc]")
_SPACES = re.compile("[\u00a0\u1680\u2000-\u200a\u202f\u205f]")
# Starts only where a run of blanks starts: tried at every blank of a long run, it would take quadratic time.
_TRAILING = re.compile(r"(?<![ \t])[ \t]++$", re.MULTILINE)


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
    if "\r" in text or not text.isascii() or _INVISIBLE.search(text) or "\x0b" in text:
        text = _PARAGRAPH.sub("\n\n", _BREAKS.sub("\n", text))
        text = _strip_invisible(text)
        if spaces:
            text = _SPACES.sub(" ", text)
        text = _compose(text)
    return _TRAILING.sub("", text)


def _strip_invisible(text: str) -> str:
    text = _INVISIBLE.sub("", text)
    if "\u200b" in text:
        text = _strip_zero_width_spaces(text)
    if "\u200c" in text or "\u200d" in text:
        text = _STRAY_JOINER.sub("", text)
    if _DIRECTIONAL.search(text) and not _RIGHT_TO_LEFT.search(text):
        text = _DIRECTIONAL.sub("", text)
    return text


def _strip_zero_width_spaces(text: str) -> str:
    """Take them out, except beside a letter of a script that has no other mark between words."""
    if _BOUNDARY.search(text) is None:
        return _ZERO_WIDTH_SPACE.sub("", text)

    def keep_boundary(match: re.Match[str]) -> str:
        around = text[max(0, match.start() - 1) : match.start()] + "\u200b" + text[match.end() : match.end() + 1]
        return "\u200b" if _BOUNDARY.search(around) else ""

    return _ZERO_WIDTH_SPACE.sub(keep_boundary, text)


def _compose(text: str) -> str:
    """Give the text in NFC, line by line: one line that needs work must not send the others the slow way."""
    if text.isascii():
        return text
    # The expression takes long at each character, so it is asked only where there are marks at all.
    if _MARKS.isdisjoint(text) or _HEAP.search(text) is None:
        return "\n".join([unicodedata.normalize("NFC", line) for line in text.split("\n")])
    return "".join(
        piece if _HEAP.fullmatch(piece) else unicodedata.normalize("NFC", piece) for piece in _HEAP.split(text)
    )
