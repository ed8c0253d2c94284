"""What a `Content-Type` header says of a document, and what to take it for without one."""

from __future__ import annotations

from ingest.builtin.readers.markup import looks_like_html

__all__ = ["charset_of", "guess_type", "media_type_of", "stated_type"]


def stated_type(content_type: str) -> str:
    """Give the media type that the header names, lower case; the first of several; empty where it names none."""
    # Servers that send the header twice are joined by a comma.
    media_type = content_type.partition(";")[0].partition(",")[0].strip().lower()
    return media_type if "/" in media_type else ""


def media_type_of(content_type: str) -> str:
    """Give the media type as a document has it: XHTML counts as HTML."""
    media_type = stated_type(content_type)
    return "text/html" if media_type == "application/xhtml+xml" else media_type


def charset_of(content_type: str) -> str | None:
    """Give the encoding label of the header."""
    for parameter in content_type.split(";")[1:]:
        key, _, label = parameter.partition("=")
        if key.strip().lower() == "charset":
            return label.partition(",")[0].strip(" \t\"'") or None
    return None


def guess_type(content: bytes | str) -> str:
    """Tell HTML from plain text by how it starts."""
    head = content[:4096]
    head = head if isinstance(head, bytes) else head.encode("utf-8", "replace")
    return "text/html" if looks_like_html(head) else "text/plain"
