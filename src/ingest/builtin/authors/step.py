"""The step that finds authors in text."""

from __future__ import annotations

from ingest.document import Document
from ingest.step import Step

__all__ = ["Authors"]


class Authors(Step):
    """Find bylines and author boxes in the text."""

    name = "authors"

    keep_byline: bool = False
    """Leave bylines in the text; the names become metadata either way."""
    keep_bio: bool = False
    """Leave author boxes in the text; names and contacts become metadata either way."""

    def apply(self, doc: Document) -> Document:
        return doc
