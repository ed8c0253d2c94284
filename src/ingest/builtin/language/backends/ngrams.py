"""py3langid's model: naive Bayes over groups of up to six bytes, 139 languages."""

from __future__ import annotations

import unicodedata
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from math import exp

import numpy as np
import numpy.typing as npt

from ingest.builtin.language.answer import NO_ANSWER, Answer
from ingest.builtin.language.codes import iso_code

__all__ = ["Features", "NGrams", "Pair", "Supplement"]

Floats = npt.NDArray[np.float32]
Doubles = npt.NDArray[np.float64]
Indices = npt.NDArray[np.int64]

# No byte of UTF-8: every state goes back to the first one on it.
BREAK = 0xFF
# The longest group that the model knows. The state behind a byte depends on so many bytes and no more.
LONGEST_GROUP = 6
# Their numbers take fewer bits.
GROUP_BITS = 20
# Bytes of a text that are followed one after the other, and bytes of all texts that are followed at once.
STRIDE = 16
AT_ONCE = 1 << 19


@dataclass(frozen=True, slots=True)
class Features:
    """The groups of bytes in a text that the model knows."""

    groups: Indices
    """Their numbers, in ascending order."""
    weights: Floats
    """How much each counts: the logarithm of one more than how often it occurs."""
    n_bytes: int


@dataclass(frozen=True, slots=True)
class Pair:
    """Two languages that the model confuses, and what tells one from the other."""

    first: str
    second: str
    margin: float
    """How much the model's own difference of the two counts."""
    bias: float


@dataclass(frozen=True, slots=True)
class Supplement:
    """What a model learned by itself does not know. See `model-card.md`."""

    codes: Sequence[str]
    """Languages that it gets in addition."""
    priors: Floats
    pairs: Sequence[Pair]
    columns: Floats
    """A row for each group; a column for each language, its logarithms of probabilities, then one for each pair."""
    fingerprint: int
    """Of the model that it belongs to."""


class NGrams:
    """py3langid's model, read for many texts at once.

    The library follows the bytes of a text through an automaton one by one. What state it is in depends on the last six
    bytes alone, so a text can be cut into short pieces that are followed side by side, each from six bytes in front of
    it. The groups that are found are the same.

    Raises:
        ValueError: the supplement belongs to another model.
    """

    def __init__(self, supplement: Supplement | None = None) -> None:
        from py3langid.langid import MODEL_DIR, MODEL_FILE
        from py3langid.modelio import load_model

        table, priors, codes, moves, rows, outputs = load_model(MODEL_DIR / MODEL_FILE)
        self.fingerprint = zlib.crc32(table.tobytes())
        self._moves = np.frombuffer(moves, dtype=f"u{moves.itemsize}")
        self._rows = np.frombuffer(rows, dtype=f"u{rows.itemsize}").astype(np.int32) << 8
        self._outputs = np.asarray(outputs, dtype=np.int32)
        self._codes = [*codes, *(supplement.codes if supplement else ())]
        pairs = supplement.pairs if supplement else ()
        self._priors = np.concatenate([priors, supplement.priors]) if supplement else priors
        if supplement and supplement.fingerprint != self.fingerprint:
            raise ValueError("the language model's supplement belongs to another version of py3langid: install 0.4")
        # Half floats, as in the files: rows are widened as they are read, and the numbers are the same.
        self._table = np.empty((len(table), len(self._codes) + len(pairs)), dtype=np.float16)
        self._table[:, : len(codes)] = table
        if supplement:
            self._table[:, len(codes) :] = supplement.columns
        columns = {code: column for column, code in reversed(list(enumerate(self._codes)))}
        self._pairs = [
            (columns[pair.first], columns[pair.second], len(self._codes) + number, pair)
            for number, pair in enumerate(pairs)
        ]
        # A language in two scripts has two columns.
        self._twice = [(columns[code], i) for i, code in enumerate(self._codes) if columns[code] != i]
        self._answers = [iso_code(code) for code in self._codes]

    @property
    def codes(self) -> Sequence[str]:
        """What the columns of the model stand for."""
        return self._codes

    @property
    def n_groups(self) -> int:
        """How many groups of bytes it knows."""
        return len(self._table)

    def detect(self, texts: Sequence[str]) -> list[Answer]:
        """Give one answer per text."""
        return self.answers(list(self.features(texts)))

    def answers(self, texts: Sequence[Features]) -> list[Answer]:
        """Give one answer per text, going by the groups in it."""
        scores = np.empty((len(texts), self._table.shape[1]), dtype=np.float32)
        for row, features in zip(scores, texts, strict=True):
            row[:] = self.raw_scores(features)
        # The temperature that the library takes: it keeps the probability of long texts from being 0 or 1.
        temperatures = np.sqrt([[features.n_bytes or 1] for features in texts])
        logits = scores / temperatures if texts else scores.astype(np.float64)
        return [
            self._answer(row, chances) if len(features.groups) else NO_ANSWER
            for features, row, chances in zip(texts, logits, self._chances(logits), strict=True)
        ]

    def features(self, texts: Sequence[str]) -> Iterator[Features]:
        """Give the groups of bytes in each text."""
        batch: list[bytes] = []
        size = 0
        for data in map(_encoded, texts):
            if batch and size + len(data) > AT_ONCE:
                yield from self._features(batch)
                batch, size = [], 0
            batch.append(data)
            size += len(data)
        if batch:
            yield from self._features(batch)

    def raw_scores(self, features: Features) -> Floats:
        """Give the logarithm of each language's probability, up to a constant, then the weight of each pair."""
        rows = self._table.take(features.groups, axis=0).astype(np.float32)
        # `einsum` adds in the same order whatever the number of threads, a product of BLAS does not.
        scores: Floats = np.einsum("i,ij->j", features.weights, rows)
        scores[: len(self._codes)] += self._priors
        return scores

    def _chances(self, logits: Doubles) -> Doubles:
        """Give the probability of each language in each row."""
        known = logits[:, : len(self._codes)]
        chances: Doubles = np.exp(known - known.max(axis=1, keepdims=True))
        chances /= chances.sum(axis=1, keepdims=True)
        for first, other in self._twice:
            chances[:, first] += chances[:, other]
            chances[:, other] = 0.0
        return chances

    def _answer(self, logits: Doubles, chances: Doubles) -> Answer:
        best = int(chances.argmax())
        chance = float(chances[best])
        for first, second, column, pair in self._pairs:
            if best in (first, second):
                share = _sigmoid(pair.margin * (logits[first] - logits[second]) + logits[column] + pair.bias)
                best = first if share >= 0.5 else second
                chance = float(chances[first] + chances[second]) * max(share, 1 - share)
        return Answer(self._answers[best], min(1.0, chance))

    def _features(self, batch: Sequence[bytes]) -> Iterator[Features]:
        found = self._follow(bytes((BREAK,)).join(batch))
        sizes = [len(data) for data in batch]
        # One sort for all texts: the number of the text in front of that of the group.
        keys = np.repeat(np.arange(len(batch)), np.add(sizes, 1))[: len(found)] << GROUP_BITS | found
        keys = np.sort(keys[found >= 0])
        starts = np.flatnonzero(np.diff(keys, prepend=-1))
        weights = np.log1p(np.diff(starts, append=len(keys)).astype(np.float32))
        keys = keys[starts]
        bounds = np.searchsorted(keys, np.arange(len(batch) + 1) << GROUP_BITS).tolist()
        groups = keys & ((1 << GROUP_BITS) - 1)
        for size, start, end in zip(sizes, bounds, bounds[1:], strict=False):
            yield Features(groups[start:end], weights[start:end], size)

    def _follow(self, data: bytes) -> npt.NDArray[np.int32]:
        """Give the number of the group that ends at each byte, or -1."""
        n_pieces = max(1, -(-len(data) // STRIDE))
        padded = np.full(LONGEST_GROUP + n_pieces * STRIDE, BREAK, dtype=np.uint8)
        padded[LONGEST_GROUP : LONGEST_GROUP + len(data)] = np.frombuffer(data, dtype=np.uint8)
        pieces = np.lib.stride_tricks.sliding_window_view(padded, LONGEST_GROUP + STRIDE)[::STRIDE]
        steps = np.ascontiguousarray(pieces.T).astype(np.int32)
        states = np.zeros(n_pieces, dtype=self._moves.dtype)
        groups = np.empty((STRIDE, n_pieces), dtype=np.int32)
        for number, step in enumerate(steps):
            states = self._moves[self._rows[states] + step]
            if number >= LONGEST_GROUP:
                groups[number - LONGEST_GROUP] = self._outputs[states]
        return groups.T.ravel()[: len(data)]


def _encoded(text: str) -> bytes:
    """Give the bytes as the library makes them: composed, and capitals alone as small letters."""
    if text.isupper():
        text = text.lower()
    return unicodedata.normalize("NFC", text).encode("utf-8", "surrogatepass")


def _sigmoid(value: float) -> float:
    return 1 / (1 + exp(-max(-50.0, min(50.0, float(value)))))
