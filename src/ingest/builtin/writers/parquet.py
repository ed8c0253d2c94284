"""The corpus as Parquet, with one declared schema."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Annotated, Any, Literal, Self

import pyarrow as pa
import pyarrow.parquet as pq
from pydantic import Field, model_validator

from ingest.document import Author, Document
from ingest.endpoints import Writer
from ingest.output import CORPUS, OutputFolder, shard_file

__all__ = ["AUTHORS", "SCHEMA", "Parquet"]

AUTHORS = pa.list_(
    pa.struct(
        {
            "name": pa.string(),
            "emails": pa.list_(pa.string()),
            "handles": pa.list_(pa.struct({"network": pa.string(), "handle": pa.string()})),
        }
    )
)
SCHEMA = pa.schema(
    {
        "id": pa.string(),
        "text": pa.string(),
        "url": pa.string(),
        "file_path": pa.string(),
        "date": pa.string(),
        "published": pa.string(),
        "title": pa.string(),
        "site": pa.string(),
        "authors": AUTHORS,
        "language": pa.string(),
        "language_score": pa.float64(),
        "charset": pa.string(),
        "n_chars_raw": pa.int64(),
        "n_chars": pa.int64(),
        "metadata": pa.map_(pa.string(), pa.string()),
    }
)


class Parquet(Writer):
    """Write one Parquet file per shard into `corpus/`: zstd, page index, row groups by bytes."""

    name = "parquet"

    compression: Literal["zstd", "snappy", "gzip", "lz4", "brotli", "none"] = "zstd"
    """Codec of the columns."""
    compression_level: int | None = None
    """Level of the codec; by default its own, and 3 for `zstd`. `snappy` and `none` have no levels."""
    row_group_bytes: Annotated[int, Field(ge=1)] = 32 * 2**20
    """Characters of text after which a row group is full."""

    def write(
        self,
        docs: Iterable[Document],
        folder: OutputFolder,
        shard: int,
        footer: dict[str, str],
        columns: Mapping[str, str],
    ) -> list[str]:
        name = shard_file(CORPUS, shard)
        schema = with_columns(columns).with_metadata(footer)
        with folder.create(name) as stream, self._open(stream, schema) as writer:
            for rows in self._groups(docs):
                writer.write_table(pa.Table.from_pylist(rows, schema))
                stream.check()
        return [name]

    def _open(self, stream: Any, schema: pa.Schema) -> pq.ParquetWriter:
        return pq.ParquetWriter(
            stream,
            schema,
            compression=self.compression,
            compression_level=self._level(),
            write_page_index=True,
            use_content_defined_chunking=True,
        )

    def _level(self) -> int | None:
        return 3 if self.compression == "zstd" and self.compression_level is None else self.compression_level

    @model_validator(mode="after")
    def _check_level(self) -> Self:
        if self.compression_level is not None and self.compression in ("snappy", "none"):
            raise ValueError(f"compression = {self.compression!r} has no compression_level; leave it out")
        return self

    def _groups(self, docs: Iterable[Document]) -> Iterator[list[dict[str, Any]]]:
        """Give the rows of one row group at a time."""
        rows: list[dict[str, Any]] = []
        size = 0
        for doc in docs:
            rows.append(row(doc))
            size += len(doc.text)
            if size >= self.row_group_bytes:
                yield rows
                rows, size = [], 0
        if rows:
            yield rows


def with_columns(columns: Mapping[str, str]) -> pa.Schema:
    """Give the schema with the typed columns that steps declare."""
    schema = SCHEMA
    for name, kind in columns.items():
        schema = schema.append(pa.field(name, pa.type_for_alias(kind)))
    return schema


def row(doc: Document) -> dict[str, Any]:
    """Give the document as a row of the schema."""
    return {
        "id": doc.id,
        "text": doc.text,
        "url": doc.url,
        "file_path": doc.file_path,
        "date": doc.date,
        "published": doc.published,
        "title": doc.title,
        "site": doc.site,
        "authors": [author_row(author) for author in doc.authors],
        "language": doc.language,
        "language_score": doc.language_score,
        "charset": doc.charset,
        "n_chars_raw": doc.n_chars_raw,
        "n_chars": len(doc.text),
        "metadata": sorted(doc.metadata.items()),
        **doc.columns,
    }


def author_row(author: Author) -> dict[str, Any]:
    """Give an author as an entry of the column `authors`."""
    handles = [{"network": handle.network, "handle": handle.handle} for handle in author.handles]
    return {"name": author.name, "emails": list(author.emails), "handles": handles}
