"""A page, or a piece of a very long one, as the model sees it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from selectolax.lexbor import LexborHTMLParser

from ingest.content.blocks import Blocks, read_blocks
from ingest.content.features import Array, block_features
from ingest.content.outline import Index, Outline
from ingest.content.tokens import element_tokens, text_tokens

__all__ = ["Page", "measure", "read_page"]

# What the head of a page says of its kind and of the software that made it.
_HEAD = 'meta[property="og:type"], meta[name="generator"], link[rel="canonical"], meta[property="og:url"]'
MOST_HEAD = 10
LONGEST_KIND = 30
_WORDS = re.compile(r"[a-z]{2,20}")
LONGEST_TITLE = 500

Tokens = list[tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class Page:
    """The blocks of a page and what is measured of them."""

    blocks: Blocks
    outline: Outline
    title: str
    features: Array
    """As (blocks, features); see `block_features`."""
    tokens: Tokens
    """The tokens of elements, those of like ones once."""
    element_row: Index
    """Which row of `tokens` each element has."""
    inner_row: Index
    """Which row the inline element has that each block begins with."""
    words: Tokens
    """The words that the blocks begin with."""
    kinds: tuple[str, ...]
    """Tokens from the head of the page."""

    def judged(self) -> Page:
        """Give the page without what only the model needs, which takes most memory."""
        return replace(self, features=self.features[:0], words=[])


def read_page(parser: LexborHTMLParser) -> list[Page]:
    """Give what the model needs to know of a page: in one piece, in several if it is very long, in none if it is empty.

    What says of itself that it is not the content, such as navigation, is left out.
    """
    root = parser.body or parser.root
    return list(measure(parser, read_blocks(root, frames=False))) if root is not None else []


def measure(parser: LexborHTMLParser, pieces: Iterable[Blocks]) -> Iterator[Page]:
    """Give what the model needs to know of the blocks of a page, piece by piece."""
    title, kinds = _title(parser), _kinds(parser)
    for blocks in pieces:
        yield _piece(blocks, title, kinds)


def _piece(blocks: Blocks, title: str, kinds: tuple[str, ...]) -> Page:
    rows: dict[tuple[str, ...], int] = {}
    element_row = _rows(rows, zip(blocks.tag, blocks.node, strict=True))
    inner_row = _rows(rows, ((node.tag if node is not None else "", node) for node in blocks.inner))
    outline = Outline.of(blocks)
    return Page(
        blocks,
        outline,
        title,
        block_features(blocks, outline, element_row, title),
        list(rows),
        element_row,
        inner_row,
        [text_tokens(text) for text in blocks.text],
        kinds,
    )


def _rows(rows: dict[tuple[str, ...], int], elements: Iterable[tuple[str, Any]]) -> Index:
    """Give the row of the tokens of each tag and node; new ones are put behind those that are there."""
    return np.array(
        [
            rows.setdefault(element_tokens(tag, node.attributes) if node is not None else (), len(rows))
            for tag, node in elements
        ]
    )


def _title(parser: LexborHTMLParser) -> str:
    node = parser.css_first("title")
    text = node.text(deep=True) if node is not None else ""
    return " ".join(text[: 4 * LONGEST_TITLE].split())[:LONGEST_TITLE]


def _kinds(parser: LexborHTMLParser) -> tuple[str, ...]:
    """Give tokens of the kind of page, the software behind it, and the words of its own address."""
    found = []
    addresses = []
    head = parser.head
    for node in head.css(_HEAD)[:MOST_HEAD] if head is not None else ():
        attributes = node.attributes
        content = (attributes.get("content") or attributes.get("href") or "").lower()
        name = attributes.get("property") or attributes.get("name") or "canonical"
        if name in ("og:url", "canonical"):
            addresses.append(content)
        elif words := content.split():
            found.append(f"{name}={words[0][:LONGEST_KIND]}")
    return tuple(found) + (_address_tokens(addresses[0]) if addresses else ())


def _address_tokens(address: str) -> tuple[str, ...]:
    """Give how deep an address is, and the words of its first folders: `/blog/2019/` has `/blog`."""
    host, _, path = address.partition("://")[2].partition("/")
    folders = [folder for folder in path.partition("?")[0].split("/") if folder]
    words = [word for folder in folders[:2] for word in _WORDS.findall(folder)[:3]]
    return (f"//{host.split('.')[0]}"[:LONGEST_KIND], f"/{min(len(folders), 5)}", *(f"/{word}" for word in words))
