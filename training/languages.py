"""Train the supplement of the language model, cross-validate it, and write it.

    python -m training.languages --data DATA [--folds 5] [--out src/ingest/builtin/language/backends/supplement.npz]

DATA is a folder with `languages-dev.parquet`: texts of a few sentences, one on a line, with the code of their language.
Accuracy is the mean over languages. `--folds 0` only trains.
"""

from __future__ import annotations

import argparse
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pyarrow.parquet as pq
import torch
from torch.nn import functional

from ingest.builtin.language.backends.ngrams import Features, NGrams, Pair, Supplement
from ingest.builtin.language.backends.supplement import save_supplement
from ingest.builtin.language.sample import has_letters, words_of

Floats = npt.NDArray[np.float32]
Doubles = npt.NDArray[np.float64]

# Languages that the model lacks, and pairs of which it gets one wrong for the other more often than one time in ten.
NEW = ("mi", "tn", "ts")
PAIRS = (("ms", "id"), ("bs", "hr"))
# What an unseen group counts as seen, next to groups that were: it gives unseen ones the probability that they have in
# the columns of the model itself, whose texts were fifty times as many.
UNSEEN = 0.05
# Near those of the model's own languages, which lie between 6.4 and 7.1.
PRIOR = 6.5
# The least often that a group must occur for a pair to weigh it, and the ridge on the weights.
LEAST = 3
RIDGE = 1e-4
MAX_CHARS = 2000


@dataclass(frozen=True, slots=True)
class Sample:
    """A text or a sentence of one."""

    language: str
    text: int
    """Number of the text it comes from."""
    features: Features
    scores: Floats
    """Of the model without a supplement."""

    @property
    def temperature(self) -> float:
        """What the model divides its scores by."""
        return float(np.sqrt(self.features.n_bytes))


def read_samples(path: Path, model: NGrams) -> tuple[list[Sample], list[Sample]]:
    """Read all texts, then all their sentences that hold ten letters or more."""
    rows = pq.read_table(path, columns=["language", "text"]).to_pylist()
    texts = [(row["language"], number, words_of(row["text"][:MAX_CHARS])) for number, row in enumerate(rows)]
    sentences = [
        (row["language"], number, words_of(line))
        for number, row in enumerate(rows)
        for line in row["text"].split("\n")
        if has_letters(words_of(line), 10)
    ]
    return samples_of(texts, model), samples_of(sentences, model)


def samples_of(texts: Sequence[tuple[str, int, str]], model: NGrams) -> list[Sample]:
    """Give the samples of texts: language, number and words."""
    found = model.features([words for _, _, words in texts])
    return [
        Sample(language, number, features, model.raw_scores(features))
        for (language, number, _), features in zip(texts, found, strict=True)
    ]


def column_of(samples: Sequence[Sample], n_groups: int) -> Floats:
    """Give the logarithms of the probabilities of all groups in a language."""
    seen = np.full(n_groups, UNSEEN)
    for sample in samples:
        seen[sample.features.groups] += sample.features.weights
    column: Floats = np.log(seen / seen.sum()).astype(np.float32)
    return column


def fit_pair(
    samples: Sequence[Sample], names: tuple[str, str], codes: Sequence[str], n_groups: int
) -> tuple[Pair, Floats]:
    """Tell two languages apart by a logistic regression on the groups, and on what the model thinks of them."""
    first, second = (codes.index(name) for name in names)
    often = np.zeros(n_groups, dtype=np.int64)
    for sample in samples:
        often[sample.features.groups] += 1
    vocabulary = np.flatnonzero(often >= LEAST)
    inputs = np.zeros((len(samples), len(vocabulary) + 1))
    for row, sample in zip(inputs, samples, strict=True):
        dense = np.zeros(n_groups)
        dense[sample.features.groups] = sample.features.weights
        row[:-1] = dense[vocabulary] / sample.temperature
        row[-1] = (sample.scores[first] - sample.scores[second]) / sample.temperature
    weights, bias = regression(inputs, np.array([sample.language == names[0] for sample in samples], dtype=float))
    column = np.zeros(n_groups, dtype=np.float32)
    column[vocabulary] = weights[:-1]
    return Pair(*names, float(weights[-1]), bias), column


def regression(inputs: Doubles, wanted: Doubles) -> tuple[Doubles, float]:
    """Give weights and bias. The last input has no ridge on its weight."""
    x, y = torch.tensor(inputs), torch.tensor(wanted)
    weights = torch.zeros(x.shape[1], dtype=torch.float64, requires_grad=True)
    bias = torch.zeros(1, dtype=torch.float64, requires_grad=True)
    optimiser = torch.optim.LBFGS([weights, bias], max_iter=300, line_search_fn="strong_wolfe")

    def closure() -> torch.Tensor:
        optimiser.zero_grad()
        loss = functional.binary_cross_entropy_with_logits(x @ weights + bias, y) + RIDGE * weights[:-1].square().sum()
        loss.backward()
        return loss

    optimiser.step(closure)
    return weights.detach().numpy(), float(bias.detach()[0])


def train(samples: Sequence[Sample], texts: Sequence[Sample], model: NGrams, n_groups: int) -> Supplement:
    """Learn from whole texts what the new languages look like, and from texts and sentences the pairs."""
    columns = [column_of([sample for sample in texts if sample.language == code], n_groups) for code in NEW]
    pairs = []
    for names in PAIRS:
        pair, column = fit_pair([s for s in samples if s.language in names], names, model.codes, n_groups)
        pairs.append(pair)
        columns.append(column)
    # As the file will hold it.
    table = np.stack(columns, axis=1).astype(np.float16).astype(np.float32)
    return Supplement(NEW, np.full(len(NEW), PRIOR, dtype=np.float32), pairs, table, model.fingerprint)


def accuracy(samples: Sequence[Sample], answers: Sequence[str]) -> dict[str, float]:
    """Give the share of right answers per language."""
    right = defaultdict(list)
    for sample, answer in zip(samples, answers, strict=True):
        right[sample.language].append(sample.language == answer)
    return {language: float(np.mean(verdicts)) for language, verdicts in right.items()}


def cross_validate(
    texts: Sequence[Sample], sentences: Sequence[Sample], folds: int, model: NGrams, n_groups: int
) -> None:
    """Print how good the supplement is on texts that it did not learn from, beside the model without it."""
    answers: dict[str, dict[int, str]] = {"texts": {}, "sentences": {}}
    kinds = {"texts": texts, "sentences": sentences}
    for fold in range(folds):
        known = {kind: [s for s in samples if s.text % folds != fold] for kind, samples in kinds.items()}
        extended = NGrams(train([*known["texts"], *known["sentences"]], known["texts"], model, n_groups))
        for kind, samples in kinds.items():
            asked = [number for number, sample in enumerate(samples) if sample.text % folds == fold]
            found = extended.answers([samples[number].features for number in asked])
            answers[kind] |= {number: answer.language for number, answer in zip(asked, found, strict=True)}
    for kind, samples in kinds.items():
        plain = accuracy(samples, [answer.language for answer in model.answers([s.features for s in samples])])
        better = accuracy(samples, [answers[kind][number] for number in range(len(samples))])
        print(f"{kind}: {np.mean(list(plain.values())):.4f} without, {np.mean(list(better.values())):.4f} with")
        for code in sorted(better, key=lambda code: better[code])[:12]:
            print(f"  {code}  {plain[code]:.3f} without, {better[code]:.3f} with")


def main() -> None:
    """Cross-validate, train, write."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--folds", type=int, default=5)
    parser.add_argument("--out", type=Path)
    options = parser.parse_args()
    torch.set_num_threads(1)
    model = NGrams()
    texts, sentences = read_samples(options.data / "languages-dev.parquet", model)
    if options.folds:
        cross_validate(texts, sentences, options.folds, model, model.n_groups)
    if options.out:
        save_supplement(train([*texts, *sentences], texts, model, model.n_groups), options.out)


if __name__ == "__main__":
    main()
