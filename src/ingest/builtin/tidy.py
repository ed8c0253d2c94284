"""The last touch: white space as the output has it."""

from __future__ import annotations

import re

from ingest.document import Document
from ingest.step import Cleaner

__all__ = ["Tidy"]

_GAP = re.compile(r"(?<=\n)\n{2,}")


class Tidy(Cleaner):
    """Leave one blank line where there were more, and none at either end; page breaks become blank lines."""

    name = "tidy"

    def clean(self, doc: Document) -> str:
        text = doc.text.replace("\f", "\n\n") if "\f" in doc.text else doc.text
        return _GAP.sub("\n", text).strip("\n")
