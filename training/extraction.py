"""Train the model that tells content from boilerplate, cross-validate it by site, and write its weights.

    python -m training.extraction --data DATA [--folds 5] [--seed 0] [--out src/ingest/content/weights.npz] [--held-out DIR]

DATA is a folder with `extraction/pages-dev.parquet`, `segments-dev.parquet` and `reader-dev.parquet`. Pages of one site
are all on one side of every split, vocabulary and scales come from the training side alone. `--folds 0` only trains.
"""

from __future__ import annotations

import argparse
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

from ingest.content.choice import best_threshold
from ingest.content.layers import at_temperature
from ingest.content.model import Model
from ingest.content.quality import GOOD, quality_features
from training.data import CONVENTIONS, Empty, Example, read_examples, word_f1
from training.network import Batch, Network, Prepared, Settings, Vocabulary, collate, prepare

Array = npt.NDArray[np.float64]
Probabilities = dict[str, Array]
# The logits of each page's blocks.
Judgements = dict[str, npt.NDArray[np.float32]]
Weights = dict[str, npt.NDArray[np.generic]]
PAGES, SEGMENTS, READER = range(len(CONVENTIONS))
# Blocks in a batch, and most pages.
BATCH_BLOCKS = 5000
BATCH_PAGES = 24
TEMPERATURES = (1.0, 1.5, 2.0, 2.5, 3.0, 4.0, 5.0)
# Newton steps and the ridge of the logistic regression.
STEPS = 50
RIDGE = 1e-2


def loss_of(logits: Tensor, kinds: Tensor, batch: Batch, kind_weight: float, doubted: float) -> Tensor:
    """Give the loss of a batch.

    It is the cross-entropy of the blocks, one minus the expected word F1 of the pages, and the cross-entropy of the
    page types. The content of some pages is annotated only in part: a share of each batch, the pages that the network
    finds least likely, counts for nothing.
    """
    weight = batch.weight * batch.mask
    blocks = functional.binary_cross_entropy_with_logits(logits, batch.content, reduction="none") * weight
    each = blocks.sum(1) / weight.sum(1).clamp(min=1)
    trusted = torch.ones_like(each)
    if doubted:
        trusted[each.detach() > torch.quantile(each.detach(), 1 - doubted)] = 0
    entropy = (each * trusted).sum() / trusted.sum()
    words = torch.sigmoid(logits) * batch.lengths * batch.mask
    f1 = 2 * (words * batch.content).sum(1) / (words.sum(1) + batch.gold + 1)
    known = (batch.gold > 0).float() * trusted
    loss = entropy + ((1 - f1) * known).mean()
    if (batch.kind >= 0).any():
        loss = loss + kind_weight * functional.cross_entropy(kinds, batch.kind, ignore_index=-1)
    return loss


def batches(pages: Sequence[Prepared], longest: int, rng: np.random.Generator) -> Iterator[list[Prepared]]:
    """Give batches of pages of about the same length, in random order."""
    length = [min(len(page.around), longest) for page in pages]
    noisy = [length[index] + rng.integers(0, 60) for index in range(len(pages))]
    found: list[list[Prepared]] = [[]]
    for index in np.argsort(noisy):
        if len(found[-1]) >= BATCH_PAGES or (found[-1] and (len(found[-1]) + 1) * length[index] > BATCH_BLOCKS):
            found.append([])
        found[-1].append(pages[index])
    for index in rng.permutation(len(found)):
        yield found[index]


def train(examples: Sequence[Example], settings: Settings, seed: int) -> Weights:
    """Train a network and give its weights as the tool reads them."""
    torch.manual_seed(seed)
    rng = np.random.default_rng(seed)
    vocabulary = Vocabulary(examples, settings)
    pages = [prepare(example, vocabulary) for example in examples]
    features = torch.from_numpy(np.concatenate([example.page.features for example in examples]))
    network = Network(vocabulary, features.mean(0), features.std(0) + 1e-3, settings)
    optimiser = torch.optim.AdamW(network.parameters(), lr=settings.rate, weight_decay=settings.decay)
    steps = sum(1 for _ in batches(pages, settings.longest, rng)) * settings.epochs
    schedule = torch.optim.lr_scheduler.OneCycleLR(
        optimiser, settings.rate, total_steps=int(1.1 * steps) + 10, pct_start=0.15
    )
    network.train()
    for epoch in range(settings.epochs):
        started, total, count = time.time(), 0.0, 0
        for some in batches(pages, settings.longest, rng):
            batch = collate(some, settings.longest, settings.token_dropout, rng)
            doubted = settings.doubted if epoch >= settings.doubting_from else 0.0
            loss = loss_of(*network(batch), batch, settings.kind_weight, doubted)
            optimiser.zero_grad()
            loss.backward()
            nn.utils.clip_grad_norm_(network.parameters(), 2.0)
            optimiser.step()
            schedule.step()
            total, count = total + loss.item(), count + 1
        if epoch % 4 == 0 or epoch == settings.epochs - 1:
            print(f"  epoch {epoch}: loss {total / count:.4f}, {time.time() - started:.1f} s", flush=True)
    unfitted = {"temperature": np.ones(()), "quality": np.zeros(len(quality_features(np.ones(1), [1], 0.5)))}
    return network.arrays(vocabulary) | unfitted


def folds_of(examples: Sequence[Example], folds: int) -> dict[str, int]:
    """Give the fold of each page; those of one site have the same."""
    domains = sorted({example.domain for example in examples})
    np.random.default_rng(7).shuffle(domains)
    fold = {domain: index % folds for index, domain in enumerate(domains)}
    return {example.id: fold[example.domain] for example in examples}


def train_folds(examples: Sequence[Example], settings: Settings, fold: dict[str, int], seed: int) -> list[Weights]:
    """Give for each fold the weights of a model that saw no page of it."""
    found = []
    for number in sorted(set(fold.values())):
        print(f"fold {number + 1} of {len(set(fold.values()))}", flush=True)
        found.append(train([one for one in examples if fold[one.id] != number], settings, seed))
    return found


def judge_held_out(examples: Sequence[Example], fold: dict[str, int], weights: Sequence[Weights]) -> Judgements:
    """Give what a model that saw no page of its site says of every page."""
    models = [Model(dict(some)) for some in weights]
    return {one.id: models[fold[one.id]].judge(one.page)[0] for one in examples}


def scores_at_temperatures(examples: Sequence[Example], judged: Judgements) -> dict[str, Array]:
    """Give the word F1 of each full-content page at each of `TEMPERATURES`."""
    return {
        one.id: np.array([score_of(one, at_temperature(judged[one.id], temperature)) for temperature in TEMPERATURES])
        for one in examples
        if one.convention == PAGES and not one.fragment
    }


def fit_temperature(scores: Iterable[Array]) -> float:
    """Give the temperature at which the word F1 is highest."""
    return TEMPERATURES[int(np.sum(list(scores), axis=0).argmax())]


def held_out_probabilities(judged: Judgements, fold: dict[str, int], scores: dict[str, Array]) -> Probabilities:
    """Give the probabilities of all pages, each at a temperature that comes from the other folds."""
    temperatures = {
        number: fit_temperature(some for name, some in scores.items() if fold[name] != number)
        for number in set(fold.values())
    }
    return {name: at_temperature(logits, temperatures[fold[name]]) for name, logits in judged.items()}


def page_scores(examples: Sequence[Example], found: Probabilities, convention: int) -> dict[str, tuple[str, float]]:
    """Give the page type and the word F1 of each page of a set."""
    return {
        one.id: (one.kind, score_of(one, found[one.id]))
        for one in examples
        if one.convention == convention and not one.fragment
    }


def score_of(example: Example, probabilities: Array) -> float:
    """Give the word F1 of the blocks that a page keeps."""
    kept = Counter(word for index in kept_blocks(example, probabilities) for word in example.words[index])
    return word_f1(kept, example.gold)


def kept_blocks(example: Example, probabilities: Array) -> npt.NDArray[np.intp]:
    """Give the indexes of the blocks that a page keeps."""
    return np.flatnonzero(probabilities >= threshold_of(example, probabilities))


def threshold_of(example: Example, probabilities: Array) -> float:
    """Give the probability from which on the tool keeps blocks of the page."""
    return best_threshold(probabilities, [len(text) for text in example.page.blocks.text])


def segment_f1(examples: Sequence[Example], found: Probabilities) -> tuple[float, float, float]:
    """Give precision, recall and F1 over the segments that must and must not be in the texts."""
    right = missed = wrong = 0
    for one in examples:
        kept = kept_blocks(one, found[one.id]) if one.convention == SEGMENTS else ()
        text = "\n".join(one.page.blocks.text[index] for index in kept)
        right += sum(segment in text for segment in one.wanted)
        missed += sum(segment not in text for segment in one.wanted)
        wrong += sum(segment in text for segment in one.unwanted)
    precision, recall = right / max(1, right + wrong), right / max(1, right + missed)
    return precision, recall, 2 * precision * recall / max(1e-9, precision + recall)


def fit_quality(examples: Sequence[Example], found: Probabilities, scores: dict[str, float]) -> npt.NDArray[np.float64]:
    """Fit the chance of a good text to what cross-validation says of it, by logistic regression."""
    inputs = np.array([features_of(one, found) for one in examples if one.id in scores])
    good = np.array([scores[one.id] >= GOOD for one in examples if one.id in scores], np.float64)
    weights = np.zeros(inputs.shape[1])
    for _ in range(STEPS):
        chance = 1 / (1 + np.exp(-inputs @ weights))
        slope = inputs.T @ (good - chance) - RIDGE * weights
        curve = (inputs * (chance * (1 - chance))[:, None]).T @ inputs + RIDGE * np.eye(len(weights))
        weights += np.linalg.solve(curve, slope)
    return weights


def features_of(example: Example, found: Probabilities) -> list[float]:
    """Give what the chance of a good text is told by."""
    probabilities = found[example.id]
    lengths = [len(text) for text in example.page.blocks.text]
    return quality_features(probabilities, lengths, threshold_of(example, probabilities))


def describe_quality(chance: npt.NDArray[np.float64], scores: npt.NDArray[np.float64]) -> str:
    """Say how well the chance of a good text tells good from bad ones, and how it ranks them."""
    good = scores >= GOOD
    order = np.argsort(np.argsort(chance)) + 1
    area = (order[good].sum() - good.sum() * (good.sum() + 1) / 2) / max(1, good.sum() * (~good).sum())
    ranks = np.argsort(np.argsort(scores)) + 1
    spearman = np.corrcoef(order, ranks)[0, 1]
    lines = [f"good (F1 >= {GOOD}): {good.mean():.3f} of pages; AUC {area:.3f}; Spearman with F1 {spearman:.3f}"]
    for low, high in ((0, 0.25), (0.25, 0.5), (0.5, 0.75), (0.75, 0.9), (0.9, 1.01)):
        inside = (chance >= low) & (chance < high)
        if inside.any():
            lines.append(
                f"  chance {low:.2f} to {min(high, 1):.2f}: {inside.sum():5} pages, good {good[inside].mean():.3f}, "
                f"mean F1 {scores[inside].mean():.3f}"
            )
    return "\n".join(lines)


def report(examples: Sequence[Example], empty: Sequence[Empty], found: Probabilities) -> None:
    """Print the figures of a cross-validation."""
    scores = page_scores(examples, found, PAGES)
    scores |= {page.id: (page.kind, word_f1(Counter(), page.gold)) for page in empty}
    by_kind = defaultdict(list)
    for kind, score in scores.values():
        by_kind[kind].append(score)
    for kind, values in sorted(by_kind.items()):
        print(f"  {kind:<16}{np.mean(values):.4f}  n={len(values)}")
    print(f"pages F1 {np.mean([score for _, score in scores.values()]):.4f}")
    print("segments precision {:.4f} recall {:.4f} F1 {:.4f}".format(*segment_f1(examples, found)))
    fragments = [score_of(one, found[one.id]) for one in examples if one.fragment and one.gold]
    print(f"fragments F1 {np.mean(fragments):.4f} of {len(fragments)}")
    print(f"reader F1 {np.mean([score for _, score in page_scores(examples, found, READER).values()]):.4f}")


def main() -> None:
    """Cross-validate, train on everything, write the weights."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--folds", type=int, default=5)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--settings", type=json.loads, default={}, help="fields of Settings as JSON")
    parser.add_argument("--out", type=Path)
    parser.add_argument("--held-out", type=Path, help="a folder for the weights of the folds")
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    settings = Settings(**options.settings)
    everything = list(read_examples(options.data))
    examples = [one for one in everything if isinstance(one, Example)]
    empty = [one for one in everything if isinstance(one, Empty)]
    print(f"{len(examples)} pages, {sum(len(one.words) for one in examples)} blocks; {settings}", flush=True)
    fitted: Weights = {}
    if options.folds:
        fold = folds_of(examples, options.folds)
        weights = train_folds(examples, settings, fold, options.seed)
        fitted = fit(examples, empty, fold, weights)
        if options.held_out:
            write_held_out(options.held_out, fold, [one | fitted for one in weights])
    if options.out:
        np.savez_compressed(options.out, **(train(examples, settings, options.seed) | fitted))


def fit(
    examples: Sequence[Example], empty: Sequence[Empty], fold: dict[str, int], weights: Sequence[Weights]
) -> Weights:
    """Fit to a cross-validation what is fitted behind the network, and print how good the texts are."""
    judged = judge_held_out(examples, fold, weights)
    scores = scores_at_temperatures(examples, judged)
    found = held_out_probabilities(judged, fold, scores)
    report(examples, empty, found)
    temperature = fit_temperature(scores.values())
    print(f"temperature {temperature}")
    reached = {name: score for name, (_, score) in page_scores(examples, found, PAGES).items()}
    quality = fit_quality(examples, found, reached)
    inputs = np.array([features_of(one, found) for one in examples if one.id in reached])
    print(describe_quality(1 / (1 + np.exp(-inputs @ quality)), np.array(list(reached.values()))))
    return {"temperature": np.array(temperature), "quality": quality}


def write_held_out(folder: Path, fold: dict[str, int], weights: Sequence[Weights]) -> None:
    """Write the weights of each fold with the ids of the pages that they never saw, for `benchmarks/extraction.py`."""
    folder.mkdir(parents=True, exist_ok=True)
    for number, some in enumerate(weights):
        pages = "\n".join(name for name, its in fold.items() if its == number)
        np.savez_compressed(folder / f"fold-{number}.npz", **some, held_out=np.array(pages))


if __name__ == "__main__":
    main()
