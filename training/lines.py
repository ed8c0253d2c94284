"""Train the model that tells content from boilerplate among lines of plain text, cross-validate it, and write its weights.

    python -m training.lines --data DATA [--folds 5] [--seed 0] [--out src/ingest/content/line-weights.npz] [--held-out DIR]

DATA is a folder with `flat/flat-dev.parquet`. All texts of one site are on one side of every split; vocabulary and scales
come from the training side alone, and so do the variants of texts. `--folds 0` only trains.
"""

from __future__ import annotations

import argparse
import copy
import itertools
import json
import time
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor, nn
from torch.nn import functional

from ingest.content.line_model import LineModel, chosen_lines
from training.data import word_f1
from training.flat import LineExample, read_line_examples
from training.lines_network import (
    LineBatch,
    LineNetwork,
    LineSettings,
    PreparedText,
    collate_lines,
    prepare_text,
    vocabulary_of,
)

Weights = dict[str, npt.NDArray[np.generic]]
Logits = dict[str, npt.NDArray[np.float32]]
# Lines in a batch, and most texts.
BATCH_LINES = 6000
BATCH_TEXTS = 24
# Temperatures, and what is added to logits at them.
TEMPERATURES = (1.0, 1.5, 2.0, 2.5, 3.0, 4.0)
SHIFTS = (0.25, 0.0, -0.25, -0.5, -0.75, -1.0)
CHOICES = tuple(itertools.product(TEMPERATURES, SHIFTS))


def loss_of(logits: Tensor, kinds: Tensor, batch: LineBatch, settings: LineSettings, doubted: float) -> Tensor:
    """Give the loss of a batch: cross-entropy of the lines, one minus the expected word F1, cross-entropy of page types.

    The content of some pages is annotated only in part: a share of each batch, the texts that the network finds least
    likely, counts for nothing.
    """
    weight = batch.weight * batch.mask
    lines = functional.binary_cross_entropy_with_logits(logits, batch.content, reduction="none") * weight
    each = lines.sum(1) / weight.sum(1).clamp(min=1)
    trusted = torch.ones_like(each)
    if doubted:
        trusted[each.detach() > torch.quantile(each.detach(), 1 - doubted)] = 0
    words = torch.sigmoid(logits) * batch.lengths * batch.mask
    f1 = 2 * (words * batch.content).sum(1) / (words.sum(1) + batch.gold + 1)
    known = (batch.gold > 0).float() * trusted
    loss = (each * trusted).sum() / trusted.sum() + ((1 - f1) * known).mean()
    if (batch.kind >= 0).any():
        loss = loss + settings.kind_weight * functional.cross_entropy(kinds, batch.kind, ignore_index=-1)
    return loss


def batches(texts: Sequence[PreparedText], longest: int, rng: np.random.Generator) -> Iterator[list[PreparedText]]:
    """Give batches of texts of about the same length, in random order."""
    length = [min(len(text), longest) + int(rng.integers(0, 60)) for text in texts]
    found: list[list[PreparedText]] = [[]]
    for index in np.argsort(length):
        full = found[-1] and (len(found[-1]) + 1) * length[index] > BATCH_LINES
        if len(found[-1]) >= BATCH_TEXTS or full:
            found.append([])
        found[-1].append(texts[index])
    for index in rng.permutation(len(found)):
        yield found[index]


class Epochs:
    """Gives the texts of each epoch: one rendering of every page, and some variants."""

    def __init__(self, texts: Sequence[PreparedText], settings: LineSettings) -> None:
        self._renderings: dict[str, list[PreparedText]] = defaultdict(list)
        for text in texts:
            if not text.example.is_variant:
                self._renderings[text.example.page_id].append(text)
        self._variants = [text for text in texts if text.example.is_variant]
        self._count = min(len(self._variants), round(settings.variants * len(self._renderings)))

    def draw(self, rng: np.random.Generator) -> list[PreparedText]:
        """Give the texts of one epoch."""
        pages = [some[int(rng.integers(len(some)))] for some in self._renderings.values()]
        return pages + [self._variants[index] for index in rng.permutation(len(self._variants))[: self._count]]


def train(examples: Sequence[LineExample], settings: LineSettings, seed: int) -> Weights:
    """Train the networks and give their weights as the tool reads them."""
    vocabulary = vocabulary_of(examples, settings)
    seeds = range(seed * settings.members, (seed + 1) * settings.members)
    members = [train_member(examples, vocabulary, settings, one) for one in seeds]
    return joined(members, vocabulary)


def joined(members: Sequence[Weights], vocabulary: Sequence[str]) -> Weights:
    """Put the weights of networks together that share vocabulary, scales and shape."""
    own = [{key: value for key, value in some.items() if value.dtype == np.int16} for some in members]
    shared = {key: value for key, value in members[0].items() if key not in own[0]}
    weights = {f"{number}/{key}": value for number, some in enumerate(own) for key, value in some.items()}
    return shared | weights | {"networks": np.array(len(members)), "word_list": np.array("\n".join(vocabulary))}


def train_member(
    examples: Sequence[LineExample], vocabulary: Sequence[str], settings: LineSettings, seed: int
) -> Weights:
    """Train one network and give its weights."""
    torch.manual_seed(seed)
    rng = np.random.default_rng(seed)
    rows = {word: row for row, word in enumerate(vocabulary, start=1)}
    texts = [prepare_text(example, rows) for example in examples]
    features = torch.from_numpy(np.concatenate([one.page.features for one in examples if not one.is_variant]))
    network = LineNetwork(len(vocabulary), features.mean(0), features.std(0) + 1e-3, settings)
    averaged = copy.deepcopy(network)
    optimiser = torch.optim.AdamW(network.parameters(), lr=settings.rate, weight_decay=settings.decay)
    epochs = Epochs(texts, settings)
    steps = sum(1 for _ in batches(epochs.draw(rng), settings.longest, rng)) * settings.epochs
    schedule = torch.optim.lr_scheduler.OneCycleLR(
        optimiser, settings.rate, total_steps=int(1.2 * steps) + 10, pct_start=0.15
    )
    network.train()
    count = 0
    for epoch in range(settings.epochs):
        started, losses = time.time(), []
        for some in batches(epochs.draw(rng), settings.longest, rng):
            batch = collate_lines(some, settings, rng)
            doubted = settings.doubted if epoch >= settings.doubting_from else 0.0
            loss = loss_of(*network(batch), batch, settings, doubted)
            optimiser.zero_grad()
            loss.backward()
            nn.utils.clip_grad_norm_(network.parameters(), 2.0)
            optimiser.step()
            schedule.step()
            count += 1
            losses.append(loss.item())
            _average(averaged, network, min(settings.averaged, (1 + count) / (10 + count)))
        print(f"  epoch {epoch}: loss {np.mean(losses):.4f}, {time.time() - started:.1f} s", flush=True)
    return averaged.arrays() | _stored((1.0, 0.0))


def _average(averaged: nn.Module, network: nn.Module, share: float) -> None:
    with torch.no_grad():
        for mean, fresh in zip(averaged.parameters(), network.parameters(), strict=True):
            mean.lerp_(fresh, 1 - share)


def folds_of(examples: Sequence[LineExample], folds: int) -> dict[str, int]:
    """Give the fold of each site."""
    domains = sorted({example.domain for example in examples})
    np.random.default_rng(7).shuffle(domains)
    return {domain: index % folds for index, domain in enumerate(domains)}


def judge_held_out(examples: Sequence[LineExample], fold: dict[str, int], weights: Sequence[Weights]) -> Logits:
    """Give what a model that saw no text of its site says of every text."""
    models = [LineModel(dict(some)) for some in weights]
    return {one.id: models[fold[one.domain]].judge(one.page) for one in examples}


def kept_lines(example: LineExample, logits: npt.NDArray[np.float32], choice: tuple[float, float]) -> list[int]:
    """Give the indexes of the lines that a text keeps."""
    return chosen_lines(example.page, logits, *choice).nonzero()[0].tolist()


def score_of(example: LineExample, kept: Iterable[int]) -> float:
    """Give the word F1 of the lines that a text keeps."""
    return word_f1(Counter(word for index in kept for word in example.words[index]), example.gold)


def scores_of_choices(examples: Sequence[LineExample], judged: Logits) -> dict[str, npt.NDArray[np.float64]]:
    """Give the word F1 of each text at each of `CHOICES`."""
    return {
        one.id: np.array([score_of(one, kept_lines(one, judged[one.id], choice)) for choice in CHOICES])
        for one in examples
    }


def fit_choice(scores: Iterable[npt.NDArray[np.float64]]) -> int:
    """Give which of `CHOICES` has the highest word F1."""
    return int(np.sum(list(scores), axis=0).argmax())


def _fit_elsewhere(
    texts: Sequence[LineExample], scores: dict[str, npt.NDArray[np.float64]], fold: dict[str, int], number: int
) -> int:
    """Give which of `CHOICES` has the highest word F1 on the other folds, or on this one if there is no other."""
    elsewhere = [scores[one.id] for one in texts if fold[one.domain] != number]
    return fit_choice(elsewhere or scores.values())


def report(examples: Sequence[LineExample], judged: Logits, fold: dict[str, int]) -> tuple[float, float]:
    """Print the figures of a cross-validation, each text at a choice from the other folds; give the choice of all."""
    texts = [one for one in examples if not one.is_variant]
    scores = scores_of_choices(texts, judged)
    rows = {number: _fit_elsewhere(texts, scores, fold, number) for number in set(fold.values())}
    groups = defaultdict(list)
    for one in texts:
        for name in (one.style, one.kind, f"fold {fold[one.domain]}", "all"):
            groups[name].append(scores[one.id][rows[fold[one.domain]]])
        groups["keep all"].append(score_of(one, range(len(one.words))))
    for name, values in sorted(groups.items()):
        print(f"  {name:<16}{np.mean(values):.4f}  n={len(values)}")
    print(np.mean(list(scores.values()), axis=0).reshape(len(TEMPERATURES), -1).round(4))
    choice = CHOICES[fit_choice(scores.values())]
    report_variants(examples, judged, choice)
    print("temperature {}, shift {}".format(*choice))
    return choice


def report_variants(examples: Sequence[LineExample], judged: Logits, choice: tuple[float, float]) -> None:
    """Print for each kind of text how much of the content is kept, and how much of what is kept is content."""
    found = defaultdict(list)
    for one in examples:
        kept = kept_lines(one, judged[one.id], choice)
        content = one.content * one.lengths
        recall = content[kept].sum() / max(content.sum(), 1)
        found[one.style].append((recall, content[kept].sum() / max(one.lengths[kept].sum(), 1)))
    for style, values in sorted(found.items()):
        recall, precision = np.mean(values, axis=0)
        print(f"  {style:<16}content kept {recall:.4f}  content in what is kept {precision:.4f}  n={len(values)}")


def main() -> None:
    """Cross-validate, train on everything, write the weights."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--folds", type=int, default=5)
    parser.add_argument("--only", type=int, help="cross-validate on this fold alone")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--settings", type=json.loads, default={}, help="fields of LineSettings as JSON")
    parser.add_argument("--out", type=Path)
    parser.add_argument("--held-out", type=Path, help="a folder for the weights of the folds")
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    settings = LineSettings(**options.settings)
    examples = list(read_line_examples(options.data, options.seed))
    print(f"{len(examples)} texts, {sum(len(one.words) for one in examples)} lines; {settings}", flush=True)
    choice = CHOICES[0]
    if options.folds:
        fold = folds_of(examples, options.folds)
        numbers = range(options.folds) if options.only is None else [options.only]
        weights = [train([one for one in examples if fold[one.domain] != n], settings, options.seed) for n in numbers]
        seen = [one for one in examples if fold[one.domain] in numbers]
        renumbered = {domain: numbers.index(number) for domain, number in fold.items() if number in numbers}
        choice = report(seen, judge_held_out(seen, renumbered, weights), renumbered)
        if options.held_out:
            write_held_out(options.held_out, seen, renumbered, weights, choice)
    if options.out:
        np.savez_compressed(options.out, **(train(examples, settings, options.seed) | _stored(choice)))


def write_held_out(
    folder: Path,
    examples: Sequence[LineExample],
    fold: dict[str, int],
    weights: Sequence[Weights],
    choice: tuple[float, float],
) -> None:
    """Write the weights of each fold with the ids of the texts that they never saw, for `benchmarks/text.py`."""
    folder.mkdir(parents=True, exist_ok=True)
    for number, some in enumerate(weights):
        texts = "\n".join(one.id for one in examples if fold[one.domain] == number and not one.is_variant)
        np.savez_compressed(folder / f"lines-{number}.npz", **(some | _stored(choice)), held_out=np.array(texts))


def _stored(choice: tuple[float, float]) -> Weights:
    return {"temperature": np.array(choice[0]), "shift": np.array(choice[1])}


if __name__ == "__main__":
    main()
