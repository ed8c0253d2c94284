"""A parsed page, and the places in it where metadata stands."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import cached_property
from typing import Any

from resiliparse.extract.html2text import extract_plain_text
from resiliparse.parse.html import HTMLTree

from ingest.builtin.metadata.jsonld import article, objects
from ingest.builtin.metadata.opening import Opening, openings

__all__ = ["Page", "select", "text_of"]

# Most elements of one kind to look at, and the longest text of one that is taken for a name, a date or a box.
MOST_ELEMENTS = 2000
LONGEST_LINE = 300
LONGEST_BOX = 2500
# Longest visible text to look through.
LONGEST_TEXT = 1_000_000
_BOXES = (
    '[rel~="author"], [itemprop~="author"], [class*="author"], [class*="Author"], [class*="byline"], [class*="Byline"], '
    '[class*="bio"], [class*="vcard"], [class*="autor"], [class*="auteur"], [class*="contributor"], '
    '[class*="writer"], [class*="reporter"], [class*="blogger"], [id*="author"], address'
)
_BOX_TOKEN = re.compile(
    r"(?:^|[-_\s])(?:co)?(?:authors?|byline|by-line|bio|biography|vcard|autor|auteur|contributor|writer|reporter|blogger)"
    r"(?:info|box|card|name)?(?:$|[-_\s])",
    re.IGNORECASE,
)

# Icons of web fonts, and the sign of a link to a heading.
_ICON = re.compile("[\ue000-\uf8ff]|¶$")


class Page:
    """The markup of a document, parsed once. Every look-up is bounded, since a page can hold anything."""

    def __init__(self, markup: str) -> None:
        self._tree = HTMLTree.parse(markup)
        self._openings: dict[str, list[Opening]] = {}

    def select(self, selector: str) -> Sequence[Any]:
        """Give the elements that a CSS selector matches, in the order of the page."""
        document = self._tree.document
        return [] if document is None else select(document, selector)

    def texts(self, selector: str, longest: int = LONGEST_LINE) -> Iterator[str]:
        """Give the texts of such elements, white space squeezed; empty and long ones are left out."""
        read = 0
        for element in self.select(selector):
            # Elements can be nested, so that each of thousands has nearly the whole text.
            raw = element.text or ""
            read += len(raw)
            if read > LONGEST_TEXT:
                return
            if text := _squeezed(raw, longest):
                yield text

    def attributes(self, selector: str, name: str) -> Iterator[str]:
        """Give the values of an attribute of such elements."""
        for element in self.select(selector):
            if value := " ".join((element.getattr(name) or "").split()):
                yield value

    @cached_property
    def meta(self) -> dict[str, list[str]]:
        """The contents of `<meta>` by lower-case name, property or itemprop."""
        found: dict[str, list[str]] = {}
        for element in self.select("meta[content]"):
            content = " ".join((element.getattr("content") or "").split())
            for attribute in ("property", "name", "itemprop"):
                key = (element.getattr(attribute) or "").strip().lower()
                if key and content:
                    found.setdefault(key, []).append(content)
        return found

    def first_meta(self, *names: str) -> str | None:
        """Give the first content of the first of these names that has one."""
        return next((self.meta[name][0] for name in names if name in self.meta), None)

    @cached_property
    def objects(self) -> list[dict[str, Any]]:
        """All objects in the page's JSON-LD."""
        return objects([element.text or "" for element in self.select('script[type*="ld+json"]')])

    @cached_property
    def article(self) -> dict[str, Any]:
        """The JSON-LD object that describes the document; empty if there is none."""
        return article(self.objects)

    @cached_property
    def lines(self) -> list[str]:
        """What readers see, line by line, white space squeezed; empty lines are left out."""
        text = extract_plain_text(self._tree, main_content=False, alt_texts=False, list_bullets=False)
        return [squeezed for line in text[:LONGEST_TEXT].split("\n") if (squeezed := " ".join(line.split()))]

    def openings(self, title: str | None) -> list[Opening]:
        """Give the lines around the headline, for each place where it stands."""
        if title is None:
            return []
        if title not in self._openings:
            self._openings[title] = list(openings(self.lines, title))
        return self._openings[title]

    @cached_property
    def language(self) -> str | None:
        """The language that `<html>` declares."""
        return next(iter(self.attributes("html[lang]", "lang")), None)

    @cached_property
    def boxes(self) -> Sequence[Any]:
        """The elements that show an author: bylines, boxes, cards."""
        found = [element for element in self.select(_BOXES) if _is_box(element)]
        return [element for element in found[:60] if len(element.text) <= LONGEST_BOX]


def select(node: Any, selector: str) -> Sequence[Any]:
    """Give the elements below a node that a CSS selector matches.

    The slice is not only for the bound: iterating over resiliparse's node list takes quadratic time, slicing linear.
    """
    found: Sequence[Any] = node.query_selector_all(selector)[:MOST_ELEMENTS]
    return found


def text_of(element: Any, longest: int = LONGEST_LINE) -> str:
    """Give the text of an element, white space squeezed; empty if it is longer than allowed."""
    return _squeezed(element.text or "", longest)


def _squeezed(text: str, longest: int) -> str:
    if len(text) > 4 * longest:
        return ""
    text = " ".join(_ICON.sub("", text).split())
    return text if len(text) <= longest else ""


def _is_box(element: Any) -> bool:
    if element.tag in ("body", "html", "article", "main", "script", "style", "meta", "link", "img", "input"):
        return False
    if element.tag == "address" or element.hasattr("rel") or element.hasattr("itemprop"):
        return True
    return _BOX_TOKEN.search(f"{element.getattr('class') or ''} {element.getattr('id') or ''}") is not None
