"""Run extractors over the same pages, and put quality and CPU time side by side into `benchmarks/README.md`.

    python benchmarks/extraction.py --data DATA [--pages N] [--passes 3] [--only NAME ...] [--held-out DIR] [--profile]

DATA is a folder with `extraction/pages-dev.parquet`, `segments-dev.parquet` and `reader-dev.parquet`; it is not part of
this repository. Every extractor gets the decoded text. They take turns page by page, each page begins with another one,
and of all passes the fastest counts. With the folder that `python -m training.extraction --held-out DIR` writes, the quality
of ingest is that of weights that saw no page of the same site. With `--profile` only ingest runs, and prints where its time goes.
"""

from __future__ import annotations

import argparse
import cProfile
import datetime as dt
import importlib
import operator
import os
import platform
import pstats
import statistics
import sys
import time
from collections import Counter
from collections.abc import Callable, Sequence
from functools import wraps
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np
from development import Page, read_pages, scores
from readme import put

from ingest.builtin.extract import Extract
from ingest.content.extraction import Style, extract
from ingest.content.model import Model
from ingest.document import Document

Extractor = Callable[[Document], str]
BASELINE = "trafilatura"
LIBRARIES = ("selectolax", "numpy", "trafilatura", "resiliparse", "readability-lxml", "lxml")
HELD_OUT = "each page by weights that saw no page of its site"
TRAINED = "by weights that were trained on these very pages"
# What `--profile` times: the name of a stage, and its function as `module:function`.
STAGES = (
    ("check, parse", "ingest.content.extraction:parse"),
    ("walk", "ingest.content.extraction:read_blocks"),
    ("names of elements", "ingest.content.page:_rows"),
    ("features", "ingest.content.page:block_features"),
    ("model", "ingest.content.model:Model.judge"),
    ("choice", "ingest.content.extraction:choose"),
    ("text", "ingest.content.extraction:plain_text"),
)


def ingest() -> Extractor:
    """Give the step of this project."""
    step = Extract()

    def text_of(document: Document) -> str:
        result = step.apply(document)
        return result.text if isinstance(result, Document) else ""

    return text_of


def trafilatura(**options: bool) -> Extractor:
    """Give trafilatura, as its documentation calls it."""
    import trafilatura as library

    return lambda document: library.extract(document.text, **options) or ""


def resiliparse() -> Extractor:
    """Give the main content of resiliparse."""
    from resiliparse.extract.html2text import extract_plain_text

    def text_of(document: Document) -> str:
        text: str = extract_plain_text(document.text, main_content=True)
        return text

    return text_of


def readability() -> Extractor:
    """Give the summary of readability-lxml, turned into text by resiliparse."""
    from readability import Document as Summary
    from resiliparse.extract.html2text import extract_plain_text

    def text_of(document: Document) -> str:
        text: str = extract_plain_text(Summary(document.text).summary(), main_content=False)
        return text

    return text_of


EXTRACTORS: dict[str, Callable[[], Extractor]] = {
    "ingest": ingest,
    "trafilatura": trafilatura,
    "trafilatura fast": lambda: trafilatura(fast=True),
    "resiliparse": resiliparse,
    "readability-lxml": readability,
}


def run(
    extractors: dict[str, Extractor], pages: Sequence[Page], passes: int
) -> tuple[dict[str, list[str]], dict[str, list[float]]]:
    """Give the texts, and the milliseconds of CPU, of every extractor by page."""
    names = list(extractors)
    texts = {name: [""] * len(pages) for name in names}
    costs = {name: [float("inf")] * len(pages) for name in names}
    failed: Counter[str] = Counter()
    for turn in range(passes):
        for number, page in enumerate(pages):
            first = (number + turn) % len(names)
            for name in names[first:] + names[:first]:
                started = time.process_time_ns()
                try:
                    texts[name][number] = extractors[name](page.document)
                except Exception as error:  # noqa: BLE001 - what peers raise on a page counts as no text
                    failed[f"{name}: {type(error).__name__}"] += 1
                taken = (time.process_time_ns() - started) / 1e6
                costs[name][number] = min(costs[name][number], taken)
        print(f"pass {turn + 1} of {passes} done", file=sys.stderr, flush=True)
    for what, times in failed.items():
        print(f"{what} on {times // passes} pages", file=sys.stderr)
    return texts, costs


def held_out_texts(pages: Sequence[Page], folder: Path) -> list[str]:
    """Give the texts of the pages by weights that saw no page of the same site."""
    models: dict[str, Model] = {}
    for file in sorted(folder.glob("fold-*.npz")):
        arrays = dict(np.load(file))
        models |= dict.fromkeys(str(arrays["held_out"]).split("\n"), Model(arrays))
    texts = []
    for page in pages:
        found = extract(page.document.text, Style(), models.get(page.id))
        if page.id not in models and found.source == "blocks":
            raise SystemExit(f"{page.id} is in no fold of {folder}: train anew with --held-out on the same pages")
        texts.append(found.text)
    return texts


def quality_table(pages: Sequence[Page], texts: dict[str, list[str]]) -> str:
    """Give the quality of the extractors side by side."""
    figures = {name: scores(pages, found) for name, found in texts.items()}
    rows = [f"| | {' | '.join(figures)} |", "|---|" + "---:|" * len(figures)]
    rows += [
        f"| {measure} | {' | '.join(f'{figure[measure]:.4f}' for figure in figures.values())} |"
        for measure in next(iter(figures.values()))
    ]
    return "\n".join(rows)


def speed_table(costs: dict[str, list[float]]) -> str:
    """Give the CPU time of the extractors side by side."""
    baseline = statistics.mean(costs[BASELINE]) if BASELINE in costs else None
    rows = [f"| CPU ms a page | mean | median | p95 | max | beside {BASELINE} |", "|---|---:|---:|---:|---:|---:|"]
    for name, values in costs.items():
        mean = statistics.mean(values)
        p95 = sorted(values)[int(len(values) * 0.95)]
        ratio = f"1/{baseline / mean:.1f}" if baseline else ""
        rows.append(
            f"| {name} | {mean:.2f} | {statistics.median(values):.2f} | {p95:.2f} | {max(values):.1f} | {ratio} |"
        )
    return "\n".join(rows)


def timed(function: Callable[..., Any], spent: list[float]) -> Callable[..., Any]:
    """Give the function, with the CPU time of every call added to a list."""

    @wraps(function)
    def call(*values: Any, **named: Any) -> Any:
        started = time.process_time_ns()
        try:
            return function(*values, **named)
        finally:
            spent.append((time.process_time_ns() - started) / 1e6)

    return call


def profile(pages: Sequence[Page]) -> str:
    """Give where the time of the step goes: by stage, and by function of `ingest.content` under a profiler."""
    step = ingest()
    profiler = cProfile.Profile()
    for page in pages:
        profiler.runcall(step, page.document)
    stages: dict[str, list[float]] = {"all": []}
    for stage, place in STAGES:
        module, _, path = place.partition(":")
        *owners, name = path.split(".")
        original = operator.attrgetter(path)(importlib.import_module(module))
        stages[stage] = []
        patched = timed(original, stages[stage])
        loaded = [one for key, one in sys.modules.items() if key.startswith("ingest.")]
        for user in [getattr(loaded_one, owners[0], None) for loaded_one in loaded] if owners else loaded:
            if getattr(user, name, None) is original:
                setattr(user, name, patched)
    for page in pages:
        timed(step, stages["all"])(page.document)
    lines = ["stage, CPU ms a page (a stage counts what it calls, too)"]
    lines += [f"  {stage:<24}{sum(spent) / len(pages):8.3f}  {len(spent):>8} calls" for stage, spent in stages.items()]
    lines.append("function, ms a page under the profiler: in all, and without what it calls")
    for (file, line, name), (_, calls, own, total, _) in functions(profiler)[:40]:
        place = f"{Path(file).stem}.{name}:{line}"
        lines.append(f"  {place:<40}{total / len(pages) * 1e3:8.3f}{own / len(pages) * 1e3:8.3f}  {calls:>9} calls")
    return "\n".join(lines)


def functions(profiler: cProfile.Profile) -> list[tuple[tuple[str, int, str], tuple[int, int, float, float, Any]]]:
    """Give the functions of the step and of `ingest.content`, the costliest first."""
    found: dict[Any, Any] = getattr(pstats.Stats(profiler), "stats", {})
    ours = (f"ingest{os.sep}content{os.sep}", f"builtin{os.sep}extract.py")
    chosen = [(place, entry) for place, entry in found.items() if any(part in place[0] for part in ours)]
    return sorted(chosen, key=lambda item: -item[1][3])


def stamp(pages: Sequence[Page], passes: int, held_out: Path | None) -> str:
    """Say what was measured, when and with what."""
    libraries = ", ".join(f"{name} {version(name)}" for name in LIBRARIES)
    counts = ", ".join(f"{n:,} of {kind}" for kind, n in Counter(page.kind for page in pages).items())
    return (
        f"Measured {dt.datetime.now(tz=dt.UTC):%Y-%m-%d} with Python {platform.python_version()}, {libraries}; "
        f"{os.cpu_count()} shared cores, the best of {passes} passes; {counts}. "
        f"Quality of ingest: {HELD_OUT if held_out else TRAINED}."
    )


def main() -> None:
    """Run, score, write."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--pages", type=int, help="so many of each set, and nothing is written")
    parser.add_argument("--passes", type=int, default=3)
    parser.add_argument("--only", nargs="*", choices=list(EXTRACTORS), help="these alone, and nothing is written")
    parser.add_argument("--held-out", type=Path, help="a folder of weights that training wrote")
    parser.add_argument("--profile", action="store_true")
    options = parser.parse_args()
    pages = read_pages(options.data, options.pages)
    if options.profile:
        print(profile(pages))
        return
    extractors = {name: make() for name, make in EXTRACTORS.items() if not options.only or name in options.only}
    texts, costs = run(extractors, pages, options.passes)
    if options.held_out:
        texts["ingest"] = held_out_texts(pages, options.held_out)
    section = (
        f"{stamp(pages, options.passes, options.held_out)}\n\n{quality_table(pages, texts)}\n\n{speed_table(costs)}\n"
    )
    print(section)
    if options.pages or options.only:
        return
    put("extraction", section)


if __name__ == "__main__":
    main()
