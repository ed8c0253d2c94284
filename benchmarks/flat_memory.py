"""Run 1,000 to 100,000 small documents, and draw how much memory the main process and each worker hold on the way.

    python -m venv OURS && OURS/bin/pip install .
    python benchmarks/flat_memory.py --ours OURS/bin/python [--documents 1000 10000 100000] [--workers 2]

The documents are made up, texts of a few hundred words in a JSONL file, and go through the default recipe. Each run is
watched from outside: RSS of every process, ten times a second. The figure is `flat_memory.svg`; the table gives for each run
the most that the main process and its largest worker held, and what they held in the middle and at the end of it.
"""

from __future__ import annotations

import argparse
import datetime as dt
import json
import os
import platform
import random
import statistics
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import matplotlib as mpl
from matplotlib.figure import Figure
from processes import Memory, versions, watch
from readme import put

FIGURE = Path(__file__).with_name("flat_memory.svg")
# Small enough that the largest run has many shards and every worker does several.
SHARD_BYTES = 4 * 2**20
# Processes that live shorter than this are no workers: what starts them, what watches their semaphores.
FEWEST_SAMPLES = 5
LEAST_MB = 30
WORDS = (
    "the harbour council voted on Monday to keep the old cranes and open a new quay for ferries next spring after months of "
    "talks with residents who had asked for fewer lorries more trees and a place where children can swim in summer"
).split()


@dataclass(frozen=True)
class Course:
    """What one process of a run held over time."""

    seconds: Sequence[float]
    megabytes: Sequence[float]

    def at(self, share: float) -> float:
        """Give what it held around a share of its life: the median of a tenth of it."""
        size = len(self.megabytes)
        start = min(int(share * size), size - 1)
        return statistics.median(self.megabytes[max(0, start - size // 20) : start + size // 20 + 1])


@dataclass(frozen=True)
class Run:
    """The courses of one run, the main process first."""

    documents: int
    main: Course
    workers: Sequence[Course]

    @property
    def largest(self) -> Course:
        """The worker that held the most."""
        return max(self.workers, key=lambda course: max(course.megabytes))


def write_documents(target: Path, documents: int) -> None:
    """Write made-up documents, the same every time, with words that do not come again, as names and numbers do."""
    dice = random.Random(documents)  # noqa: S311  it only has to be the same every time
    with target.open("w", encoding="utf-8") as stream:
        for number in range(documents):
            stream.write(
                json.dumps({"id": f"document-{number}", "text": "\n\n".join(_paragraphs(number, dice))}) + "\n"
            )


def _paragraphs(number: int, dice: random.Random) -> Iterator[str]:
    for place in range(dice.randint(2, 5)):
        words = dice.choices(WORDS, k=dice.randint(20, 90))
        yield f"Report {number} part {place}: {' '.join(words)} case{dice.randrange(10**9)}."


def watch_run(python: str, folder: Path, documents: int, workers: int) -> Run:
    """Run the documents through the default recipe and give what every process held."""
    source, out, config = folder / "documents.jsonl", folder / f"out-{documents}", folder / "config.toml"
    write_documents(source, documents)
    config.write_text(
        f"[read]\npaths = [{json.dumps(str(source))}]\n[write]\npath = {json.dumps(str(out))}\n"
        f"[run]\nworkers = {workers}\nshard_bytes = {SHARD_BYTES}\n",
        encoding="utf-8",
    )
    started = time.perf_counter()
    samples: dict[int, list[tuple[float, Memory]]] = defaultdict(list)
    first = 0
    for sample in watch([python, "-m", "ingest", "run", str(config), "--quiet"]):
        for memory in sample:
            first = first or memory.pid
            samples[memory.pid].append((time.perf_counter() - started, memory))
    read = json.loads((out / "report.json").read_text(encoding="utf-8"))["counts"]["read"]
    assert read == documents, f"{read} of {documents} documents were read"
    return Run(documents, _course(samples.pop(first)), [_course(one) for one in samples.values() if _is_worker(one)])


def _is_worker(samples: Sequence[tuple[float, Memory]]) -> bool:
    return len(samples) >= FEWEST_SAMPLES and max(memory.rss for _, memory in samples) >= LEAST_MB


def _course(samples: Sequence[tuple[float, Memory]]) -> Course:
    return Course([moment for moment, _ in samples], [memory.rss for _, memory in samples])


def draw(runs: Sequence[Run], target: Path) -> None:
    """Draw one plot for each run, all with one scale of memory. The same figures make the same file."""
    mpl.rcParams["svg.hashsalt"] = "ingest"
    figure = Figure(figsize=(4 * len(runs), 3.6), layout="constrained")
    most = max(max(course.megabytes) for run in runs for course in (run.main, *run.workers))
    for place, (axes, run) in enumerate(
        zip(figure.subplots(1, len(runs), sharey=True, squeeze=False)[0], runs, strict=True)
    ):
        axes.plot(run.main.seconds, run.main.megabytes, label="main process")
        for number, course in enumerate(run.workers, start=1):
            axes.plot(course.seconds, course.megabytes, label=f"worker {number}")
        axes.set_title(f"{run.documents:,} documents")
        axes.set_xlabel("seconds")
        axes.grid(visible=True, alpha=0.3)
        if place == 0:
            axes.set_ylim(0, 1.05 * most)
            axes.set_ylabel("RSS, MB")
            axes.legend(loc="lower right")
    figure.savefig(target, metadata={"Date": None})


def table(runs: Sequence[Run]) -> str:
    """Give the figures as a table."""
    lines = [
        "| documents | main: most, MB | in the middle | at the end | largest worker: most, MB | in the middle | at the end |",
        "|---:|---:|---:|---:|---:|---:|---:|",
    ]
    for run in runs:
        values = [
            f"{value:.0f}"
            for course in (run.main, run.largest)
            for value in (max(course.megabytes), course.at(0.5), course.at(0.95))
        ]
        lines.append(f"| {run.documents:,} | {' | '.join(values)} |")
    return "\n".join(lines)


def main() -> None:
    """Run, draw, print and write the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--documents", type=int, nargs="+", default=[1_000, 10_000, 100_000])
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--ours", default=sys.executable, help="the Python of an environment with ingest alone")
    parser.add_argument("--figure", type=Path, default=FIGURE)
    parser.add_argument("--dry", action="store_true", help="print only; leave the README as it is")
    options = parser.parse_args()
    runs = []
    with tempfile.TemporaryDirectory(prefix="ingest-memory-") as name:
        for documents in options.documents:
            runs.append(watch_run(options.ours, Path(name), documents, options.workers))
            print(table(runs[-1:]).splitlines()[-1], file=sys.stderr)
    draw(runs, options.figure)
    stamp = (
        f"Measured {dt.datetime.now(tz=dt.UTC):%Y-%m-%d} with Python {platform.python_version()}, "
        f"{versions(options.ours, ('ingest', 'pyarrow', 'numpy'))}; {os.cpu_count()} shared cores, "
        f"{options.workers} workers, shards of {SHARD_BYTES // 2**20} MB."
    )
    figures = f"{stamp}\n\n{table(runs)}"
    print(figures)
    if not options.dry:
        put("flat-memory", figures)


if __name__ == "__main__":
    main()
