"""The elements of a page that may hold metadata."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cached_property
from typing import Any

__all__ = ["LONGEST_LINE", "Element", "squeezed"]

# Longest text of an element that is taken for a name, a headline or a date, and most nodes to look at for it.
LONGEST_LINE = 300
MOST_NODES = 2000
MOST_PARENTS = 40
_SILENT = frozenset("script style template noscript -comment svg select textarea".split())
# Between these and the text beside them readers see no gap.
_INLINE = frozenset(
    "-text a abbr b bdi bdo big cite code data del dfn em font i img ins kbd mark meta nobr q s samp small span strong sub "
    "sup time tt u var wbr".split()
)
# Icons of web fonts, and the sign of a link to a heading.
_ICON = re.compile("[\ue000-\uf8ff]|¶$")
# What papers of several countries call the line above a headline.
_KICKER = re.compile(
    r"kicker|eyebrow|over-?line|over-?title|top-?line|roof-?line|dachzeile|spitzmarke|topic|pre-?title|super-?title|surtitre"
    r"|antetitulo|occhiello",
    re.IGNORECASE,
)
_BEHIND_KICKER = " :|-–—·/"
_PREFIX = re.compile(r"^(?:schema:|https?://schema\.org/)")


class Element:
    """An element with its attributes, whose text is read on demand and never beyond a bound."""

    __slots__ = ("__dict__", "attributes", "node", "tag")

    def __init__(self, node: Any, tag: str, attributes: dict[str, str | None]) -> None:
        self.node = node
        self.tag = tag
        self.attributes = attributes

    def get(self, name: str) -> str:
        """Give the value of an attribute, white space squeezed; empty if there is none."""
        return " ".join((self.attributes.get(name) or "").split())

    @cached_property
    def classes(self) -> frozenset[str]:
        """The classes, in lower case."""
        return frozenset((self.attributes.get("class") or "").lower().split())

    @cached_property
    def label(self) -> str:
        """Classes and id, as they are written."""
        return f"{self.attributes.get('class') or ''} {self.attributes.get('id') or ''}"

    @cached_property
    def roles(self) -> frozenset[str]:
        """What microdata and RDFa say that it is, such as `datepublished`."""
        stated = [self.attributes.get("itemprop"), self.attributes.get("property")]
        return frozenset(_PREFIX.sub("", role) for value in stated if value for role in value.lower().split())

    @cached_property
    def relations(self) -> frozenset[str]:
        """What `rel` says of a link."""
        return frozenset((self.attributes.get("rel") or "").lower().split())

    @property
    def parent_id(self) -> int:
        """What tells the element around it from others."""
        parent = self.node.parent
        return parent.mem_id if parent is not None else 0

    def parents(self) -> Iterator[Any]:
        """Give the nodes around it, the nearest first."""
        node = self.node.parent
        for _ in range(MOST_PARENTS):
            if node is None:
                return
            yield node
            node = node.parent

    def links(self, most: int) -> list[str]:
        """Give where the links in it lead, or it itself."""
        if self.tag == "a":
            return [self.get("href")]
        found: list[str] = []
        for node in self.node.css("a[href]"):
            found.append(node.attributes.get("href") or "")
            if len(found) >= most:
                break
        return found

    def text(self, longest: int = LONGEST_LINE) -> str:
        """Give the text, white space squeezed, gaps where readers see them; empty if it is longer than allowed."""
        return squeezed(_text(self.node, 4 * longest), longest)

    def headline(self) -> str:
        """Give the text of a heading without the kicker that many papers set above it, in the same element."""
        text = self.text()
        first = self.node.first_child
        while first is not None and first.tag == "-text" and not (first.text_content or "").strip():
            first = first.next
        if first is None or first.tag == "-text" or not _KICKER.search(first.attributes.get("class") or ""):
            return text
        kicker = squeezed(_text(first, 4 * LONGEST_LINE), LONGEST_LINE)
        return text.removeprefix(kicker).lstrip(_BEHIND_KICKER) or text


def squeezed(text: str, longest: int) -> str:
    """Give a text without icons, white space squeezed; empty if it is longer than allowed."""
    if len(text) > 4 * longest:
        return ""
    text = " ".join(_ICON.sub("", text).split())
    return text if len(text) <= longest else ""


def _text(top: Any, longest: int) -> str:
    """Give the text below a node; empty if it is longer than allowed or spread over too many nodes.

    Walked by hand: each of thousands of nested boxes may hold nearly the whole text of a page.
    """
    parts: list[str] = []
    size = 0
    end = top.mem_id
    node = top.first_child
    for _ in range(MOST_NODES):
        if node is None:
            return "".join(parts)
        tag = node.tag
        if tag == "-text":
            text = node.text_content or ""
            parts.append(text)
            size += len(text)
            if size > longest:
                return ""
        elif tag not in _INLINE:
            parts.append(" ")
        below = None if tag in _SILENT or tag == "-text" else node.first_child
        if below is None:
            while (below := node.next) is None:
                node = node.parent
                if node is None or node.mem_id == end:
                    return "".join(parts)
                if node.tag not in _INLINE:
                    parts.append(" ")
        node = below
    return ""
