"""Measure what is lost of documents without boilerplate, and put the figures into `benchmarks/README.md`.

    python benchmarks/clean.py [--documents FOLDER]

The documents are those under `tests/clean`, or of FOLDER: TOML files named for a language with a table `[[document]]`
(`genre`, `text`) for each, or texts as `LANGUAGE/GENRE/NAME.txt`. Beside the default recipe run the line rules of C4.
"""

from __future__ import annotations

import argparse
import tomllib
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from c4 import c4_lines, c4_page
from readme import put

from ingest.config import Source, load
from ingest.document import Document
from ingest.pipeline import Pipeline

ROOT = Path(__file__).parents[1]


@dataclass(frozen=True)
class Clean:
    """A document of which nothing may go."""

    language: str
    genre: str
    text: str


@dataclass
class Losses:
    """Characters lost and characters there were, by group."""

    lost: Counter[str]
    total: Counter[str]

    def add(self, clean: Clean, lost: int) -> None:
        """Count one document under its language, its genre and all."""
        for group in (clean.language, clean.genre, "all"):
            self.lost[group] += lost
            self.total[group] += len(shown(clean.text))

    def share(self, group: str) -> str:
        """Give the share of a group in per cent, as text."""
        return f"{100 * self.lost[group] / self.total[group]:.2f}"


def read(folder: Path) -> Iterator[Clean]:
    """Give the documents of a folder."""
    for path in sorted(folder.glob("*.toml")):
        for table in tomllib.loads(path.read_text(encoding="utf-8"))["document"]:
            yield Clean(path.stem, table["genre"], table["text"].strip("\n"))
    for path in sorted(folder.glob("*/*/*.txt")):
        yield Clean(path.parts[-3], path.parts[-2], path.read_text(encoding="utf-8"))


def shown(text: str) -> str:
    """Give a text without its white space."""
    return "".join(text.split())


def missing(before: str, after: str) -> int:
    """Count the characters that are no longer there, white space aside."""
    return (Counter(shown(before)) - Counter(shown(after))).total()


def default_recipe(pipeline: Pipeline, text: str, *, with_title: bool) -> str:
    """Give the text that the default recipe leaves, on demand with the headline that it put into `title`."""
    (outcome,) = pipeline.run([Document("clean", content=text)])
    if not isinstance(outcome.result, Document):
        return ""
    moved = any(edit.reason.code == "headline" for change in outcome.changes for edit in change.edits)
    return f"{outcome.result.title}\n{outcome.result.text}" if with_title and moved else outcome.result.text


def table(losses: Mapping[str, Losses], groups: Sequence[str], heading: str) -> str:
    """Give the shares of some groups as a table."""
    head = f"| {heading} | characters | {' | '.join(losses)} |\n|---|{'---:|' * (len(losses) + 1)}"
    first = next(iter(losses.values()))
    rows = [
        f"| {group} | {first.total[group]:,} | {' | '.join(one.share(group) for one in losses.values())} |"
        for group in groups
    ]
    return "\n".join([head, *rows])


def main() -> None:
    """Measure and write."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--documents", type=Path, default=ROOT / "tests/clean")
    options = parser.parse_args()
    pipeline = Pipeline(load(Source('[read]\npaths = ["."]\n[write]\npath = "unused"', "clean", ".")), explain=True)
    ways: dict[str, Callable[[str], str]] = {
        "ingest": partial(default_recipe, pipeline, with_title=True),
        "ingest, `text` alone": partial(default_recipe, pipeline, with_title=False),
        "C4, lines": c4_lines,
        "C4, pages": c4_page,
    }
    losses = defaultdict[str, Losses](lambda: Losses(Counter(), Counter()))
    documents = list(read(options.documents))
    for clean in documents:
        for name, clean_up in ways.items():
            losses[name].add(clean, missing(clean.text, clean_up(clean.text)))
    languages = [*sorted({clean.language for clean in documents}), "all"]
    genres = sorted({clean.genre for clean in documents})
    figures = "\n\n".join(
        [
            f"{len(documents)} documents; per cent of the characters lost, white space aside.",
            table(losses, languages, "language"),
            table(losses, genres, "genre"),
        ]
    )
    print(figures)
    if options.documents == ROOT / "tests/clean":
        put("clean", figures)


if __name__ == "__main__":
    main()
