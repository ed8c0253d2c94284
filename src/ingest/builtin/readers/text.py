"""Plain text files."""

from __future__ import annotations

from ingest.builtin.readers.whole import WholeFileReader

__all__ = ["TextReader"]


class TextReader(WholeFileReader):
    """Read every file as one plain text document. Also takes the files that no other reader wants."""

    name = "text"
    suffixes = (".txt", ".text", ".md", ".markdown", ".rst", ".asc")
    media_type = "text/plain"
