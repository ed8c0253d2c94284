"""Parquet."""

from __future__ import annotations

import warnings
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import lru_cache
from itertools import accumulate
from typing import Annotated, Any, cast

import pyarrow as pa
import pyarrow.parquet as pq
from pydantic import Field

from ingest.builtin.readers.records import SINGLE_FIELDS, Broken, RecordReader
from ingest.endpoints import Part
from ingest.errors import ReadError
from ingest.input.files import InputFile

__all__ = ["ParquetReader"]

_BUFFER = 1 << 20
_UNFIT = (pa.ArrowException, ValueError, OverflowError)
_DAMAGES = (*_UNFIT, OSError)


class ParquetReader(RecordReader):
    """Read every row as one document. Row groups are read on their own, on different workers."""

    name = "parquet"
    suffixes = (".parquet", ".pq")

    rows: Annotated[int, Field(ge=1)] = 64
    """Rows to hold in memory at a time."""

    def sniff(self, head: bytes) -> bool:
        return head.startswith(b"PAR1")

    def split(self, file: InputFile) -> Sequence[Part]:
        with _open(file) as table:
            metadata = table.metadata
            sizes = [metadata.row_group(group).total_byte_size for group in range(metadata.num_row_groups)]
            columns = list(_columns(table.schema_arrow))
        self.check_columns(file, columns)
        # Sizes in the footer are those of the unpacked columns; the plan packs shards by bytes as stored.
        total = sum(sizes) or 1
        return [Part(file, group, group + 1, file.size * size // total) for group, size in enumerate(sizes)]

    def records(self, part: Part) -> Iterator[tuple[int, Mapping[str, Any] | Broken]]:
        with _open(part.file) as table:
            start = part.start or 0
            stop = table.num_row_groups if part.stop is None else part.stop
            number = _footer(part.file).first_rows[start]
            try:
                for batch in table.iter_batches(self.rows, range(start, stop), self._wanted(table.schema_arrow)):
                    yield from enumerate(_rows(batch, number), number)
                    number += batch.num_rows
            except _DAMAGES as error:
                raise _explained(error, f"damaged in or behind row {number}") from error

    def _wanted(self, schema: pa.Schema) -> list[str]:
        """Give the columns that an option names; others are not read."""
        columns = list(_columns(schema))
        fields = [getattr(self, option) for option in SINGLE_FIELDS] + self.metadata
        names = {field if field in columns else field.partition(".")[0] for field in fields}
        return [name for name in columns if name in names]


@dataclass(frozen=True, slots=True)
class _Footer:
    """What stands at the end of a file."""

    metadata: pq.FileMetaData
    first_rows: Sequence[int]
    """Number of the first row of each row group, and of all rows."""


def _footer(file: InputFile) -> _Footer:
    # The last one is kept, for to read it anew with each of many row groups takes longer than to read these.
    return _kept_footer(file) if file.stamp else _read_footer(file)


def _read_footer(file: InputFile) -> _Footer:
    with file.open() as stream:
        metadata = pq.read_metadata(stream)
    sizes = (metadata.row_group(group).num_rows for group in range(metadata.num_row_groups))
    return _Footer(metadata, list(accumulate(sizes, initial=0)))


_kept_footer = lru_cache(maxsize=1)(_read_footer)


@contextmanager
def _open(file: InputFile) -> Iterator[pq.ParquetFile]:
    if file.compression is not None:
        message = f"Parquet inside {file.compression} can't be read in pieces; unpack it first"
        raise ReadError(message)
    with file.open() as stream:
        try:
            table = pq.ParquetFile(stream, metadata=_footer(file).metadata, buffer_size=_BUFFER)
        except _DAMAGES as error:
            raise _explained(error, "not a Parquet file, or damaged") from error
        yield table


def _explained(error: Exception, message: str) -> Exception:
    """Give the error to raise: only the operating system sets errno, and its errors say enough."""
    return error if getattr(error, "errno", None) is not None else ReadError(f"{message}: {error}")


def _columns(fields: Iterable[pa.Field], prefix: str = "") -> Iterator[str]:
    """Give the names of the columns and, dotted, of what is inside of them."""
    for field in fields:
        name = f"{prefix}{field.name}"
        yield name
        if pa.types.is_struct(field.type):
            yield from _columns(field.type, f"{name}.")
        elif pa.types.is_map(field.type):
            yield f"{name}.*"


def _rows(batch: pa.RecordBatch, start: int) -> Iterable[Mapping[str, Any] | Broken]:
    batch = batch.cast(_in_microseconds(batch.schema), safe=False)
    try:
        return _records(batch)
    except _UNFIT:
        # A string that is no UTF-8 or a time after the year 9999 costs its row and no other.
        return [_record(batch.slice(number, 1), start + number) for number in range(batch.num_rows)]


def _record(row: pa.RecordBatch, number: int) -> Mapping[str, Any] | Broken:
    try:
        return _records(row)[0]
    except _UNFIT as error:
        return Broken(f"row {number} can't be read: {error}")


def _records(batch: pa.RecordBatch) -> list[dict[str, Any]]:
    with warnings.catch_warnings():
        # Of a key that a map has twice the last one counts, as in JSON.
        warnings.simplefilter("ignore", UserWarning)
        return cast(list[dict[str, Any]], batch.to_pylist(maps_as_pydicts="lossy"))


def _in_microseconds(schema: pa.Schema) -> pa.Schema:
    """Give the schema with times as Python's types hold them; for nanoseconds Arrow would need pandas."""
    return pa.schema([field.with_type(_microseconds(field.type)) for field in schema])


def _microseconds(kind: pa.DataType) -> pa.DataType:
    if pa.types.is_struct(kind):
        return pa.struct([field.with_type(_microseconds(field.type)) for field in kind])
    if pa.types.is_timestamp(kind) and kind.unit == "ns":
        return pa.timestamp("us", kind.tz)
    if pa.types.is_duration(kind) and kind.unit == "ns":
        return pa.duration("us")
    return kind
