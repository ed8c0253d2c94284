"""Paragraphs, the languages they are in, and which of them are foreign to their document."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from ingest.builtin.body import layout
from ingest.builtin.language.answer import UNDETERMINED
from ingest.builtin.language.sample import has_letters, words_of
from ingest.document import Edit, Reason
from ingest.lines import line_spans

__all__ = ["Paragraph", "foreign_edits", "paragraphs_of", "shares"]

# Characters of a paragraph to look at, and letters that it takes to tell its language: fewer where one is a syllable.
MOST_CHARS = 400
LETTERS = 40
WIDE_LETTERS = 15
_WIDE = re.compile(r"[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]")
# Of these, more than a few in a hundred characters are a program.
_PROGRAM = re.compile(r"[{}<>=;_\\|\[\]#$*/]|\(\)")
PROGRAM_SHARE = 0.06
# Words of more than three letters, and the share of them that must begin small, or it is a headline or a list of names.
_WORD = re.compile(r"[^\W\d_]{4,}")
SMALL_SHARE = 0.34
_QUOTED = re.compile(r"""[>"'“”„«»‘‚‹「『《—–-]""")
# A foreign paragraph between others goes only if it is this many times as long as it takes to tell its language.
ALONE = 3
# What readers of one read as well; a paragraph of one in a document of the other is more often a wrong answer.
_CLOSE = tuple(
    frozenset(codes.split())
    for codes in ("bs hr sr", "id ms", "nb nn da", "cs sk", "xh zu", "tn st nso", "zh yue wuu", "ar arz ary", "gl pt")
)


@dataclass(frozen=True, slots=True)
class Paragraph:
    """A line, or the lines of a hard-wrapped paragraph."""

    start: int
    end: int
    n_lines: int
    words: str
    """What tells its language; empty if that is too little, or no running text."""
    letters: float
    """How many letters that is, as a multiple of the least that it takes."""
    language: str = UNDETERMINED

    def in_language(self, language: str) -> Paragraph:
        """Give the paragraph with its language filled in."""
        return replace(self, language=language)


def paragraphs_of(text: str) -> list[Paragraph]:
    """Give the paragraphs of a text."""
    lines = list(zip(line_spans(text), layout(text).wrapped, strict=True))
    found: list[Paragraph] = []
    inside = False
    for (start, end), wrapped in lines:
        if not text[start:end].strip():
            inside = False
        elif inside and wrapped:
            found[-1] = replace(found[-1], end=end, n_lines=found[-1].n_lines + 1)
        else:
            found.append(Paragraph(start, end, 1, "", 0.0))
            inside = wrapped
    return [_read(text, paragraph) for paragraph in found]


def _read(text: str, paragraph: Paragraph) -> Paragraph:
    raw = text[paragraph.start : min(paragraph.end, paragraph.start + MOST_CHARS)]
    words = words_of(raw)
    wide = len(_WIDE.findall(words))
    letters = max(len(words) / LETTERS if has_letters(words, LETTERS) else 0.0, wide / WIDE_LETTERS)
    if letters < 1 or not _is_running(raw):
        return paragraph
    return replace(paragraph, words=words, letters=letters)


def _is_running(text: str) -> bool:
    """Say whether a paragraph is running text and not a program, a headline or a list of names."""
    if len(_PROGRAM.findall(text)) > PROGRAM_SHARE * len(text):
        return False
    words = _WORD.findall(text)
    return sum(not word[0].isupper() for word in words) >= SMALL_SHARE * len(words)


def shares(paragraphs: Sequence[Paragraph]) -> dict[str, float]:
    """Give the share of each language in the characters of the paragraphs, the largest first."""
    sizes: dict[str, int] = {}
    for paragraph in paragraphs:
        sizes[paragraph.language] = sizes.get(paragraph.language, 0) + paragraph.end - paragraph.start
    total = sum(sizes.values())
    return {language: sizes[language] / total for language in sorted(sizes, key=lambda one: (-sizes[one], one))}


def foreign_edits(text: str, paragraphs: Sequence[Paragraph], language: str) -> list[Edit]:
    """Give the edits that take out the paragraphs that are foreign to a document in that language."""
    foreign = [_is_foreign(paragraph, language) for paragraph in paragraphs]
    goes = [
        verdict
        and not _is_quoted(text, paragraphs, index)
        and (paragraph.letters >= ALONE or any(foreign[max(0, index - 1) : index] + foreign[index + 1 : index + 2]))
        for index, (paragraph, verdict) in enumerate(zip(paragraphs, foreign, strict=True))
    ]
    return _edits(paragraphs, goes)


def _is_foreign(paragraph: Paragraph, language: str) -> bool:
    if paragraph.language in (UNDETERMINED, language):
        return False
    return not any({paragraph.language, language} <= close for close in _CLOSE)


def _is_quoted(text: str, paragraphs: Sequence[Paragraph], index: int) -> bool:
    """Say whether a paragraph is a quotation: it begins like one, or the one in front of it announces one."""
    paragraph = paragraphs[index]
    if _QUOTED.match(text, paragraph.start):
        return True
    before = paragraphs[index - 1] if index else None
    return before is not None and text[before.start : before.end].rstrip().endswith((":", "："))


def _edits(paragraphs: Sequence[Paragraph], goes: Sequence[bool]) -> list[Edit]:
    """Give one edit per paragraph that goes, with the break behind it, or the one in front of it at the end."""
    last = max((index for index, verdict in enumerate(goes) if not verdict), default=-1)
    edits = []
    for index, (paragraph, verdict) in enumerate(zip(paragraphs, goes, strict=True)):
        if verdict:
            start = paragraphs[index - 1].end if index > last and index else paragraph.start
            end = paragraph.end if index > last else paragraphs[index + 1].start
            edits.append(Edit(start, end, Reason("foreign_paragraph", paragraph.language)))
    return edits
