"""The model that tells content from boilerplate among the lines of a text whose markup is gone.

Each line comes as its features and the mean of learned vectors of the words that it begins with. Dilated convolutions let it
see its neighbours, means over the stretches that it stands in what they have in common, and a pooled vector the whole text.
Two networks that differ only in their first weights and in the order of training are wrong in different places, so that the
mean of their logits is better than either.
The same inputs have the same logits on every machine (see `layers`).
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from importlib import resources
from typing import Any

import numpy as np
import numpy.typing as npt

from ingest.content.choice import best_threshold
from ingest.content.flat import FlatPage
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

__all__ = ["LineModel", "chosen_lines", "load_line_model"]

Mask = npt.NDArray[np.bool_]

TABLES = ("words",)
# A web page has so many lines at least, and such a share of all, whose logit says that they are hardly content. More are
# needed where there is no running text for them to stand around, since a list of things looks like a menu.
SURE = -2.0
SURE_SHARE = 0.15
FEWEST_SURE = 2
FEWEST_SURE_ALONE = 15
# Longer texts, in lines, are no page but a book, a program or a log: of such nothing was learned.
LONGEST_PAGE = 2000
# A text of which such a share is running text can't lose that share of it.
ALL_BODY = 0.9
MOST_LOST = 0.2


class LineModel:
    """Several networks of one make, and how they make probabilities of lines: by the mean of their logits."""

    def __init__(self, arrays: dict[str, Any]) -> None:
        self._rows = {word: row for row, word in enumerate(str(arrays["word_list"]).split("\n"), start=1)}
        networks = [_weights_of_one(arrays, number) for number in range(int(arrays["networks"]))]
        # One look-up serves the vectors of all networks, and one product all of their layers.
        self._table = np.concatenate([arrays[f"{number}/words"] for number in range(len(networks))], axis=1)
        self.weights = {name: np.stack([some[name] for some in networks]) for name in networks[0]}
        self._dilations = [int(dilation) for dilation in arrays["dilations"]]
        self._pools_before = [int(index) for index in arrays["pools_before"]]
        self._context_behind = int(arrays["context_behind"])
        self._mean, self._deviation = arrays["mean"], arrays["deviation"]
        self._temperature, self._shift = float(arrays["temperature"]), float(arrays["shift"])

    def read(self, page: FlatPage, threshold: float | None = None) -> tuple[Doubles, Mask]:
        """Give the probability of each line to be content, and which lines to keep.

        Args:
            page: the lines.
            threshold: the probability from which on lines are kept; without it, the one that promises the best text.
        """
        logits = self.judge(page)
        return at_temperature(logits, 1), chosen_lines(page, logits, self._temperature, self._shift, threshold)

    def judge(self, page: FlatPage) -> Array:
        """Give the logit of each line to be content."""
        said, counts = token_sums(self._table, self._rows, page.words)
        said /= np.maximum(counts, 1)[:, None]
        standard = standardised(page.features, self._mean, self._deviation)
        parts = np.split(said, len(self.weights["input"]), axis=1)
        inputs = np.stack([steps_of((standard, part)) for part in parts])
        with one_thread.limit(limits=1):
            logits: Array = self._forward(inputs, page).mean(axis=0, dtype=np.float32)
        return logits

    def _forward(self, inputs: Array, page: FlatPage) -> Array:
        """Give the logits of all networks, as (networks, lines). The hidden values are kept in steps: whole numbers."""
        weights = self.weights
        hidden = layer(inputs, weights["input"], weights["input_bias"])
        for index, dilation in enumerate(self._dilations):
            if index in self._pools_before:
                hidden = added(hidden, self._pooled(hidden, page, self._pools_before.index(index)))
            seen = convolved(hidden, weights[f"convolution_{index}"], dilation)
            hidden = added(hidden, stepped(seen, weights[f"convolution_{index}_bias"]))
            if index == self._context_behind:
                hidden = added(hidden, self._context(hidden))
        hidden = layer(hidden, weights["last"], weights["last_bias"])
        logits: Array = (hidden @ weights["output"] + weights["output_bias"])[..., 0]
        return logits * np.float32(ACTIVATION_STEP)

    def _pooled(self, hidden: Array, page: FlatPage, number: int) -> Array:
        """Give, for each line, what the lines of the stretches around it have in common."""
        weights = self.weights
        values = np.rint(hidden @ weights[f"pool_{number}"] + weights[f"pool_{number}_bias"])
        np.clip(values, -MOST, MOST, out=values)
        return layer(span_means(values, *page.spans), weights[f"unpool_{number}"], weights[f"unpool_{number}_bias"])

    def _context(self, hidden: Array) -> Array:
        """Give what the whole text says to each of its lines."""
        mean = np.rint(hidden.mean(axis=1, keepdims=True, dtype=np.float64)).astype(np.float32)
        pooled = np.concatenate((mean, hidden.max(axis=1, keepdims=True)), axis=2)
        return layer(pooled, self.weights["context"], self.weights["context_bias"])


def _weights_of_one(arrays: Mapping[str, Any], number: int) -> dict[str, Array]:
    """Give the weights of one network, biases as rows."""
    prefix = f"{number}/"
    own = {key.removeprefix(prefix): value for key, value in arrays.items() if key.startswith(prefix)}
    weights = weights_of(own | {"dilations": arrays["dilations"]}, TABLES)
    return {key: value[None] if value.ndim == 1 else value for key, value in weights.items()}


def chosen_lines(
    page: FlatPage, logits: Array, temperature: float, shift: float, threshold: float | None = None
) -> Mask:
    """Say which lines to keep.

    Lines are right or wrong together, so that the choice among them does best if they are taken to be less sure than each
    is by itself, and a little less likely. A text of whose lines hardly any is surely boilerplate stays whole: what speaks
    against single lines of it is chance. So does one longer than a page, and one that is nearly all body and would lose much
    of it.

    Args:
        page: the lines.
        logits: of each to be content.
        temperature: what logits are divided by.
        shift: what is added to them then.
        threshold: the probability from which on lines are kept; without it, the one that promises the best text.
    """
    if not _is_web_page(page, logits):
        return np.ones(len(page), np.bool_)
    if threshold is not None:
        kept: Mask = at_temperature(logits, 1) >= threshold
    else:
        likely = at_temperature(logits + np.float32(shift * temperature), temperature)
        kept = likely >= best_threshold(likely, page.chars)
    return np.ones(len(page), np.bool_) if _loses_body(page, kept) else kept


def _is_web_page(page: FlatPage, logits: Array) -> bool:
    """Say whether enough lines are hardly content, in a text no longer than a page."""
    fewest = FEWEST_SURE if page.is_running.any() else FEWEST_SURE_ALONE
    return len(page) <= LONGEST_PAGE and int(np.count_nonzero(logits < SURE)) >= max(fewest, SURE_SHARE * len(page))


def _loses_body(page: FlatPage, kept: Mask) -> bool:
    """Say whether a text that is running text nearly throughout would lose much of it."""
    running = page.chars[page.is_running].sum()
    return bool(
        running > ALL_BODY * page.chars.sum() and page.chars[page.is_running & ~kept].sum() > MOST_LOST * running
    )


@cache
def load_line_model() -> LineModel:
    """Read the weights that come with the package."""
    with resources.files("ingest.content").joinpath("line-weights.npz").open("rb") as file:
        return LineModel(dict(np.load(file, allow_pickle=False)))
