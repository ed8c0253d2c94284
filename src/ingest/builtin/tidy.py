"""The last touch: white space as the output has it."""

from __future__ import annotations

import re

from ingest.document import Document
from ingest.step import Cleaner

__all__ = ["Tidy"]

_INDENTS = ("  ", "\t")
_GAP = re.compile(r"\n\n\n+")


class Tidy(Cleaner):
    """Leave one blank line where there were more, and none at either end; page breaks become blank lines.

    Two blank lines stay beside an indented line: so code parts its functions.
    """

    name = "tidy"

    def clean(self, doc: Document) -> str:
        text = doc.text.replace("\f", "\n\n") if "\f" in doc.text else doc.text
        return _GAP.sub(_gap, text).strip("\n")


def _gap(match: re.Match[str]) -> str:
    """Give the line breaks that stay: a blank line, and two where code is parted."""
    text, start, end = match.string, match.start(), match.end()
    if end - start > 3:
        return "\n\n"
    before = text[text.rfind("\n", 0, start) + 1 : start]
    parted = before.startswith(_INDENTS) or text.startswith(_INDENTS, end)
    return "\n\n\n" if parted else "\n\n"
