"""The lines of a text that a vocabulary matches, and whether they show that it was a web page."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from ingest.builtin.body import layout
from ingest.builtin.phrases import Match, vocabulary
from ingest.builtin.suspects import suspects
from ingest.document import Document

__all__ = ["is_page", "matches"]

# Vocabularies whose sure matches show that a text was a web page. Copyright lines and headings such as "Related
# topics" stand in books as well.
_TELLTALE = ("widgets", "sharing", "newsletters", "cookies")


def matches(doc: Document, name: str) -> Mapping[int, Match]:
    """Give the match of every line that has one. Words that may be a label count only in what is plainly a web page."""
    found = _find(doc.text, name)
    if all(match.sure for match in found.values()) or is_page(doc, name, found):
        return found
    return {index: match for index, match in found.items() if match.sure}


def is_page(doc: Document, name: str = "", found: Mapping[int, Match] | None = None) -> bool:
    """Say whether the text was a web page: it had markup, an address or a site, or a line that only pages have.

    Args:
        doc: the document.
        name: a vocabulary whose matches are known already; they are evidence as well.
        found: these matches.
    """
    if doc.media_type == "text/html" or doc.url or doc.site:
        return True
    # A copyright line is no evidence: it stands in books as well.
    if found and name != "legal" and _any_sure(found.values()):
        return True
    return any(_any_sure(_find(doc.text, other).values()) for other in _TELLTALE if other != name)


def _any_sure(found: Iterable[Match]) -> bool:
    return any(match.sure for match in found)


def _find(text: str, name: str) -> dict[int, Match]:
    places = suspects(text)[name]
    if not places.labels and not places.phrases:
        return {}
    words, shape, lines = vocabulary(name), layout(text), text.split("\n")
    found: dict[int, Match] = {}
    for index in places.labels:
        match = words.match_labels(lines[index], inside=shape.start <= index < shape.stop)
        # A word or two in a hard-wrapped paragraph may be what is left of its last sentence.
        if match is not None and (match.sure or not shape.wrapped[index]):
            found[index] = match
    for index, rules in places.phrases.items():
        # A phrase in a hard-wrapped paragraph may be half a sentence.
        if index not in found and not shape.wrapped[index]:
            match = words.match_phrase(lines[index], sorted(rules), inside=shape.start <= index < shape.stop)
            if match is not None:
                found[index] = match
    return found
