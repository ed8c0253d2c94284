"""The model that tells content from boilerplate: a small network over the sequence of a page's blocks.

Each block comes as its features, and as the sums of learned vectors for the tokens of the elements around it, of the
inline element it begins with and of its own words. Dilated convolutions let it see its neighbours, and a pooled vector
the whole page.

All numbers are multiples of small powers of two and stay so small that float64 adds them exactly, in whatever order a
machine does it: the same page has the same probabilities on every processor, with any number of threads.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from importlib import resources
from typing import Any

import numpy as np
import numpy.typing as npt

from ingest.content.features import ancestors
from ingest.content.page import Page
from ingest.content.quality import quality_features

__all__ = ["Model", "load_model"]

Array = npt.NDArray[np.float64]
Index = npt.NDArray[np.int64]
Tokens = Sequence[tuple[str, ...]]

# Steps between neighbouring values of activations and weights.
ACTIVATION_STEP = 1 / 1024
WEIGHT_STEP = 1 / 4096
# Standardised features farther from the mean than this say nothing more.
FARTHEST = 6.0
# Levels above a block's own element that count as near.
NEAR = 3


class Model:
    """The weights, and how they make probabilities of blocks."""

    def __init__(self, arrays: dict[str, Any]) -> None:
        self._names = {name: row for row, name in enumerate(str(arrays["vocabulary"]).split("\n"), start=1)}
        self._words = {word: row for row, word in enumerate(str(arrays["word_list"]).split("\n"), start=1)}
        self.weights = {
            key: value * (WEIGHT_STEP / ACTIVATION_STEP if key.endswith("_bias") else WEIGHT_STEP)
            for key, value in arrays.items()
            if value.dtype == np.int16
        }
        self.weights["output_bias"] = self.weights["output_bias"] * ACTIVATION_STEP
        self._mean, self._deviation = arrays["mean"], arrays["deviation"]
        self._quality = arrays["quality"]
        self._dilations = [int(dilation) for dilation in arrays["dilations"]]
        self._pools_before = [int(index) for index in arrays["pools_before"]]
        self._context_behind = int(arrays["context_behind"])
        self._rows: dict[tuple[str, ...], list[int]] = {}

    def probabilities(self, page: Page) -> Array:
        """Give the probability of each block to be content, as (blocks,)."""
        weights = self.weights
        names = weights["names"]
        rows = self._numbers(page.tokens)
        own = _sums(names, rows)[page.element_row]
        own[0] += names[[self._names.get(token, 0) for token in page.kinds]].sum(axis=0)
        paths = _path_vectors(own, np.array(page.blocks.parent), np.array(page.blocks.element))
        inner = _sums(weights["inner"], rows)[page.inner_row]
        word_rows = [[row for word in some if (row := self._words.get(word))] for some in page.words]
        said = _sums(weights["words"], word_rows) / np.maximum([[len(rows)] for rows in word_rows], 1)
        standard = np.clip((page.features - self._mean) / self._deviation, -FARTHEST, FARTHEST)
        inputs = np.concatenate((standard, *paths, inner, said), axis=1)
        up = ancestors(np.array(page.blocks.parent), np.array(page.blocks.element))
        spans = np.array(page.blocks.first)[up], np.array(page.blocks.end)[up]
        return self._forward(np.rint(inputs / ACTIVATION_STEP), spans)

    def quality(self, probabilities: Array, texts: Sequence[str], threshold: float) -> float:
        """Give the chance that the text of a page is good: a word F1 of at least 0.9 in the eyes of a person."""
        features = quality_features(probabilities, [len(text) for text in texts], threshold)
        return float(1 / (1 + np.exp(-np.dot(self._quality, features))))

    def _numbers(self, tokens: Tokens) -> list[list[int]]:
        known = self._rows
        if len(known) > 100_000:
            known.clear()
        found = []
        for some in tokens:
            rows = known.get(some)
            if rows is None:
                rows = known[some] = [row for token in some if (row := self._names.get(token))]
            found.append(rows)
        return found

    def _forward(self, inputs: Array, spans: tuple[Index, Index]) -> Array:
        """Give the probabilities. The hidden values are kept in steps: whole numbers."""
        weights = self.weights
        hidden = _layer(inputs, weights["input"], weights["input_bias"])
        for index, dilation in enumerate(self._dilations):
            if index in self._pools_before:
                hidden += self._pooled(hidden, spans, self._pools_before.index(index))
            seen = _neighbours(hidden, dilation)
            hidden += _layer(seen, weights[f"convolution_{index}"], weights[f"convolution_{index}_bias"])
            if index == self._context_behind:
                hidden += self._context(hidden)
        hidden = _layer(hidden, weights["last"], weights["last_bias"])
        logit = hidden @ (weights["output"] * ACTIVATION_STEP) + weights["output_bias"]
        probability: Array = 1 / (1 + np.exp(-logit[:, 0]))
        return probability

    def _pooled(self, hidden: Array, spans: tuple[Index, Index], number: int) -> Array:
        """Give, for each block, what the blocks in the elements around it have in common."""
        weights = self.weights
        values = np.rint(hidden @ weights[f"pool_{number}"] + weights[f"pool_{number}_bias"])
        sums = np.zeros((len(values) + 1, values.shape[1]))
        np.cumsum(values, axis=0, out=sums[1:])
        first, end = spans
        means = np.rint((sums[end] - sums[first]) / (end - first)[..., None])
        joined = means.transpose(1, 0, 2).reshape(len(hidden), -1)
        return _layer(joined, weights[f"unpool_{number}"], weights[f"unpool_{number}_bias"])

    def _context(self, hidden: Array) -> Array:
        """Give what the whole page says to each of its blocks, its type among it."""
        weights = self.weights
        pooled = np.concatenate((np.rint(hidden.mean(axis=0)), hidden.max(axis=0)))
        context = _layer(pooled, weights["context"], weights["context_bias"])
        kind = (context @ weights["kind"] + weights["kind_bias"]) * ACTIVATION_STEP
        chance = np.exp(kind - kind.max())
        chance = np.rint(chance / chance.sum() / ACTIVATION_STEP)
        result: Array = context + np.rint(chance @ weights["of_kind"] + weights["of_kind_bias"])
        return result


@cache
def load_model() -> Model:
    """Read the weights that come with the package."""
    with resources.files("ingest.content").joinpath("weights.npz").open("rb") as file:
        return Model(dict(np.load(file, allow_pickle=False)))


def _sums(table: Array, rows: Sequence[Sequence[int]]) -> Array:
    """Give the sum of the rows of a table that each entry names."""
    lengths = np.fromiter(map(len, rows), np.int64, len(rows))
    flat = [row for some in rows for row in some]
    sums = np.zeros((len(flat) + 1, table.shape[1]))
    np.cumsum(table[flat], axis=0, out=sums[1:])
    ends = np.cumsum(lengths)
    result: Array = sums[ends] - sums[ends - lengths]
    return result


def _path_vectors(own: Array, parent: Index, element: Index) -> tuple[Array, ...]:
    """Give, for each block, the vectors of its element, of the near ones around it and of those farther out."""
    size = len(parent)
    padded = np.concatenate((own, np.zeros((1, own.shape[1]))))  # the row -1 stands for no element
    above = np.append(parent, -1)
    path, depth = padded.copy(), np.zeros(size + 1, np.int64)
    depth[:size] = 1
    for level in _levels(parent):
        path[level] += path[above[level]]
        depth[level] += depth[above[level]]
    at = above[element]
    near = np.zeros((len(element), own.shape[1]))
    for _ in range(NEAR):
        near += padded[at]
        at = above[at]
    far = path[at] / np.maximum(depth[at], 1)[:, None]
    return padded[element], near / NEAR, far


def _levels(parent: Index) -> list[Index]:
    """Give the elements by their depth, without the outermost ones."""
    depth = np.zeros(len(parent), np.int64)
    at = parent
    while (inside := at >= 0).any():
        depth += inside
        at = np.where(inside, parent[at], -1)
    order = np.argsort(depth, kind="stable")
    return np.split(order, np.searchsorted(depth[order], np.arange(1, depth.max(initial=0) + 1)))[1:]


def _neighbours(hidden: Array, dilation: int) -> Array:
    """Give each row with the rows so many before and behind it; zeros beyond the ends."""
    size, width = hidden.shape
    seen = np.zeros((size, 3 * width))
    seen[:, width : 2 * width] = hidden
    if dilation < size:
        seen[dilation:, :width] = hidden[:-dilation]
        seen[:-dilation, 2 * width :] = hidden[dilation:]
    return seen


def _layer(inputs: Array, weights: Array, bias: Array) -> Array:
    """Give the next layer of values in steps; what is below zero becomes zero."""
    values: Array = inputs @ weights
    values += bias
    np.rint(values, out=values)
    np.maximum(values, 0, out=values)
    return values
