"""Measure what the default recipe makes of plain text, beside simple rules, and put the figures into `benchmarks/README.md`.

    PYTHONPATH=. python benchmarks/text.py --data DATA [--held-out DIR] [--seed-document FILE] [--only NAME ...]

DATA holds `flat/flat-dev.parquet` and `charsets-dev.parquet`, which are not part of this repository; DIR is the folder of
weights that `python -m training.lines --held-out DIR` wrote, so that every page is judged by a model that saw no page of its
site. What other files here measure of plain text is run from them: `clean`, `contacts`, `languages`, `speed`.
"""

from __future__ import annotations

import argparse
import datetime as dt
import os
import platform
import statistics
import subprocess
import sys
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq
from c4 import c4_lines
from development import WORD
from readme import put

from ingest.builtin import boilerplate
from ingest.builtin.decode import Decode
from ingest.builtin.language import Language
from ingest.config import Source, load
from ingest.content.line_model import LineModel, load_line_model
from ingest.document import Document
from ingest.pipeline import Pipeline
from training.variants import SCRIPTS

HERE = Path(__file__).parent
LIBRARIES = ("numpy", "ftfy", "chardet", "py3langid")
# Other measures of plain text, each a file of its own with its own place in the README.
ELSEWHERE = ("clean", "contacts", "languages", "speed")
PARTS = ("flat", "scripts", "charsets", "seed")
LONG_LINE_WORDS = 10
FEWEST_OF_A_LANGUAGE = 9
# Every so many texts are transcribed.
SCRIPT_SHARE = 12
# As many words of a decoded file must be right as of one that has the right charset.
RIGHT = 0.98


@dataclass(frozen=True)
class FlatText:
    """A flattened page and its main content."""

    id: str
    style: str
    kind: str
    text: str
    content: str


def read_texts(data: Path) -> list[FlatText]:
    """Read the flattened pages."""
    rows = pq.read_table(data / "flat" / "flat-dev.parquet").to_pylist()
    return [FlatText(row["id"], row["style"], row["page_type"], row["text"], row["main_content"]) for row in rows]


def words_of(text: str) -> Counter[str]:
    """Count the words of a text, lower case."""
    return Counter(WORD.findall(text.lower()))


def word_f1(text: str, content: str) -> float:
    """Give the harmonic mean of precision and recall over two bags of words, in [0, 1]."""
    found, gold = words_of(text), words_of(content)
    if not gold or not found:
        return float(not gold and not found)
    return 2 * (found & gold).total() / (found.total() + gold.total())


def long_lines(text: str) -> str:
    """Give the lines of ten words and more."""
    return "\n".join(line for line in text.split("\n") if len(line.split()) >= LONG_LINE_WORDS)


class Recipe:
    """The default recipe on plain text, with the model of the package or with one that never saw the site of a text."""

    def __init__(self, held_out: Path | None) -> None:
        self._pipeline = Pipeline(load(Source('[read]\npaths = ["."]\n[write]\npath = "unused"', "text", ".")))
        self._models: dict[str, LineModel] = {}
        for file in sorted(held_out.glob("lines-*.npz")) if held_out else ():
            arrays = dict(np.load(file))
            self._models |= dict.fromkeys(str(arrays["held_out"]).split("\n"), LineModel(arrays))

    def __call__(self, id_: str, text: str) -> str:
        """Give what is left of a text."""
        if self._models and id_ not in self._models:
            raise SystemExit(f"{id_} is in no fold: train anew with --held-out on the same texts")
        boilerplate.load_line_model = lambda: self._models.get(id_) or load_line_model()
        (outcome,) = self._pipeline.run([Document(id_, content=text)])
        return outcome.result.text if isinstance(outcome.result, Document) else ""


def flat_tables(texts: Sequence[FlatText], recipe: Recipe) -> str:
    """Give the word F1 of the recipe and of simple rules by style, by page type and by language."""
    ways: dict[str, Callable[[FlatText], str]] = {
        "ingest": lambda one: recipe(one.id, one.text),
        "keep all": lambda one: one.text,
        "C4 line rules": lambda one: c4_lines(one.text),
        "lines of ten words and more": lambda one: long_lines(one.text),
    }
    found: dict[str, dict[str, list[float]]] = defaultdict(lambda: defaultdict(list))
    for one in texts:
        groups = ("**all**", f"style {one.style}", f"type {one.kind}", f"language {language_of(one.content)}")
        for name, way in ways.items():
            score = word_f1(way(one), one.content)
            for group in groups:
                found[group][name].append(score)
    return grouped(found, list(ways))


def grouped(found: Mapping[str, Mapping[str, Sequence[float]]], ways: Sequence[str]) -> str:
    """Give the means of groups as a table; rare languages are left out."""
    lines = [f"| | texts | {' | '.join(ways)} |", "|---|" + "---:|" * (len(ways) + 1)]
    for group, scores in sorted(found.items()):
        count = len(scores[ways[0]])
        if not group.startswith("language") or count >= FEWEST_OF_A_LANGUAGE:
            means = " | ".join(f"{statistics.mean(scores[way]):.4f}" for way in ways)
            lines.append(f"| {group} | {count:,} | {means} |")
    return "\n".join(lines)


def language_of(text: str) -> str:
    """Give the language of a text as the default backend tells it."""
    (result,) = Language().process([Document("text", text=text)])
    return str(result.language) if isinstance(result, Document) else "und"


def script_table(texts: Iterable[FlatText], recipe: Recipe) -> str:
    """Give the word F1 of pages whose letters were exchanged for those of other scripts, so that no word is known.

    What is kept is read back line by line, so that the same words are counted for every script.
    """
    found: dict[str, list[tuple[float, float]]] = defaultdict(list)
    for one in texts:
        for name, transcribe in {"unchanged": str, **SCRIPTS}.items():
            meant = {transcribe(line).strip(): line for line in one.text.split("\n")}
            kept = recipe(one.id, "\n".join(map(transcribe, one.text.split("\n"))))
            text = "\n".join(meant.get(line.strip(), "") for line in kept.split("\n"))
            found[name].append((word_f1(text, one.content), word_f1(one.text, one.content)))
    rows = [
        f"| {name} | {len(some)} | {statistics.mean(ours for ours, _ in some):.4f} "
        f"| {statistics.mean(everything for _, everything in some):.4f} |"
        for name, some in found.items()
    ]
    return "\n".join(["| script | texts | ingest | keep all |", "|---|---:|---:|---:|", *rows])


def charset_share(data: Path) -> str:
    """Give the share of files whose text has the words of the truly decoded file."""
    rows = pq.read_table(data / "charsets-dev.parquet").to_pylist()
    right = 0
    for row in rows:
        result = Decode().apply(Document(str(row["id"]), content=row["content"], media_type="text/plain"))
        text = result.text if isinstance(result, Document) else ""
        truth = unicodedata.normalize("NFC", row["content"].decode(row["encoding"], "replace"))
        right += word_f1(unicodedata.normalize("NFC", text), truth) > RIGHT
    return f"{right} of {len(rows)} files have the right words: {right / len(rows):.4f}"


def seed_report(path: Path) -> str:
    """Say what the default recipe makes of one document: what went, and why."""
    pipeline = Pipeline(load(Source('[read]\npaths = ["."]\n[write]\npath = "unused"', "text", ".")), explain=True)
    (outcome,) = pipeline.run([Document("seed", content=path.read_bytes())])
    assert isinstance(outcome.result, Document)
    doc = outcome.result
    lines = [f"{len(path.read_text(encoding='utf-8'))} characters in, {len(doc.text)} out", f"title: {doc.title}"]
    lines += [f"author: {author.name}, {author.emails}, {author.handles}" for author in doc.authors]
    lines += [f"language: {doc.language}"]
    lines += [
        f"{change.step}/{edit.reason.code}: {change.before[edit.start : edit.end].strip()[:90]!r}"
        for change in outcome.changes
        for edit in change.edits
        if change.before[edit.start : edit.end].strip()
    ]
    return "\n".join(lines)


def stamp(held_out: Path | None) -> str:
    """Say when and with what it was measured."""
    libraries = ", ".join(f"{name} {version(name)}" for name in LIBRARIES)
    weights = (
        "each text by weights that saw no page of its site"
        if held_out
        else "by the weights of the package, trained on it"
    )
    return (
        f"Measured {dt.datetime.now(tz=dt.UTC):%Y-%m-%d} with Python {platform.python_version()}, {libraries}; "
        f"{os.cpu_count()} shared cores; {weights}."
    )


def main() -> None:
    """Measure and write."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--held-out", type=Path)
    parser.add_argument("--seed-document", type=Path)
    parser.add_argument("--texts", type=int, help="so many texts alone, and nothing is written")
    parser.add_argument("--only", nargs="*", choices=[*PARTS, *ELSEWHERE], help="these alone, and nothing is written")
    options = parser.parse_args()
    chosen = options.only or [*PARTS, *ELSEWHERE]
    texts, recipe = read_texts(options.data), Recipe(options.held_out)
    if options.texts:
        texts = texts[:: max(1, len(texts) // options.texts)]
    sections = [stamp(options.held_out)]
    if "flat" in chosen:
        sections.append(flat_tables(texts, recipe))
    if "scripts" in chosen:
        sections.append(script_table(texts[::SCRIPT_SHARE], recipe))
    if "charsets" in chosen:
        sections.append(charset_share(options.data))
    if "seed" in chosen and options.seed_document:
        sections.append(f"```\n{seed_report(options.seed_document)}\n```")
    print("\n\n".join(sections), flush=True)
    if not options.only and not options.texts:
        put("text", "\n\n".join(sections))
    for name in ELSEWHERE:
        if name in chosen:
            data = [] if name == "clean" else ["--data", str(options.data)]
            subprocess.run([sys.executable, str(HERE / f"{name}.py"), *data], check=True)


if __name__ == "__main__":
    main()
