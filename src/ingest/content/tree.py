"""A page as a tree of nodes."""

from __future__ import annotations

import re

from selectolax.lexbor import LexborHTMLParser

__all__ = ["parse"]

# Lexbor takes quadratic time in the depth of boxes, so pages of many tags are looked at first. Browsers stop at 512.
MANY_TAGS = 10_000
MOST_DEPTH = 1000
_BOX = re.compile(
    r"<(/?)(?:address|article|aside|blockquote|center|details|dialog|div|dl|fieldset|figcaption|figure|footer|form|header"
    r"|hgroup|main|menu|nav|ol|pre|section|summary|ul)\b[^<>]*>",
    re.IGNORECASE,
)


def parse(markup: str) -> LexborHTMLParser:
    """Give the tree of a page, as browsers build it. Any text makes one."""
    return LexborHTMLParser(_shallow(markup) if markup.count("<") > MANY_TAGS else markup)


def _shallow(markup: str) -> str:
    """Give the markup without the tags of boxes that are nested too deep."""
    parts = []
    depth = start = 0
    for match in _BOX.finditer(markup):
        depth = max(0, depth - 1) if match[1] else depth + 1
        if depth >= MOST_DEPTH + (not match[1]):
            parts.append(markup[start : match.start()])
            start = match.end()
    return "".join([*parts, markup[start:]])
