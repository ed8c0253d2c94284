"""HTML files."""

from __future__ import annotations

from ingest.builtin.readers.markup import looks_like_html
from ingest.builtin.readers.whole import WholeFileReader

__all__ = ["HtmlReader"]


class HtmlReader(WholeFileReader):
    """Read every file as one HTML document."""

    name = "html"
    suffixes = (".html", ".htm", ".xhtml", ".shtml", ".xht")
    media_type = "text/html"

    def sniff(self, head: bytes) -> bool:
        return looks_like_html(head)
