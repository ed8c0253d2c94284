"""Mojibake and other glitches, mended exactly as ftfy mends them, at a fraction of the cost for clean text."""

from __future__ import annotations

import re
from functools import lru_cache

import ftfy
from ftfy import TextFixerConfig
from ftfy.badness import MOJIBAKE_CATEGORIES, is_bad

from ingest.document import Document
from ingest.step import Step

__all__ = ["Repair", "fixer_config", "repair"]

# What any of the enabled fixers but the mojibake repair acts on: C1 controls, halves of surrogate pairs, terminal
# escapes, and the control characters that ftfy strips.
_GLITCH = re.compile("[\x00-\x08\x0b\x0e-\x1f\x7f-\x9f\ud800-\udfff\u206a-\u206f\ufeff\ufff9-\uffff]")
_ENTITY = re.compile(r"&#?[0-9A-Za-z]{1,24};")
# The one pattern of ftfy's heuristic that looks at the start of a line: searching the whole text would miss it.
_LINE_START = re.compile(r"\n[ÃÂ] ")
# ftfy's segments: it breaks lines at "\n" alone, and cuts longer ones into pieces of `max_decode_length`.
_LINE = re.compile(r"[^\n]*\n|[^\n]+")
_LONGEST_SEGMENT = TextFixerConfig().max_decode_length
# Versions whose heuristic `_suspicious` was derived from and tested against; with any other the shortcut is off.
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
    if not _may_change(text, entities) and _LINE_START.search(text) is None:
        return text
    config = fixer_config(entities=entities)
    return "".join(
        ftfy.fix_text(line, config) if _may_change(line, entities) else line
        for line in _LINE.findall(text)
    )


def _may_change(text: str, entities: bool) -> bool:
    """Say whether ftfy could change anything. Never wrongly `False`, apart from what `_LINE_START` is for."""
    if _GLITCH.search(text) is not None or (entities and _ENTITY.search(text) is not None):
        return True
    if text.isascii():
        return False
    if len(text) > _LONGEST_SEGMENT and "\n" not in text[:-1]:
        return True
    return _suspicious().search(text) is not None and is_bad(text)


@lru_cache(maxsize=1)
def _suspicious() -> re.Pattern[str]:
    """Give a pattern for the characters without which none of ftfy's signs of mojibake can match.

    ftfy's own expression tries every position of a text; one class of characters is several times faster, and
    text with no accented letters (English with curly quotes, Chinese, Cyrillic) rarely holds one of them.
    """
    if not ftfy.__version__.startswith(_TESTED_FTFY):
        return re.compile("")
    categories = ("c1", "bad", "law", "currency", "numeric", "upper_accented", "lower_accented", "box")
    needed = "".join(MOJIBAKE_CATEGORIES[name] for name in categories)
    # Ù stands in for Arabic, ‚ for MacRoman, Ђ for windows-1251; the two groups with neighbours are Cyrillic and
    # Greek capitals around a punctuation mark, °, or µ.
    return re.compile(f"[{needed}Ù‚Ђ]|[ВГРС][^\\w\\s][ВГРС]|[ΒΓΞΟ][^\\w\\s][ΒΓΞΟ]|[ВГРС]µ[ВГРС]")


