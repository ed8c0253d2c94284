"""A run that is in its output folder, and the rows of its files."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import cached_property
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from ingest.errors import OutputError
from ingest.ledger import is_marker, read_run
from ingest.output.folder import REPORT, RUN, SHARDS, OutputFolder
from ingest.report import ShardReport

__all__ = ["SavedRun", "is_parquet", "kind_of"]

# Rows that are held at a time.
BATCH = 64


class SavedRun:
    """What a run wrote.

    Args:
        path: the output folder, a path or an fsspec URL.

    Raises:
        OutputError: no run was begun there, or its record can't be read.
    """

    def __init__(self, path: str) -> None:
        self.folder = OutputFolder(path)
        record = read_run(self.folder)
        if record is None:
            raise OutputError(
                f"{path}: no run was begun there, since there is no {RUN}; name the folder that `ingest run` wrote to"
            )
        self.path = path
        self.record: dict[str, Any] = record

    @property
    def audit(self) -> str:
        """The level of the audit: `off`, `counts` or `full`."""
        return str(self.record.get("audit", "off"))

    @cached_property
    def names(self) -> dict[str, int]:
        """All files in the folder, sorted, with their sizes in bytes."""
        return self.folder.sizes()

    def report(self) -> dict[str, Any] | None:
        """Give what `report.json` holds; `None` if the run has not come to its end.

        Raises:
            OutputError: it can't be read.
        """
        content = self.folder.read(REPORT)
        if content is None:
            return None
        try:
            report = json.loads(content)
        except ValueError as error:
            raise OutputError(f"{self.path}/{REPORT}: is damaged: {error}") from error
        if not isinstance(report, dict) or not isinstance(report.get("counts"), dict):
            raise OutputError(f"{self.path}/{REPORT}: is damaged: holds no counts")
        return report

    def markers(self) -> Iterator[tuple[str, ShardReport | Exception]]:
        """Give the name of every marker with what it says, or with why it can't be read."""
        for name in self.names:
            if is_marker(name):
                try:
                    yield name, ShardReport.from_json(self.folder.read(name) or b"")
                except (ValueError, TypeError, KeyError, AttributeError, OutputError) as error:
                    yield name, error

    def shards(self) -> Iterator[ShardReport]:
        """Give the reports of the shards that are done, in their order; damaged ones are left out."""
        return (report for _, report in self.markers() if isinstance(report, ShardReport))

    def files_of(self, report: ShardReport, kind: str) -> list[str]:
        """Name the Parquet files of one kind that a shard wrote and that are there."""
        names = [file.name for file in report.files if kind_of(file.name) == kind and is_parquet(file.name)]
        return [name for name in names if name in self.names]

    def id_hashes(self, report: ShardReport) -> bytes:
        """Give the hashes of the ids that a shard wrote, 8 bytes each.

        Raises:
            OutputError: they can't be read.
        """
        names = [file.name for file in report.files if kind_of(file.name) == SHARDS]
        return b"".join(self.folder.read(name) or b"" for name in names)

    @contextmanager
    def table(self, name: str) -> Iterator[pq.ParquetFile]:
        """Open a Parquet file.

        Raises:
            OSError, pyarrow.ArrowException: it can't be read.
        """
        with self.folder.open(name) as stream, pq.ParquetFile(stream) as table:
            yield table

    def rows(self, name: str, columns: Sequence[str] | None = None, batch: int = BATCH) -> Iterator[dict[str, Any]]:
        """Give the rows of a Parquet file one after the other, a few of them in memory.

        Raises:
            OSError, pyarrow.ArrowException: the file can't be read.
        """
        with self.table(name) as table:
            known = [column for column in columns or table.schema_arrow.names if column in table.schema_arrow.names]
            for part in table.iter_batches(batch, columns=known):
                yield from part.to_pylist(maps_as_pydicts="lossy")

    def find(self, name: str, ids: Sequence[str]) -> Iterator[tuple[int, dict[str, Any]]]:
        """Give the rows of some ids in a Parquet file, each with its number in the file.

        Only the ids are read, but for the row groups that hold one of them.

        Raises:
            OSError, pyarrow.ArrowException: the file can't be read.
        """
        wanted = pa.array(ids, pa.string())
        with self.table(name) as table:
            first = 0
            for group in range(table.num_row_groups):
                mask = pc.is_in(table.read_row_group(group, columns=["id"]).column("id"), value_set=wanted)
                if pc.any(mask).as_py():
                    places = pc.indices_nonzero(mask.combine_chunks()).to_pylist()
                    found = table.read_row_group(group).filter(mask).to_pylist(maps_as_pydicts="lossy")
                    yield from ((first + place, row) for place, row in zip(places, found, strict=True))
                first += table.metadata.row_group(group).num_rows


def kind_of(name: str) -> str:
    """Name the folder that a file stands in: `corpus`, `dropped`, ..."""
    return name.partition("/")[0]


def is_parquet(name: str) -> bool:
    """Say whether a file can be looked into: writers of plugins may write others into `corpus/`."""
    return name.endswith(".parquet")
