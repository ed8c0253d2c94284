"""Blocks as text: paragraphs with a blank line between them, list items and table rows on lines of their own."""

from __future__ import annotations

from collections.abc import Sequence

from ingest.content.blocks import ITEMS, Blocks

__all__ = ["group_of", "list_marks", "plain_text"]

INDENT = "    "
_LISTS = frozenset(("ul", "ol", "menu"))
_GROUPS = _LISTS | {"table", "dl"}
# What a list that stands in one of these has around it is no longer the same list.
_PARTS = frozenset(("td", "th", "section", "article", "main", "body"))


def plain_text(blocks: Blocks, kept: Sequence[int], *, bullets: bool = False) -> str:
    """Give the text of some blocks.

    Args:
        blocks: the blocks of the page.
        kept: the indexes of the blocks to give, ascending.
        bullets: put a bullet or the number in front of list items.
    """
    marks = list_marks(blocks) if bullets else {}
    pieces: list[str] = []
    group = -1
    for index in kept:
        before, group = group, group_of(blocks, index)
        if pieces:
            pieces.append("\n" if group >= 0 and group == before else "\n\n")
        pieces.append(marks.get(index, "") + blocks.text[index])
    return "".join(pieces)


def list_marks(blocks: Blocks) -> dict[int, str]:
    """Give the bullets and numbers of list items, indented by their depth, by the block that each begins with."""
    marks: dict[int, str] = {}
    depth = [0] * len(blocks.tag)
    count = [0] * len(blocks.tag)
    for element, tag in enumerate(blocks.tag):
        around = blocks.parent[element]
        depth[element] = (depth[around] if around >= 0 else 0) + (tag in _LISTS)
        if tag == "li" and around >= 0:
            count[around] += 1
            mark = f"{count[around]}. " if blocks.tag[around] == "ol" else "- "
            marks.setdefault(blocks.first[element], INDENT * max(0, depth[element] - 1) + mark)
    return marks


def group_of(blocks: Blocks, index: int) -> int:
    """Give the list or table whose item or row the block is, the outermost of nested ones; -1 if it is none."""
    element = blocks.element[index]
    item = element
    while item >= 0 and blocks.tag[item] not in ITEMS:
        item = blocks.parent[item]
    if item < 0 or (item != element and blocks.end[item] - blocks.first[item] > 1):
        # Paragraphs in a cell of a table that only places them are no rows of it.
        return -1
    group = -1
    while item >= 0 and blocks.tag[item] not in _PARTS:
        if blocks.tag[item] in _GROUPS:
            group = item
        item = blocks.parent[item]
    return group
