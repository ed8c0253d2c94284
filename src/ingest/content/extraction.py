"""The text of a page: its main content, how sure that is, and where it was found."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from ingest.content.blocks import Blocks, read_blocks
from ingest.content.choice import Policy, best_threshold, choose
from ingest.content.embedded import body_text, is_shell, product_text
from ingest.content.features import RUNNING_CHARS, RUNNING_LINKS
from ingest.content.markdown import markdown
from ingest.content.model import KINDS, Model, load_model
from ingest.content.page import measure
from ingest.content.text import plain_text
from ingest.content.tree import Tree, parse

__all__ = ["Extraction", "Style", "extract"]


# A piece of a very long page shows the model too little of it to be sure of what is no content.
PIECE_THRESHOLD = 0.3
# A page with less text outside its frames, and more running text in them, is marked up wrongly.
LITTLE = 100
# A page that is one of a product with this probability may describe it in its data alone.
PRODUCT, LEAST_PRODUCT = KINDS.index("product"), 0.2


@dataclass(frozen=True, slots=True)
class Style:
    """What belongs to the text of a page, and how it is written."""

    main_content: bool = True
    threshold: float | None = None
    """The probability from which on blocks are kept; `None` for the one that promises the best text of each page."""
    policies: Mapping[str, Policy] = field(default_factory=dict)
    markdown: bool = False
    bullets: bool = False
    alt_texts: bool = False


@dataclass(frozen=True, slots=True)
class Extraction:
    """The text of a page."""

    text: str
    """Empty if the page holds none."""
    source: str
    """`blocks` of the page, `all_text` that it shows, or `embedded` data for its scripts."""
    quality: float | None
    """The chance that the text is good; `None` where no model decided."""
    caps: tuple[str, ...] = ()
    """The limits that the page reached."""
    shell: bool = False
    """Whether the page is empty until a script has filled it."""


def extract(markup: str, style: Style, model: Model | None = None) -> Extraction:
    """Give the text of a page.

    Args:
        markup: the page.
        style: what belongs to the text, and how it is written.
        model: what tells content from boilerplate; by default the one that comes with the package.
    """
    tree = parse(markup)
    if not style.main_content:
        return _all_text(tree, style)
    pieces = _content_blocks(tree, style)
    texts = [text for blocks in pieces for text in blocks.text]
    if is_shell(tree.parser, texts) and is_shell(tree.parser, _visible(tree)):
        text = body_text(tree.parser)
        return Extraction(text, "embedded", None, tree.caps, shell=not text)
    if pieces:
        return _main_content(tree, pieces, style, model or load_model())
    found = _all_text(tree, style)
    return found if found.text else Extraction(body_text(tree.parser), "embedded", None, tree.caps)


def _content_blocks(tree: Tree, style: Style) -> list[Blocks]:
    """Give the blocks of a page without its frames, unless it is the frames that hold its text."""
    pieces = _blocks(tree, style, frames=False)
    outside = sum(len(text) for blocks in pieces for text in blocks.text)
    if 0 < outside < LITTLE:
        everything = _blocks(tree, style, frames=True)
        if sum(map(_running_chars, everything)) > LITTLE + sum(map(_running_chars, pieces)):
            return everything
    return pieces


def _running_chars(blocks: Blocks) -> int:
    """Give the length of the running text in blocks."""
    sizes = ((len(text), linked) for text, linked in zip(blocks.text, blocks.link_chars, strict=True))
    return sum(size for size, linked in sizes if size >= RUNNING_CHARS and linked < RUNNING_LINKS * size)


def _main_content(tree: Tree, pieces: Sequence[Blocks], style: Style, model: Model) -> Extraction:
    """Give the blocks that promise the best text; none if the caller asks for more than any of them has."""
    pages, readings = [], []
    for page in measure(tree.parser, pieces):
        readings.append(model.read(page))
        pages.append(page.judged())
    probabilities = np.concatenate([likely for likely, _ in readings])
    lengths = [len(text) for blocks in pieces for text in blocks.text]
    most = 1.0 if len(pieces) == 1 else PIECE_THRESHOLD
    threshold = style.threshold or min(most, best_threshold(probabilities, lengths))
    quality = model.quality(probabilities, lengths, threshold)
    texts = [
        _write(page.blocks, choose(page, likely, threshold, style.policies), style)
        for page, (likely, _) in zip(pages, readings, strict=True)
    ]
    if max(kinds[PRODUCT] for _, kinds in readings) >= LEAST_PRODUCT:
        texts.append(product_text(tree.parser, _joined(texts)))
    return Extraction(_joined(texts), "blocks", quality, _caps(tree, pieces))


def _all_text(tree: Tree, style: Style) -> Extraction:
    """Give whatever a page shows."""
    pieces = _blocks(tree, style, frames=True)
    text = _joined(_write(blocks, range(len(blocks)), style) for blocks in pieces)
    return Extraction(text, "all_text", None, _caps(tree, pieces))


def _blocks(tree: Tree, style: Style, *, frames: bool) -> list[Blocks]:
    root = tree.parser.body or tree.parser.root
    return read_blocks(root, alt_texts=style.alt_texts, frames=frames) if root is not None else []


def _visible(tree: Tree) -> list[str]:
    return [text for blocks in _blocks(tree, Style(), frames=True) for text in blocks.text]


def _caps(tree: Tree, pieces: Sequence[object]) -> tuple[str, ...]:
    """Name the limits that the page reached, that of blocks among them if it was read in pieces."""
    return (*tree.caps, *(("blocks",) if len(pieces) > 1 else ()))


def _write(blocks: Blocks, kept: Sequence[int], style: Style) -> str:
    if style.markdown:
        return markdown(blocks, kept)
    return plain_text(blocks, kept, bullets=style.bullets)


def _joined(texts: Iterable[str]) -> str:
    return "\n\n".join(text for text in texts if text)
