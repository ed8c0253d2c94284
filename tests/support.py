"""A small project to load and to run."""

from __future__ import annotations

import hashlib
import subprocess
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq

from ingest.config import Config, Source, load
from ingest.plan import make_plan
from ingest.report import Report
from ingest.run import run


class Project:
    """A folder with a config, to load and to run."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.output = folder / "out"

    def write(self, name: str, content: str | bytes) -> Path:
        """Write a file into the project's folder."""
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return path

    def source(self, text: str) -> Source:
        """Give a config as the file `config.toml` of the project."""
        return Source.from_file(self.write("config.toml", text))

    def load(self, text: str) -> Config:
        """Load a config."""
        return load(self.source(text))

    def run(self, text: str, *, fresh: bool = True) -> Report:
        """Load a config and run it."""
        return run(make_plan(self.load(text)), fresh=fresh)

    def results(self) -> list[str]:
        """Name the files in the folders for what came of documents, whole or not."""
        folders = ("corpus", "dropped", "quarantine", "removed")
        files = (file for folder in folders for file in (self.output / folder).rglob("*") if file.is_file())
        return sorted(file.relative_to(self.output).as_posix() for file in files)

    def rows(self, kind: str = "corpus") -> list[dict[str, Any]]:
        """Give the rows of one folder of the output, `metadata` of the corpus as a dictionary."""
        files = sorted((self.output / kind).glob("*.parquet"))
        rows = [row for file in files for row in pq.ParquetFile(file).read().to_pylist()]
        for row in rows:
            if "metadata" in row:
                row["metadata"] = {entry["key"]: entry["value"] for entry in row["metadata"]}
        return rows


def digests(folder: Path) -> dict[str, str]:
    """Give the hashes of all files in a folder but the report."""
    files = [path for path in folder.rglob("*") if path.is_file() and path.name != "report.json"]
    return {str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest() for path in sorted(files)}


def running_in(group: int) -> list[str]:
    """Give the processes of a group that are not just waiting for somebody to read their status."""
    found = subprocess.run(["ps", "-A", "-o", "pgid=,stat=,args="], capture_output=True, text=True, check=True).stdout
    lines = [line.split(maxsplit=2) for line in found.splitlines()]
    return [args for pgid, stat, args in lines if int(pgid) == group and not stat.startswith("Z")]
