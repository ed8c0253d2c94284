"""A page as a sequence of blocks: its runs of text, each with the elements it stands in."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

__all__ = ["ITEMS", "Blocks", "read_blocks", "squeezed"]

# What an element is for the text: a part of the line, a link, the end of a line, or a block of its own, and of those a
# cell of a table, preformatted text, what says that it holds the content, and what says that it holds none.
TEXT, INLINE, LINK, BREAK, SKIPPED, BLOCK, CELL, PRE, CONTENT, FRAME = range(10)
# What is not shown as text, or not as running text.
_SKIPPED = (
    "script style noscript template svg iframe object embed applet audio video canvas map select datalist option textarea "
    "input img picture source track head title meta link base param col colgroup noembed noframes annotation "
    "annotation-xml dialog progress meter rp rt rtc -comment -cdata -doctype"
)
_INLINE = (
    "abbr acronym b bdi bdo big center cite code data del dfn em font i ins kbd label mark math mfrac mi mn mo mrow "
    "msqrt mstyle msub msubsup msup mtext nobr output q rb ruby s samp semantics small span strike strong sub sup "
    "time tt u var wbr"
)
_ROLES = (
    {"-text": TEXT, "a": LINK, "br": BREAK}
    | dict.fromkeys(_SKIPPED.split(), SKIPPED)
    | dict.fromkeys(_INLINE.split(), INLINE)
    | {"td": CELL, "th": CELL, "pre": PRE}
    | {"article": CONTENT, "main": CONTENT, "nav": FRAME, "footer": FRAME}
)
# The same of blocks by their attribute `role`.
_STATED = {"main": CONTENT} | dict.fromkeys("navigation contentinfo dialog search menu menubar".split(), FRAME)
# The items of lists and rows of tables, whose blocks follow each other line by line.
ITEMS = frozenset(("li", "tr", "dt", "dd"))
# The deepest element that is looked at; what stands deeper counts as standing in it.
DEEPEST = 200
# Most blocks that are looked at together; a page of more is read piece by piece, so that memory stays bounded.
MOST_BLOCKS = 20_000
# A cell of a table with so many characters is no datum but a part of the page.
LONG_CELL = 150
# What stands in `<noscript>` for its own sake, and not to say that scripts are needed, is at least this long.
LEAST_NOSCRIPT = 200
CELL_END = " | "
# Stands for `<br>` until white space is squeezed. The parser leaves no zero characters in texts.
_BREAK = "\0"
_BREAKS = re.compile(r" *\0 *")


@dataclass(slots=True)
class Blocks:
    """The blocks of a page in the order of the page, and the elements they stand in.

    Elements that hold no text are left out. The blocks in element `e` are those from `first[e]` to before `end[e]`.
    """

    text: list[str] = field(default_factory=list)
    element: list[int] = field(default_factory=list)
    """Index of the innermost block-level element of each block."""
    link_chars: list[int] = field(default_factory=list)
    """Characters in links."""
    links: list[int] = field(default_factory=list)
    """Links that begin in the block."""
    inner: list[Any] = field(default_factory=list)
    """The inline element that each block begins with, or `None`."""
    nodes: list[list[Any]] = field(default_factory=list)
    """The text nodes of each block."""
    preformatted: list[bool] = field(default_factory=list)
    frames: list[int] = field(default_factory=list)
    """Frames left out before each block."""

    node: list[Any] = field(default_factory=list)
    """The elements."""
    tag: list[str] = field(default_factory=list)
    parent: list[int] = field(default_factory=list)
    """Index of the element around each; -1 for the outermost."""
    first: list[int] = field(default_factory=list)
    end: list[int] = field(default_factory=list)

    def __len__(self) -> int:
        return len(self.text)


def read_blocks(root: Any, *, alt_texts: bool = False, frames: bool = True) -> list[Blocks]:
    """Give the blocks of a page: in one piece, or in several if there are more than `MOST_BLOCKS`.

    Args:
        root: the element to read, most often `<body>`.
        alt_texts: put in the descriptions of images.
        frames: read also what says of itself that it is not the content, such as navigation and footers, where it
            stands outside the content.
    """
    walk = _Walk(alt_texts, frames, {} if frames else _stated_roles(root))
    walk.run(root)
    walk.end_piece()
    return walk.pieces


def _stated_roles(root: Any) -> dict[int, int]:
    """Give what the elements say of themselves in the attribute `role`, by their ids.

    What holds `<main>` is no frame, whatever it says: an unclosed `<nav>` takes in all that follows.
    """
    around = _around_main(root)
    found = {element: BLOCK for element, tag in around.items() if _ROLES.get(tag) == FRAME}
    for node in root.css("[role]"):
        stated = _STATED.get((node.attributes.get("role") or "").lower())
        # An element for the content stays one, whatever its attribute says, and a cell stays in its row.
        if stated is None or _ROLES.get(node.tag, BLOCK) not in (BLOCK, FRAME):
            continue
        if stated != FRAME or node.mem_id not in around:
            found[node.mem_id] = stated
    return found


def _around_main(root: Any) -> dict[int, str]:
    """Give the tags of the elements around `<main>`, by their ids."""
    found: dict[int, str] = {}
    for node in root.css('main, [role="main"]'):
        around = node.parent
        while around is not None and around.mem_id not in found:
            found[around.mem_id] = around.tag
            around = around.parent
    return found


def squeezed(text: str) -> str:
    """Make one space of each run of what HTML counts as white space; others, such as no-break spaces, are characters."""
    if text.isascii():
        return " ".join(text.split())
    for space in "\t\n\r\f":
        if space in text:
            text = text.replace(space, " ")
    return " ".join(filter(None, text.split(" ")))


class _Walk:
    """One pass over the tree. A block ends where a block-level element starts or ends."""

    def __init__(self, alt_texts: bool, frames: bool, stated: Mapping[int, int]) -> None:
        self.pieces: list[Blocks] = []
        self.blocks = Blocks()
        self.alt_texts = alt_texts
        self.frames = frames
        self.stated = stated
        self.open: list[tuple[Any, str]] = []  # block-level elements around here
        self.known: list[int] = []  # the indexes of the outer ones of them, which hold text already
        self.deeper = 0  # block-level elements around here that are too deep to be looked at
        self.content_depth = 0  # elements around here that say that they hold the content
        self.left_out = 0  # frames left out so far
        self.begun = False  # whether this is in a line, if only in an empty link
        self.parts: list[str] = []
        self.nodes: list[Any] = []
        self.link_chars = 0
        self.links = 0
        self.link_depth = 0
        self.link_end = -1  # how many parts there were when the last link ended
        self.pre_depth = 0
        self.in_row = False  # whether a cell began since the last block
        self.cells: list[int] = []  # where the text of each open cell begins in `parts`
        self.inner: Any = None

    def run(self, root: Any) -> None:  # noqa: C901  a call more for each node would make the walk a tenth slower
        """Go through the root and all below it, in the order of the page."""
        stack: list[tuple[Any, int]] = []
        roles, stated = _ROLES, self.stated
        node = root
        while True:
            tag = node.tag
            role = roles.get(tag, BLOCK)
            if role == TEXT:
                text = node.text_content
                if self.parts or not text.isspace():
                    self.add_text(node, text)
            elif role != SKIPPED or self.is_wanted(node, tag):
                if stated and role >= BLOCK:
                    role = stated.get(node.mem_id, role)
                if role != FRAME or self.enters_frame():
                    if role >= BLOCK:
                        self.enter(node, tag, role)
                    else:
                        self.enter_inline(node, role)
                    child = node.first_child
                    if child is not None:
                        stack.append((node, role))
                        node = child
                        continue
                    self.leave(role)
            while (following := node.next if stack else None) is None:
                if not stack:
                    return
                node, role = stack.pop()
                self.leave(role)
            node = following

    def is_wanted(self, node: Any, tag: str) -> bool:
        """Say whether to look into an element that is most often skipped; take in the description of an image."""
        if tag == "img" and self.alt_texts:
            self.begun = True
            self.parts.append(f" {node.attributes.get('alt') or ''} ")
        return tag == "noscript" and len(node.text(deep=True, strip=True)) >= LEAST_NOSCRIPT

    def enters_frame(self) -> bool:
        """Say whether to look into a frame; take in that one is left out."""
        if self.frames or self.content_depth:
            return True
        self.flush()
        self.left_out += 1
        return False

    def add_text(self, node: Any, text: str) -> None:
        """Take in a text node."""
        self.begun = True
        if text.isspace():
            self.parts.append(text if self.pre_depth else " ")
            return
        self.nodes.append(node)
        if self.link_depth:
            self.link_chars += len(text)
        self.parts.append(text)

    def enter_inline(self, node: Any, role: int) -> None:
        """Take in the start of an element that is a part of the line, or ends it."""
        self.begun = True
        if role == LINK:
            self.link_depth += 1
            self.links += 1
            if self.link_end == len(self.parts) and not self.pre_depth:
                # Links that touch each other in the markup are set apart by their style.
                self.parts.append(" ")
        elif role != INLINE:
            self.break_line()
            return
        if self.inner is None and not self.nodes:
            self.inner = node

    def enter(self, node: Any, tag: str, role: int) -> None:
        """Take in the start of a block-level element."""
        if self.pre_depth:
            self.end_line()
            self.pre_depth += role == PRE
            return
        if role == CELL:
            self.enter_cell()
        elif self.begun:
            self.flush()
        if role == PRE:
            self.pre_depth = 1
        elif role == CONTENT:
            self.content_depth += 1
        if len(self.open) < DEEPEST:
            self.open.append((node, tag))
        else:
            self.deeper += 1

    def leave(self, role: int) -> None:
        """Take in the end of an element."""
        if role >= BLOCK:
            if self.pre_depth > 1 or (self.pre_depth and role != PRE):
                self.end_line()
                self.pre_depth -= role == PRE
                return
            if (role != CELL or self.is_long_cell()) and self.begun:
                self.flush()
            self.pre_depth = 0
            if role == CONTENT:
                self.content_depth -= 1
            self.close()
        elif role == LINK:
            self.begun = True
            self.link_depth -= 1
            self.link_end = len(self.parts)

    def close(self) -> None:
        """Take a block-level element from those that are open."""
        if self.deeper:
            self.deeper -= 1
            return
        self.open.pop()
        if len(self.known) > len(self.open):
            self.blocks.end[self.known.pop()] = len(self.blocks.text)

    def enter_cell(self) -> None:
        """Begin a cell of a table's row, behind the text of the cells before it."""
        if self.in_row:
            self.begun = True
            self.parts.append(CELL_END)
        self.in_row = True
        self.cells.append(len(self.parts))

    def is_long_cell(self) -> bool:
        """End a cell, and say whether it is a part of the page rather than of a table's row."""
        return sum(map(len, self.parts[self.cells.pop() :])) > LONG_CELL

    def break_line(self) -> None:
        """Take in a `<br>`: the end of a line, the second one in a row that of a block."""
        if self.pre_depth:
            self.parts.append("\n")
        elif _BREAK in self.parts[-2:] and "".join(self.parts[-2:]).strip() == _BREAK:
            self.flush()
        elif self.parts:
            self.parts.append(_BREAK)

    def end_line(self) -> None:
        """End the line in preformatted text, where a block-level element begins or ends."""
        if self.parts and not self.parts[-1].endswith("\n"):
            self.parts.append("\n")

    def end_piece(self) -> None:
        """Put away the blocks read so far; what is open goes on in the next piece."""
        blocks, self.blocks, self.known, self.left_out = self.blocks, Blocks(), [], 0
        if len(blocks):
            blocks.end = [len(blocks) if end < 0 else end for end in blocks.end]
            self.pieces.append(blocks)

    def flush(self) -> None:
        """End the block that has been gathered, if it has text."""
        if self.parts:
            if text := self.gathered():
                self.add_block(text)
            self.parts = []
            self.nodes = []
            self.link_chars = 0
        self.begun = self.in_row = False
        self.cells = [0] * len(self.cells)
        self.link_end = -1
        self.links = 0
        self.inner = None

    def gathered(self) -> str:
        """Give the text of the block that has been gathered; empty if it shows nothing."""
        text = "".join(self.parts)
        if self.pre_depth:
            return "" if text.isspace() else text.strip("\n")
        text = squeezed(text)
        if _BREAK in text:
            # A row stays on one line.
            text = _BREAKS.sub(" " if CELL_END in text else "\n", text)
        text = text.strip()
        if not self.in_row:
            return text
        # Empty cells keep the columns of a row apart; a single cell needs none.
        filled = text.strip(" |")
        return text if CELL_END in filled else filled

    def add_block(self, text: str) -> None:
        """Put a block into the list."""
        blocks = self.blocks
        if len(self.known) < len(self.open):
            self.register()
        blocks.text.append(text)
        blocks.element.append(self.known[-1])
        blocks.link_chars.append(self.link_chars)
        blocks.links.append(self.links)
        blocks.inner.append(self.inner)
        blocks.nodes.append(self.nodes)
        blocks.preformatted.append(self.pre_depth > 0)
        blocks.frames.append(self.left_out)
        if len(blocks.text) >= MOST_BLOCKS:
            self.end_piece()

    def register(self) -> None:
        """Take in the elements around here that hold text for the first time."""
        blocks, known = self.blocks, self.known
        for node, tag in self.open[len(known) :]:
            blocks.parent.append(known[-1] if known else -1)
            known.append(len(blocks.tag))
            blocks.tag.append(tag)
            blocks.node.append(node)
            blocks.first.append(len(blocks.text))
            blocks.end.append(-1)
