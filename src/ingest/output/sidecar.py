"""The Parquet files beside the corpus: what was dropped, what was removed, what failed."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from types import TracebackType
from typing import Any, Self

import pyarrow as pa
import pyarrow.parquet as pq

from ingest.document import Document, Dropped
from ingest.output.folder import DROPPED, QUARANTINE, REMOVED, OutputFolder, shard_file
from ingest.pipeline import Change
from ingest.surrogates import storable

__all__ = ["Sidecar", "change_columns", "dropped_row", "text_hash"]

_STRING, _INT = pa.string(), pa.int64()

SCHEMAS = {
    DROPPED: pa.schema(
        {"id": _STRING, "url": _STRING, "file_path": _STRING, "step": _STRING, "code": _STRING, "value": _STRING,
         "text": _STRING}
    ),
    REMOVED: pa.schema(
        {"id": _STRING, "step": _STRING, "code": _STRING, "value": _STRING, "start": _INT, "end": _INT,
         "removed": _STRING, "inserted": _STRING, "hash_before": _STRING, "hash_after": _STRING}
    ),
    QUARANTINE: pa.schema(
        {"id": _STRING, "url": _STRING, "file_path": _STRING, "step": _STRING, "plugin": _STRING, "error": _STRING, "message": _STRING,
         "media_type": _STRING, "content": pa.large_binary(), "fields": _STRING, "whereabouts": _STRING}
    ),
}  # fmt: skip

# Characters and bytes to hold before a row group is written.
GROUP_SIZE = 8 * 2**20
LONG = ("text", "removed", "inserted", "content")
# What a row takes besides: thousands of one-character edits are not for nothing.
ROW_SIZE = 200


class Sidecar:
    """One such file of one shard. It comes into being with its first row."""

    def __init__(self, kind: str, folder: OutputFolder, shard: int) -> None:
        self.name = shard_file(kind, shard)
        self.written = False
        self._schema = SCHEMAS[kind]
        self._folder = folder
        self._columns: dict[str, list[Any]] = {name: [] for name in self._schema.names}
        self._size = 0
        self._stack = ExitStack()
        self._writer: pq.ParquetWriter | None = None

    def add(self, row: Mapping[str, Any]) -> None:
        """Add a row; its keys are the columns of the schema."""
        self.extend({name: [value] for name, value in row.items()})

    def extend(self, columns: Mapping[str, Sequence[Any]]) -> None:
        """Add rows, given as the columns of the schema, all of one length."""
        for name, held in self._columns.items():
            values = columns[name]
            held += values
            self._size += sum(len(value) for value in values if isinstance(value, (str, bytes)))
        self._size += ROW_SIZE * len(columns["id"])
        if self._size > GROUP_SIZE:
            self._flush()

    def _flush(self) -> None:
        if not self._columns["id"]:
            return
        if self._writer is None:
            stream = self._stack.enter_context(self._folder.create(self.name))
            # A dictionary of long texts that differ would cost time and save nothing.
            short = [name for name in self._schema.names if name not in LONG]
            options = {"compression": "zstd", "use_dictionary": short}
            self._writer = self._stack.enter_context(pq.ParquetWriter(stream, self._schema, **options))
            self.written = True
        self._writer.write_table(pa.table(self._columns, self._schema))
        self._columns, self._size = {name: [] for name in self._schema.names}, 0

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


def change_columns(doc: Document, changes: Sequence[Change]) -> dict[str, list[Any]]:
    """Give one row for every edit of the changes of a document, as columns.

    Offsets are code points of the text before the step. Where the text began with a step, what it inserted is the text
    after it, and is left out. `hash_before` and `hash_after` are those of the text before and after the step, by `text_hash`;
    they are left out for every text that still holds something withheld, which could be guessed by them.
    """
    columns: dict[str, list[Any]] = {name: [] for name in SCHEMAS[REMOVED].names}
    last_withheld = max((n for n, change in enumerate(changes) if _is_withheld(change)), default=-1)
    before = after = ""
    hash_before: str | None = None
    hash_after: str | None = None
    for number, change in enumerate(changes):
        hash_before = (
            hash_after if number and change.before == after else _hash_unless(number <= last_withheld, change.before)
        )
        before, after = change.before, change.after
        hash_after = _hash_unless(number < last_withheld, after)
        edits, count = change.edits, len(change.edits)
        columns["id"] += [storable(doc.id)] * count
        columns["step"] += [change.step] * count
        columns["code"] += [storable(edit.reason.code) for edit in edits]
        columns["value"] += [storable(edit.reason.value) for edit in edits]
        columns["start"] += [edit.start for edit in edits]
        columns["end"] += [edit.end for edit in edits]
        removed, inserted = _pieces(change)
        columns["removed"] += removed
        columns["inserted"] += inserted if before else [None] * count
        columns["hash_before"] += [hash_before] * count
        columns["hash_after"] += [hash_after] * count
    return columns


def _is_withheld(change: Change) -> bool:
    return any(edit.withheld for edit in change.edits)


def _hash_unless(hidden: bool, text: str) -> str | None:
    return None if hidden else text_hash(text)


def text_hash(text: str) -> str:
    """Give the hash by which the audit knows a text: 16 hex digits."""
    return hashlib.blake2b(text.encode("utf-8", "surrogatepass"), digest_size=8).hexdigest()


def _place(doc: Document) -> dict[str, Any]:
    return {"id": storable(doc.id), "url": storable(doc.url), "file_path": storable(doc.file_path)}


def _pieces(change: Change) -> tuple[list[str | None], list[str | None]]:
    """Give what the edits removed and inserted; nothing of what is withheld, or what UTF-8 can't hold.

    An escape in its place would not replay.
    """
    before, edits = change.before, change.edits
    removed = [None if edit.withheld else before[edit.start : edit.end] for edit in edits]
    inserted = [edit.inserted for edit in edits]
    if _fits_utf8(before) and _fits_utf8(change.after):
        return removed, list(inserted)
    exact = [_fits_utf8((gone or "") + came) for gone, came in zip(removed, inserted, strict=True)]
    return [gone if fits else None for gone, fits in zip(removed, exact, strict=True)], [*map(storable, inserted)]


def _fits_utf8(text: str) -> bool:
    try:
        text.isascii() or text.encode()
    except UnicodeEncodeError:
        return False
    return True
