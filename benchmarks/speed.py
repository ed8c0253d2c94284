"""What the default recipe costs on plain text, step by step and in one run, beside ftfy and the line rules of C4.

    python benchmarks/speed.py --data DATA [--pages N] [--rounds N]

DATA holds `flat/flat-dev.parquet`, flattened pages in several styles; it is not part of this repository. The pages are
taken evenly from it. All that is measured takes its turn in every round, so that each meets the same load of the machine;
the table gives the median of the rounds and, in brackets, the least and the most. CPU time of one process.
"""

from __future__ import annotations

import argparse
import datetime as dt
import json
import os
import platform
import statistics
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from importlib.metadata import version
from itertools import groupby
from pathlib import Path

import ftfy
import pyarrow.parquet as pq
from c4 import c4_page
from readme import put

from ingest.config import Config, Source, load
from ingest.document import Document
from ingest.output.folder import OutputFolder
from ingest.pipeline import Pipeline, batched
from ingest.plan import Plan, make_plan
from ingest.run import run
from ingest.shard_writer import footer
from ingest.shards import read_shard
from ingest.step import Step

LIBRARIES = ("pyarrow", "numpy", "ftfy", "py3langid")


class Clock:
    """CPU seconds by name, of one round after the other."""

    def __init__(self) -> None:
        self._rounds: dict[str, list[float]] = defaultdict(list)

    def start_round(self) -> None:
        """Begin a new round: what is measured from now on adds up to itself."""
        for seconds in self._rounds.values():
            seconds.append(0.0)

    @contextmanager
    def __call__(self, name: str) -> Iterator[None]:
        """Add the CPU time of what is done inside."""
        started = time.process_time()
        try:
            yield
        finally:
            self.add(name, time.process_time() - started)

    def add(self, name: str, seconds: float) -> None:
        """Add to what a name took in this round."""
        rounds = self._rounds[name]
        if not rounds:
            rounds.append(0.0)
        rounds[-1] += seconds

    def names(self) -> list[str]:
        """Give the names in the order in which they came up."""
        return list(self._rounds)

    def rounds(self, name: str) -> list[float]:
        """Give the seconds of every round."""
        return self._rounds[name]


def write_pages(data: Path, pages: int, target: Path) -> list[str]:
    """Put pages into a JSONL file as a scraper would, and give their texts."""
    rows = pq.read_table(data / "flat" / "flat-dev.parquet", columns=["id", "url", "text"]).to_pylist()
    chosen = [rows[place * len(rows) // pages] for place in range(min(pages, len(rows)))]
    with target.open("w", encoding="utf-8") as stream:
        stream.writelines(json.dumps(row, ensure_ascii=False) + "\n" for row in chosen)
    return [row["text"] for row in chosen]


def make_config(source: Path, out: Path) -> Config:
    """Give the config of the run: the default recipe, one worker, all else as it is by default."""
    text = f"[read]\npaths = [{json.dumps(str(source))}]\n[write]\npath = {json.dumps(str(out))}\n"
    return load(Source(f"{text}[run]\nworkers = 1\n"))


def measure_parts(config: Config, plan: Plan, clock: Clock) -> None:
    """Read, take every batch through the steps as the pipeline does, and write, each on its own clock."""
    with clock("read"):
        docs = [doc for shard in plan.shards for doc in read_shard(shard, config) if isinstance(doc, Document)]
    batches = list(batched(docs, config.run.batch_size))
    with clock("pipeline"):
        pipeline = Pipeline(config)
        for batch in batches:
            pipeline.run(batch)
    written = [doc for batch in batches for doc in through_steps(config, batch, clock)]
    folder = OutputFolder(config.write.path)
    folder.prepare()
    with clock("write"):
        config.writer.write(written, folder, 0, footer(config), config.columns)


def through_steps(config: Config, batch: list[Document], clock: Clock) -> list[Document]:
    """Give what the steps leave of a batch. Those without a method for batches see one document after the other."""
    steps = zip(config.labels, config.steps, strict=True)
    for together, stage in groupby(steps, lambda entry: type(entry[1]).process is not Step.process):
        groups, entries = [batch] if together else [[doc] for doc in batch], list(stage)
        batch = [doc for group in groups for doc in _through(entries, group, clock)]
    return batch


def _through(entries: Sequence[tuple[str, Step]], group: list[Document], clock: Clock) -> list[Document]:
    for label, step in entries:
        with clock(label):
            results = step.process(group)
        group = [result for result in results if isinstance(result, Document)]
    return group


def measure(texts: Sequence[str], config: Config, plan: Plan, rounds: int) -> Clock:
    """Let everything take its turn, round by round."""
    clock = Clock()
    peers: dict[str, Callable[[str], str]] = {"ftfy.fix_text": ftfy.fix_text, "C4 line rules": c4_page}
    for number in range(rounds + 1):
        # Round 0 fills the caches of models and vocabularies, and does not count.
        target = clock if number else Clock()
        target.start_round()
        with target("whole run"):
            run(plan)
        measure_parts(config, plan, target)
        for name, peer in peers.items():
            with target(name):
                for text in texts:
                    peer(text)
    return clock


def table(clock: Clock, labels: Sequence[str], pages: int, size: int) -> str:
    """Give the figures as a table: milliseconds a page, and megabytes a second."""
    rows = [("read", clock.rounds("read")), *((f"`{label}`", clock.rounds(label)) for label in labels)]
    rows += [
        ("all steps, in the pipeline", clock.rounds("pipeline")),
        ("write", clock.rounds("write")),
        ("**whole run**", clock.rounds("whole run")),
        ("ftfy.fix_text alone", clock.rounds("ftfy.fix_text")),
        ("line rules of C4 alone", clock.rounds("C4 line rules")),
    ]
    lines = ["| | CPU ms a page | MB/s |", "|---|---:|---:|"]
    for name, seconds in rows:
        ms = [value / pages * 1e3 for value in seconds]
        shown = f"{statistics.median(ms):.3f} ({min(ms):.3f} to {max(ms):.3f})"
        lines.append(f"| {name} | {shown} | {size / 1e6 / max(1e-9, statistics.median(seconds)):.1f} |")
    return "\n".join(lines)


def main() -> None:
    """Measure, print and write the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--pages", type=int, default=600)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--dry", action="store_true", help="print only; leave the README as it is")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="ingest-speed-") as folder:
        source = Path(folder, "pages.jsonl")
        texts = write_pages(options.data, options.pages, source)
        config = make_config(source, Path(folder, "out"))
        clock = measure(texts, config, make_plan(config), options.rounds)
    size = sum(len(text.encode()) for text in texts)
    lines = sum(text.count("\n") + 1 for text in texts) // len(texts)
    libraries = ", ".join(f"{name} {version(name)}" for name in LIBRARIES)
    stamp = (
        f"Measured {dt.datetime.now(tz=dt.UTC):%Y-%m-%d} with Python {platform.python_version()}, {libraries}; "
        f"{os.cpu_count()} shared cores. {len(texts)} pages of {size // len(texts) / 1e3:.1f} KB and {lines} lines on "
        f"average; {options.rounds} rounds."
    )
    figures = f"{stamp}\n\n{table(clock, config.labels, len(texts), size)}"
    print(figures)
    if not options.dry:
        put("speed", figures)


if __name__ == "__main__":
    main()
