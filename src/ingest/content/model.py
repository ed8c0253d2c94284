"""The model that tells content from boilerplate: a small network over the sequence of a page's blocks.

Each block comes as its features, and as the sums of learned vectors for the tokens of the elements around it, of the
inline element that it begins with and of its own words. Dilated convolutions let it see its neighbours, and a pooled vector
the whole page.

The same inputs have the same logits on every machine (see `layers`). Machines can differ only in the last bit of a feature's
logarithm, which the inputs are rounded to leave out, but for values on an edge.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from functools import cache
from importlib import resources
from typing import Any

import numpy as np

from ingest.content.layers import (
    ACTIVATION_STEP,
    MOST,
    Array,
    Doubles,
    added,
    at_temperature,
    convolved,
    layer,
    one_thread,
    span_means,
    standardised,
    stepped,
    steps_of,
    token_sums,
    weights_of,
)
from ingest.content.outline import Index, Outline
from ingest.content.page import Page
from ingest.content.quality import quality_features

__all__ = ["KINDS", "Model", "load_model"]

# Types of pages.
KINDS = ("article", "forum", "product", "collection", "listing", "documentation", "service")
# A list has so many items at least, and each item's own logit has such a share in what it is taken for.
FEWEST = 3
OWN = 0.3
# What is looked up by token.
TABLES = ("names", "inner", "words")
# Levels above a block's own element that count as near.
NEAR = 3


class Model:
    """The weights, and how they make probabilities of blocks."""

    def __init__(self, arrays: dict[str, Any]) -> None:
        self._names = {name: row for row, name in enumerate(str(arrays["vocabulary"]).split("\n"), start=1)}
        self._words = {word: row for row, word in enumerate(str(arrays["word_list"]).split("\n"), start=1)}
        # Tables stay in 16 bits: little of them is used at a time, and what is read from memory takes longest. One look-up
        # serves the vectors of the elements around a block and of the inline one that it begins with.
        self._vectors = np.concatenate((arrays["names"], arrays["inner"]), axis=1)
        self._width = arrays["names"].shape[1]
        self._said = arrays["words"]
        self.weights = weights_of(arrays, TABLES)
        self._mean, self._deviation = arrays["mean"], arrays["deviation"]
        self._temperature = float(arrays["temperature"])
        self._quality = arrays["quality"]
        self._dilations = [int(dilation) for dilation in arrays["dilations"]]
        self._pools_before = [int(index) for index in arrays["pools_before"]]
        self._context_behind = int(arrays["context_behind"])

    def read(self, page: Page) -> tuple[Doubles, Array]:
        """Give the probability of each block to be content, as (blocks,), and that of each of `KINDS`, as (types,).

        The blocks of a page are right or wrong together, so a choice among them does best if they are taken to be less
        sure than each is by itself: at the temperature at which the texts that it makes are the best.
        """
        logits, kinds = self.judge(page)
        return at_temperature(logits, self._temperature), kinds

    def judge(self, page: Page) -> tuple[Array, Array]:
        """Give the logit of each block, as (blocks,), and the probability of each of `KINDS`, as (types,)."""
        with one_thread.limit(limits=1):
            logits, kinds = self._forward(self._inputs(page), page.outline)
        return _together(logits, page.outline.lists), kinds

    def _inputs(self, page: Page) -> Array:
        """Give what is known of the blocks, as (blocks, inputs), in steps."""
        vectors, _ = token_sums(self._vectors, self._names, page.tokens)
        own = vectors[page.element_row, : self._width]
        own[0] += token_sums(self._vectors, self._names, [page.kinds])[0][0, : self._width]
        inner = vectors[page.inner_row, self._width :]
        said, counts = token_sums(self._said, self._words, page.words)
        said /= np.maximum(counts, 1)[:, None]
        standard = standardised(page.features, self._mean, self._deviation)
        return steps_of((standard, *_path_vectors(own, page.outline), inner, said))

    def quality(self, probabilities: Doubles, lengths: Sequence[int], threshold: float) -> float:
        """Give the chance that the text of a page is good: a word F1 of at least 0.9 in the eyes of a person."""
        features = quality_features(probabilities, lengths, threshold)
        # Added in a fixed order and rounded, since the chance is a column that must not differ between machines.
        score = math.fsum(weight * value for weight, value in zip(self._quality.tolist(), features, strict=True))
        return round(1 / (1 + math.exp(-score)), 4)

    def _forward(self, inputs: Array, outline: Outline) -> tuple[Array, Array]:
        """Give what `judge` does. The hidden values are kept in steps: whole numbers."""
        weights = self.weights
        hidden = layer(inputs, weights["input"], weights["input_bias"])
        for index, dilation in enumerate(self._dilations):
            if index in self._pools_before:
                hidden = added(hidden, self._pooled(hidden, outline, self._pools_before.index(index)))
            seen = convolved(hidden, weights[f"convolution_{index}"], dilation)
            hidden = added(hidden, stepped(seen, weights[f"convolution_{index}_bias"]))
            if index == self._context_behind:
                context, kinds = self._context(hidden)
                hidden = added(hidden, context)
        hidden = layer(hidden, weights["last"], weights["last_bias"])
        logits = hidden @ weights["output"] + weights["output_bias"]
        return logits[:, 0] * np.float32(ACTIVATION_STEP), kinds

    def _pooled(self, hidden: Array, outline: Outline, number: int) -> Array:
        """Give, for each block, what the blocks in the elements around it have in common."""
        weights = self.weights
        values = np.rint(hidden @ weights[f"pool_{number}"] + weights[f"pool_{number}_bias"])
        np.clip(values, -MOST, MOST, out=values)
        return layer(span_means(values, *outline.spans), weights[f"unpool_{number}"], weights[f"unpool_{number}_bias"])

    def _context(self, hidden: Array) -> tuple[Array, Array]:
        """Give what the whole page says to each of its blocks, its type among it, and the chance of each type."""
        weights = self.weights
        mean = np.rint(hidden.mean(axis=0, dtype=np.float64)).astype(np.float32)
        pooled = np.concatenate((mean, hidden.max(axis=0)))
        context = layer(pooled, weights["context"], weights["context_bias"])
        kind = (context @ weights["kind"] + weights["kind_bias"]) * np.float32(ACTIVATION_STEP)
        chance = np.exp(kind - kind.max())
        chance = np.rint(chance / chance.sum() / ACTIVATION_STEP)
        of_kind = np.rint(chance @ weights["of_kind"] + weights["of_kind_bias"])
        return context + of_kind, chance * np.float32(ACTIVATION_STEP)


@cache
def load_model() -> Model:
    """Read the weights that come with the package."""
    with resources.files("ingest.content").joinpath("weights.npz").open("rb") as file:
        return Model(dict(np.load(file, allow_pickle=False)))


def _path_vectors(own: Doubles, outline: Outline) -> tuple[Doubles, ...]:
    """Give, for each block, the vectors of its element, of the near ones around it and of those farther out."""
    # The row -1 stands for no element.
    nothing = np.zeros((1, own.shape[1]))
    padded, paths = np.concatenate((own, nothing)), np.concatenate((outline.sums_around(own), nothing))
    above, depth = np.append(outline.parent, -1), np.append(outline.depth + 1, 1)
    at = above[outline.element]
    near = np.zeros((len(at), own.shape[1]))
    for _ in range(NEAR):
        near += padded[at]
        at = above[at]
    return padded[outline.element], near / NEAR, paths[at] / depth[at][:, None]


def _together(logits: Array, lists: Index) -> Array:
    """Bring the logits of the items of a list, or the rows of a table, near their mean: they stay or go together."""
    inside = lists >= 0
    if not inside.any():
        return logits
    members = lists[inside]
    counts = np.bincount(members)
    means = np.bincount(members, logits[inside])[members] / counts[members]
    result = logits.copy()
    result[inside] = np.where(counts[members] >= FEWEST, OWN * logits[inside] + (1 - OWN) * means, logits[inside])
    return result
