"""The network of `ingest.content.line_model` for training: the same arithmetic, with gradients."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor, nn
from torch.nn import functional

from ingest.content.layers import FARTHEST
from ingest.content.model import KINDS
from training.flat import LineExample
from training.stored import bags, quantised, rows_at, token_table

__all__ = ["LineBatch", "LineNetwork", "LineSettings", "PreparedText", "collate_lines", "prepare_text", "vocabulary_of"]

LEVELS = 5


@dataclass(frozen=True, slots=True)
class LineSettings:
    """What shapes the networks and their training."""

    members: int = 2
    """Networks whose logits are averaged."""
    words: int = 4000
    """Words in the vocabulary."""
    least_domains: int = 8
    """Sites that a word must stand on."""
    width: int = 32
    token_width: int = 16
    dilations: tuple[int, ...] = (1, 2, 4, 8)
    context_behind: int = 2
    """The convolution behind which each line learns of the whole text."""
    pools_before: tuple[int, ...] = (0, 2)
    """The convolutions in front of which each line learns of the stretches that it stands in."""
    pool_width: int = 12
    kind_weight: float = 0.2
    """How much telling the page type counts in the loss."""
    dropout: float = 0.05
    token_dropout: float = 0.25
    """Share of words hidden in training, so that no single one decides."""
    wordless: float = 0.2
    """Share of texts that are seen without any words, as if in a language that nobody knows."""
    doubted: float = 0.06
    """Share of the texts of a batch, those that fit least, that are taken for wrongly annotated."""
    doubting_from: int = 4
    """The epoch from which on texts are doubted."""
    variants: float = 1.0
    """Variants in an epoch, as a multiple of the pages."""
    epochs: int = 10
    rate: float = 3e-3
    decay: float = 1e-2
    longest: int = 1200
    """Lines of a text that training sees at once."""
    averaged: float = 0.998
    """The weights are the running mean over the steps of training, of which each new one makes one minus this share."""


def vocabulary_of(examples: Sequence[LineExample], settings: LineSettings) -> list[str]:
    """Give the words that stand on several sites, by falling number of sites."""
    found: dict[str, set[str]] = defaultdict(set)
    for example in examples:
        if not example.is_variant:
            for some in example.page.words:
                for word in some:
                    found[word].add(example.domain)
    wide = [word for word, domains in found.items() if len(domains) >= settings.least_domains]
    return sorted(wide, key=lambda word: (-len(found[word]), word))[: settings.words]


@dataclass(slots=True)
class PreparedText:
    """An example as numbers."""

    example: LineExample
    words: list[list[int]]
    lengths: npt.NDArray[np.float32]

    def __len__(self) -> int:
        return len(self.lengths)


def prepare_text(example: LineExample, rows: dict[str, int]) -> PreparedText:
    """Give an example as numbers of a vocabulary; 0 is no word."""
    words = [[rows[word] for word in some if word in rows] for some in example.page.words]
    return PreparedText(example, words, example.lengths)


@dataclass(slots=True)
class LineBatch:
    """Texts side by side, padded to the longest."""

    features: Tensor
    mask: Tensor
    content: Tensor
    weight: Tensor
    lengths: Tensor
    words: tuple[Tensor, Tensor]
    first: Tensor
    """As (texts, lines, stretches): the first line of the stretches around each line."""
    end: Tensor
    gold: Tensor
    """Words of the content."""
    kind: Tensor
    """Index of the page type in `KINDS`; -1 where it is not known."""


def collate_lines(texts: Sequence[PreparedText], settings: LineSettings, rng: np.random.Generator) -> LineBatch:
    """Put texts into a batch; words are hidden by chance, and of a text that is too long a stretch is taken."""
    width = min(max(map(len, texts)), settings.longest)
    arrays: dict[str, list[npt.NDArray[np.generic]]] = defaultdict(list)
    words: list[list[int]] = []
    for text in texts:
        size = len(text)
        start = int(rng.integers(0, size - width + 1)) if size > width else 0
        here = min(size, width)
        part, missing = slice(start, start + here), width - here
        _append(arrays, text, part, missing)
        for key, spans, least in zip(("first", "end"), text.example.page.spans, (0, 1), strict=True):
            local = np.clip(spans.T[part] - start, least, here - 1 + least)
            arrays[key].append(np.pad(local, [(0, missing), (0, 0)], constant_values=least))
        wordless = rng.random() < settings.wordless
        words += ([[]] * here if wordless else text.words[part]) + [[]] * missing
    stacked = {key: torch.from_numpy(np.stack(values)) for key, values in arrays.items()}
    kinds = [text.example.kind for text in texts]
    return LineBatch(
        **stacked,
        words=bags(words, settings.token_dropout, rng),
        kind=torch.tensor([KINDS.index(kind) if kind in KINDS else -1 for kind in kinds]),
    )


def _append(arrays: dict[str, list[npt.NDArray[np.generic]]], text: PreparedText, part: slice, missing: int) -> None:
    example = text.example
    matched = example.content * text.lengths
    share = float(matched[part].sum() / max(matched.sum(), 1))
    weight = np.sqrt(text.lengths)
    for key, values in (
        ("features", example.page.features),
        ("content", example.content),
        ("weight", weight / max(weight.mean(), 1e-6)),
        ("lengths", text.lengths),
        ("mask", np.ones(len(text), np.float32)),
    ):
        padding = [(0, missing)] + [(0, 0)] * (values.ndim - 1)
        arrays[key].append(np.pad(values[part], padding).astype(np.float32))
    arrays["gold"].append(np.float32(example.gold.total() * share))


class LineNetwork(nn.Module):
    """Gives the logit of each line to be content."""

    def __init__(self, words: int, mean: Tensor, deviation: Tensor, settings: LineSettings) -> None:
        super().__init__()
        self.settings = settings
        self.register_buffer("mean", mean)
        self.register_buffer("deviation", deviation)
        width, pool = settings.width, settings.pool_width
        self.words = token_table(words, settings.token_width)
        self.input = nn.Linear(len(mean) + settings.token_width, width)
        self.convolutions = nn.ModuleList(nn.Conv1d(width, width, 3, dilation=d, padding=d) for d in settings.dilations)
        self.pools = nn.ModuleList(nn.Linear(width, pool) for _ in settings.pools_before)
        self.unpools = nn.ModuleList(nn.Linear(LEVELS * pool, width) for _ in settings.pools_before)
        self.context = nn.Linear(2 * width, width)
        self.kind = nn.Linear(width, len(KINDS))
        self.last = nn.Linear(width, width)
        self.output = nn.Linear(width, 1)
        self.dropout = nn.Dropout(settings.dropout)

    def forward(self, batch: LineBatch) -> tuple[Tensor, Tensor]:
        """Give the logits of the lines, as (texts, lines), and those of the page types, as (texts, types)."""
        mask = batch.mask[..., None]
        kind = mask.new_zeros(len(mask), len(KINDS))
        hidden = functional.relu(self.input(self.dropout(self._inputs(batch)))) * mask
        for index, convolution in enumerate(self.convolutions):
            if index in self.settings.pools_before:
                hidden = hidden + self._pooled(hidden, batch, self.settings.pools_before.index(index)) * mask
            seen = convolution(self.dropout(hidden).transpose(1, 2)).transpose(1, 2)
            hidden = (hidden + functional.relu(seen)) * mask
            if index == self.settings.context_behind:
                mean = hidden.sum(1) / mask.sum(1)
                highest = (hidden - (1 - mask) * 1e4).amax(1)
                context = functional.relu(self.context(torch.cat((mean, highest), dim=-1)))
                kind = self.kind(context)
                hidden = (hidden + context[:, None]) * mask
        return self.output(functional.relu(self.last(self.dropout(hidden))))[..., 0], kind

    def _inputs(self, batch: LineBatch) -> Tensor:
        flat, starts = batch.words
        ends = torch.cat((starts[1:], torch.tensor([len(flat)])))
        said = self.words(flat, starts) / (ends - starts).clamp(min=1)[:, None]
        standard = ((batch.features - self.mean) / self.deviation).clamp(-FARTHEST, FARTHEST)
        return torch.cat((standard, said.view(*batch.mask.shape, -1)), dim=-1)

    def _pooled(self, hidden: Tensor, batch: LineBatch, number: int) -> Tensor:
        """Give, for each line, what the lines of the stretches around it have in common."""
        values = self.pools[number](hidden) * batch.mask[..., None]
        sums = functional.pad(values.cumsum(1), (0, 0, 1, 0))
        means = []
        for level in range(LEVELS):
            first, end = batch.first[:, :, level], batch.end[:, :, level]
            means.append((rows_at(sums, end) - rows_at(sums, first)) / (end - first).clamp(min=1)[..., None])
        return functional.relu(self.unpools[number](torch.cat(means, dim=-1)))

    def arrays(self) -> dict[str, npt.NDArray[np.generic]]:
        """Give the weights as `ingest.content.line_model` reads them."""
        names = {"input": "input", "context": "context", "last": "last", "output": "output"}
        names |= {
            f"{name}_{index}": f"{name}s.{index}" for name in ("pool", "unpool") for index in range(len(self.pools))
        }
        return quantised(self, names, ("words",), self.settings.dilations) | {
            "context_behind": np.array(self.settings.context_behind),
            "pools_before": np.array(self.settings.pools_before),
        }
