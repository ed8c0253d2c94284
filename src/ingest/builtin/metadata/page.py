"""A parsed page, and the places in it where metadata stands."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from functools import cached_property
from itertools import islice
from typing import Any

from ingest.builtin.authors.names import fold
from ingest.builtin.authors.outline import Outline, outline
from ingest.builtin.authors.profiles import HOSTS
from ingest.builtin.metadata.elements import Element, squeezed
from ingest.builtin.metadata.lines import visible_lines
from ingest.builtin.metadata.opening import Opening, openings
from ingest.content.jsonld import article, objects, strings
from ingest.content.tree import parse

__all__ = ["LONGEST_BOX", "Page", "is_contact_link"]

# Most elements of one kind to keep, and the longest text of a box.
MOST_ELEMENTS = 2000
MOST_BOXES = 60
MOST_HEADINGS = 60
LONGEST_BOX = 2500
# For lower case: ignoring the case takes several times as long.
_WORDS = re.compile(
    r"author|aut(?:o|eu)r|by-?line|bio|vcard|contributor|writer|reporter|blogger|title|headline"
    r"|dat(?:e|um|a-)|fecha|publish|posted|timestamp|meta|info|\b(?:time|fn\b)"
)
_BOX_TOKEN = re.compile(
    r"(?:^|[-_\s])(?:co)?(?:authors?|byline|by-line|bio|biography|vcard|autor|auteur|contributor|writer|reporter|blogger)"
    r"(?:info|box|card|name)?(?:$|[-_\s])",
    re.IGNORECASE,
)
_BOX_WORDS = re.compile(r"[aA]uthor|[bB]yline|bio|vcard|autor|auteur|contributor|writer|reporter|blogger")
_NO_BOXES = frozenset("body html article main script style meta link img input".split())
_CONTACT = re.compile("|".join(["mailto:", "/@", "email-protection#", *map(re.escape, HOSTS)]))
_SCRIPTED = re.compile(
    r"(?:\"|&quot;)(?:date_?published|publish(?:ed)?_?date)(?:\"|&quot;)\s{0,9}:\s{0,9}(?:\"|&quot;)(\d{4}-\d{2}-\d{2})",
    re.IGNORECASE,
)
# What such a date has in it, in lower case, and so many bytes around it, which hold all of the match.
_PUBLISH = b"publish"
_BEFORE, _BEHIND = 20, 150
MANY_WORDS = 2000
LONGEST_LINK = 400
LONGEST_LABEL = 300
_HEADINGS = frozenset(("h1", "h2", "h3"))
_ROLES, _LINKS = "itemprop", "rel"
_NOTED = frozenset(("meta", "a", "link", "script", "html"))
_KEPT = frozenset(("h1", "h2", "h3", "title", "time", "address"))


def is_contact_link(href: str) -> bool:
    """Tell whether a link may lead to somebody's mailbox or profile."""
    return _CONTACT.search(href[:LONGEST_LINK].lower()) is not None


class Page:
    """The markup of a document, parsed and walked once. Every look-up is bounded, since a page can hold anything."""

    def __init__(self, markup: str) -> None:
        self._markup = markup
        self._tree = parse(markup).parser
        self._openings: dict[str, list[Opening]] = {}
        self._scripts: list[Any] = []
        self._kinds: dict[str, list[Element]] = {}
        self.meta: dict[str, list[str]] = {}
        """The contents of `<meta>` by lower-case name, property or itemprop."""
        self.elements: list[Element] = []
        """Headings, times and whatever says in an attribute that it may hold metadata, in the order of the page."""
        self.contact_nodes: list[tuple[str, Any]] = []
        """Links that may lead to somebody's mailbox or profile: where to, and the node."""
        self.language: str | None = None
        """The language that `<html>` declares."""
        self._walk()

    def _walk(self) -> None:
        root = self._tree.root
        known: dict[str, bool] = {}
        for node in root.traverse() if root is not None else ():
            tag = node.tag or ""
            if tag == "-text":
                continue
            attributes = node.attributes
            if tag in _KEPT:
                self._keep(Element(node, tag, attributes), tag)
            elif not attributes:
                continue
            elif "itemprop" in attributes or "property" in attributes:
                self._keep(Element(node, tag, attributes), _ROLES)
            elif "rel" in attributes:
                self._keep(Element(node, tag, attributes), _LINKS)
            elif _is_telling(attributes, known):
                self._keep(Element(node, tag, attributes), "")
            if tag in _NOTED:
                self._note(node, tag, attributes)

    def _keep(self, element: Element, kind: str) -> None:
        alike = self._kinds.setdefault(kind, [])
        if len(alike) < MOST_ELEMENTS:
            alike.append(element)
            self.elements.append(element)

    def _note(self, node: Any, tag: str, attributes: dict[str, str | None]) -> None:
        """Put what stands in attributes where it belongs."""
        if tag == "meta":
            self._note_meta(attributes)
        elif tag in ("a", "link"):
            href = attributes.get("href")
            if href and tag == "a" and len(self.contact_nodes) < MOST_ELEMENTS and is_contact_link(href):
                self.contact_nodes.append((href, node))
        elif tag == "script":
            if "ld+json" in (attributes.get("type") or "").lower() and len(self._scripts) < MOST_ELEMENTS:
                self._scripts.append(node)
        elif tag == "html":
            self.language = self.language or " ".join((attributes.get("lang") or "").split()) or None

    def _note_meta(self, attributes: dict[str, str | None]) -> None:
        content = " ".join((attributes.get("content") or "").split())
        if content:
            for name in ("property", "name", "itemprop"):
                if (key := (attributes.get(name) or "").strip().lower()) and len(self.meta) < MOST_ELEMENTS:
                    values = self.meta.setdefault(key, [])
                    if len(values) < MOST_ELEMENTS:
                        values.append(content)

    def find(self, wanted: Callable[[Element], bool], most: int = MOST_ELEMENTS) -> list[Element]:
        """Give the first elements that are wanted, in the order of the page."""
        return list(islice(filter(wanted, self.elements), most))

    def tagged(self, *tags: str) -> list[Element]:
        """Give the elements of one of the tags `h1` to `h3`, `title`, `time` and `address`, those of one tag together."""
        return [element for tag in tags for element in self._kinds.get(tag, ())]

    @cached_property
    def related(self) -> list[Element]:
        """The links that say in `rel` what they lead to."""
        return [element for element in self.elements if element.relations]

    def first_meta(self, *names: str) -> str | None:
        """Give the first content of the first of these names that has one."""
        return next((self.meta[name][0] for name in names if name in self.meta), None)

    def linked(self, relation: str) -> Iterator[str]:
        """Give where the links of a relation lead, such as `license`."""
        return (element.get("href") for element in self.related if relation in element.relations)

    @cached_property
    def headings(self) -> list[tuple[Element, str]]:
        """The headings that say something, with their texts."""
        found = self.find(lambda element: element.tag in _HEADINGS, MOST_HEADINGS)
        return [(element, text) for element in found if (text := element.headline())]

    @cached_property
    def titles(self) -> list[str]:
        """What the page calls itself in `<title>`."""
        found = self.tagged("title")[:10]
        in_head = [one for one in found if one.node.parent is not None and one.node.parent.tag == "head"]
        return [text for one in (in_head or found) if (text := one.text())]

    @cached_property
    def objects(self) -> list[dict[str, Any]]:
        """All objects in the page's JSON-LD."""
        return objects([node.text() for node in self._scripts])

    @cached_property
    def article(self) -> dict[str, Any]:
        """The JSON-LD object that describes the document; empty if there is none."""
        return article(self.objects)

    @cached_property
    def people(self) -> dict[str, list[dict[str, Any]]]:
        """The people in the JSON-LD by their folded names; a paper can have thousands of authors."""
        found: dict[str, list[dict[str, Any]]] = {}
        for item in self.objects:
            if "Person" in strings(item.get("@type")):
                for name in strings(item.get("name")):
                    found.setdefault(fold(name), []).append(item)
        return found

    @cached_property
    def named_objects(self) -> dict[str, dict[str, Any]]:
        """The JSON-LD objects that have a name, by their `@id`."""
        named = [item for item in self.objects if "name" in item and isinstance(item.get("@id"), str)]
        return {item["@id"]: item for item in reversed(named)}

    @cached_property
    def lines(self) -> list[str]:
        """What readers see, line by line, white space squeezed; empty lines are left out."""
        root = self._tree.body or self._tree.root
        return visible_lines(root) if root is not None else []

    @cached_property
    def outline(self) -> Outline:
        """Where the body stands among the lines that readers see."""
        return outline("\n".join(self.lines))

    @property
    def contact_links(self) -> list[str]:
        """Where links lead that may be somebody's mailbox or profile."""
        return [href for href, _ in self.contact_nodes]

    @cached_property
    def scripted_date(self) -> str | None:
        """The first date that data for the page's scripts call that of publication."""
        match = _scripted(self._markup)
        return match[1] if match else None

    def openings(self, title: str | None) -> list[Opening]:
        """Give the lines around the headline, for each place where it stands."""
        if title is None:
            return []
        if title not in self._openings:
            self._openings[title] = list(openings(self.lines, title))
        return self._openings[title]

    @cached_property
    def boxes(self) -> list[tuple[Element, str]]:
        """The elements that show an author: bylines, boxes, cards; with their texts."""
        found = self.find(_is_box, MOST_BOXES)
        return [(element, text) for element in found if (text := element.text(LONGEST_BOX))]

    def outlinks(self, most: int) -> list[str]:
        """Give the addresses that the page links to, absolute ones of the web alone, each once, in order."""
        found: dict[str, None] = {}
        for node in self._tree.css("a[href]"):
            href = squeezed(node.attributes.get("href") or "", 2000)
            if href.lower().startswith(("http://", "https://")) and " " not in href:
                found.setdefault(href)
                if len(found) >= most:
                    break
        return list(found)


def _scripted(markup: str) -> re.Match[str] | None:
    """Find a date in data for scripts. A search for the word in it takes a tenth of the time of one by the pattern."""
    content = markup.encode("utf-8", "replace")
    lower = content.lower()
    if lower.count(_PUBLISH) > MANY_WORDS:
        return _SCRIPTED.search(markup)
    start = lower.find(_PUBLISH)
    while start >= 0:
        around = content[max(0, start - _BEFORE) : start + _BEHIND].decode("utf-8", "replace")
        if match := _SCRIPTED.search(around):
            return match
        start = lower.find(_PUBLISH, start + 1)
    return None


def _is_telling(attributes: dict[str, str | None], known: dict[str, bool]) -> bool:
    """Say whether class or id tell of metadata. Pages repeat their classes, so what is known is kept."""
    for name in ("class", "id"):
        if label := attributes.get(name):
            found = known.get(label)
            if found is None:
                found = known[label] = _WORDS.search(label[:LONGEST_LABEL].lower()) is not None
            if found:
                return True
    return False


def _is_box(element: Element) -> bool:
    if element.tag in _NO_BOXES:
        return False
    if element.tag == "address" or "author" in element.relations or "author" in element.roles:
        return True
    return _BOX_WORDS.search(element.label) is not None and _BOX_TOKEN.search(element.label) is not None
