"""Find the text of a page in its markup, so that what was left out stands on record piece by piece."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import pairwise

from ingest.diff import common, once_in_each, trimmed_edit
from ingest.document import Edit, Reason

__all__ = ["align"]

# Characters of a line that hardly stand anywhere else in a page.
HEAD = 24
# Characters to look through, from the line before on, for a line that does not stand out so.
WINDOW = 4_000
# Least characters of the few words by which a line is found where a link stands among its first ones, how often such words
# are tried, and how near the next ones must be once some are found.
SHORT, PROBES, NEAR = 10, 3, 600

_LINE = re.compile(r"[^\n]+")
_SPACE = re.compile(r"\s")
# The start of a piece of text between two tags. Possessive: the white space is never tried again.
_NODE = re.compile(rf">\s*+([^<>\s][^<>]{{{HEAD - 1}}})")
_TAGS = re.compile(r"(?:\s|<[^<>]*+>)++")
# What may stand around a piece of text in markup. Quotes are not among them: values of attributes and data for scripts
# often hold the text of a page once more.
_BEFORE, _AFTER = frozenset("> \n\r\t;"), frozenset("< \n\r\t&")

# Place in the markup, place in the text, length.
_Stay = tuple[int, int, int]


def align(markup: str, text: str, reason: Reason) -> list[Edit]:
    """Give edits that make the text of a page out of its markup, all with the same reason.

    Lines that start as one piece of the markup does, and no other, are found first, then near them those between. A line is
    followed over the tags among its words. What is not found is an edit with the whole stretch. The result always replays;
    where a page holds the same words twice, it may take the one for the other.
    """
    stays = [(0, 0, 0), *_Search(markup, text).run(), (len(markup), len(text), 0)]
    edits: list[Edit] = []
    for (place, shown, length), (next_place, next_shown, _) in pairwise(stays):
        gone, came = markup[place + length : next_place], text[shown + length : next_shown]
        if gone != came:
            edits.append(trimmed_edit(place + length, gone, came, reason))
    return edits


class _Search:
    """One search for a text in its markup."""

    def __init__(self, markup: str, text: str) -> None:
        self._markup = markup
        self._text = text
        self._lines = [line.span() for line in _LINE.finditer(text)]

    def run(self) -> Iterator[_Stay]:
        """Give the stretches that both have in common, in the order of both."""
        anchors = [*self._anchors(), (len(self._markup), len(self._lines))]
        # What stands in front of the first line is near it, and not in the menu.
        place = max(0, anchors[0][0] - WINDOW) if anchors[1:] else 0
        number = 0
        for anchor, line in anchors:
            for start, end in self._lines[number:line]:
                for stay in self._near(place, anchor, start, end):
                    yield stay
                    place = stay[0] + stay[2]
            if line < len(self._lines):
                place = max(place, anchor)
                for stay in self._along(place, len(self._markup), *self._lines[line]):
                    yield stay
                    place = stay[0] + stay[2]
            number = line + 1

    def _anchors(self) -> list[tuple[int, int]]:
        """Give place and number of lines that start like one piece of the markup, as many as are in the same order."""
        nodes = [(node[1], node.start(1)) for node in _NODE.finditer(self._markup)]
        heads = [self._text[start : start + HEAD] if end - start >= HEAD else "" for start, end in self._lines]
        pairs = once_in_each([head for head, _ in nodes], heads)
        if not pairs:
            # Some pages hold everything twice, once for telephones.
            nodes = list({head: (head, place) for head, place in reversed(nodes)}.values())[::-1]
            pairs = once_in_each([head for head, _ in nodes], heads)
        return [(nodes[node][1], line) for node, line in pairs]

    def _near(self, place: int, place_end: int, start: int, end: int) -> Iterator[_Stay]:
        """Find a line near the one before: if it is short as a whole, else by some of its first words."""
        near = min(place_end, place + WINDOW)
        for _ in range(PROBES):
            cut = self._cut(start, end)
            if (at := self._find(start, cut, place, near, whole=cut == end)) >= 0:
                yield from self._along(at, place_end, start, end)
                return
            start = cut + 1
            if end - start < SHORT:
                return

    def _along(self, place: int, place_end: int, start: int, end: int) -> Iterator[_Stay]:
        """Follow a line of which the first words were found, over what stands between its words in the markup."""
        markup, text = self._markup, self._text
        while place >= 0:
            length = common(markup[place : min(place_end, place + end - start)], text[start:end])
            yield place, start, length
            place, start = self._next(place + length, place_end, start + length, end)

    def _next(self, place: int, place_end: int, start: int, end: int) -> tuple[int, int]:
        """Find where a line goes on: behind the next tags, or else near by. Gives the place, or -1, and that in the text."""
        if start < end:
            start += self._text[start].isspace()
            tags = _TAGS.match(self._markup, place, place_end)
            if tags and self._markup.startswith(self._text[start : min(end, start + 2)], tags.end(), place_end):
                return tags.end(), start
        while start < end:
            cut = self._cut(start, end)
            at = self._find(start, cut, place, min(place_end, place + NEAR), whole=False)
            if at >= 0:
                return at, start
            start = cut + (cut < end and self._text[cut].isspace())
        return -1, start

    def _cut(self, start: int, end: int) -> int:
        """Give the end of the next few words of a line."""
        end = min(end, start + 3 * SHORT)
        space = _SPACE.search(self._text, start + SHORT, end)
        return space.start() if space else end

    def _find(self, start: int, end: int, place: int, place_end: int, *, whole: bool) -> int:
        """Give the place where words, or a whole line, stand as text; -1 if there is none."""
        words, markup = self._text[start:end], self._markup
        while (place := markup.find(words, place, place_end)) >= 0:
            after = place + len(words)
            if (not place or markup[place - 1] in _BEFORE) and (not whole or markup[after : after + 1] in _AFTER):
                return place
            place += 1
        return -1
