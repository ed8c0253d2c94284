"""The outline of a page agrees with a walk up its elements."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from ingest.content.blocks import read_blocks
from ingest.content.outline import LEVELS, Outline
from ingest.content.tree import parse

PIECES = [
    "<div>",
    "</div>",
    "<p>",
    "<ul>",
    "<li>",
    "</ul>",
    "<table><tr><td>",
    "</table>",
    "word ",
    "<b>",
    "<main>",
    "</main>",
]


def path(outline: Outline, element: int) -> list[int]:
    """Give the element and those around it, the innermost first."""
    found = []
    while element >= 0:
        found.append(element)
        element = int(outline.parent[element])
    return found


@given(st.lists(st.sampled_from(PIECES), max_size=40))
def test_depth_and_sums_count_the_elements_around(pieces: list[str]) -> None:
    root = parse(f"<body>start{''.join(pieces)}").parser.body
    outline = Outline.of(read_blocks(root)[0])
    values = np.arange(1, len(outline.parent) + 1) ** 2
    sums = outline.sums_around(values)
    for element in range(len(outline.parent)):
        around = path(outline, element)
        assert outline.depth[element] == len(around) - 1
        assert sums[element] == values[around].sum()


@given(st.lists(st.sampled_from(PIECES), max_size=40))
def test_the_elements_around_a_block_are_found_by_level(pieces: list[str]) -> None:
    root = parse(f"<body>start{''.join(pieces)}").parser.body
    outline = Outline.of(read_blocks(root)[0])
    for block, element in enumerate(outline.element):
        around = path(outline, int(element))
        for row, level in enumerate(LEVELS):
            assert outline.up[row, block] == around[min(level, len(around) - 1)]


def test_items_and_rows_know_their_list() -> None:
    markup = "<p>a</p><ul><li>b<li><p>c</p></ul><table><tr><td>d<tr><td>e</table><dl><dt>f<dd>g</dl>"
    blocks = read_blocks(parse(markup).parser.body)[0]
    lists = Outline.of(blocks).lists.tolist()
    assert [blocks.tag[one] if one >= 0 else "" for one in lists] == ["", "ul", "ul", "tbody", "tbody", "dl", "dl"]
    assert lists[1] == lists[2] != lists[3]
