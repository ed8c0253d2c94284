"""The corpus as Parquet, with one declared schema."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from functools import partial
from typing import Annotated, Any, Literal, Self

import pyarrow as pa
import pyarrow.parquet as pq
from pydantic import Field, model_validator

from ingest.builtin.writers.files import FileSeries, RowGroup
from ingest.document import Author, Document
from ingest.endpoints import Writer
from ingest.output.folder import CORPUS, OutputFile, OutputFolder, shard_file

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
# Laid out in the file as a map is, but Hugging Face datasets has no type for maps.
METADATA = pa.list_(pa.struct({"key": pa.string(), "value": pa.string()}))
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
        "metadata": METADATA,
    }
)


_UNKNOWN, _OTHER = "und", "other"
_LANGUAGE = re.compile(r"[a-z]{2,3}(?:-[a-z0-9]{2,8}){0,3}")
# Three of the codes of ISO 639-3 and what looks like one: Windows has no files and folders of these names.
_DEVICES = {"aux", "con", "nul", "prn"}


class Parquet(Writer):
    """Write each shard as a Parquet file, or several, into `corpus/`: zstd, page index, row groups by characters."""

    name = "parquet"

    compression: Literal["zstd", "snappy", "gzip", "lz4", "brotli", "none"] = "zstd"
    """Codec of the columns."""
    compression_level: int | None = None
    """Level of the codec; by default its own, and 3 for `zstd`. `snappy` and `none` have no levels."""
    row_group_bytes: Annotated[int, Field(ge=1)] = 32 * 2**20
    """Characters of text after which a row group is full. With `partition_by`, all open row groups of a shard share them."""
    file_bytes: Annotated[int | None, Field(ge=2**20)] = None
    """Largest size of a file of the corpus in bytes as stored, within about a tenth; only a longer document makes a larger
    one. Files are then `part-00000-000.parquet`, `part-00000-001.parquet`, and so on. By default there is one for each
    shard."""
    partition_by: Literal["language"] | None = None
    """`language` sorts documents into a folder for each language, such as `corpus/en/`; those without one go to `und`, and
    those whose language is no code of a language to `other`. By default there is one folder."""

    def write(
        self,
        docs: Iterable[Document],
        folder: OutputFolder,
        shard: int,
        footer: dict[str, str],
        columns: Mapping[str, str],
    ) -> list[str]:
        schema = with_columns(columns).with_metadata(footer)
        names: list[str] = []

        @contextmanager
        def begin(place: str, number: int) -> Iterator[tuple[OutputFile, pq.ParquetWriter]]:
            name = self._file_name(place, shard, number)
            with folder.create(name) as stream, self._open(stream, schema) as writer:
                names.append(name)
                yield stream, writer

        with ExitStack() as stack:
            series: dict[str, FileSeries] = {}
            for place, table in self._row_groups(docs, schema):
                if place not in series:
                    series[place] = stack.enter_context(FileSeries(partial(begin, place), self.file_bytes))
                series[place].write(table)
        return names

    def _row_groups(self, docs: Iterable[Document], schema: pa.Schema) -> Iterator[tuple[str, pa.Table]]:
        """Give one row group at a time, with its folder. A shard without documents has one that is empty.

        Together the folders hold no more than one row group may have: the one that holds the most is written then.
        """
        groups: dict[str, RowGroup] = {}
        size, empty = 0, True
        for doc in docs:
            empty = False
            place = self._folder(doc.language)
            if place not in groups:
                groups[place] = RowGroup(schema)
            groups[place].add(row(doc))
            size += len(doc.text)
            if size >= self._group_size():
                fullest = max(groups, key=lambda place: groups[place].size)
                size -= groups[fullest].size
                yield fullest, groups.pop(fullest).take()
        for place, group in groups.items():
            yield place, group.take()
        if empty:
            yield self._folder(None), RowGroup(schema).take()

    def _group_size(self) -> int:
        # A file can only end where a row group does.
        return self.row_group_bytes if self.file_bytes is None else min(self.row_group_bytes, self.file_bytes // 4)

    def _folder(self, language: str | None) -> str:
        """Name the folder for documents of a language. It is data: nothing of it may lead anywhere else."""
        if self.partition_by is None:
            return ""
        code = _UNKNOWN if language is None else language.lower()
        return f"{code if _LANGUAGE.fullmatch(code) and code not in _DEVICES else _OTHER}/"

    def _file_name(self, place: str, shard: int, number: int) -> str:
        name = shard_file(f"{CORPUS}/{place}".rstrip("/"), shard, "")
        return f"{name}.parquet" if self.file_bytes is None else f"{name}-{number:03d}.parquet"

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
        "metadata": [{"key": key, "value": value} for key, value in sorted(doc.metadata.items())],
        **doc.columns,
    }


def author_row(author: Author) -> dict[str, Any]:
    """Give an author as an entry of the column `authors`."""
    handles = [{"network": handle.network, "handle": handle.handle} for handle in author.handles]
    return {"name": author.name, "emails": list(author.emails), "handles": handles}
