"""The words in the tags, classes, ids and roles of elements, such as `content`, `sidebar` or `<nav>`."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache

__all__ = ["element_tokens", "text_tokens"]

_PART = re.compile(r"[A-Z]?[a-z]+|[A-Z]+")
_DIGITS = re.compile(r"\d+")
_HIDING = re.compile(r"display\s*:\s*none|visibility\s*:\s*hidden", re.IGNORECASE)
# Classes beyond these, and names longer than that, say nothing more.
MOST_CLASSES = 12
LONGEST_NAME = 40
# A text with more words is told by its length and its place, not by its words.
MOST_WORDS = 12
LONGEST_PHRASE = 100


def element_tokens(tag: str, attributes: Mapping[str, str | None]) -> tuple[str, ...]:
    """Give the tokens of an element: its tag, the names of its classes and id, their parts, its role and property.

    Numbers are left out, so that the posts of a thread have the same tokens.
    """
    if not attributes:
        return _tokens(tag)
    get = attributes.get
    style = get("style")
    hidden = "hidden" in attributes or get("aria-hidden") == "true" or bool(style and _HIDING.search(style))
    return _tokens(
        tag, get("class"), get("id"), get("role"), get("itemprop"), get("itemtype"), get("rel"), hidden=hidden
    )


def text_tokens(text: str) -> tuple[str, ...]:
    """Give the words of a short text, lower case; nothing for a long one."""
    if len(text) > LONGEST_PHRASE:
        return ()
    words = text.lower().split()
    return tuple(words) if len(words) <= MOST_WORDS else ()


@lru_cache(maxsize=20_000)
def _tokens(
    tag: str, classes: str | None = None, identifier: str | None = None, *values: str | None, hidden: bool = False
) -> tuple[str, ...]:
    found = [f"<{tag}>"]
    for names in (classes, identifier):
        if names:
            for name in names[: MOST_CLASSES * LONGEST_NAME].split()[:MOST_CLASSES]:
                found += _name_tokens(name)
    for key, value in zip(("role", "itemprop", "itemtype", "rel"), values, strict=False):
        if value:
            found.append(f"{key}={value[:LONGEST_NAME].lower()}")
    if hidden:
        found.append("@hidden")
    return tuple(dict.fromkeys(found))


@lru_cache(maxsize=50_000)
def _name_tokens(name: str) -> tuple[str, ...]:
    """Give a name without its digits, and the words that it is made of: `.entry-content`, `entry`, `content`."""
    name = name[:LONGEST_NAME]
    parts = [part.lower() for part in _PART.findall(name) if len(part) > 1]
    if len(parts) > 1:
        return ("." + _DIGITS.sub("0", name.lower()), *parts)
    return tuple(parts)
