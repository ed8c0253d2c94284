"""Train the model that tells content from boilerplate, cross-validate it by site, and write its weights.

    python -m training.extraction --data DATA [--folds 5] [--seed 0] [--out src/ingest/content/weights.npz]

DATA is a folder with `extraction/pages-dev.parquet`, `segments-dev.parquet` and `reader-dev.parquet`. Pages of one site
are all on one side of every split, vocabulary and scales come from the training side alone. `--folds 0` only trains.
"""

from __future__ import annotations

import argparse
import json
import time
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor, nn
from torch.nn import functional

from ingest.content.choice import without_frame
from ingest.content.model import Model
from ingest.content.quality import GOOD, quality_features
from training.data import CONVENTIONS, Empty, Example, read_examples, word_f1
from training.network import Batch, Network, Prepared, Settings, Vocabulary, collate, prepare

Probabilities = dict[str, npt.NDArray[np.float64]]
PAGES, SEGMENTS, READER = range(len(CONVENTIONS))
# Blocks in a batch, and most pages.
BATCH_BLOCKS = 5000
BATCH_PAGES = 24
THRESHOLD = 0.35
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


def train(examples: Sequence[Example], settings: Settings, seed: int) -> dict[str, npt.NDArray[np.generic]]:
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
    return network.arrays(vocabulary) | {"quality": np.zeros(len(quality_features(np.ones(1), [1], THRESHOLD)))}


def cross_validate(examples: Sequence[Example], settings: Settings, folds: int, seed: int) -> Probabilities:
    """Give the probabilities of every page by a model that saw no page of its site."""
    domains = sorted({example.domain for example in examples})
    np.random.default_rng(7).shuffle(domains)
    fold = {domain: index % folds for index, domain in enumerate(domains)}
    found: Probabilities = {}
    for number in range(folds):
        print(f"fold {number + 1} of {folds}", flush=True)
        model = Model(train([one for one in examples if fold[one.domain] != number], settings, seed))
        held = [one for one in examples if fold[one.domain] == number]
        found |= {one.id: without_frame(one.page, model.probabilities(one.page)) for one in held}
    return found


def page_scores(examples: Sequence[Example], found: Probabilities, convention: int) -> dict[str, tuple[str, float]]:
    """Give the page type and the word F1 of each page of a set."""
    return {
        one.id: (one.kind, word_f1(kept_words(one, found[one.id]), one.gold))
        for one in examples
        if one.convention == convention and not one.fragment
    }


def kept_words(example: Example, probabilities: npt.NDArray[np.float64]) -> Counter[str]:
    """Give the words of the blocks that a page keeps."""
    return Counter(word for index in np.flatnonzero(probabilities > THRESHOLD) for word in example.words[index])


def segment_f1(examples: Sequence[Example], found: Probabilities) -> tuple[float, float, float]:
    """Give precision, recall and F1 over the segments that must and must not be in the texts."""
    right = missed = wrong = 0
    for one in examples:
        kept = np.flatnonzero(found[one.id] > THRESHOLD) if one.convention == SEGMENTS else ()
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
    return quality_features(found[example.id], [len(text) for text in example.page.blocks.text], THRESHOLD)


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
    fragments = [word_f1(kept_words(one, found[one.id]), one.gold) for one in examples if one.fragment and one.gold]
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
    parser.add_argument("--predictions", type=Path, help="where to put the cross-validated probabilities, as .npz")
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    settings = Settings(**options.settings)
    everything = list(read_examples(options.data))
    examples = [one for one in everything if isinstance(one, Example)]
    empty = [one for one in everything if isinstance(one, Empty)]
    print(f"{len(examples)} pages, {sum(len(one.words) for one in examples)} blocks; {settings}", flush=True)
    quality: dict[str, npt.NDArray[np.generic]] = {}
    if options.folds:
        found = cross_validate(examples, settings, options.folds, options.seed)
        report(examples, empty, found)
        if options.predictions:
            np.savez_compressed(options.predictions, **found)
        scores = {name: score for name, (_, score) in page_scores(examples, found, PAGES).items()}
        weights = fit_quality(examples, found, scores)
        quality = {"quality": weights}
        inputs = np.array([features_of(one, found) for one in examples if one.id in scores])
        print(describe_quality(1 / (1 + np.exp(-inputs @ weights)), np.array(list(scores.values()))))
    if options.out:
        np.savez_compressed(options.out, **(train(examples, settings, options.seed) | quality))


if __name__ == "__main__":
    main()
