"""An installable plugin of ingest: two steps, an executor and a command."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from typing import TYPE_CHECKING, Annotated, TypeVar

from pydantic import Field

from ingest import Annotator, Component, Document, Executor, Filter, Reason, hookimpl

if TYPE_CHECKING:
    import click

S = TypeVar("S")
R = TypeVar("R")

_WORD = re.compile(r"[a-z]+(?:['’][a-z]+)*")
_SENTENCE_END = re.compile(r"[.!?]+(?=[\"'”’)]*(?:\s|$))")
# Vowels that stand together, without an `e` at the end that only `l` makes heard: ta-ble, but make.
_SYLLABLE = re.compile(r"(?!e$)[aeiouy]+|(?<=[^aeiouy]l)e$")


class Readability(Annotator):
    """Add the column `readability`: how easy an English text reads, from about 0 (hard) to 100 (easy).

    Flesch's reading ease, 206.835 - 1.015 words per sentence - 84.6 syllables per word: R. Flesch, A new readability
    yardstick, Journal of Applied Psychology 32 (1948). Syllables are counted by rule. Documents that are not English,
    or have no sentence, get none. Stands behind the step `language`.
    """

    name = "readability"
    columns = {"readability": "float64"}

    def annotate(self, doc: Document) -> Document:
        if doc.language != "en":
            return doc
        words = _WORD.findall(doc.text.lower())
        sentences = len(_SENTENCE_END.findall(doc.text))
        if not words or not sentences:
            return doc
        syllables = sum(max(1, len(_SYLLABLE.findall(word))) for word in words)
        ease = 206.835 - 1.015 * len(words) / sentences - 84.6 * syllables / len(words)
        return doc.replace(columns={**doc.columns, "readability": round(ease, 2)})


class AlphaRatio(Filter):
    """Drop documents in which too few characters are letters."""

    name = "alpha_ratio"

    min_ratio: Annotated[float, Field(ge=0, le=1)] = 0.5
    """Smallest share of letters, vowel signs and accents included, among the characters that are no white space."""

    def reject(self, doc: Document) -> Reason | None:
        characters = "".join(doc.text.split())
        letters = sum(char.isalpha() or unicodedata.category(char)[0] == "M" for char in characters)
        ratio = letters / max(1, len(characters))
        return Reason("few_letters", f"{ratio:.2f}") if ratio < self.min_ratio else None


class Threads(Executor):
    """Run the shards on threads of the main process; all of an executor that there is."""

    name = "threads"

    def map(self, function: Callable[[S], R], shards: Sequence[S]) -> Iterator[R]:
        with ThreadPoolExecutor(self.workers) as pool:
            try:
                for future in as_completed([pool.submit(function, shard) for shard in shards]):
                    yield future.result()
            finally:
                # After an error the shards that wait are not begun.
                pool.shutdown(cancel_futures=True)


@hookimpl
def register_components() -> list[type[Component]]:
    """Offer the steps and the executor."""
    return [Readability, AlphaRatio, Threads]


@hookimpl
def register_commands(cli: click.Group) -> None:
    """Add `ingest corpus-stats`."""
    import click

    @cli.command("corpus-stats")
    @click.argument("corpus", type=click.Path(exists=True))
    def corpus_stats(corpus: str) -> None:
        """Count the documents, characters and languages of CORPUS, the output folder of a run."""
        import os

        import pyarrow.compute as pc
        import pyarrow.dataset as ds

        inside = os.path.join(corpus, "corpus")
        dataset = ds.dataset(inside if os.path.isdir(inside) else corpus, format="parquet")
        table = dataset.to_table(columns=["language", "n_chars"])
        click.echo(f"documents\t{table.num_rows}")
        click.echo(f"characters\t{pc.sum(table['n_chars']).as_py() or 0}")
        counts = {entry["values"]: entry["counts"] for entry in pc.value_counts(table["language"]).to_pylist()}
        for language, count in sorted(counts.items(), key=lambda item: (-item[1], item[0] or "")):
            click.echo(f"language {language or 'unknown'}\t{count}")
