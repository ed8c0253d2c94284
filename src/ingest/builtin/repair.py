"""Mojibake and other glitches, mended exactly as ftfy mends them, at a fraction of the cost for clean text."""

from __future__ import annotations

import re
from functools import lru_cache

import ftfy
from ftfy import TextFixerConfig
from ftfy.badness import MOJIBAKE_CATEGORIES, is_bad

from ingest.builtin.characters import unusual
from ingest.document import Document
from ingest.step import Step

__all__ = ["Repair", "fixer_config", "repair"]

# What any of the enabled fixers but the mojibake repair acts on: C1 controls, halves of surrogate pairs, terminal
# escapes, and the control characters that ftfy strips.
_GLITCH = re.compile("[\x00-\x08\x0b\x0e-\x1f\x7f-\x9f\ud800-\udfff\u206a-\u206f\ufeff\ufff9-\uffff]")
_ENTITY = re.compile(r"&#?[0-9A-Za-z]{1,24};")
# ftfy's segments: it breaks lines at "\n" alone, and cuts longer ones into pieces of `max_decode_length`.
_LINE = re.compile(r"[^\n]*\n|[^\n]+")
_LONGEST_SEGMENT = TextFixerConfig().max_decode_length
# Versions whose heuristic `_mojibake_signs` was derived from and tested against; with any other the shortcut is off.
_TESTED_FTFY = ("6.3.",)


def fixer_config(*, entities: bool) -> TextFixerConfig:
    """Give ftfy's options for a corpus: repair what is broken, leave what is style.

    Curly quotes, ligatures and full-width forms stay, since they carry meaning or are right in their language;
    line breaks and Unicode normalisation are the business of the `normalise` step.
    """
    return TextFixerConfig(
        unescape_html=entities,
        fix_latin_ligatures=False,
        fix_character_width=False,
        uncurl_quotes=False,
        fix_line_breaks=False,
        normalization=None,
        # Without it ftfy ignores the options of its own repair of encodings.
        explain=True,
    )


class Repair(Step):
    """Undo mojibake (`â€œ` for `“`), stray control characters and split surrogate pairs with ftfy.

    The result is that of ftfy 6.3 with `fixer_config`, line by line. Titles and names are repaired as well.
    """

    name = "repair"

    entities: bool = True
    """Also unescape HTML entities (`&amp;`) in plain text, unless a `<` shows that the text is meant as markup."""

    def apply(self, doc: Document) -> Document:
        entities = self.entities and doc.media_type == "text/plain" and "<" not in doc.text
        return doc.map_strings(lambda text: repair(text, entities=entities))


def repair(text: str, *, entities: bool = False) -> str:
    """Give the text as `ftfy.fix_text(text, fixer_config(entities=entities))` does."""
    if not _is_suspect(text, entities=entities):
        return text
    config = fixer_config(entities=entities)
    # Where no control stands in the text, an ASCII line can't be damaged but for an entity.
    clean = _GLITCH.search(unusual(text)) is None
    return "".join(
        line
        if (clean and line.isascii() and "&" not in line) or not _may_change(line, entities=entities)
        else ftfy.fix_text(line, config)
        for line in _LINE.findall(text)
    )


def _may_change(line: str, *, entities: bool) -> bool:
    """Say whether ftfy could change a line. Never wrongly `False`."""
    if not _is_suspect(line, entities=entities):
        return False
    # ftfy judges the pieces of a very long line one by one; so it must, if one of them may be bad.
    return _is_glitchy(line, entities=entities) or len(line) > _LONGEST_SEGMENT or is_bad(line)


def _is_suspect(text: str, *, entities: bool) -> bool:
    """Say, at a fraction of the cost of ftfy's own heuristic, whether a text needs a closer look."""
    if _is_glitchy(text, entities=entities):
        return True
    if text.isascii() or _mojibake_hints().match(unusual(text)) is None:
        return False
    return _mojibake_signs().search(text) is not None


def _is_glitchy(text: str, *, entities: bool) -> bool:
    return _GLITCH.search(unusual(text)) is not None or (entities and _ENTITY.search(text) is not None)


# Characters that make up ftfy's signs of mojibake. All but a few signs are two neighbours beyond ASCII, one of them of
# these categories; Ù stands in for Arabic, ‚ for MacRoman, Ђ for windows-1251.
_STRONG = "".join(
    MOJIBAKE_CATEGORIES[name] for name in ("c1", "bad", "law", "currency", "numeric", "upper_accented", "box")
)
_STRONG += "Ù‚Ђ"
_SMALL = MOJIBAKE_CATEGORIES["lower_accented"]
_ENDS = MOJIBAKE_CATEGORIES["end_punctuation"]
_MARKS = MOJIBAKE_CATEGORIES["start_punctuation"] + _ENDS
# The few that need no second neighbour, or none of those categories: œ in front of no letter, and Cyrillic or Greek
# capitals around a punctuation mark.
_ALONE = "ŒœВГРСΒΓΞΟ"


@lru_cache(maxsize=1)
def _mojibake_hints() -> re.Pattern[str]:
    """Give a pattern that matches the unusual characters of a text if they can make up a sign of mojibake at all."""
    if not ftfy.__version__.startswith(_TESTED_FTFY):
        return re.compile("")
    return re.compile(f"(?s).*?[{_STRONG}{_ALONE}]|(?=.*[{_SMALL}]).*[{_MARKS}]")


@lru_cache(maxsize=1)
def _mojibake_signs() -> re.Pattern[str]:
    """Give a pattern without a match of which none of ftfy's signs of mojibake can match.

    It looks closer only at the characters above, found as fast as a class can be, where ftfy's own expression tries
    thirty alternatives at every position.
    """
    if not ftfy.__version__.startswith(_TESTED_FTFY):
        return re.compile("")
    beyond_ascii = "[^\\x00-\\x7f]"
    signs = (
        f"(?<=[{_STRONG}]){beyond_ascii}",
        # A common mark such as the apostrophe of `l’Été` is a sign only behind a letter that the line above finds.
        f"(?<=[^\\x00-\\x7f{MOJIBAKE_CATEGORIES['common']}][{_STRONG}])",
        # Small accented letters stand beside each other in many languages; beside these marks they are a sign.
        f"(?<=[{_SMALL}])[{_MARKS}]",
        f"(?<=[{_ENDS}])[{_SMALL}]",
        "(?<=[Œœ])(?![A-Za-z])",
        "(?<=[ÃÂ]) ",
        r"(?<=[ВГРС])[^\w\s][ВГРС]",
        r"(?<=[ΒΓΞΟ])[^\w\s][ΒΓΞΟ]",
    )
    return re.compile(f"[{_STRONG}{_SMALL}{_ENDS}{_ALONE}](?:{'|'.join(signs)})")
