"""The words in the tags, classes, ids and roles of elements, such as `content`, `sidebar` or `<nav>`."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache

__all__ = ["element_tokens", "text_tokens"]

_PART = re.compile(r"[A-Z]?[a-z]+|[A-Z]+")
_DIGITS = re.compile(r"\d+")
_HIDING = re.compile(r"display\s*:\s*none|visibility\s*:\s*hidden", re.IGNORECASE)
# Attributes that few elements have.
_STATING = ("role", "itemprop", "itemtype", "rel")
_RARE = frozenset((*_STATING, "style", "hidden", "aria-hidden"))
# Classes beyond these, and names longer than that, say nothing more.
MOST_CLASSES = 12
LONGEST_NAME = 40
LONGEST_NAMES = MOST_CLASSES * LONGEST_NAME
# Words behind these say nothing more of a text.
MOST_WORDS = 40
LONGEST_PHRASE = 300


def element_tokens(tag: str, attributes: Mapping[str, str | None]) -> tuple[str, ...]:
    """Give the tokens of an element: its tag, the names of its classes and id, their parts, its role and property.

    Numbers are left out, so that the posts of a thread have the same tokens.
    """
    get = attributes.get
    # Cut before they are keys of a cache, which counts its entries and not their length.
    classes, identifier = (get("class") or "")[:LONGEST_NAMES], (get("id") or "")[:LONGEST_NAMES]
    if attributes.keys().isdisjoint(_RARE):
        return _tokens(tag, classes, identifier)
    style = get("style")
    hidden = "hidden" in attributes or get("aria-hidden") == "true" or bool(style and _HIDING.search(style))
    values = ((get(name) or "")[:LONGEST_NAME] for name in _STATING)
    return _tokens(tag, classes, identifier, *values, hidden=hidden)


def text_tokens(text: str) -> tuple[str, ...]:
    """Give the words that a text begins with, lower case."""
    return tuple(text[:LONGEST_PHRASE].lower().split()[:MOST_WORDS])


@lru_cache(maxsize=20_000)
def _tokens(tag: str, classes: str = "", identifier: str = "", *values: str, hidden: bool = False) -> tuple[str, ...]:
    found = [f"<{tag}>"]
    for names in (classes, identifier):
        if names:
            found += _names(_DIGITS.sub("0", names))
    for key, value in zip(_STATING, values, strict=False):
        if value:
            found.append(f"{key}={value.lower()}")
    if hidden:
        found.append("@hidden")
    return tuple(dict.fromkeys(found))


@lru_cache(maxsize=20_000)
def _names(names: str) -> list[str]:
    """Give the tokens of the names in an attribute. Their numbers are 0 by now, so that most names come again."""
    return [token for name in names.split()[:MOST_CLASSES] for token in _name_tokens(name[:LONGEST_NAME])]


@lru_cache(maxsize=50_000)
def _name_tokens(name: str) -> tuple[str, ...]:
    """Give a name and the words that it is made of: `.entry-content`, `entry`, `content`."""
    parts = [part.lower() for part in _PART.findall(name) if len(part) > 1]
    return (f".{name.lower()}", *parts) if len(parts) > 1 else tuple(parts)
