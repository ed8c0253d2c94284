"""What stands twice in a web page: menus, teasers of the article, paragraphs that were laid out for two screens."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Annotated

from pydantic import Field

from ingest.builtin.webpage import is_page
from ingest.document import Document, Reason
from ingest.lines import line_spans
from ingest.step import Step, line_edits

__all__ = ["Repetition"]

# Lines that start a search for a longer run.
SEED = 3
# What a line costs in the search for the body, in words, and what a line is worth there that ends like a menu's.
LINE_COST = 10
UNENDED_LINE = -2
# Words of a line of a menu, on average.
LABEL_WORDS = 3
# Words of a teaser; fewer are a label with dots behind it.
TEASER_WORDS = 8
# Characters of a word, above which a script has no spaces.
LONGEST_WORD = 12
_END = re.compile(r"""[.!?…。！？؟।۔][\s"'”’»)\]』」]*$""")
_CUT_ENDS = ("…", "...", "…]", "...]", "…)", "...)")
# Starts only where a run of spaces starts: tried at every space of a long run, it would take quadratic time.
_CUT = re.compile(r"(?<!\s)\s*[\[(]?(?:…|\.\.\.)[\])]?$")


class Repetition(Step):
    """Take out second copies in what is plainly a web page: of paragraphs, of whole runs of lines, and teasers.

    Single short lines stay however often they come, and so does what comes three times: a table, a form or a refrain.
    Of two copies the one in the body stays, and both where they stand apart inside the body, as a quotation does. The
    value of the reason says in which line of the text before the step the other copy is.
    """

    name = "repetition"

    min_words: Annotated[int, Field(ge=5)] = 15
    """Shortest paragraph that counts by itself, in words; two characters count as one in scripts without spaces."""
    block_lines: Annotated[int, Field(ge=SEED)] = 6
    """Shortest run of lines that counts if one of them is a paragraph or all are short, as in a menu; other runs, such
    as stanzas, must be twice as long."""
    teasers: bool = True
    """Also take out lines that are the start of a longer one, cut with an ellipsis, outside the body."""

    def apply(self, doc: Document) -> Document:
        lines = doc.text.split("\n")
        if not self._may_repeat(doc.text, lines):
            return doc
        page = _Page(doc.text, self.min_words)
        found = self._copies(page)
        if self.teasers:
            found |= self._teasers(page, found)
        if not found or not is_page(doc):
            return doc
        verdicts: list[Reason | None] = [None] * len(lines)
        for shown, (code, kept) in found.items():
            verdicts[page.index[shown]] = Reason(code, f"as in line {page.index[kept] + 1}")
        return doc.edited(line_edits(line_spans(doc.text), verdicts))

    def _may_repeat(self, text: str, lines: Sequence[str]) -> bool:
        """Say whether it is worth a closer look; where no line stands twice letter by letter, no copy is looked for."""
        if self.teasers and ("…" in text or "..." in text):
            return True
        shown = [line for line in lines if line]
        doubled = len(shown) - len(set(shown))
        if 0 < doubled < SEED:
            long = [line for line in shown if len(line) > 2 * self.min_words]
            return len(set(long)) < len(long)
        return doubled > 0

    def _copies(self, page: _Page) -> dict[int, tuple[str, int]]:
        """Give the shown lines to take out, each with its code and the line that stays for it."""
        copies = list(page.copies())
        times = Counter(copy.first for copy in copies)
        gone: dict[int, tuple[str, int]] = {}
        stay: set[int] = set()
        for copy in copies:
            if times[copy.first] > 1 and not copy.is_beside:
                continue
            cut, kept = copy.second, copy.first
            if page.is_inside(cut) and not page.is_inside(kept):
                cut, kept = kept, cut
            # A line that went may not be what another one goes for.
            steps = range(copy.size)
            if any(kept + step in gone or cut + step in gone or cut + step in stay for step in steps):
                continue
            if self._is_sure(page, cut, kept, copy):
                code = "repeated_paragraph" if copy.size < SEED else "repeated_block"
                gone.update((cut + step, (code, kept + step)) for step in steps)
                stay.update(kept + step for step in steps)
        return gone

    def _is_sure(self, page: _Page, cut: int, kept: int, copy: _Copy) -> bool:
        """Say whether a copy is one that nobody wrote."""
        words = [_words(page.keys[cut + step]) for step in range(copy.size)]
        paragraph = max(words) >= self.min_words
        menu = sum(words) <= LABEL_WORDS * copy.size
        run = copy.size >= (self.block_lines if menu or paragraph else 2 * self.block_lines)
        if page.is_inside(cut):
            return paragraph and (run or copy.is_beside)
        return run or (paragraph and (copy.is_beside or page.is_inside(kept)))

    def _teasers(self, page: _Page, gone: Mapping[int, tuple[str, int]]) -> dict[int, tuple[str, int]]:
        """Give the lines that are the start of a longer one that stays."""
        settled = {*gone, *(kept for _, kept in gone.values())}
        cut = [
            shown
            for shown, key in enumerate(page.keys)
            if key.endswith(_CUT_ENDS)
            and shown not in settled
            and not page.is_inside(shown)
            and _words(key) >= TEASER_WORDS
        ]
        if not cut:
            return {}
        apart = {*cut, *gone}
        places: dict[str, int] = {}
        for shown, key in enumerate(page.keys):
            if shown not in apart:
                places.setdefault(key, shown)
        others = sorted(places)
        # One look for all copies of a line: a page may hold thousands.
        whole = {key: _continued(key, others) for key in {page.keys[shown] for shown in cut}}
        found = ((shown, whole[page.keys[shown]]) for shown in cut)
        return {shown: ("teaser", places[key]) for shown, key in found if key is not None}


@dataclass(frozen=True, slots=True)
class _Copy:
    """A run of shown lines that stands a second time."""

    first: int
    second: int
    size: int

    @property
    def is_beside(self) -> bool:
        """Whether nothing stands between the two."""
        return self.first + self.size == self.second


class _Page:
    """The shown lines of a text, case and the spaces at their ends folded, and where its body is."""

    def __init__(self, text: str, min_words: int) -> None:
        keys = [line.strip() for line in text.casefold().split("\n")]
        self.index = [index for index, key in enumerate(keys) if key]
        self.keys = [key for key in keys if key]
        self._min_words = min_words

    @cached_property
    def _body(self) -> tuple[int, int]:
        return _densest(self.keys)

    def is_inside(self, shown: int) -> bool:
        """Say whether a shown line is in the body."""
        start, stop = self._body
        return start <= shown < stop

    def copies(self) -> Iterator[_Copy]:
        """Give the runs of lines that stood in front already, each as long as it can be, and single paragraphs."""
        keys = self.keys
        times = Counter(keys)
        runs: dict[tuple[str, ...], int] = {}
        paragraphs: dict[str, int] = {}
        place = 0
        while place < len(keys):
            if times[keys[place]] == 1:
                place += 1
                continue
            seed = tuple(keys[place : place + SEED])
            long = _words(keys[place]) >= self._min_words
            known = runs.get(seed, paragraphs.get(keys[place]) if long else None)
            size = 0 if known is None else _common(keys, known, place)
            if known is not None and (size >= SEED or (long and size)):
                yield _Copy(known, place, size)
                place += size
            else:
                runs.setdefault(seed, place)
                paragraphs.setdefault(keys[place], place)
                place += 1


def _common(keys: Sequence[str], first: int, second: int) -> int:
    """Give how many lines from here and from there on are the same, without running into each other."""
    size = 0
    while first + size < second and second + size < len(keys) and keys[first + size] == keys[second + size]:
        size += 1
    return size


def _continued(cut: str, others: Sequence[str]) -> str | None:
    """Give the first of some sorted lines that starts like one that is cut with an ellipsis, and is longer."""
    start = _CUT.sub("", cut)
    for place in range(bisect_left(others, start), len(others)):
        if not others[place].startswith(start):
            return None
        if len(others[place]) > len(cut):
            return others[place]
    return None


def _words(line: str) -> int:
    """Count the words of a line; two characters are one where no spaces part them."""
    words = line.count(" ") + 1
    return len(line) // 2 if len(line) > LONGEST_WORD * words and not line.isascii() else words


def _densest(lines: Sequence[str]) -> tuple[int, int]:
    """Give start and stop of the run of lines with the largest sum of words less a cost for each line.

    After J. Pasternack and D. Roth, Extracting Article Text from the Web with Maximum Subsequence Segmentation,
    WWW 2009; here the tokens are lines, and a line that does not end like a sentence never speaks for a body.
    """
    best, start, stop = 0, 0, 0
    total, begin = 0, 0
    for place, line in enumerate(lines):
        worth = line.count(" ") + 1 - LINE_COST
        if worth > UNENDED_LINE or not line.isascii():
            worth = _words(line) - LINE_COST if _END.search(line[-8:]) else UNENDED_LINE
        total += worth
        if total <= 0:
            total, begin = 0, place + 1
        elif total > best:
            best, start, stop = total, begin, place + 1
    return start, stop
