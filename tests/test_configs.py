"""The configs and benchmarks that come with the project load, and the ready configs clean the samples."""

from __future__ import annotations

from pathlib import Path

import pytest

from ingest.cli import run_command
from ingest.config import Source, load

ROOT = Path(__file__).parents[1]
READY = sorted((ROOT / "configs").glob("*.toml"))
BENCHMARKS = sorted((ROOT / "benchmarks/configs").glob("*.toml"))


@pytest.mark.parametrize("path", READY, ids=lambda path: path.stem)
def test_a_ready_config_runs(path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("CRAWL", "SCANS"):
        monkeypatch.setenv(name, str(ROOT / "samples"))
    monkeypatch.setenv("OUT", str(tmp_path / "out"))
    assert run_command(["run", str(path), "-w", "1", "-q"]) == 0
    assert (tmp_path / "out/corpus/part-00000.parquet").is_file()


@pytest.mark.parametrize("path", BENCHMARKS, ids=lambda path: path.stem)
def test_a_benchmark_config_loads(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("INGEST_DATA", "/data")
    monkeypatch.setenv("INGEST_OUT", "/out")
    load(Source.from_file(path))
