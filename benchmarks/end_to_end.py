"""From WARC files to a Parquet corpus: the default recipe beside datatrove's pipeline for FineWeb, in one run.

    python -m venv PEERS && PEERS/bin/pip install '.[peers]'
    python -m venv OURS && OURS/bin/pip install .
    python benchmarks/end_to_end.py --pages PAGES.parquet --peers PEERS/bin/python --ours OURS/bin/python [--rounds N]

PAGES has columns `html` and `url`; `warc.py` makes the input of both from it. `fineweb.py` is the other pipeline. Each runs in
an environment of its own: where pandas is installed, pyarrow loads it unasked, which ingest does not need. Every command takes its turn in every round, so that each meets the same load of the machine; the table gives the median of the rounds and, in
brackets, the least and the most. All costs are those of the command and all its processes, from start to end, imports and
models included; `processes.py` says how they are measured.
"""

from __future__ import annotations

import argparse
import datetime as dt
import json
import os
import platform
import shutil
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import pyarrow.parquet as pq
from processes import Usage, measure, versions
from readme import put
from warc import write_warcs

HERE = Path(__file__).parent
FILES = 2
# What a shard holds by default: with fewer of them than workers, some would have nothing to do.
SHARD_MB = 17
LIBRARIES = ("ingest", "pyarrow", "selectolax", "numpy", "zlib-ng")
PEER_LIBRARIES = ("datatrove", "trafilatura", "lxml", "spacy", "ftfy", "warcio", "pyarrow")
PEER, PEER_WITHOUT, OURS = "datatrove", "datatrove, no URL filter", "ingest"


@dataclass
class Contender:
    """A command that makes a corpus of the WARC files, and what it cost, round by round."""

    name: str
    workers: int
    command: Sequence[str]
    out: Path
    count: Callable[[Path], int]
    """Counts the documents in what it wrote."""
    usages: list[Usage] = field(default_factory=list)
    written: int = 0

    def run(self, environment: dict[str, str]) -> None:
        """Run once."""
        shutil.rmtree(self.out, ignore_errors=True)
        self.usages.append(measure(self.command, environment))
        written = self.count(self.out)
        if len(self.usages) > 1 and written != self.written:
            print(f"{self.name}: {written} documents, {self.written} the round before", file=sys.stderr)
        self.written = written

    def median(self, value: Callable[[Usage], float]) -> float:
        """Give the middle one of the rounds."""
        return statistics.median(map(value, self.usages))


def contenders(folder: Path, peers: str, ours: str, workers: Sequence[int]) -> list[Contender]:
    """Give the commands, those to be compared beside each other."""
    return [one for number in workers for one in (*_peers(folder, peers, number), _ours(folder, ours, number))]


def _peers(folder: Path, python: str, workers: int) -> list[Contender]:
    found = []
    for name, options in ((PEER, ()), (PEER_WITHOUT, ("--no-url-filter",))):
        out = folder / f"fineweb-{workers}{len(options)}"
        command = [python, str(HERE / "fineweb.py"), "run", str(folder / "warcs"), str(out)]
        found.append(Contender(name, workers, [*command, f"--workers={workers}", *options], out, _rows))
    return found


def _ours(folder: Path, python: str, workers: int) -> Contender:
    out, config = folder / f"ingest-{workers}", folder / f"ingest-{workers}.toml"
    paths, target = json.dumps([f"{folder}/warcs/*.warc.gz"]), json.dumps(str(out))
    config.write_text(
        f"[read]\npaths = {paths}\n[write]\npath = {target}\n[run]\nworkers = {workers}\n", encoding="utf-8"
    )
    return Contender(OURS, workers, [python, "-m", "ingest", "run", str(config), "--quiet"], out, _reported)


def _rows(out: Path) -> int:
    return sum(pq.read_metadata(path).num_rows for path in sorted((out / "corpus").glob("*.parquet")))


def _reported(out: Path) -> int:
    counts = json.loads((out / "report.json").read_text(encoding="utf-8"))["counts"]
    assert counts["read"] == counts["written"] + sum(counts["dropped"].values()) + sum(counts["quarantined"].values())
    return int(counts["written"])


def table(found: Sequence[Contender], records: int) -> str:
    """Give the figures as a table."""
    lines = [
        "| | workers | documents | pages per CPU s | CPU ms a page | wall s | peak PSS, MB | peak RSS, MB | largest process |",
        "|---|---:|---:|---:|---:|---:|---:|---:|---:|",
    ]
    for one in found:
        values = (
            _shown(one, lambda usage: records / usage.cpu, 1),
            _shown(one, lambda usage: usage.cpu / records * 1e3, 1),
            _shown(one, lambda usage: usage.wall, 1),
            _shown(one, lambda usage: usage.pss, 0),
            _shown(one, lambda usage: usage.rss, 0),
            _shown(one, lambda usage: usage.largest, 0),
        )
        lines.append(f"| {one.name} | {one.workers} | {one.written:,} | {' | '.join(values)} |")
    return "\n".join(lines)


def _shown(one: Contender, value: Callable[[Usage], float], digits: int) -> str:
    values = [value(usage) for usage in one.usages]
    return f"{statistics.median(values):,.{digits}f} ({min(values):,.{digits}f} to {max(values):,.{digits}f})"


def ratios(found: Sequence[Contender]) -> str:
    """Say how ingest stands beside each of the others with as many workers, round by round."""
    lines = ["| ingest beside | workers | pages per CPU s | peak PSS |", "|---|---:|---:|---:|"]
    for ours in found:
        for peer in found:
            if ours.name == OURS and peer.name != OURS and peer.workers == ours.workers:
                pairs = list(zip(peer.usages, ours.usages, strict=True))
                speed = [theirs.cpu / own.cpu for theirs, own in pairs]
                memory = statistics.median(own.pss / theirs.pss for theirs, own in pairs)
                shown = f"{statistics.median(speed):.1f} ({min(speed):.1f} to {max(speed):.1f}) times"
                lines.append(f"| {peer.name} | {peer.workers} | {shown} | 1/{1 / memory:.1f} |")
    return "\n".join(lines)


def main() -> None:
    """Make the input, run the contenders in turn, and write the tables."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--pages", type=Path, required=True)
    parser.add_argument("--peers", required=True, help="the Python of an environment with the extra `peers`")
    parser.add_argument("--ours", default=sys.executable, help="the Python of an environment with ingest alone")
    parser.add_argument("--records", type=int, help="by default every page once")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--workers", type=int, nargs="+", default=[1, 2])
    parser.add_argument("--only", nargs="+", help="names of the contenders to run; leaves the README as it is")
    parser.add_argument("--dry", action="store_true", help="print only; leave the README as it is")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="ingest-end-to-end-") as name:
        folder = Path(name)
        warcs = write_warcs(options.pages, folder / "warcs", options.records, FILES)
        records = options.records or pq.read_metadata(options.pages).num_rows
        size = sum(path.stat().st_size for path in warcs) / 1e6
        if size < max(options.workers) * SHARD_MB:
            parser.error(f"{size:.0f} MB make fewer shards than there are workers: take more --records")
        environment = {"HF_HOME": str(folder / "cache")}
        subprocess.run(
            [options.peers, str(HERE / "fineweb.py"), "prepare"],
            env=os.environ | environment,
            check=True,
            capture_output=True,
        )
        own, theirs = versions(options.ours, LIBRARIES), versions(options.peers, PEER_LIBRARIES)
        found = contenders(folder, options.peers, options.ours, options.workers)
        found = [one for one in found if not options.only or one.name in options.only]
        for number in range(options.rounds):
            for one in found:
                one.run(environment)
                print(f"round {number}: {one.name}, {one.workers} workers: {one.usages[-1]}", file=sys.stderr)
    stamp = (
        f"Measured {dt.datetime.now(tz=dt.UTC):%Y-%m-%d} with Python {platform.python_version()}; {own}; beside it "
        f"{theirs}; {os.cpu_count()} shared cores. {records:,} pages in {FILES} WARC files of {size:.0f} MB together; "
        f"{options.rounds} rounds."
    )
    figures = "\n\n".join([stamp, table(found, records), ratios(found)])
    print(figures)
    if not options.dry and not options.only:
        put("end-to-end", figures)


if __name__ == "__main__":
    main()
