"""Layers of small networks whose sums are exact, so that every machine has the same.

All numbers are multiples of small powers of two and stay so small that float32 adds them exactly, in whatever order a
machine does it: the same inputs have the same outputs on every processor, with any number of threads. Hidden values are
kept in steps: whole numbers.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import chain, repeat
from typing import Any

import numpy as np
import numpy.typing as npt
from threadpoolctl import ThreadpoolController

__all__ = [
    "ACTIVATION_STEP",
    "EXACT",
    "FARTHEST",
    "FARTHEST_INPUT",
    "MOST",
    "WEIGHT_STEP",
    "Array",
    "Doubles",
    "added",
    "at_temperature",
    "convolved",
    "layer",
    "one_thread",
    "span_means",
    "standardised",
    "stepped",
    "steps_of",
    "token_sums",
    "weights_of",
]

Array = npt.NDArray[np.float32]
Doubles = npt.NDArray[np.float64]
Index = npt.NDArray[np.int64]

# Steps between neighbouring values of activations and weights. Products are multiples of both, so their sums are exact
# while they stay below 2 ** 24 such steps, which `MOST` and `FARTHEST_INPUT` see to.
ACTIVATION_STEP = 1 / 64
WEIGHT_STEP = 1 / 512
EXACT = 2**24
# Largest value of a layer, and of an input, in steps.
MOST = 32 / ACTIVATION_STEP
FARTHEST_INPUT = 12 / ACTIVATION_STEP
_ZERO, _MOST = np.float32(0), np.float32(MOST)
# Standardised features farther from the mean than this say nothing more.
FARTHEST = 6.0

# The layers are so small that a second thread costs more than it gives.
one_thread = ThreadpoolController().select(user_api="blas")


def weights_of(arrays: Mapping[str, Any], tables: Sequence[str]) -> dict[str, Array]:
    """Give the stored weights as they are multiplied with values in steps.

    Args:
        arrays: all that is stored; weights are whole steps of `WEIGHT_STEP` in 16 bits.
        tables: names of what is looked up by token, and stays as it is.
    """
    weights = {
        key: value * np.float32(WEIGHT_STEP / ACTIVATION_STEP if key.endswith("_bias") else WEIGHT_STEP)
        for key, value in arrays.items()
        if value.dtype == np.int16 and key not in tables
    }
    for index in range(len(arrays["dilations"])):
        weights[f"convolution_{index}"] = _side_by_side(weights[f"convolution_{index}"])
    return weights


def standardised(features: Array, mean: Array, deviation: Array) -> Array:
    """Give features as multiples of their deviation from the mean, none beyond `FARTHEST`."""
    result: Array = np.clip((features - mean) / deviation, -FARTHEST, FARTHEST)
    return result


def steps_of(parts: Sequence[npt.NDArray[np.floating[Any]]]) -> Array:
    """Join inputs side by side and give them in steps, rounded."""
    inputs = np.concatenate(parts, axis=1, dtype=np.float32, casting="same_kind")
    inputs /= ACTIVATION_STEP
    np.rint(inputs, out=inputs)
    np.clip(inputs, -FARTHEST_INPUT, FARTHEST_INPUT, out=inputs)
    return inputs


def at_temperature(logits: Array, temperature: float) -> Doubles:
    """Give logits as probabilities, the less sure the higher the temperature."""
    result: Doubles = 1 / (1 + np.exp(-logits.astype(np.float64) / temperature))
    return result


def token_sums(
    table: npt.NDArray[np.int16], rows: Mapping[str, int], tokens: Sequence[Sequence[str]]
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


def span_means(values: Array, first: Index, end: Index) -> Array:
    """Give the rounded means of the rows from `first` to `end`, side by side.

    Args:
        values: as (..., rows, width).
        first: as (levels, rows).
        end: likewise, behind the last row.
    """
    *before, count, width = values.shape
    # The rows of all that comes before lie side by side, since whole rows are what is fastest to look up.
    rows = np.moveaxis(values, -2, 0).reshape(count, -1)
    sums = np.zeros((count + 1, rows.shape[1]))
    np.cumsum(rows, axis=0, out=sums[1:])
    means = sums.take(end, axis=0)
    means -= sums.take(first, axis=0)
    means /= (end - first)[..., None]
    np.rint(means, out=means)
    apart = means.astype(np.float32).reshape(len(end), count, *before, width)
    joined: Array = np.moveaxis(apart, (0, 1), (-2, -3)).reshape(*before, count, -1)
    return joined


def convolved(hidden: Array, kernel: Array, dilation: int) -> Array:
    """Give what the rows so many before, of each row itself and so many behind say, in sum."""
    width = kernel.shape[-1] // 3
    seen: Array = hidden @ kernel
    own = seen[..., width : 2 * width]
    if dilation < hidden.shape[-2]:
        own[..., dilation:, :] += seen[..., :-dilation, :width]
        own[..., :-dilation, :] += seen[..., dilation:, 2 * width :]
    return own


def layer(inputs: Array, weights: Array, bias: Array) -> Array:
    """Give the next layer of values in steps; what is below zero becomes zero."""
    return stepped(inputs @ weights, bias)


def stepped(values: Array, bias: Array) -> Array:
    """Give sums as the values of a layer, in place: in steps, and zero for what is below."""
    values += bias
    np.rint(values, out=values)
    # Two calls of these take less than one of `clip`.
    np.maximum(values, _ZERO, out=values)
    np.minimum(values, _MOST, out=values)
    return values


def added(hidden: Array, more: Array) -> Array:
    """Add to the values of a layer, in place."""
    hidden += more
    np.maximum(hidden, -_MOST, out=hidden)
    np.minimum(hidden, _MOST, out=hidden)
    return hidden


def _side_by_side(kernel: Array) -> Array:
    """Give a kernel for each row and its two neighbours, as (3 * width, out), as one of (width, 3 * out)."""
    return np.concatenate(np.split(kernel, 3), axis=1)
