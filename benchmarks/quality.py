"""Run the development sets through ingest, score the corpora, and put the figures into `benchmarks/README.md`.

    python benchmarks/quality.py --data DATA --score SCORE.py [--out FOLDER] [--only NAME ...]

DATA is a folder with `extraction/pages-dev.parquet`, `flat/flat-dev.parquet` and so on; SCORE.py takes the kind of
set, a corpus and the gold, and prints figures, the headline last. Neither is part of this repository.
"""

from __future__ import annotations

import argparse
import datetime as dt
import json
import os
import platform
import subprocess
import sys
import tempfile
from importlib.metadata import version
from pathlib import Path

from readme import put

HERE = Path(__file__).parent
# Config, kind of score, gold. The reader views have no score of their own; they show that the pages run through.
SETS = (
    ("pages", "pages", "extraction/pages-dev.parquet"),
    ("segments", "segments", "extraction/segments-dev.parquet"),
    ("reader", None, "extraction/reader-dev.parquet"),
    ("flat", "flat", "flat/flat-dev.parquet"),
    ("languages", "languages", "languages-dev.parquet"),
    ("languages-langdetect", "languages", "languages-dev.parquet"),
    ("charsets", "charsets", "charsets-dev.parquet"),
)
LIBRARIES = ("pyarrow", "selectolax", "numpy", "ftfy", "chardet", "py3langid", "langdetect")


def run_set(config: str, data: Path, out: Path) -> dict[str, object]:
    """Run one config and give its report."""
    environment = os.environ | {"INGEST_DATA": str(data), "INGEST_OUT": str(out)}
    command = [sys.executable, "-m", "ingest", "run", str(HERE / "configs" / f"{config}.toml")]
    subprocess.run([*command, "--quiet", "--fresh"], env=environment, check=True)
    report: dict[str, object] = json.loads((out / config / "report.json").read_text(encoding="utf-8"))
    return report


def score_set(kind: str, config: str, gold: Path, out: Path, script: Path) -> str:
    """Score one corpus and give what the script prints."""
    command = [sys.executable, str(script), kind, str(out / config / "corpus"), str(gold)]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout.rstrip()


def section(config: str, report: dict[str, object], scores: str) -> str:
    """Give the part of the page for one set."""
    counts = report["counts"]
    assert isinstance(counts, dict)
    dropped = sum(counts["dropped"].values())
    quarantined = sum(counts["quarantined"].values())
    cpu = float(str(report["cpu_seconds"])) / max(1, counts["read"]) * 1e3
    head = (
        f"{counts['read']:,} read, {counts['written']:,} written, {dropped:,} dropped, {quarantined:,} quarantined; "
        f"{cpu:.2f} ms CPU a document"
    )
    return f"### {config}\n\n{head}\n\n```\n{scores}\n```\n" if scores else f"### {config}\n\n{head}\n"


def main() -> None:
    """Run, score, write."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--score", type=Path, required=True)
    parser.add_argument("--out", type=Path)
    parser.add_argument("--only", nargs="*", choices=[name for name, _, _ in SETS])
    options = parser.parse_args()
    options.data = options.data.resolve()
    out = (options.out or Path(tempfile.mkdtemp(prefix="ingest-quality-"))).resolve()
    parts = []
    for config, kind, gold in SETS:
        if options.only and config not in options.only:
            continue
        report = run_set(config, options.data, out)
        scores = score_set(kind, config, options.data / gold, out, options.score) if kind else ""
        parts.append(section(config, report, scores))
        print(parts[-1], flush=True)
    if options.only:
        return
    libraries = ", ".join(f"{name} {version(name)}" for name in LIBRARIES)
    stamp = (
        f"Measured {dt.datetime.now(tz=dt.UTC):%Y-%m-%d} with ingest {version('ingest')}, "
        f"Python {platform.python_version()}, {libraries}; {os.cpu_count()} cores.\n"
    )
    put("quality", "\n".join([stamp, *parts]))


if __name__ == "__main__":
    main()
