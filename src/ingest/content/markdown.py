"""Blocks as Markdown: headings, lists, quotes, code, tables, links and emphasis."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from ingest.content.blocks import Blocks, squeezed
from ingest.content.text import group_of, list_marks

__all__ = ["markdown"]

_HEADING = re.compile(r"h([1-6])")
_MARKS = {
    "b": "**",
    "strong": "**",
    "em": "*",
    "i": "*",
    "code": "`",
    "kbd": "`",
    "samp": "`",
    "tt": "`",
    "del": "~~",
    "s": "~~",
}
_SPECIAL = re.compile(r"([\\`*_\[\]<>|]|&(?=#?\w+;))")
# What would make a list, a heading, a quote or code of a line that is none.
_LINE_START = re.compile(r"^(\d+(?=[.)]\s)|(?=[#+=~-]))", re.MULTILINE)
# Between cells, also empty ones: a bar with white space, or nothing, on both sides.
_CELL_END = re.compile(r"(?:(?<=\s)|^)\|(?=\s|$)")
_TICKS = re.compile(r"`+")
_UNSAFE = re.compile(r"[()]")
_NO_ADDRESS = re.compile(r"[\s<>]")


@dataclass(frozen=True, slots=True)
class _Style:
    """How a run of words is set."""

    marks: tuple[str, ...] = ()
    target: str = ""
    """Where the words link to."""


_PLAIN = _Style()


def markdown(blocks: Blocks, kept: Sequence[int]) -> str:
    """Give some blocks as Markdown (CommonMark, tables as GitHub writes them).

    Args:
        blocks: the blocks of the page.
        kept: the indexes of the blocks to give, ascending.
    """
    marks = list_marks(blocks)
    pieces: list[str] = []
    group = -1
    headed: set[int] = set()
    for index in kept:
        before, group = group, group_of(blocks, index)
        if pieces:
            pieces.append("\n" if group >= 0 and group == before else "\n\n")
        pieces.append(_block(blocks, index, marks.get(index, ""), headed))
    return "".join(pieces)


def _block(blocks: Blocks, index: int, mark: str, headed: set[int]) -> str:
    path = list(_around(blocks, index))
    tags = [blocks.tag[element] for element in path]
    if blocks.preformatted[index]:
        text = _fenced(blocks.text[index])
    elif tags[0] == "tr":
        text = _row(blocks, index, path, headed)
    else:
        text = _inline(blocks, index)
        heading = next((_HEADING.fullmatch(tag) for tag in tags[:2] if _HEADING.fullmatch(tag)), None)
        if heading is not None:
            text = "#" * int(heading[1]) + " " + text.replace("\n", " ")
        else:
            text = mark + _LINE_START.sub(r"\1\\", text).replace("\n", "\n" + " " * len(mark))
    quotes = "> " * tags.count("blockquote")
    return "\n".join(quotes + line for line in text.split("\n")) if quotes else text


def _around(blocks: Blocks, index: int) -> Iterator[int]:
    element = blocks.element[index]
    while element >= 0:
        yield element
        element = blocks.parent[element]


def _fenced(text: str) -> str:
    fence = "`" * max(3, 1 + max(map(len, _TICKS.findall(text)), default=0))
    return f"{fence}\n{text}\n{fence}"


def _row(blocks: Blocks, index: int, path: Sequence[int], headed: set[int]) -> str:
    """Give a row of a table, the first one of its table with the line below that makes it one."""
    cells = [_SPECIAL.sub(r"\\\1", cell.strip()) for cell in _CELL_END.split(blocks.text[index].replace("\n", " "))]
    row = f"| {' | '.join(cells)} |"
    table = next((element for element in path if blocks.tag[element] == "table"), -1)
    if table in headed:
        return row
    headed.add(table)
    return f"{row}\n|{' --- |' * len(cells)}"


def _inline(blocks: Blocks, index: int) -> str:
    """Give the text of a block with links and emphasis."""
    outer = blocks.node[blocks.element[index]].mem_id
    text, position = blocks.text[index], 0
    styles: dict[int, _Style] = {}
    runs: list[tuple[_Style, list[str]]] = []
    for node in blocks.nodes[index]:
        words = squeezed(node.text_content).strip()
        start = text.find(words, position)
        if start < 0:
            continue
        parent = node.parent.mem_id
        style = styles.get(parent) or styles.setdefault(parent, _style(node, outer))
        between = text[position:start]
        if runs and runs[-1][0] == style:
            runs[-1][1].extend((between, words))
        else:
            runs += [(_PLAIN, [between]), (style, [words])]
        position = start + len(words)
    runs.append((_PLAIN, [text[position:]]))
    return _written(_without_gaps([(style, "".join(parts)) for style, parts in runs])).replace("\n", "  \n")


def _without_gaps(runs: Sequence[tuple[_Style, str]]) -> list[tuple[_Style, str]]:
    """Take a space between two words of one link into the link."""
    found = [run for run in runs if run[1]]
    for index in range(1, len(found) - 1):
        before, behind = found[index - 1][0].target, found[index + 1][0].target
        if found[index][0] == _PLAIN and found[index][1] == " " and before == behind:
            found[index] = (_Style((), before), " ")
    return found


def _written(runs: Sequence[tuple[_Style, str]]) -> str:
    """Give runs of words with their marks, those of one link side by side in its brackets."""
    pieces = []
    for target, group in itertools.groupby(runs, key=lambda run: run[0].target):
        words = "".join(_marked(style.marks, words) for style, words in group)
        target = _NO_ADDRESS.sub(lambda sign: quote(sign[0]), target)
        address = f"<{target}>" if _UNSAFE.search(target) else target
        pieces.append(f"[{words}]({address})" if target else words)
    return "".join(pieces)


def _style(node: Any, outer: int) -> _Style:
    """Give the marks and the link of the inline elements around a text node."""
    marks: dict[str, None] = {}
    target = ""
    above = node.parent
    while above is not None and above.mem_id != outer:
        if mark := _MARKS.get(above.tag):
            marks[mark] = None
        elif above.tag == "a" and not target:
            target = (above.attributes.get("href") or "").strip()
        above = above.parent
    if target.startswith(("#", "javascript:")):
        target = ""
    return _Style(tuple(marks), target)


def _marked(marks: Sequence[str], words: str) -> str:
    """Give words with marks around them."""
    if "`" in marks:
        ticks = "`" * (1 + max(map(len, _TICKS.findall(words)), default=0))
        gap = " " if words.startswith("`") or words.endswith("`") else ""
        marked = f"{ticks}{gap}{words}{gap}{ticks}"
    else:
        marked = _SPECIAL.sub(r"\\\1", words)
    for mark in marks:
        if mark != "`":
            marked = f"{mark}{marked}{mark}"
    return marked
