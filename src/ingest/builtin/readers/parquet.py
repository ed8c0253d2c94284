"""Parquet."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Annotated, Any

import pyarrow as pa
import pyarrow.parquet as pq
from pydantic import Field

from ingest.builtin.readers.records import SINGLE_FIELDS, Broken, RecordReader
from ingest.endpoints import Part
from ingest.errors import ReadError
from ingest.files import InputFile

__all__ = ["ParquetReader"]


class ParquetReader(RecordReader):
    """Read every row as one document. Row groups are read on their own, on different workers."""

    name = "parquet"
    suffixes = (".parquet", ".pq")

    rows: Annotated[int, Field(ge=1)] = 64
    """Rows to hold in memory at a time."""

    def sniff(self, head: bytes) -> bool:
        return head.startswith(b"PAR1")

    def split(self, file: InputFile) -> Sequence[Part]:
        with file.open() as stream:
            metadata = _open(file, stream).metadata
            columns = [str(name) for name in metadata.schema.to_arrow_schema().names]
            sizes = [metadata.row_group(group).total_byte_size for group in range(metadata.num_row_groups)]
        self.check_columns(file, columns)
        # Sizes in the footer are those of the unpacked columns; the plan packs shards by bytes as stored.
        total = sum(sizes) or 1
        return [Part(file, group, group + 1, file.size * size // total) for group, size in enumerate(sizes)]

    def records(self, part: Part) -> Iterator[tuple[int, Mapping[str, Any] | Broken]]:
        with part.file.open() as stream:
            table = _open(part.file, stream)
            start = part.start or 0
            stop = table.num_row_groups if part.stop is None else part.stop
            number = sum(table.metadata.row_group(group).num_rows for group in range(start))
            try:
                for batch in table.iter_batches(self.rows, range(start, stop), self._wanted(table.schema_arrow)):
                    for record in batch.to_pylist(maps_as_pydicts="lossy"):
                        yield number, record
                        number += 1
            except pa.ArrowException as error:
                raise ReadError(f"{part.file.name}: damaged at row {number}: {error}") from error

    def _wanted(self, schema: pa.Schema) -> list[str]:
        """Give the columns that an option names; others are not read."""
        fields = [getattr(self, option) for option in SINGLE_FIELDS] + self.metadata
        names = {field if field in schema.names else field.partition(".")[0] for field in fields if field}
        return [name for name in schema.names if name in names]


def _open(file: InputFile, stream: Any) -> pq.ParquetFile:
    try:
        return pq.ParquetFile(stream)
    except (pa.ArrowException, OSError) as error:
        if getattr(error, "errno", None) is not None:
            raise
        raise ReadError(f"{file.name}: not a Parquet file, or damaged: {error}") from error
