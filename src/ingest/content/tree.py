"""Markup to a tree, at a cost that stays about linear in its length."""

from __future__ import annotations

import re
import threading
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from selectolax.lexbor import LexborDocumentOptions, LexborHTMLParser

from ingest.content.thinning import ATTRIBUTE, ATTRIBUTES, MOST_ATTRIBUTES, thin

__all__ = ["MOST_CHARS", "Tree", "parse"]

# As a tree a page takes up to a hundred times its length in memory.
MOST_CHARS = 32_000_000
# The tree of a page up to this length stays at hand for the next step that reads the page.
KEPT_CHARS = 1_000_000

# Lexbor, like every parser that keeps to the standard, takes quadratic time in the number of attributes of one tag and
# in the depth of the tree, and makes a copy of every unclosed formatting element in every paragraph behind it. The
# checks here tell pages that may do so from all others, in a fraction of the time that parsing takes.
MANY_TAGS = 25_000
FEW_TAGS = 2000
MANY_OPEN = 2000
MANY_COPIES = 4_000_000
MANY_ROOTS = 10
LONG = 500_000
LONG_TAG = 4000
SCRIPT_SEEN = 200_000
_LESS, _GREATER, _SLASH, _A = b"<>/a"
_TO_LOWER = 32
_FORMATTING = re.compile(rb"<(?:b|big|code|em|font|i|s|small|strike|strong|tt|u)[\t\n\f\r />]", re.IGNORECASE)
_NEVER_DEEP = re.compile(
    rb"<(?:br|dd|dt|hr|img|input|li|link|meta|option|p|param|source|td|tr|track|wbr)[\t\n\f\r />]", re.IGNORECASE
)
_TAG_START = re.compile(rb"<[a-zA-Z]")
_TAG = re.compile(rf"<[a-zA-Z][^\t\n\f\r />]*+({ATTRIBUTES})".encode())
_ATTRIBUTE = re.compile(ATTRIBUTE.encode())

Places = npt.NDArray[np.intp]


@dataclass(frozen=True, slots=True)
class Tree:
    """A page as a tree, without what the caps have cut off."""

    parser: LexborHTMLParser
    caps: tuple[str, ...] = ()
    """What was too much: `size`, `attributes`, `depth`, `formatting`."""


class _Last(threading.local):
    """The page that was parsed last, and its tree: one for each thread."""

    markup: str | None = None
    tree: Tree | None = None


_last = _Last()


def parse(markup: str) -> Tree:
    """Parse a page; whatever it is, in bounded memory, and without an error.

    The same string gives the same tree as long as no other was parsed, so nobody may change it.
    """
    if _last.tree is None or _last.markup is not markup:
        # The old tree goes before the new one comes.
        _last.markup = _last.tree = None
        tree = _parse(markup)
        if len(markup) > KEPT_CHARS:
            return tree
        _last.markup, _last.tree = markup, tree
    return _last.tree


def _parse(markup: str) -> Tree:
    caps: list[str] = []
    if len(markup) > MOST_CHARS:
        markup = markup[:MOST_CHARS]
        caps.append("size")
    content = _utf8(markup)
    if _may_be_costly(content):
        thinned = thin(markup)
        caps += thinned.caps
        content = _utf8(thinned.markup)
    # Without events lexbor makes no copies of a list's chosen entry.
    return Tree(LexborHTMLParser(content, options=LexborDocumentOptions.WO_EVENTS), tuple(caps))


def _utf8(markup: str) -> bytes:
    try:
        return markup.encode()
    except UnicodeEncodeError:
        return markup.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace").encode()


def _may_be_costly(content: bytes) -> bool:
    signs = np.frombuffer(content, np.uint8)
    tags = np.flatnonzero(signs == _LESS)
    if tags.size > MANY_TAGS or (tags.size > FEW_TAGS and _may_nest(content, signs, tags)):
        return True
    ends = np.flatnonzero(signs == _GREATER)
    # The sign that ends a tag can stand in its attributes.
    if ends.size > tags.size + FEW_TAGS or _has_long_tag(content, ends):
        return True
    # The attributes of a later `<body>` go to the first.
    return len(content) > LONG and sum(map(content.lower().count, (b"<html", b"<body"))) > MANY_ROOTS


def _may_nest(content: bytes, signs: npt.NDArray[np.uint8], tags: Places) -> bool:
    """Tell whether so many elements may be open at once that depth, or copies of them, cost much."""
    following = signs[np.minimum(tags + 1, len(signs) - 1)]
    starts = ((following | _TO_LOWER) - _A) < 26
    unclosed = int(np.cumsum(starts.astype(np.int32) - (following == _SLASH)).max())
    if unclosed > MANY_OPEN and unclosed - len(_NEVER_DEEP.findall(content)) > MANY_OPEN:
        return True
    n = tags.size
    return unclosed * n > MANY_COPIES and len(_FORMATTING.findall(content)) * n > MANY_COPIES


def _has_long_tag(content: bytes, ends: Places) -> bool:
    """Tell whether a tag may have more attributes than allowed. One long attribute is no trouble."""
    bounds = np.concatenate(([-1], ends, [len(content)]))
    long = np.flatnonzero(np.diff(bounds) > LONG_TAG)
    script_end = 0
    for start, end in zip(bounds[long].tolist(), bounds[long + 1].tolist(), strict=True):
        at = None if end <= script_end else _TAG_START.search(content, start + 1, end)
        if at is None:
            continue
        # Of what is long without that sign, most is script.
        script = content.rfind(b"<script", max(0, start - SCRIPT_SEEN), start)
        if script >= 0 and content.find(b"</script", script, start) < 0:
            script_end = content.find(b"</script", start)
            script_end = len(content) if script_end < 0 else script_end
        elif _many_attributes(content, at.start()):
            return True
    return False


def _many_attributes(content: bytes, start: int) -> bool:
    tag = _TAG.match(content, start)
    attributes = _ATTRIBUTE.finditer(content, *tag.span(1)) if tag else ()
    return any(n >= MOST_ATTRIBUTES for n, _ in enumerate(attributes))
