"""The model that tells content from boilerplate: a small network over the sequence of a page's blocks.

Each block comes as its features, and as the sums of learned vectors for the tokens of the elements around it, of the
inline element it begins with and of its own words. Dilated convolutions let it see its neighbours, and a pooled vector
the whole page.

All numbers are multiples of small powers of two and stay so small that float32 adds them exactly, in whatever order a
machine does it: the same inputs have the same logits on every processor, with any number of threads. Machines can differ
only in the last bit of a feature's logarithm, which the inputs are rounded to leave out, but for values on an edge.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from functools import cache
from importlib import resources
from itertools import chain, repeat
from typing import Any

import numpy as np
import numpy.typing as npt
from threadpoolctl import ThreadpoolController

from ingest.content.outline import Index, Outline
from ingest.content.page import Page
from ingest.content.quality import quality_features

__all__ = ["KINDS", "Model", "at_temperature", "load_model"]

Array = npt.NDArray[np.float32]
Doubles = npt.NDArray[np.float64]

# Types of pages.
KINDS = ("article", "forum", "product", "collection", "listing", "documentation", "service")
# Steps between neighbouring values of activations and weights. Products are multiples of both, so their sums are exact
# while they stay below 2 ** 24 such steps, which `MOST` and `FARTHEST_INPUT` see to.
ACTIVATION_STEP = 1 / 64
WEIGHT_STEP = 1 / 512
EXACT = 2**24
# Largest value of a layer, and of an input, in steps.
MOST = 32 / ACTIVATION_STEP
FARTHEST_INPUT = 12 / ACTIVATION_STEP
# Standardised features farther from the mean than this say nothing more.
FARTHEST = 6.0
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
        self.weights = {
            key: value * np.float32(WEIGHT_STEP / ACTIVATION_STEP if key.endswith("_bias") else WEIGHT_STEP)
            for key, value in arrays.items()
            if value.dtype == np.int16 and key not in TABLES
        }
        for index in range(len(arrays["dilations"])):
            self.weights[f"convolution_{index}"] = _side_by_side(self.weights[f"convolution_{index}"])
        self._mean, self._deviation = arrays["mean"], arrays["deviation"]
        self._temperature = float(arrays["temperature"])
        self._quality = arrays["quality"]
        # The layers are so small that a second thread costs more than it gives.
        self._threads = ThreadpoolController().select(user_api="blas")
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
        with self._threads.limit(limits=1):
            logits, kinds = self._forward(self._inputs(page), page.outline)
        return _together(logits, page.outline.lists), kinds

    def _inputs(self, page: Page) -> Array:
        """Give what is known of the blocks, as (blocks, inputs), in steps."""
        vectors, _ = _sums(self._vectors, self._names, page.tokens)
        own = vectors[page.element_row, : self._width]
        own[0] += _sums(self._vectors, self._names, [page.kinds])[0][0, : self._width]
        inner = vectors[page.inner_row, self._width :]
        said, counts = _sums(self._said, self._words, page.words)
        said /= np.maximum(counts, 1)[:, None]
        standard = np.clip((page.features - self._mean) / self._deviation, -FARTHEST, FARTHEST)
        parts = (standard, *_path_vectors(own, page.outline), inner, said)
        inputs = np.concatenate(parts, axis=1, dtype=np.float32, casting="same_kind")
        inputs /= ACTIVATION_STEP
        np.rint(inputs, out=inputs)
        np.clip(inputs, -FARTHEST_INPUT, FARTHEST_INPUT, out=inputs)
        return inputs

    def quality(self, probabilities: Doubles, lengths: Sequence[int], threshold: float) -> float:
        """Give the chance that the text of a page is good: a word F1 of at least 0.9 in the eyes of a person."""
        features = quality_features(probabilities, lengths, threshold)
        # Added in a fixed order and rounded, since the chance is a column that must not differ between machines.
        score = math.fsum(weight * value for weight, value in zip(self._quality.tolist(), features, strict=True))
        return round(1 / (1 + math.exp(-score)), 4)

    def _forward(self, inputs: Array, outline: Outline) -> tuple[Array, Array]:
        """Give what `judge` does. The hidden values are kept in steps: whole numbers."""
        weights = self.weights
        hidden = _layer(inputs, weights["input"], weights["input_bias"])
        for index, dilation in enumerate(self._dilations):
            if index in self._pools_before:
                hidden = _added(hidden, self._pooled(hidden, outline, self._pools_before.index(index)))
            seen = _convolved(hidden, weights[f"convolution_{index}"], dilation)
            hidden = _added(hidden, _stepped(seen, weights[f"convolution_{index}_bias"]))
            if index == self._context_behind:
                context, kinds = self._context(hidden)
                hidden = _added(hidden, context)
        hidden = _layer(hidden, weights["last"], weights["last_bias"])
        logits = hidden @ weights["output"] + weights["output_bias"]
        return logits[:, 0] * np.float32(ACTIVATION_STEP), kinds

    def _pooled(self, hidden: Array, outline: Outline, number: int) -> Array:
        """Give, for each block, what the blocks in the elements around it have in common."""
        weights = self.weights
        values = np.rint(hidden @ weights[f"pool_{number}"] + weights[f"pool_{number}_bias"])
        np.clip(values, -MOST, MOST, out=values)
        sums = np.zeros((len(values) + 1, values.shape[1]))
        np.cumsum(values, axis=0, out=sums[1:])
        first, end = outline.spans
        means = np.rint((sums[end] - sums[first]) / (end - first)[..., None])
        joined = means.transpose(1, 0, 2).reshape(len(hidden), -1).astype(np.float32)
        return _layer(joined, weights[f"unpool_{number}"], weights[f"unpool_{number}_bias"])

    def _context(self, hidden: Array) -> tuple[Array, Array]:
        """Give what the whole page says to each of its blocks, its type among it, and the chance of each type."""
        weights = self.weights
        mean = np.rint(hidden.mean(axis=0, dtype=np.float64)).astype(np.float32)
        pooled = np.concatenate((mean, hidden.max(axis=0)))
        context = _layer(pooled, weights["context"], weights["context_bias"])
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


def at_temperature(logits: Array, temperature: float) -> Doubles:
    """Give logits as probabilities, the less sure the higher the temperature."""
    result: Doubles = 1 / (1 + np.exp(-logits.astype(np.float64) / temperature))
    return result


def _sums(
    table: npt.NDArray[np.int16], rows: Mapping[str, int], tokens: Sequence[tuple[str, ...]]
) -> tuple[Doubles, Index]:
    """Give for each entry the sum of the table's rows for its tokens, and how many of them have one."""
    lengths = np.fromiter(map(len, tokens), np.int64, len(tokens))
    ends = np.cumsum(lengths)
    # The row 0 is zeros: that of tokens nobody knows.
    flat = np.fromiter(map(rows.get, chain.from_iterable(tokens), repeat(0)), np.int64, int(ends[-1]))
    before = np.concatenate(([0], np.cumsum(flat > 0)))
    first, end = before[ends - lengths], before[ends]
    sums = np.zeros((int(before[-1]) + 1, table.shape[1]), np.int32)
    np.cumsum(table[flat[flat > 0]], axis=0, out=sums[1:])
    return (sums[end] - sums[first]) * WEIGHT_STEP, end - first


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


def _side_by_side(kernel: Array) -> Array:
    """Give a kernel for each row and its two neighbours, as (3 * width, out), as one of (width, 3 * out)."""
    return np.concatenate(np.split(kernel, 3), axis=1)


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


def _convolved(hidden: Array, kernel: Array, dilation: int) -> Array:
    """Give what the rows so many before, of each row itself and so many behind say, in sum."""
    width = kernel.shape[1] // 3
    seen: Array = hidden @ kernel
    own = seen[:, width : 2 * width]
    if dilation < len(hidden):
        own[dilation:] += seen[:-dilation, :width]
        own[:-dilation] += seen[dilation:, 2 * width :]
    return own


def _layer(inputs: Array, weights: Array, bias: Array) -> Array:
    """Give the next layer of values in steps; what is below zero becomes zero."""
    return _stepped(inputs @ weights, bias)


def _stepped(values: Array, bias: Array) -> Array:
    """Give sums as the values of a layer, in place: in steps, and zero for what is below."""
    values += bias
    np.rint(values, out=values)
    np.clip(values, 0, MOST, out=values)
    return values


def _added(hidden: Array, more: Array) -> Array:
    """Add to the values of a layer, in place."""
    hidden += more
    np.clip(hidden, -MOST, MOST, out=hidden)
    return hidden
