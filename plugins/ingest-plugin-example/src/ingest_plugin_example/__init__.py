"""An installable plugin of ingest: two steps, an executor and a command."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from typing import TYPE_CHECKING, TypeVar

from ingest import Annotator, Component, Document, Executor, Filter, Reason, hookimpl

if TYPE_CHECKING:
    import click

S = TypeVar("S")
R = TypeVar("R")

_WORD = re.compile(r"[A-Za-z]+")
_SENTENCE_END = re.compile(r"[.!?]+(?=\s|$)")
_VOWELS = re.compile(r"[aeiouy]+")


class Readability(Annotator):
    """Add the column `readability`: how easy an English text reads, from about 0 (hard) to 100 (easy).

    Flesch's reading ease: R. Flesch, A new readability yardstick, Journal of Applied Psychology 32 (1948). Syllables are
    counted as runs of vowels. Documents that are not English, or have no sentence, get none.
    """

    name = "readability"
    columns = {"readability": "float64"}

    def annotate(self, doc: Document) -> Document:
        words = _WORD.findall(doc.text.lower())
        sentences = len(_SENTENCE_END.findall(doc.text))
        if doc.language != "en" or not words or not sentences:
            return doc
        syllables = sum(max(1, len(_VOWELS.findall(word))) for word in words)
        ease = 206.835 - 1.015 * len(words) / sentences - 84.6 * syllables / len(words)
        return doc.replace(columns={**doc.columns, "readability": round(ease, 2)})


class AlphaRatio(Filter):
    """Drop documents in which too few characters are letters."""

    name = "alpha_ratio"

    min_ratio: float = 0.5
    """Smallest share of letters among the characters that are no white space."""

    def reject(self, doc: Document) -> Reason | None:
        marks = [c for c in doc.text if not c.isspace()]
        ratio = sum(map(str.isalpha, marks)) / max(1, len(marks))
        return Reason("few_letters", f"{ratio:.2f}") if ratio < self.min_ratio else None


class Threads(Executor):
    """Run the shards on threads of the main process; all of an executor that there is."""

    name = "threads"

    def map(self, function: Callable[[S], R], shards: Sequence[S]) -> Iterator[R]:
        with ThreadPoolExecutor(self.workers) as pool:
            for future in as_completed([pool.submit(function, shard) for shard in shards]):
                yield future.result()


@hookimpl
def register_components() -> list[type[Component]]:
    """Offer the steps and the executor."""
    return [Readability, AlphaRatio, Threads]


@hookimpl
def register_commands(cli: click.Group) -> None:
    """Add `ingest corpus-stats`."""
    import click

    @cli.command("corpus-stats")
    @click.argument("corpus")
    def corpus_stats(corpus: str) -> None:
        """Count the documents, characters and languages of a corpus."""
        import pyarrow.compute as pc
        import pyarrow.dataset as ds

        table = ds.dataset(corpus, format="parquet").to_table(columns=["language", "n_chars"])
        click.echo(f"{table.num_rows} documents, {pc.sum(table['n_chars']).as_py() or 0} characters")
        for entry in sorted(pc.value_counts(table["language"]).to_pylist(), key=lambda one: -one["counts"]):
            click.echo(f"{entry['values']} {entry['counts']}")
