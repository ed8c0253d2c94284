"""The Parquet files beside the corpus: what was dropped, what was removed, what failed."""

from __future__ import annotations

from contextlib import ExitStack
from types import TracebackType
from typing import Any, Self

import pyarrow as pa
import pyarrow.parquet as pq

from ingest.document import Document, Dropped
from ingest.output import DROPPED, QUARANTINE, REMOVED, OutputFolder, shard_file
from ingest.pipeline import Change
from ingest.surrogates import storable

__all__ = ["Sidecar", "change_rows", "dropped_row"]

_STRING, _INT = pa.string(), pa.int64()

SCHEMAS = {
    DROPPED: pa.schema(
        {"id": _STRING, "url": _STRING, "file_path": _STRING, "step": _STRING, "code": _STRING, "value": _STRING,
         "text": _STRING}
    ),
    REMOVED: pa.schema(
        {"id": _STRING, "step": _STRING, "code": _STRING, "value": _STRING, "start": _INT, "end": _INT,
         "removed": _STRING, "inserted": _STRING}
    ),
    QUARANTINE: pa.schema(
        {"id": _STRING, "url": _STRING, "file_path": _STRING, "step": _STRING, "plugin": _STRING, "error": _STRING, "message": _STRING,
         "media_type": _STRING, "content": pa.large_binary(), "fields": _STRING, "whereabouts": _STRING}
    ),
}  # fmt: skip

# Characters and bytes to hold before a row group is written.
GROUP_SIZE = 8 * 2**20
# What a row takes besides: thousands of one-character edits are not for nothing.
ROW_SIZE = 200


class Sidecar:
    """One such file of one shard. It comes into being with its first row."""

    def __init__(self, kind: str, folder: OutputFolder, shard: int) -> None:
        self.name = shard_file(kind, shard)
        self.written = False
        self._schema = SCHEMAS[kind]
        self._folder = folder
        self._rows: list[dict[str, Any]] = []
        self._size = 0
        self._stack = ExitStack()
        self._writer: pq.ParquetWriter | None = None

    def add(self, row: dict[str, Any]) -> None:
        """Add a row; its keys are the columns of the schema."""
        self._rows.append(row)
        self._size += ROW_SIZE + sum(len(value) for value in row.values() if isinstance(value, (str, bytes)))
        if self._size > GROUP_SIZE:
            self._flush()

    def _flush(self) -> None:
        if not self._rows:
            return
        if self._writer is None:
            stream = self._stack.enter_context(self._folder.create(self.name))
            self._writer = self._stack.enter_context(pq.ParquetWriter(stream, self._schema, compression="zstd"))
            self.written = True
        self._writer.write_table(pa.Table.from_pylist(self._rows, self._schema))
        self._rows, self._size = [], 0

    def __enter__(self) -> Self:
        self._stack.__enter__()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            if error is None:
                self._flush()
        except BaseException as failure:
            self._stack.__exit__(type(failure), failure, failure.__traceback__)
            raise
        self._stack.__exit__(kind, error, trace)


def dropped_row(dropped: Dropped, step: str) -> dict[str, Any]:
    """Give the row for a document that a step dropped."""
    doc, reason = dropped.document, dropped.reason
    return _place(doc) | {
        "step": step,
        "code": storable(reason.code),
        "value": storable(reason.value),
        "text": storable(doc.text),
    }


def change_rows(doc: Document, change: Change) -> list[dict[str, Any]]:
    """Give one row for every edit of a change. Offsets are code points of the text before the step."""
    return [
        {
            "id": storable(doc.id),
            "step": change.step,
            "code": storable(edit.reason.code),
            "value": storable(edit.reason.value),
            "start": edit.start,
            "end": edit.end,
            "removed": None if edit.withheld else storable(change.before[edit.start : edit.end]),
            "inserted": storable(edit.inserted),
        }
        for edit in change.edits
    ]


def _place(doc: Document) -> dict[str, Any]:
    return {"id": storable(doc.id), "url": storable(doc.url), "file_path": storable(doc.file_path)}
