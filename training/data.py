"""The annotated pages: read, cut into blocks, and each block labelled with how much of it is content."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import numpy as np
import numpy.typing as npt
import pyarrow.parquet as pq
from rapidfuzz.distance import LCSseq

from ingest.builtin.decode import Decode
from ingest.content.blocks import read_blocks
from ingest.content.page import Page, read_page
from ingest.content.tree import parse
from ingest.document import Document

__all__ = ["CONVENTIONS", "Empty", "Example", "domain_of", "matched_words", "read_examples", "word_f1", "words_of"]

Array = npt.NDArray[np.float32]

# What counts as content differs between the sets (captions, headlines, what a reader view shows), so the model learns
# what each set does apart from what they share. The tool follows the first.
CONVENTIONS = ("pages", "segments", "reader")
_WORD = re.compile(r"\w+")
# A segment that stands in several blocks may be meant in any of them.
UNSURE = 0.5
# Every so many pages give a fragment too: an element with such a share of the content, which makes such a share of it.
FRAGMENTS = 3
HELD = 0.9
PURE = 0.9


@dataclass(frozen=True, slots=True)
class Empty:
    """A page that shows no text at all."""

    id: str
    kind: str
    gold: Counter[str]


@dataclass(slots=True)
class Example:
    """One page with its labels, one value a block in each array."""

    id: str
    convention: int
    """Index in `CONVENTIONS`."""
    kind: str
    """The page type, such as `article` or `forum`."""
    domain: str
    page: Page
    words: list[list[str]]
    content: Array
    """The share of the block's words that are content."""
    weight: Array
    """How much the label counts; 0 where nothing is known."""
    gold: Counter[str]
    """The words of the whole content; empty where only segments of it are known."""
    fragment: bool = False
    """Whether it is a piece of another page, without what stood around it."""
    wanted: Sequence[str] = ()
    """Segments that must be in the text."""
    unwanted: Sequence[str] = ()
    """Segments that must not be in the text."""

    @property
    def lengths(self) -> Array:
        """The number of words in each block."""
        return np.array([len(some) for some in self.words], np.float32)


def read_examples(data: Path) -> Iterator[Example | Empty]:
    """Give the pages of the three sets in their order, and behind some of them the element that holds their content.

    Such a fragment is what a corpus holds whose pages somebody has cut out already: there is little to take away.
    """
    for convention, name in enumerate(CONVENTIONS):
        for number, row in enumerate(pq.read_table(data / "extraction" / f"{name}-dev.parquet").to_pylist()):
            gold = _gold(row)
            pieces = read_page(parse(decoded(row["html"])).parser)
            if not pieces:
                if gold is not None:
                    yield Empty(row["id"], row.get("page_type") or "", Counter(words_of(gold)))
                continue
            example = _example(row, convention, pieces[0], gold)
            markup = _fragment(example) if number % FRAGMENTS == 0 else ""
            _forget_nodes(example)
            yield example
            if markup:
                pieces = read_page(parse(markup).parser)
                if pieces:
                    piece = _example(row, convention, pieces[0], gold)
                    _forget_nodes(piece)
                    yield replace(piece, id=f"{row['id']}#fragment", fragment=True)


def _example(row: dict[str, Any], convention: int, page: Page, gold: str | None) -> Example:
    words = [words_of(text) for text in page.blocks.text]
    wanted, unwanted = row.get("with") or (), row.get("without") or ()
    content, weight = _by_segments(page, wanted, unwanted) if gold is None else _by_text(words, gold)
    return Example(
        row["id"],
        convention,
        row.get("page_type") or "",
        domain_of(row),
        page,
        words,
        content,
        weight,
        Counter(words_of(gold or "")),
        wanted=wanted if gold is None else (),
        unwanted=unwanted if gold is None else (),
    )


def _forget_nodes(example: Example) -> None:
    """Let go of the tree, which takes more memory than all that is measured of it."""
    blocks = example.page.blocks
    blocks.node, blocks.inner, blocks.nodes = [], [], []


def _fragment(example: Example) -> str:
    """Give the markup of the innermost element with nearly all the content and hardly anything else; else nothing."""
    blocks, lengths = example.page.blocks, example.lengths
    content = example.content * lengths
    whole = content.sum()
    for element in reversed(range(1, len(blocks.tag))):
        inside = slice(blocks.first[element], blocks.end[element])
        held = content[inside].sum()
        if held >= HELD * whole > 0 and held >= PURE * lengths[inside].sum():
            return str(blocks.node[element].html or "")
    return ""


def decoded(content: bytes) -> str:
    """Give the markup as the tool itself decodes it."""
    result = Decode().apply(Document("page", content=content, media_type="text/html"))
    return result.text if isinstance(result, Document) else ""


def words_of(text: str) -> list[str]:
    """Give the words of a text, lower case."""
    return _WORD.findall(text.lower())


def word_f1(found: Counter[str], gold: Counter[str]) -> float:
    """Give the harmonic mean of precision and recall over two bags of words, in [0, 1]."""
    if not gold:
        return float(not found)
    shared = (found & gold).total()
    return 2 * shared / (found.total() + gold.total())


def _gold(row: dict[str, Any]) -> str | None:
    if "main_content" in row:
        return str(row["main_content"] or "")
    if "expected_html" in row:
        body = parse(row["expected_html"]).parser.body
        return "\n".join(text for piece in read_blocks(body) for text in piece.text) if body is not None else ""
    return None


def _by_text(words: list[list[str]], gold: str) -> tuple[Array, Array]:
    weight = np.sqrt([len(some) for some in words])
    return matched_words(words, words_of(gold)), (weight / max(weight.mean(), 1e-6)).astype(np.float32)


def matched_words(words: Sequence[Sequence[str]], gold: Sequence[str]) -> Array:
    """Give the share of each piece of a text that is in the longest common subsequence of its words and the content's."""
    numbers: dict[str, int] = {}
    page = [numbers.setdefault(word, len(numbers)) for some in words for word in some]
    wanted = [numbers.setdefault(word, len(numbers)) for word in gold]
    lengths = np.array([len(some) for some in words])
    owner = np.repeat(np.arange(len(words)), lengths)
    matched = np.zeros(len(words))
    for step in LCSseq.opcodes(page, wanted) if page and wanted else ():
        if step.tag == "equal":
            np.add.at(matched, owner[step.src_start : step.src_end], 1)
    return (matched / np.maximum(lengths, 1)).astype(np.float32)


def _by_segments(page: Page, wanted: Sequence[str], unwanted: Sequence[str]) -> tuple[Array, Array]:
    """Label the blocks that hold a segment; nothing is known of the others."""
    texts = [" ".join(text.split()) for text in page.blocks.text]
    content, weight = np.zeros(len(texts), np.float32), np.zeros(len(texts), np.float32)
    for segment in wanted:
        holders = [index for index, text in enumerate(texts) if " ".join(segment.split()) in text]
        for index in holders:
            content[index] = 1
            weight[index] = max(weight[index], 1 if len(holders) == 1 else UNSURE)
    for segment in unwanted:
        for index, text in enumerate(texts):
            if " ".join(segment.split()) in text and not (content[index] and weight[index] == 1):
                content[index], weight[index] = 0, 1
    return content, weight


def domain_of(row: dict[str, Any]) -> str:
    """Give the registered domain, roughly: pages of one site must not be on both sides of a split."""
    host = urlsplit(row.get("url") or "").hostname or row["id"]
    parts = host.split(".")
    short = len(parts) > 2 and len(parts[-1]) == 2 and len(parts[-2]) <= 3
    return ".".join(parts[-3:] if short else parts[-2:])
