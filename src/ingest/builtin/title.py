"""The headline of a page: into the metadata, and its copies out of the text."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence
from functools import lru_cache
from itertools import compress, islice
from typing import Literal

from ingest.builtin.body import is_sentence, layout
from ingest.builtin.webpage import is_page
from ingest.document import Document, Reason
from ingest.lines import line_spans
from ingest.step import Step, line_edits

__all__ = ["Title"]

# Lines without blank ones, from the top, in which a page still introduces itself.
HEAD_LINES = 60
# Longest headline, in characters.
LONGEST = 250
_SEPARATORS = r"(?:\s+[-–—|·•:»«/]+\s+|\s*[|»]\s*|:\s+|[_｜]|\s*[－―]\s*)"
_SUFFIX = re.compile(rf"{_SEPARATORS}(?P<site>[^|»«·•]{{2,60}})$")
_WORDS = re.compile(r"\w+")
_NO_WORDS = {code: None for code in range(128) if not _WORDS.match(chr(code))}
_ENDS_SENTENCE = re.compile(r"[^.][.;:,，；：]$|。$")
# Signs of text, not of a menu: the punctuation at the end of a verse or a sentence, a quotation mark or the dash of
# speech in front.
_TEXT_END = re.compile(r"(?<!\.)[.,;!?。，！？；،؟۔।][\"'”’»)」』]*$")
_QUOTE = re.compile(r"[\"'“”„«»‘‚「『—–-]")
# Marks in front of a line that are no part of its letters.
_OPENING = " •·–—“”„‘’«»‹›→▸►"
# Shown lines between two copies of a headline where no prose tells where the body starts.
NEAR = 3
# Share of lines that end like text, above which they are no menu.
TEXT_SHARE = 0.3


class Title(Step):
    """Find the headline, put it into `title`, and take its copies out of the text.

    Where no title is known yet, the headline is the first line of a text if it stands there twice, as a copy or
    with the site's name behind it (`Headline | Site`), or if it stands alone above the text. What stands above the
    last copy in front of the body, menus and breadcrumbs, goes as well. A headline that stands there once stays in the
    text unless that is plainly a web page: of a text file nothing is a copy of anything.
    """

    name = "title"

    keep: Literal["none", "once"] = "none"
    """How often the headline stays in the text: not at all, or once, above the body."""
    above: bool = True
    """Also take the lines above the headline, if none of them is prose."""

    def apply(self, doc: Document) -> Document:
        lines = doc.text.split("\n")
        body = _first_prose(lines, layout(doc.text).prose)
        head = list(islice((index for index in range(body) if lines[index].strip()), HEAD_LINES))
        title, site = doc.title, doc.site
        if not title:
            title, found_site = _find_title(lines, head, body)
            site = site or found_site
            if body == len(lines) and site is None and not is_page(doc):
                # A first line that comes again in a text without prose is a refrain.
                title = None
        if not title:
            return doc
        if head and is_sentence(lines[head[0]]) and not _is_copy(lines[head[0]], title, in_head=True):
            # The text starts at once; there is no head.
            head = []
        verdicts = self._verdicts(title, lines, head, body)
        once = self.keep == "none" and sum(verdict is not None for verdict in verdicts) == 1
        if once and not doc.title and not is_page(doc):
            # The only headline of a text that was no web page belongs to the text.
            verdicts = [None] * len(lines)
        edits = line_edits(line_spans(doc.text), verdicts) if any(verdicts) else []
        changes = {} if (title, site) == (doc.title, doc.site) else {"title": title, "site": site}
        return doc.edited(edits, **changes)

    def _verdicts(self, title: str, lines: Sequence[str], head: Sequence[int], body: int) -> list[Reason | None]:
        in_head = set(head)
        # A line of plain letters is no shorter than the headline that it repeats; in the head it may be cut short.
        shortest = len(_fold(title))
        copies = [
            index
            for index, line in enumerate(lines)
            if (len(line) >= shortest or index in in_head or not line.isascii())
            and _is_copy(line, title, in_head=index in in_head)
        ]
        above_body = [index for index in copies if index in in_head]
        if body == len(lines):
            copies = above_body = _first_cluster(above_body, head)
        verdicts: list[Reason | None] = [None] * len(lines)
        if self.above and above_body:
            above = [index for index in head if index < above_body[-1] and index not in copies]
            if _is_furniture([lines[index].strip() for index in above]):
                for index in above:
                    verdicts[index] = Reason("above_headline", lines[index].strip()[:80])
        for index in copies:
            verdicts[index] = Reason("headline", title)
        if self.keep == "once" and above_body:
            verdicts[above_body[-1]] = None
        return verdicts


def _first_cluster(copies: Sequence[int], head: Sequence[int]) -> list[int]:
    """Give the first copy and those close behind it; the others may be a refrain."""
    cluster = list(copies[:1])
    for index in copies[1:]:
        if head.index(index) - head.index(cluster[-1]) > NEAR:
            break
        cluster.append(index)
    return cluster


def _is_furniture(lines: Sequence[str]) -> bool:
    """Say whether lines above a headline are menus and the like, not a text of their own."""
    text = [line for line in lines if _TEXT_END.search(line)]
    return len(text) <= max(1, TEXT_SHARE * len(lines)) and not any(map(is_sentence, text))


def _first_prose(lines: Sequence[str], verdicts: Sequence[bool]) -> int:
    """Give the index of the first line of running text.

    A long headline looks like one. So the first line of all can't be it, nor can one that stands twice.
    """
    for index in compress(range(len(lines)), verdicts):
        before = _next_shown(lines, range(index - 1, -1, -1))
        beside = (before, _next_shown(lines, range(index + 1, len(lines))))
        if before and lines[index].strip() not in beside:
            return index
    return len(lines)


def _next_shown(lines: Sequence[str], places: Iterable[int]) -> str:
    """Give the first line that is not blank."""
    return next((line for index in places if (line := lines[index].strip())), "")


def _find_title(lines: Sequence[str], head: Sequence[int], body: int) -> tuple[str | None, str | None]:
    """Give the headline and the site that a flattened page shows, as far as it does."""
    shown = [lines[index].strip() for index in head]
    for place, line in enumerate(shown):
        if not _may_be_headline(line):
            continue
        # The page's own `<title>` comes first and may stand far from the headline; a menu's words can also come
        # twice, but not one right after the other.
        others = shown[place + 1 :] if place == 0 else shown[place + 1 : place + 3]
        for other in others:
            found = _agree(line, other)
            if found is not None and (place == 0 or len(_WORDS.findall(line)) > 1):
                return found
    if shown and _may_be_headline(shown[0]) and _stands_alone(lines, head, body):
        return shown[0], None
    return None, None


def _agree(line: str, other: str) -> tuple[str, str | None] | None:
    """Give headline and site if two lines show the same headline, one perhaps with the site's name."""
    if len(other) > 2 * LONGEST:
        # A whole text in one line: nothing that `_fold` should keep.
        return None
    folded, folded_other = _fold(line), _fold(other)
    if folded == folded_other:
        return line, None
    if not (folded.startswith(folded_other) or folded_other.startswith(folded)):
        return None
    if _may_be_headline(other) and (site := _affix(line, other)) is not None:
        return other, site
    if (site := _affix(other, line)) is not None:
        return line, site
    return None


def _stands_alone(lines: Sequence[str], head: Sequence[int], body: int) -> bool:
    """Say whether the first line is set apart from a text of prose below it."""
    after = head[0] + 1
    apart = after < len(lines) and not lines[after].strip()
    return apart and len(head) <= 5 and body < len(lines)


def _may_be_headline(line: str) -> bool:
    return (
        4 <= len(line) <= LONGEST
        and any(map(str.isalpha, line))
        and _ENDS_SENTENCE.search(line[-2:]) is None
        and line[0] not in "—–-"
    )


def _affix(long: str, short: str) -> str | None:
    """Give what stands behind the headline in `long`, such as the site's name, or `None` if that is not what it is."""
    if len(_WORDS.findall(short)) < 2 and len(short) < 6:
        return None
    folded, start = _fold(long), _fold(short)
    if len(start) < 4 or not folded.startswith(start) or folded == start:
        return None
    match = _SUFFIX.search(long)
    while match is not None:
        if _fold(long[: match.start()]) == start:
            return match["site"].strip().split(" | ")[-1].split(" - ")[-1].strip()
        match = _SUFFIX.search(long, 0, match.start()) if match.start() else None
    return None


def _is_copy(line: str, title: str, *, in_head: bool) -> bool:
    """Say whether a line is the headline again; in the head also with something behind it, or cut short."""
    stripped = line.strip()
    if not stripped or len(stripped) > 2 * LONGEST:
        return False
    wanted = _fold(title)
    if _start_apart(stripped, wanted):
        return False
    folded = _fold(stripped)
    if folded == wanted:
        return in_head or (len(_WORDS.findall(title)) > 2 and not _is_text(stripped, title))
    if not in_head:
        return False
    if stripped.endswith(("…", "...")) and len(folded) > 0.5 * len(wanted):
        return wanted.startswith(folded)
    return _affix(stripped, title) is not None


def _is_text(line: str, title: str) -> bool:
    """Say whether the words of the headline are part of the text here: quoted, or with a stop behind them."""
    quoted = _QUOTE.match(line) is not None and _QUOTE.match(title) is None
    return quoted or (_TEXT_END.search(line) is not None and _TEXT_END.search(title) is None)


def _start_apart(line: str, folded: str) -> bool:
    """Say whether a line is sure to start with other letters than a folded text, as far as the shorter of them goes."""
    start = line.lstrip(_OPENING)[:9]
    if not start.isascii():
        return False
    # An accent behind it would change the last letter, so that one more must be plain.
    letters = start[:8].lower().translate(_NO_WORDS)
    return not (folded.startswith(letters) or letters.startswith(folded))


@lru_cache(maxsize=256)
def _fold(text: str) -> str:
    """Give the letters and digits of a text, case, accents' spelling, quotes and punctuation aside."""
    if text.isascii():
        return text.lower().translate(_NO_WORDS)
    return "".join(_WORDS.findall(unicodedata.normalize("NFKC", text).casefold()))
