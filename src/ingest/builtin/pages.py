"""Text that was printed pages once: what stood on every page goes."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections import Counter, defaultdict
from collections.abc import Sequence
from itertools import pairwise

from ingest.document import Document, Reason
from ingest.step import LineFilter

__all__ = ["RunningHeaders"]

# Longest running header, and how many lines from a page's edge it can stand.
LONGEST = 120
EDGE_LINES = 3
# Lines between two page numbers that are nothing but a number; closer ones are lists or verses.
LONG_PAGE = 15
# How much longer the longest of such pages may be than the shortest.
UNEVEN = 1.6
_NUMBER = r"\d{1,4}"
_PAGE = r"(?:page|pg\.?|p\.|seite|s\.|página|pág\.?|pagina|pag\.|blad|bladzijde|sida|strona|str\.?|страница|стр\.?|sayfa|صفحه|صفحة|पृष्ठ)"
_OF = r"(?:of|von|de|sur|di|van|av|z|из|/|از|من)"
_LABELLED = re.compile(
    rf"\W*(?:{_PAGE}\s*(?P<a>{_NUMBER})(?:\s*{_OF}\s*{_NUMBER})?|(?P<b>{_NUMBER})\s*{_OF}\s*{_NUMBER}"
    rf"|第\s*(?P<c>{_NUMBER})\s*[页頁].{{0,12}}|(?P<d>{_NUMBER})\s*ページ)\W*",
    re.IGNORECASE,
)
_BARE = re.compile(rf"[\s\-–—|·•\[\](){{}}]*(?P<n>{_NUMBER})[\s\-–—|·•\[\](){{}}]*")
# Common marks behind a number or a word.
_MARKS = " .,:;!?)]}\"'”’»…-–—|·•*"
_DIGITS = re.compile(r"\d+")


class RunningHeaders(LineFilter):
    """Take out page numbers, and the headers and footers that stand on every page of a paged document.

    A line goes only where pages show: beside form feeds, or in a rising row of page numbers. A refrain or a repeated
    heading is left alone.
    """

    name = "running_headers"

    min_pages: int = 3
    """How many pages must show before anything goes."""

    def reject_lines(self, doc: Document, lines: Sequence[str]) -> Sequence[Reason | None]:
        breaks = {index for index, line in enumerate(lines) if "\f" in line} if "\f" in doc.text else set()
        east_asian = "第" in doc.text or "ージ" in doc.text
        numbers = _page_numbers(lines, self.min_pages, east_asian=east_asian)
        if len(numbers) < self.min_pages and len(breaks) < self.min_pages - 1:
            return [None] * len(lines)
        shown = [index for index, line in enumerate(lines) if line.strip()]
        edges = _near_edges(shown, numbers | breaks, lines)
        headers = _repeated(lines, edges - numbers, self.min_pages)
        return [
            Reason("page_number", line.strip())
            if index in numbers
            else Reason("running_header", line.strip())
            if index in headers and "\f" not in line.strip("\f")
            else None
            for index, line in enumerate(lines)
        ]


def _page_numbers(lines: Sequence[str], min_pages: int, *, east_asian: bool) -> set[int]:
    """Give the lines that number pages: labelled ones, or bare ones far apart, in a row that rises by one."""
    labelled: list[tuple[int, int]] = []
    bare: list[tuple[int, int]] = []
    for index, line in enumerate(lines):
        # Most lines end in a letter, as no number does.
        if len(line) > LONGEST or (line[-1:].isalpha() and not east_asian) or not _may_number(line):
            continue
        if match := _LABELLED.fullmatch(line):
            labelled.append((index, int(next(number for number in match.groups() if number))))
        elif match := _BARE.fullmatch(line):
            bare.append((index, int(match["n"])))
    found = _rising(labelled, 1, min_pages)
    return found or _even(_rising(bare, LONG_PAGE, min_pages))


def _may_number(line: str) -> bool:
    """Say whether a line may number a page: what it says last is no word, but for East Asian labels."""
    last = line.rstrip(_MARKS)[-1:]
    return not last.isalpha() or last == "ジ" or "第" in line


def _even(found: set[int]) -> set[int]:
    """Give the lines if they are about equally far apart, as pages are; the numbers of chapters are not."""
    places = sorted(found)
    distances = [after - before for before, after in pairwise(places)]
    return found if distances and max(distances) <= UNEVEN * min(distances) else set()


def _rising(numbered: Sequence[tuple[int, int]], distance: int, min_pages: int) -> set[int]:
    """Give the longest row in which each number follows the one before it, at least `distance` lines further on."""
    lines_with: dict[int, list[int]] = defaultdict(list)
    for index, number in numbered:
        lines_with[number].append(index)
    following: dict[int, int] = {}
    length: dict[int, int] = {}
    for index, number in reversed(numbered):
        later = lines_with.get(number + 1, [])
        place = bisect_left(later, index + distance)
        if place < len(later):
            following[index] = later[place]
        length[index] = 1 + length[later[place]] if place < len(later) else 1
    line = max((index for index, _ in numbered), key=length.__getitem__, default=None)
    if line is None or length[line] < min_pages:
        return set()
    row = {line}
    while (line := following.get(line)) is not None:
        row.add(line)
    return row


def _near_edges(shown: Sequence[int], marks: set[int], lines: Sequence[str]) -> set[int]:
    """Give the short lines within a few lines of where a page ends, and at both ends of the text."""
    near = {0, len(shown) - 1, *(bisect_left(shown, mark) for mark in marks)}
    reach = range(-EDGE_LINES, EDGE_LINES + 1)
    edges = {shown[place + shift] for place in near for shift in reach if 0 <= place + shift < len(shown)}
    return {index for index in edges if len(lines[index]) <= LONGEST}


def _repeated(lines: Sequence[str], candidates: set[int], min_pages: int) -> set[int]:
    """Give the candidates whose text, numbers aside, stands at the edge of enough pages."""
    masked = {index: _DIGITS.sub("#", " ".join(lines[index].split())).casefold() for index in candidates}
    counts = Counter(masked.values())
    return {index for index, text in masked.items() if counts[text] >= min_pages and any(map(str.isalpha, text))}
