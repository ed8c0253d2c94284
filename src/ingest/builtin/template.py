"""What a site puts around its pages, told by how many of them it stands on.

That a template is what many pages of one site share is the idea of Bar-Yossef and Rajagopalan, "Template detection via
data mining and its applications" (WWW 2002), for blocks of links; CCNet (Wenzek and others, LREC 2020) counts hashes of
paragraphs over a whole corpus. Here the bar is relative to the pages of the site, and a line counts among its
neighbours: content repeats itself line by line, a template as a block.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator, Sequence
from typing import Annotated, Literal
from urllib.parse import urlsplit

from pydantic import Field

from ingest.document import Document, Edit, Reason
from ingest.lines import line_spans
from ingest.step import CorpusStep

__all__ = ["Template"]

# Pages that have so many of their longest pieces in common are versions of one page: printed, mirrored, fetched again.
TELLING = 20
_DIGITS = re.compile(r"\d+")
_RECORD = re.compile(r"#[^/]*$")


class Template(CorpusStep):
    """Take out what stands on many pages of one site: menus, footers, notices, lists at the side.

    A line goes if enough pages of its group hold it, and the lines next to it as well, or nothing but such lines up to
    the top or the end of the page: headings such as `Ingredients` come again and again, but between lines that don't.
    Case and spaces make no difference. Pages whose longest lines are the same, numbers aside, are one page, however
    often it was fetched; so nothing goes because a document stands in the corpus many times. The document itself stays.

    The run reads its input once more for it. It is made for text whose HTML is gone; of what `extract` has left of a page
    it finds little, and of that a part is content.
    """

    name = "template"

    by: Literal["host", "folder", "corpus"] = "host"
    """What the pages of one template share: the host of `url`, without `www.`; the folder of `file_path`; or nothing,
    so that all documents are one group. A document without `url` or `file_path` has no group, and stays as it is."""
    unit: Literal["line", "paragraph"] = "line"
    """What is counted and taken out: lines, or paragraphs, which end at a blank line."""
    min_pages: Annotated[int, Field(ge=2)] = 3
    """How many pages of the group must hold a piece, at least."""
    min_share: Annotated[float, Field(ge=0, le=1)] = 0.3
    """Share of the pages of the group that must hold a piece."""
    min_run: Annotated[int, Field(ge=1)] = 3
    """How many such pieces must stand together, unless they begin or end the page."""
    mask_digits: bool = False
    """Count numbers as equal, so that `12 comments` is `7 comments`, but also one price another."""

    def keys(self, doc: Document) -> Sequence[str]:
        group = self._group(doc)
        if group is None:
            return ()
        pieces = [self._key(doc.text[start:end]) for start, end in self._pieces(doc.text)]
        return (group, *(f"{group}\n{piece}" for piece in pieces)) if pieces else ()

    def identity(self, doc: Document) -> str:
        pieces = {_DIGITS.sub("0", _squeezed(doc.text[start:end])) for start, end in self._pieces(doc.text)}
        return "\n".join(sorted(pieces, key=lambda piece: (-len(piece), piece))[:TELLING])

    def judge(self, doc: Document, counts: Sequence[int]) -> Document:
        pages, *holding = counts
        needed = max(self.min_pages, self.min_share * pages)
        goes = _together([count >= needed for count in holding], self.min_run)
        edits = [
            Edit(start, end, Reason("template", f"{count}/{pages}"))
            for (start, end), count, taken in zip(self._pieces(doc.text), holding, goes, strict=True)
            if taken
        ]
        return doc.edited(edits)

    def _group(self, doc: Document) -> str | None:
        match self.by:
            case "host":
                return _host(doc.url)
            case "folder":
                return None if doc.file_path is None else posixpath.dirname(_RECORD.sub("", doc.file_path))
        return ""

    def _pieces(self, text: str) -> Iterator[tuple[int, int]]:
        """Give start and end of all lines or paragraphs that are not blank, with the line break behind them."""
        start: int | None = None
        end = 0
        for begin, stop in line_spans(text):
            blank = not text[begin:stop].strip()
            if start is not None and (blank or self.unit == "line"):
                yield start, end
                start = None
            if not blank:
                start = begin if start is None else start
                end = min(stop + 1, len(text))
        if start is not None:
            yield start, end

    def _key(self, piece: str) -> str:
        squeezed = _squeezed(piece)
        return _DIGITS.sub("0", squeezed) if self.mask_digits else squeezed


def _squeezed(piece: str) -> str:
    return " ".join(piece.split()).casefold()


def _host(url: str | None) -> str | None:
    """Give the host of a URL in lower case, without `www.`; `None` if there is none."""
    try:
        host = urlsplit(url or "").hostname
    except ValueError:
        return None
    return host.removeprefix("www.") if host else None


def _together(flags: Sequence[bool], least: int) -> list[bool]:
    """Keep the flags that stand in a row of at least so many, or in one that begins or ends the page."""
    kept = [False] * len(flags)
    start = 0
    for index in range(len(flags) + 1):
        if index < len(flags) and flags[index]:
            continue
        if index - start >= least or start == 0 or index == len(flags):
            kept[start:index] = [True] * (index - start)
        start = index + 1
    return kept
