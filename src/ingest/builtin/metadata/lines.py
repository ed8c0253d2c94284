"""What readers see of a page, line by line."""

from __future__ import annotations

from itertools import chain, islice
from typing import Any

from ingest.content.blocks import CELL_END, read_blocks

__all__ = ["visible_lines"]

# Most lines to look through.
MOST_LINES = 20_000


def visible_lines(root: Any) -> list[str]:
    """Give the lines that readers see below an element, white space squeezed; empty lines are left out."""
    texts = chain.from_iterable(blocks.text for blocks in read_blocks(root))
    lines = (" ".join(line.replace(CELL_END, " ").split()) for text in texts for line in text.split("\n"))
    return list(islice(filter(None, lines), MOST_LINES))
