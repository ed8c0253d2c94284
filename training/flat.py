"""The annotated pages as plain text: each line labelled with how much of it is content, and variants of them.

The texts come as the step sees them: behind the steps that stand in front of it in the default recipe.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pyarrow.parquet as pq

from ingest.builtin.authors import Authors
from ingest.builtin.decode import Decode
from ingest.builtin.normalise import Normalise
from ingest.builtin.pages import RunningHeaders
from ingest.builtin.repair import Repair
from ingest.builtin.repetition import Repetition
from ingest.builtin.title import Title
from ingest.content.flat import FlatPage, read_flat
from ingest.document import Document
from training.data import domain_of, matched_words, words_of
from training.variants import Text, variants

__all__ = ["LineExample", "read_line_examples"]

Array = npt.NDArray[np.float32]

STEPS = (Decode(), Repair(), Normalise(), RunningHeaders(), Title(), Authors(), Repetition())


@dataclass(frozen=True, slots=True)
class LineExample:
    """One text with its labels, one value a line in each array; only lines that are not blank count."""

    id: str
    page_id: str
    """The page that it is a rendering of."""
    kind: str
    """The page type, such as `article` or `forum`."""
    domain: str
    style: str
    """How it was laid out, or which variant of a text it is."""
    page: FlatPage
    words: Sequence[Sequence[str]]
    content: Array
    """The share of the line's words that are content."""
    gold: Counter[str]
    """The words of the whole content."""
    is_variant: bool = False

    @property
    def lengths(self) -> Array:
        """The number of words in each line."""
        return np.array([len(some) for some in self.words], np.float32)


def read_line_examples(data: Path, seed: int) -> Iterator[LineExample]:
    """Give the texts of `flat-dev`, and behind each what was made of it for training alone."""
    rng = np.random.default_rng(seed)
    for row in pq.read_table(data / "flat" / "flat-dev.parquet").to_pylist():
        doc = prepared(row["text"])
        lines = doc.text.split("\n")
        words = [words_of(line) for line in lines]
        gold = words_of(row["main_content"])
        text = Text(lines, matched_words(words, gold), doc.title or "", row["style"])
        if (example := _example(row, text, Counter(gold))) is not None:
            yield example
            for variant in variants(text, row["main_content"], rng):
                piece = _example(row, variant, None)
                if piece is not None:
                    yield piece


def prepared(text: str) -> Document:
    """Take a text through the steps in front of the model."""
    doc = Document("text", text=text)
    for step in STEPS:
        result = step.apply(doc)
        if isinstance(result, Document):
            doc = result
    return doc


def _example(row: dict[str, str], text: Text, gold: Counter[str] | None) -> LineExample | None:
    page = read_flat(text.lines, text.title)
    if page is None:
        return None
    words = [words_of(text.lines[index]) for index in page.rows]
    content = text.content[page.rows]
    if gold is None:
        expected = sum(len(some) * share for some, share in zip(words, content.tolist(), strict=True))
        gold = Counter({"": round(expected)})
    is_variant = text.style != row["style"]
    return LineExample(
        f"{row['id']}#{text.style}" if is_variant else row["id"],
        row["id"].rpartition(".")[0],
        row["page_type"] or "",
        domain_of(row),
        text.style,
        page,
        words,
        content,
        gold,
        is_variant,
    )
