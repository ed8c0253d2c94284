"""Which blocks of a page make its text."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Literal

import numpy as np
import numpy.typing as npt

from ingest.content.page import Page

__all__ = ["KINDS", "Policy", "best_threshold", "choose"]

Policy = Literal["auto", "keep", "drop"]

Probabilities = npt.NDArray[np.float64]

_HEADINGS = frozenset(("h1", "h2", "h3", "h4", "h5", "h6"))
_COMMENTS = frozenset(("comment", "comments", "respond", "disqus", "kommentare", "commentaires", "comentarios"))
_CAPTIONS = frozenset(("<figcaption>", "<caption>", "caption", "captions", "bildunterschrift"))
# A comment is kept if it is text and no button, and not made of links.
LEAST_COMMENT = 20
MOST_LINKED = 0.5
# How many elements around a block may say that it is a caption.
CAPTION_LEVELS = 3


def best_threshold(probabilities: Probabilities, lengths: npt.ArrayLike) -> float:
    """Give the probability from which on blocks are kept so that they promise the highest F1.

    What they promise is the ratio of expectations: twice the content expected in them, by their size and that of all
    content expected. It is highest for some of the likeliest blocks (Lewis 1995, "Evaluating and optimizing autonomous
    text classification systems").

    Args:
        probabilities: of each block to be content.
        lengths: the characters of each block.
    """
    size = np.asarray(lengths, np.float64)
    order = np.argsort(-probabilities, kind="stable")
    content = (probabilities * size)[order]
    expected = np.cumsum(content) / (np.cumsum(size[order]) + content.sum())
    return float(probabilities[order][np.argmax(expected)])


def choose(page: Page, probabilities: Probabilities, threshold: float, policies: Mapping[str, Policy]) -> list[int]:
    """Give the indexes of the blocks to keep, ascending.

    Args:
        page: the page.
        probabilities: of each block to be content.
        threshold: the probability from which on a block is kept.
        policies: what to do with the blocks of some kinds, by their names in `KINDS`: `auto` leaves it to the
            probability, `drop` takes them out, `keep` keeps those among the content, titles and comments also
            before it and behind.
    """
    kept = set(np.flatnonzero(probabilities >= threshold).tolist())
    first, last = min(kept, default=0), max(kept, default=0)
    for name, policy in policies.items():
        if policy == "auto" or not kept:
            continue
        found = KINDS[name](page)
        if policy == "drop":
            kept.difference_update(found)
        else:
            anywhere = name in ("title", "comments")
            kept.update(index for index in found if anywhere or first < index < last)
    return sorted(kept)


def _title(page: Page) -> list[int]:
    """Give the heading that says most of what the title of the page does: a shorter one may be the site's name."""
    folded, texts = page.title.casefold(), page.blocks.text
    found = [index for index in _headings(page) if texts[index].casefold() in folded]
    return [max(found, key=lambda index: len(texts[index]))] if found else []


def _headings(page: Page) -> list[int]:
    return _with_tags(page, _HEADINGS)


def _tables(page: Page) -> list[int]:
    return _with_tags(page, frozenset(("tr", "caption")))


def _captions(page: Page) -> list[int]:
    marks = [not _CAPTIONS.isdisjoint(tokens) for tokens in page.tokens]
    marked = [marks[row] for row in page.element_row]
    found = []
    for index, element in enumerate(page.blocks.element):
        for _ in range(CAPTION_LEVELS):
            if element >= 0 and not marked[element]:
                element = page.blocks.parent[element]
        if element >= 0 and marked[element]:
            found.append(index)
    return found


def _comments(page: Page) -> list[int]:
    inside: list[bool] = []
    marks = [not _COMMENTS.isdisjoint(tokens) for tokens in page.tokens]
    for row, parent in zip(page.element_row, page.blocks.parent, strict=True):
        inside.append((parent >= 0 and inside[parent]) or marks[row])
    blocks = page.blocks
    return [
        index
        for index, element in enumerate(blocks.element)
        if inside[element]
        and blocks.tag[element] not in ("button", "label", "form")
        and len(blocks.text[index]) >= LEAST_COMMENT
        and blocks.link_chars[index] < MOST_LINKED * len(blocks.text[index])
    ]


def _with_tags(page: Page, tags: frozenset[str]) -> list[int]:
    """Give the blocks whose element is of one of the tags, or is the only thing in one."""
    blocks = page.blocks
    found = []
    for index, element in enumerate(blocks.element):
        while element >= 0 and blocks.end[element] - blocks.first[element] == 1 and blocks.tag[element] not in tags:
            element = blocks.parent[element]
        if element >= 0 and blocks.tag[element] in tags:
            found.append(index)
    return found


KINDS: Mapping[str, Callable[[Page], Sequence[int]]] = {
    "title": _title,
    "headings": _headings,
    "captions": _captions,
    "tables": _tables,
    "comments": _comments,
}
