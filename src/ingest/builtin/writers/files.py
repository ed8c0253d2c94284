"""The Parquet files of one shard: rows become row groups, and row groups files, one after the other."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager, ExitStack
from types import TracebackType
from typing import Any, Self

import pyarrow as pa
import pyarrow.parquet as pq

from ingest.output.folder import OutputFile

__all__ = ["FileSeries", "RowGroup"]

# Characters of text, and rows, to hold as Python objects before they become a batch of Arrow, which takes less.
_BATCH_SIZE = 2**20
_BATCH_ROWS = 1000
# Bytes that the end of a file has about each row group at most, or nearly so: the least and the greatest text, and more.
_ABOUT_GROUP = 16 * 2**10


class RowGroup:
    """Rows that wait to be written together."""

    def __init__(self, schema: pa.Schema) -> None:
        self._schema = schema
        self._batches: list[pa.RecordBatch] = []
        self._rows: list[Mapping[str, Any]] = []
        self._rows_size = 0
        self.size = 0
        """Characters of text in them."""

    def add(self, row: Mapping[str, Any]) -> None:
        """Add a row; its keys are the columns of the schema."""
        size = len(row["text"])
        self._rows.append(row)
        self._rows_size += size
        self.size += size
        if self._rows_size >= _BATCH_SIZE or len(self._rows) >= _BATCH_ROWS:
            self._pack()

    def take(self) -> pa.Table:
        """Give all rows, and begin anew."""
        self._pack()
        table = pa.Table.from_batches(self._batches, self._schema)
        self._batches, self.size = [], 0
        return table

    def _pack(self) -> None:
        if self._rows:
            self._batches.append(pa.RecordBatch.from_pylist(self._rows, self._schema))
            self._rows, self._rows_size = [], 0


class FileSeries:
    """Files that follow one another: the next one begins where one more row group would make the last too large.

    Args:
        begin: opens the file with a number. Leaving it makes it whole; with an error, it never is.
        file_bytes: bytes that a file may have, as near as can be told before a row group is written; `None` for one file.
    """

    def __init__(
        self,
        begin: Callable[[int], AbstractContextManager[tuple[OutputFile, pq.ParquetWriter]]],
        file_bytes: int | None,
    ) -> None:
        self._begin = begin
        self._file_bytes = file_bytes
        self._count = 0
        self._stack = ExitStack()
        self._open: tuple[OutputFile, pq.ParquetWriter] | None = None
        self._groups = 0

    def write(self, table: pa.Table) -> None:
        """Write a row group.

        Raises:
            WriteError: it can't be written.
        """
        if self._open is None:
            self._open = self._stack.enter_context(self._begin(self._count))
            self._count += 1
            self._groups = 0
        stream, writer = self._open
        before = stream.size
        # One group, whatever Arrow would make of it.
        writer.write_table(table, row_group_size=max(len(table), 1))
        stream.check()
        self._groups += 1
        if self._file_bytes is not None:
            with_next = 2 * stream.size - before + (self._groups + 1) * _ABOUT_GROUP
            if with_next > self._file_bytes:
                self._open = None
                self._stack.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stack.__exit__(kind, error, trace)
