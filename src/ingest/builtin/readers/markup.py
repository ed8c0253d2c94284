"""Tell HTML by how it starts."""

from __future__ import annotations

import re

__all__ = ["looks_like_html"]

# The possessive `*+` keeps a head full of `<!---->` from being tried in every grouping.
_START = re.compile(
    rb"""(?:\xef\xbb\xbf|\xff\xfe|\xfe\xff)?
    (?:\s|<!--(?>.*?-->))*+
    <(?:!doctype\s+html\b|html[\s>]|\?xml\b.*?<html[\s>])""",
    re.IGNORECASE | re.DOTALL | re.VERBOSE,
)


def looks_like_html(head: bytes) -> bool:
    """Say whether content that starts with these bytes is HTML, in any encoding that holds ASCII or in UTF-16."""
    return _START.match(head[:4096].replace(b"\0", b"")) is not None
