"""The text of a page: its main content, how sure that is, and where it was found."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from ingest.content.choice import Policy, choose, without_frame
from ingest.content.embedded import body_text, is_shell, product_text
from ingest.content.markdown import markdown
from ingest.content.model import load_model
from ingest.content.page import Page, read_page
from ingest.content.text import plain_text
from ingest.content.tree import parse

__all__ = ["Extraction", "Style", "extract"]


# A piece of a very long page shows the model too little of it to be sure of what is no content.
PIECE_THRESHOLD = 0.1


@dataclass(frozen=True, slots=True)
class Style:
    """What belongs to the text of a page, and how it is written."""

    main_content: bool = True
    threshold: float = 0.35
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
    """`blocks` of the page, `all_text` if none of them is content, or `embedded` data for its scripts."""
    quality: float | None
    """The chance that the text is good; `None` where no model decided."""
    caps: tuple[str, ...] = ()
    """The limits that the page reached."""
    shell: bool = False
    """Whether the page is empty until a script has filled it."""


def extract(markup: str, style: Style) -> Extraction:
    """Give the text of a page."""
    tree = parse(markup)
    pieces = read_page(tree.parser, alt_texts=style.alt_texts)
    caps = (*tree.caps, *(("blocks",) if len(pieces) > 1 else ()))
    if not style.main_content:
        return Extraction(_all_text(pieces, style), "all_text", None, caps)
    texts = [text for page in pieces for text in page.blocks.text]
    shell = is_shell(tree.parser, texts)
    if shell or not pieces:
        text = body_text(tree.parser)
        return Extraction(text, "embedded", None, caps, shell=shell and not text)
    model = load_model()
    probabilities = [without_frame(page, model.probabilities(page)) for page in pieces]
    threshold = style.threshold if len(pieces) == 1 else min(style.threshold, PIECE_THRESHOLD)
    chosen = zip(pieces, probabilities, strict=True)
    text = _joined(_write(page, choose(page, likely, threshold, style.policies), style) for page, likely in chosen)
    if "Product" in markup and (description := product_text(tree.parser, text)):
        text = _joined((text, description))
    quality = model.quality(np.concatenate(probabilities), texts, threshold)
    if not text:
        return Extraction(_all_text(pieces, style), "all_text", quality, caps)
    return Extraction(text, "blocks", quality, caps)


def _all_text(pieces: Sequence[Page], style: Style) -> str:
    return _joined(_write(page, range(len(page.blocks)), style) for page in pieces)


def _write(page: Page, kept: Sequence[int], style: Style) -> str:
    if style.markdown:
        return markdown(page.blocks, kept)
    return plain_text(page.blocks, kept, bullets=style.bullets)


def _joined(texts: Iterable[str]) -> str:
    return "\n\n".join(text for text in texts if text)
