"""What the audit costs: whole runs with `audit` off, counts and full over the same documents.

    python benchmarks/audit.py --data DATA [--pages N] [--rounds N]

DATA holds `flat/flat-dev.parquet`, flattened pages, and `extraction/pages-dev.parquet`, pages as HTML; they are not part of
this repository. The pages are taken evenly from both. The levels take turns in every round, the first of them another one
each time, so that each meets the same load of the machine. CPU time as the report of the run gives it, that of all workers
together; the table gives the median of the rounds and, in brackets, the least and the most. The share beside it is the
median of the rounds' own shares.
"""

from __future__ import annotations

import argparse
import datetime as dt
import json
import os
import platform
import statistics
import tempfile
from collections import defaultdict
from collections.abc import Sequence
from importlib.metadata import version
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
from readme import put

from ingest.config import Source, load
from ingest.plan import Plan, make_plan
from ingest.run import run

LEVELS = ("off", "counts", "full")
SETS = {"plain text": ("flat/flat-dev.parquet", "text"), "HTML": ("extraction/pages-dev.parquet", "html")}
# What the audit may cost at most, beside a run without it.
BAR = 0.25
LIBRARIES = ("pyarrow", "numpy", "selectolax")


def write_pages(data: Path, name: str, pages: int, folder: Path) -> Path:
    """Put some pages of a set into a Parquet file that a run can read."""
    file, column = SETS[name]
    table = pq.read_table(data / file, columns=["id", "url", column])
    places = sorted({place * table.num_rows // pages for place in range(min(pages, table.num_rows))})
    chosen = table.take(pa.array(places))
    ids = [f"{number}-{id_}" for number, id_ in enumerate(chosen.column("id").to_pylist())]
    target = folder / f"{column}.parquet"
    pq.write_table(chosen.set_column(0, "id", [ids]), target)
    return target


def make_plans(source: Path, out: Path) -> dict[str, Plan]:
    """Give a plan for each level: the default recipe, one worker, all else as it is by default."""
    text = f"[read]\npaths = [{json.dumps(str(source))}]\n[write]\npath = {json.dumps(str(out))}\n"
    return {
        level: make_plan(load(Source(f'{text}[run]\nworkers = 1\nexecutor = "serial"\naudit = "{level}"\n')))
        for level in LEVELS
    }


def measure(plans: dict[str, Plan], rounds: int) -> dict[str, list[float]]:
    """Give the CPU seconds of every level in every round."""
    seconds: dict[str, list[float]] = defaultdict(list)
    for number in range(rounds + 1):
        for turn in range(len(LEVELS)):
            level = LEVELS[(number + turn) % len(LEVELS)]
            report = run(plans[level], fresh=True)
            # Round 0 fills the caches of models and vocabularies, and does not count.
            if number:
                seconds[level].append(report.cpu_seconds)
    return seconds


def rows(name: str, pages: int, seconds: dict[str, list[float]], beside: dict[str, int]) -> list[str]:
    """Give the lines of the table for one set."""
    lines: list[str] = []
    for level in LEVELS:
        ms = [value / pages * 1e3 for value in seconds[level]]
        shown = f"{statistics.median(ms):.2f} ({min(ms):.2f} to {max(ms):.2f})"
        lines.append(f"| {name} | `{level}` | {shown} | {share(seconds, level):+.1%} | {beside[level] / pages:,.0f} |")
    return lines


def share(seconds: dict[str, list[float]], level: str) -> float:
    """Give how much more a level takes than none."""
    pairs = zip(seconds[level], seconds["off"], strict=True)
    return statistics.median(value / off for value, off in pairs) - 1


def size_of(folder: Path) -> int:
    """Give the bytes in a folder; none where there is none."""
    return sum(file.stat().st_size for file in folder.glob("**/*") if file.is_file())


def measure_set(name: str, options: argparse.Namespace) -> tuple[list[str], bool]:
    """Give the lines of one set, and whether the full audit keeps to its bar."""
    with tempfile.TemporaryDirectory(prefix="ingest-audit-") as folder:
        source = write_pages(options.data, name, options.pages, Path(folder))
        pages = pq.read_metadata(source).num_rows
        out = Path(folder, "out")
        plans = make_plans(source, out)
        seconds = measure(plans, options.rounds)
        beside: dict[str, int] = {}
        for level in LEVELS:
            run(plans[level], fresh=True)
            beside[level] = size_of(out / "removed")
    return rows(name, pages, seconds, beside), share(seconds, "full") <= BAR


def table(lines: Sequence[str], options: argparse.Namespace) -> str:
    """Give the whole section."""
    libraries = ", ".join(f"{name} {version(name)}" for name in LIBRARIES)
    stamp = (
        f"Measured {dt.datetime.now(tz=dt.UTC):%Y-%m-%d} with Python {platform.python_version()}, {libraries}; "
        f"{os.cpu_count()} shared cores. At most {options.pages} documents of each kind; {options.rounds} rounds."
    )
    head = ["| documents | audit | CPU ms a document | beside off | bytes a document in `removed/` |"]
    return "\n".join([stamp, "", *head, "|---|---|---:|---:|---:|", *lines])


def main() -> None:
    """Measure, print, write the table, and fail if the full audit costs too much."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--pages", type=int, default=300)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--dry", action="store_true", help="print only; leave the README as it is")
    options = parser.parse_args()
    results = [measure_set(name, options) for name in SETS]
    figures = table([line for lines, _ in results for line in lines], options)
    print(figures)
    if not options.dry:
        put("audit", figures)
    if not all(cheap for _, cheap in results):
        raise SystemExit(f"the full audit costs more than {BAR:.0%}")


if __name__ == "__main__":
    main()
