"""The network of `ingest.content.model` for training: the same arithmetic, with gradients."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor, nn
from torch.nn import functional

from ingest.content.layers import FARTHEST
from ingest.content.model import KINDS, NEAR
from ingest.content.outline import LEVELS
from training.data import CONVENTIONS, Example
from training.stored import bags, quantised, rows_at, token_table

__all__ = ["Batch", "Network", "Prepared", "Settings", "Vocabulary", "collate", "prepare"]

# Elements around a block that training looks at; the outermost two always count.
MOST_AROUND = 16
OUTERMOST = 2


@dataclass(frozen=True, slots=True)
class Settings:
    """What shapes the network and its training."""

    names: int = 5000
    """Tokens of elements in the vocabulary."""
    words: int = 3000
    """Words of short blocks in the vocabulary."""
    least_domains_name: int = 4
    least_domains_word: int = 12
    width: int = 48
    token_width: int = 16
    inner_width: int = 8
    dilations: tuple[int, ...] = (1, 2, 4, 8)
    context_behind: int = 2
    """The convolution behind which each block learns of the whole page."""
    pools_before: tuple[int, ...] = (0, 3)
    """The convolutions in front of which each block learns of the elements around it."""
    pool_width: int = 16
    kind_weight: float = 0.2
    """How much telling the page type counts in the loss."""
    dropout: float = 0.05
    token_dropout: float = 0.25
    """Share of tokens hidden in training, so that no single name decides."""
    doubted: float = 0.06
    """Share of the pages of a batch, those that fit least, that are taken for wrongly annotated."""
    doubting_from: int = 5
    """The epoch from which on pages are doubted."""
    epochs: int = 16
    rate: float = 3e-3
    decay: float = 1e-2
    longest: int = 1500
    """Blocks of a page that training sees at once."""


class Vocabulary:
    """Tokens of elements and words of blocks that stand on pages of several sites, by falling number of sites."""

    def __init__(self, examples: Sequence[Example], settings: Settings) -> None:
        names = defaultdict(set)
        words = defaultdict(set)
        for example in examples:
            page = example.page
            for some in (*page.tokens, page.kinds):
                for token in some:
                    names[token].add(example.domain)
            for some in page.words:
                for word in some:
                    words[word].add(example.domain)
        self.names = _most_widespread(names, settings.least_domains_name, settings.names)
        self.words = _most_widespread(words, settings.least_domains_word, settings.words)


def _most_widespread(found: dict[str, set[str]], least: int, most: int) -> list[str]:
    wide = [token for token, domains in found.items() if len(domains) >= least and "\n" not in token]
    return sorted(wide, key=lambda token: (-len(found[token]), token))[:most]


@dataclass(slots=True)
class Prepared:
    """An example as numbers."""

    example: Example
    around: npt.NDArray[np.int64]
    """As (blocks, MOST_AROUND): the elements around each block, the innermost first; padded with their number."""
    first: npt.NDArray[np.int64]
    """As (blocks, levels): the first block of the elements around each block."""
    end: npt.NDArray[np.int64]
    names: list[list[int]]
    inner: list[list[int]]
    words: list[list[int]]
    lengths: npt.NDArray[np.float32]


def prepare(example: Example, vocabulary: Vocabulary) -> Prepared:
    """Give an example as numbers of a vocabulary; 0 is no token."""
    name = {token: number for number, token in enumerate(vocabulary.names, start=1)}
    word = {token: number for number, token in enumerate(vocabulary.words, start=1)}
    page = example.page
    rows = _numbers(page.tokens, name)
    names = [rows[row] for row in page.element_row]
    names[0] = names[0] + [name[token] for token in page.kinds if token in name]
    parent, size = page.blocks.parent, len(page.blocks.parent)
    around = np.full((len(page.blocks), MOST_AROUND), size, np.int64)
    for index, element in enumerate(page.blocks.element):
        path = []
        while element >= 0:
            path.append(element)
            element = parent[element]
        if len(path) > MOST_AROUND:
            path = path[: MOST_AROUND - OUTERMOST] + path[-OUTERMOST:]
        around[index, : len(path)] = path
    first, end = page.outline.spans
    return Prepared(
        example,
        around,
        first.T,
        end.T,
        names,
        [rows[row] for row in page.inner_row],
        _numbers(page.words, word),
        example.lengths,
    )


def _numbers(tokens: Iterable[Sequence[str]], known: dict[str, int]) -> list[list[int]]:
    return [[known[token] for token in some if token in known] for some in tokens]


@dataclass(slots=True)
class Batch:
    """Pages side by side, padded to the longest."""

    features: Tensor
    mask: Tensor
    content: Tensor
    weight: Tensor
    lengths: Tensor
    around: Tensor
    elements: int
    names: tuple[Tensor, Tensor]
    inner: tuple[Tensor, Tensor]
    words: tuple[Tensor, Tensor]
    first: Tensor
    """As (pages, blocks, levels): the first block of the elements around each block."""
    end: Tensor
    gold: Tensor
    """Words of the content; 0 where it is not known as a whole."""
    convention: Tensor
    kind: Tensor
    """Index of the page type in `KINDS`; -1 where it is not known."""


def collate(pages: Sequence[Prepared], longest: int, hide: float, rng: np.random.Generator) -> Batch:
    """Put pages into a batch.

    Args:
        pages: the pages.
        longest: most blocks of a page; of a longer one a random stretch is taken.
        hide: share of the tokens to leave out.
        rng: where chance comes from.
    """
    width = min(max(len(page.around) for page in pages), longest)
    arrays: dict[str, list[npt.NDArray[np.float32]]] = defaultdict(list)
    around, first, end, names, inner, words, gold = [], [], [], [], [], [], []
    total = sum(len(page.names) for page in pages)
    base = 0
    for page in pages:
        size = len(page.around)
        start = int(rng.integers(0, size - width + 1)) if size > width else 0
        part = slice(start, start + min(size, width))
        example, missing = page.example, width - min(size, width)
        matched = example.content * page.lengths
        share = float(matched[part].sum() / max(matched.sum(), 1))
        gold.append(example.gold.total() * share)
        for key, values in (
            ("features", example.page.features),
            ("content", example.content),
            ("weight", example.weight),
            ("lengths", page.lengths),
            ("mask", np.ones(size, np.float32)),
        ):
            padding = [(0, missing)] + [(0, 0)] * (values.ndim - 1)
            arrays[key].append(np.pad(values[part], padding).astype(np.float32))
        local = np.where(page.around[part] < len(page.names), page.around[part] + base, total)
        around.append(np.pad(local, [(0, missing), (0, 0)], constant_values=total))
        here = min(size, width)
        first.append(np.pad(np.clip(page.first[part] - start, 0, here - 1), [(0, missing), (0, 0)]))
        end.append(np.pad(np.clip(page.end[part] - start, 1, here), [(0, missing), (0, 0)], constant_values=1))
        names += page.names
        inner += page.inner[part] + [[]] * missing
        words += page.words[part] + [[]] * missing
        base += len(page.names)
    stacked = {key: torch.from_numpy(np.stack(values)) for key, values in arrays.items()}
    return Batch(
        **stacked,
        around=torch.from_numpy(np.stack(around)),
        elements=total,
        names=bags(names, hide, rng),
        inner=bags(inner, hide, rng),
        words=bags(words, hide, rng),
        first=torch.from_numpy(np.stack(first)),
        end=torch.from_numpy(np.stack(end)),
        gold=torch.tensor(gold, dtype=torch.float32),
        convention=torch.tensor([page.example.convention for page in pages]),
        kind=torch.tensor([KINDS.index(page.example.kind) if page.example.kind in KINDS else -1 for page in pages]),
    )


class Network(nn.Module):
    """Gives the logit of each block to be content."""

    def __init__(self, vocabulary: Vocabulary, mean: Tensor, deviation: Tensor, settings: Settings) -> None:
        super().__init__()
        self.settings = settings
        self.register_buffer("mean", mean)
        self.register_buffer("deviation", deviation)
        width, tokens = settings.width, settings.token_width
        self.names = token_table(len(vocabulary.names), tokens)
        self.inner = token_table(len(vocabulary.names), settings.inner_width)
        self.words = token_table(len(vocabulary.words), tokens)
        self.input = nn.Linear(len(mean) + 4 * tokens + settings.inner_width, width)
        self.convolutions = nn.ModuleList(nn.Conv1d(width, width, 3, dilation=d, padding=d) for d in settings.dilations)
        pool, levels = settings.pool_width, len(LEVELS)
        self.pools = nn.ModuleList(nn.Linear(width, pool) for _ in settings.pools_before)
        self.unpools = nn.ModuleList(nn.Linear(levels * pool, width) for _ in settings.pools_before)
        self.context = nn.Linear(2 * width, width)
        self.kind = nn.Linear(width, len(KINDS))
        self.of_kind = nn.Linear(len(KINDS), width)
        self.last = nn.Linear(width, width)
        self.convention = nn.Embedding(len(CONVENTIONS), width)
        nn.init.zeros_(self.convention.weight)
        self.output = nn.Linear(width, 1)
        self.dropout = nn.Dropout(settings.dropout)

    def forward(self, batch: Batch) -> tuple[Tensor, Tensor]:
        """Give the logits of the blocks, as (pages, blocks), and those of the page types, as (pages, types)."""
        mask = batch.mask[..., None]
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
                context = context + self.of_kind(functional.softmax(kind, dim=-1))
                hidden = (hidden + context[:, None]) * mask
        hidden = functional.relu(self.last(self.dropout(hidden)) + self.convention(batch.convention)[:, None])
        return self.output(hidden)[..., 0], kind

    def _pooled(self, hidden: Tensor, batch: Batch, number: int) -> Tensor:
        """Give, for each block, what the blocks in the elements around it have in common."""
        values = self.pools[number](hidden) * batch.mask[..., None]
        sums = functional.pad(values.cumsum(1), (0, 0, 1, 0))
        means = []
        for level in range(len(LEVELS)):
            first, end = batch.first[:, :, level], batch.end[:, :, level]
            inside = rows_at(sums, end) - rows_at(sums, first)
            means.append(inside / (end - first).clamp(min=1)[..., None])
        return functional.relu(self.unpools[number](torch.cat(means, dim=-1)))

    def _inputs(self, batch: Batch) -> Tensor:
        vectors = self.names(*batch.names)
        vectors = torch.cat((vectors, vectors.new_zeros(1, vectors.shape[1])))[batch.around]
        there = (batch.around < batch.elements).float()[..., None]
        far = slice(NEAR + 1, None)
        around = (
            vectors[:, :, 0],
            vectors[:, :, 1 : NEAR + 1].sum(2) / NEAR,
            vectors[:, :, far].sum(2) / there[:, :, far].sum(2).clamp(min=1),
        )
        standard = ((batch.features - self.mean) / self.deviation).clamp(-FARTHEST, FARTHEST)
        shape = (*batch.mask.shape, -1)
        said = self.words(*batch.words) / self._counts(batch.words)
        return torch.cat((standard, *around, self.inner(*batch.inner).view(shape), said.view(shape)), dim=-1)

    @staticmethod
    def _counts(bags: tuple[Tensor, Tensor]) -> Tensor:
        ends = torch.cat((bags[1][1:], torch.tensor([len(bags[0])])))
        return (ends - bags[1]).clamp(min=1)[:, None]

    def arrays(self, vocabulary: Vocabulary) -> dict[str, npt.NDArray[np.generic]]:
        """Give the weights as `ingest.content.model` reads them."""
        names = {"input": "input", "context": "context", "last": "last", "output": "output"}
        names |= {"kind": "kind", "of_kind": "of_kind"}
        names |= {
            f"{name}_{index}": f"{name}s.{index}" for name in ("pool", "unpool") for index in range(len(self.pools))
        }
        with torch.no_grad():
            # The tool follows the first convention.
            self.last.bias += self.convention.weight[0]
            self.convention.weight -= self.convention.weight[0].clone()
        stored = quantised(self, names, ("names", "inner", "words"), self.settings.dilations)
        return stored | {
            "vocabulary": np.array("\n".join(vocabulary.names)),
            "word_list": np.array("\n".join(vocabulary.words)),
            "context_behind": np.array(self.settings.context_behind),
            "pools_before": np.array(self.settings.pools_before),
        }
