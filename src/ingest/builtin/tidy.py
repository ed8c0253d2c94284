"""The last touch: white space as the output has it."""

from __future__ import annotations

import re

from ingest.document import Document
from ingest.step import Cleaner

__all__ = ["Tidy"]

_INDENTS = ("  ", "\t")
_GAP = re.compile(r"(?<=\n)\n{2,}")


class Tidy(Cleaner):
    """Leave one blank line where there were more, and none at either end; page breaks become blank lines.

    Two blank lines stay beside an indented line: so code parts its functions.
    """

    name = "tidy"

    def clean(self, doc: Document) -> str:
        text = doc.text.replace("\f", "\n\n") if "\f" in doc.text else doc.text
        return _GAP.sub(_gap, text).strip("\n")


def _gap(match: re.Match[str]) -> str:
    """Give the blank lines that stay: one, and two where code is parted."""
    text = match.string
    before = text[text.rfind("\n", 0, match.start() - 1) + 1 : match.start()]
    parted = len(match[0]) == 2 and (before.startswith(_INDENTS) or text.startswith(_INDENTS, match.end()))
    return match[0] if parted else "\n"
