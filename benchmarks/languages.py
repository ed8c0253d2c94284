"""Ask every backend of `language` that is installed about texts in 75 languages, and put the figures into the README.

    python benchmarks/languages.py --data DATA [--every 4] [--only BACKEND ...]

DATA is a folder with `languages-dev.parquet`: texts of five sentences, one on a line, with the code of their language.
The supplement of `extended` learned from some of these texts, so here each of them is asked by a supplement that did not
see it (five folds); that takes the extra `training`. Cost is CPU time of the whole step, in batches as a run makes them,
the least of three passes, all backends on the same texts in turn.
"""

from __future__ import annotations

import argparse
import datetime as dt
import importlib.util
import os
import platform
import time
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from importlib.metadata import version
from pathlib import Path
from statistics import mean

import pyarrow.parquet as pq
from readme import put

from ingest.builtin.language import Language, step
from ingest.builtin.language.backends import load
from ingest.builtin.language.backends.ngrams import NGrams
from ingest.document import Document

BACKENDS = ("extended", "py3langid", "langdetect", "lingua", "lingua-low")
PACKAGES = {"langdetect": "langdetect", "lingua": "lingua-language-detector", "py3langid": "py3langid"}
FOLDS = 5
BATCH = 64
PASSES = 3
LONG = 14
"""Texts of the set that make one as long as an article."""
SHORT = 40
SCRIPTS = (
    ("Latin", "af az bs ca cs cy da de en eo es et eu fi fr ga hr hu id is it la lg lt lv mi ms nb nl nn pl pt ro sk sl sn "
              "so sq st sv sw tl tn tr ts vi xh yo zu"),
    ("Cyrillic", "be bg kk mk mn ru sr uk"),
    ("Arabic", "ar fa ur"),
    ("Indic", "bn gu hi mr pa ta te"),
    ("East Asian", "ja ko zh"),
    ("other", "el he hy ka th"),
)  # fmt: skip

Row = tuple[str, str]


def numbered(texts: Sequence[str]) -> list[Document]:
    """Give documents of the texts."""
    return [Document(str(number), text) for number, text in enumerate(texts)]


def answers(options: dict[str, object], texts: Sequence[str]) -> tuple[list[str], float]:
    """Give what the step says of each text, and the CPU milliseconds for one."""
    language = Language.model_validate(options)
    docs = numbered(texts)
    language.process(docs[:BATCH])
    seconds = float("inf")
    found: list[str] = []
    for _ in range(PASSES):
        started = time.process_time()
        found = [
            str(doc.language)
            for start in range(0, len(docs), BATCH)
            for doc in language.process(docs[start : start + BATCH])
        ]
        seconds = min(seconds, time.process_time() - started)
    return found, seconds / len(texts) * 1e3


def by_language(rows: Sequence[Row], found: Sequence[str]) -> dict[str, float]:
    """Give the share of right answers per language."""
    right: dict[str, list[bool]] = defaultdict(list)
    for (language, _), answer in zip(rows, found, strict=True):
        right[language].append(language == answer)
    return {language: mean(verdicts) for language, verdicts in right.items()}


def unseen(data: Path, rows: Sequence[Row], ask: Callable[[list[int]], list[str]]) -> list[str]:
    """Give the answers about all rows, each from a supplement that did not learn from it."""
    from training.languages import read_samples, train

    plain = NGrams()
    texts, sentences = read_samples(data / "languages-dev.parquet", plain)
    found = [""] * len(rows)
    for fold in range(FOLDS):
        known = [[sample for sample in samples if sample.text % FOLDS != fold] for samples in (texts, sentences)]
        model = NGrams(train([*known[0], *known[1]], known[0], plain, plain.n_groups))
        asked = [number for number in range(len(rows)) if number % FOLDS == fold]
        with_backend(model)
        for number, answer in zip(asked, ask(asked), strict=True):
            found[number] = answer
    with_backend(None)
    return found


def with_backend(model: NGrams | None) -> None:
    """Let the step ask that model, or the one of the package again."""
    step.load = (lambda name: model if name == "extended" else load(name)) if model else load  # type: ignore[attr-defined]


def figures(backend: str, data: Path, rows: Sequence[Row], every: int) -> Iterator[str]:
    """Give the cells of one backend: accuracy by length and script, then cost."""
    options: dict[str, object] = {"backend": backend}
    cuts: tuple[Callable[[str], str], ...] = (str, lambda text: text.split("\n")[0], lambda text: text[:SHORT])
    for number, cut in enumerate(cuts):
        asked = [(language, cut(text)) for language, text in rows]
        if backend == "extended":
            found = unseen(
                data, rows, lambda numbers, asked=asked: plain_answers(options, [asked[n][1] for n in numbers])
            )
        else:
            asked = asked[::every]
            found = plain_answers(options, [text for _, text in asked])
        accuracy = by_language(asked, found)
        yield f"{mean(accuracy.values()):.3f}"
        if number == 0:
            for _, codes in SCRIPTS:
                yield f"{mean(accuracy[code] for code in codes.split()):.3f}"
    texts = [text for _, text in rows[:: 4 * every]]
    yield f"{answers(options, texts)[1]:.2f}"
    yield f"{answers(options, articles(rows)[::every])[1]:.2f}"


def plain_answers(options: dict[str, object], texts: Sequence[str]) -> list[str]:
    """Give what the step says of each text."""
    return [str(doc.language) for doc in Language.model_validate(options).process(numbered(texts))]


def articles(rows: Sequence[Row]) -> list[str]:
    """Give texts as long as an article, each of one language."""
    found = []
    for start in range(0, len(rows) - LONG, 4 * LONG):
        part = rows[start : start + LONG]
        if part[0][0] == part[-1][0]:
            found.append("\n".join(text for _, text in part))
    return found


def main() -> None:
    """Ask, score, write."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--every", type=int, default=4, help="ask all but `extended` about every nth text only")
    parser.add_argument("--only", nargs="*", choices=BACKENDS)
    options = parser.parse_args()
    table = pq.read_table(options.data / "languages-dev.parquet", columns=["language", "text"]).to_pylist()
    rows = [(row["language"], row["text"]) for row in table]
    assert {code for _, codes in SCRIPTS for code in codes.split()} == {language for language, _ in rows}
    installed = [name for name in BACKENDS if importlib.util.find_spec(name.partition("-")[0]) or name == "extended"]
    head = ["five sentences", *(f"... {script}" for script, _ in SCRIPTS), "one sentence", f"{SHORT} characters"]
    head += ["ms, five sentences", "ms, an article"]
    columns = {}
    for backend in options.only or installed:
        columns[backend] = list(figures(backend, options.data, rows, options.every))
        print(backend, *columns[backend], flush=True)
    if options.only:
        return
    lines = [f"| | {' | '.join(columns)} |", f"|---|{'---:|' * len(columns)}"]
    lines += [f"| {name} | {' | '.join(cells)} |" for name, *cells in zip(head, *columns.values(), strict=True)]
    packages = ", ".join(f"{name} {version(PACKAGES[name])}" for name in PACKAGES if name in installed)
    stamp = (
        f"Measured {dt.datetime.now(tz=dt.UTC):%Y-%m-%d} with Python {platform.python_version()}, {packages}; {os.cpu_count()} "
        f"shared cores; {len(rows):,} texts, of which all but `extended` were asked about every {options.every}th.\n"
    )
    put("languages", "\n".join([stamp, *lines]))


if __name__ == "__main__":
    main()
