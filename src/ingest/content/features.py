"""What is measured of the blocks of a page, for all of them at once."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from ingest.content.blocks import Blocks
from ingest.content.characters import Kinds, count_kinds
from ingest.content.outline import Index, Outline

__all__ = ["RUNNING_CHARS", "RUNNING_LINKS", "Array", "block_features"]

Array = npt.NDArray[np.float32]

# Running text: a block of so many characters, of which fewer than that share stand in links.
RUNNING_CHARS = 80
RUNNING_LINKS = 0.3
# Shares of a page's running text that the smallest element holds that is taken for the container of the content.
CONTAINERS = (0.3, 0.5, 0.7, 0.9)
TAGS = (
    "h1",
    "h2",
    "h3",
    "h4",
    "p",
    "li",
    "tr",
    "td",
    "dt",
    "dd",
    "blockquote",
    "figcaption",
    "pre",
    "button",
    "div",
    "span",
)
_COLUMNS = {tag: column for column, tag in enumerate(TAGS)}


def block_features(blocks: Blocks, outline: Outline, rows: Index, title: str) -> Array:
    """Give the features of the blocks, as (blocks, features), each about between -1 and 2.

    Args:
        blocks: the blocks.
        outline: how their elements stand in each other.
        rows: what kind of element each is: elements of one kind make a list.
        title: the title of the page.
    """
    count = len(blocks)
    texts = blocks.text
    counts, first_kind, last_kind = count_kinds(texts)
    chars = counts.sum(axis=1)
    linked = np.minimum(np.array(blocks.link_chars, np.float32), chars)
    links = np.array(blocks.links, np.float32)
    words: Array = counts[:, 1] + 1 + counts[:, 6] * np.float32(0.5)
    density = np.divide(linked, chars, dtype=np.float32)
    running = (chars >= RUNNING_CHARS) & (density < RUNNING_LINKS)
    element, up = outline.element, outline.up
    own = _text_features(counts, chars, words, density, links, first_kind, last_kind)
    tags = np.zeros((len(blocks.tag), len(TAGS) + 1), np.float32)
    tags[np.arange(len(tags)), [_COLUMNS.get(tag, -1) for tag in blocks.tag]] = 1
    tags = tags[:, :-1]
    sums = np.stack((chars, linked, words, running * chars, running.astype(np.float32), links, np.ones(count)), axis=1)
    holders = _element_features(outline, rows, sums)
    return np.concatenate(
        (
            own,
            tags[element],
            np.maximum(tags[element], tags[up[1]]),
            holders[up].transpose(1, 0, 2).reshape(count, -1),
            _place(blocks, outline, sums),
            _likeness(texts, title, blocks),
        ),
        axis=1,
    ).astype(np.float32)


def _text_features(
    counts: Array, chars: Array, words: Array, density: Array, links: Array, first: Kinds, last: Kinds
) -> Array:
    letters = np.maximum(counts[:, 3:7].sum(axis=1), 1)
    return np.stack(
        (
            np.log1p(chars) / 6,
            np.log1p(words) / 4,
            density,
            density == 1,
            np.log1p(links) / 3,
            chars / words / 10,
            counts[:, 3] / letters,
            counts[:, 2] / chars,
            counts[:, 6] / chars,
            counts[:, 5] / chars,
            np.log1p(counts[:, 7]) / 2,
            np.log1p(counts[:, 8]) / 2,
            counts[:, 8] / words,
            counts[:, 7] / words,
            np.minimum(counts[:, 9], 3) / 3,
            np.minimum(counts[:, 10], 3) / 3,
            counts[:, 11] / chars,
            last == 7,
            last == 8,
            first == 3,
            first == 2,
            first == 4,
            first >= 7,
            words <= 3,
            chars >= RUNNING_CHARS,
        ),
        axis=1,
    )


def _element_features(outline: Outline, rows: Index, sums: Array) -> Array:
    """Give what is measured of the elements, as (elements, features)."""
    running = np.concatenate((np.zeros((1, sums.shape[1])), np.cumsum(sums, axis=0, dtype=np.float64)))
    first, end = outline.first, outline.end
    inside = running[end] - running[first]
    whole = np.maximum(running[-1], 1)
    held = inside[:, 6]
    alike = np.bincount(rows)[rows]
    alike_chars = np.bincount(rows, inside[:, 0])[rows]
    return np.stack(
        (
            np.log1p(inside[:, 0]) / 8,
            inside[:, 1] / np.maximum(inside[:, 0], 1),
            np.log1p(held) / 5,
            inside[:, 0] / whole[0],
            inside[:, 3] / whole[3],
            np.log1p(inside[:, 0] / held) / 6,
            inside[:, 4] / held,
            first / len(sums),
            1 - end / len(sums),
            np.log1p(alike) / 4,
            np.minimum(alike_chars / whole[0], 1),
        ),
        axis=1,
    )


def _place(blocks: Blocks, outline: Outline, sums: Array) -> Array:
    """Give where the blocks stand on the page, as (blocks, features)."""
    count = len(sums)
    at = np.arange(count)
    depth = outline.depth[outline.element]
    behind = np.cumsum(sums[:, [0, 3]], axis=0)
    whole = np.maximum(behind[-1], 1)
    columns = [at / count, np.log1p(at) / 6, np.log1p(count - at) / 6, depth / 20, *(behind / whole).T]
    first, end = outline.first, outline.end
    running = np.concatenate(([0], behind[:, 1]))
    share = (running[end] - running[first]) / whole[1]
    for least in CONTAINERS:
        # Elements come in the order of the page, so the last that is large enough is the innermost.
        holder = int(np.flatnonzero(share >= least)[-1]) if share[0] >= least else 0
        columns += [(at >= first[holder]) & (at < end[holder]), at < first[holder]]
    headings = [blocks.first[e] for e, tag in enumerate(blocks.tag) if tag == "h1"]
    heading = headings[0] if headings else 0
    away = (at - heading) / 20 if headings else np.zeros(count)
    columns += [np.full(count, bool(headings)), np.clip(away, -1, 1), (at > heading) & bool(headings)]
    columns += _beside_frames(np.array(blocks.frames))
    means = [np.log1p(count) / 6, np.log1p(sums[:, 0].sum()) / 10, sums[:, 1].sum() / whole[0], whole[1] / whole[0]]
    columns += [np.full(count, mean) for mean in means]
    return np.stack([np.asarray(column, np.float32) for column in columns], axis=1)


def _beside_frames(frames: Index) -> list[npt.NDArray[np.bool_]]:
    """Give whether a frame was left out right before each block and right behind, and anywhere before and behind."""
    fresh = np.diff(frames, prepend=0) > 0
    return [fresh, np.append(fresh[1:], False), frames > 0, frames < frames[-1]]


def _likeness(texts: Sequence[str], title: str, blocks: Blocks) -> Array:
    """Give how much the blocks say what stands elsewhere on the page: in its title, or in other blocks."""
    folded = title.casefold()
    seen: dict[str, int] = {}
    for text in texts:
        seen[text] = seen.get(text, 0) + 1
    inside = [5 < len(text) <= len(title) and text.casefold() in folded for text in texts]
    repeated = np.array([seen[text] for text in texts], np.float32)
    return np.stack(
        (np.array(inside, np.float32), np.log(repeated) / 2, np.array(blocks.preformatted, np.float32),
         np.array(["\n" in text for text in texts], np.float32)), axis=1,
    )  # fmt: skip
