"""Tables of comma- or tab-separated values."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Annotated, Any

from pydantic import AfterValidator

from ingest.builtin.readers.damage import explain_damage
from ingest.builtin.readers.lines import KEEP_BYTES, without_bom
from ingest.builtin.readers.records import Broken, RecordReader
from ingest.builtin.readers.rows import Row, read_rows
from ingest.endpoints import Part
from ingest.errors import ConfigError, Problem, ReadError
from ingest.input.files import InputFile

__all__ = ["CsvReader"]


def _one_character(value: str) -> str:
    if len(value) > 1 or value in tuple('"\r\n'):
        raise ValueError(f"a delimiter is one character that is no quote and no line end, not {value!r}")
    return value


def _known_encoding(value: str) -> str:
    try:
        "".encode(value)
    except LookupError:
        raise ValueError(f"Python knows no encoding {value!r}") from None
    return value


class CsvReader(RecordReader):
    """Read every row as one document. The first row names the columns."""

    name = "csv"
    suffixes = (".csv", ".tsv", ".tab")

    delimiter: Annotated[str, AfterValidator(_one_character)] = ""
    """Character between fields. By default a comma, and a tab for `.tsv` and `.tab`."""
    encoding: Annotated[str, AfterValidator(_known_encoding)] = "utf-8"
    """Encoding of the file; a byte order mark wins over it."""

    def split(self, file: InputFile) -> Sequence[Part]:
        with explain_damage(lambda: "in the header"), self._open(file) as (_, rows):
            header = next(rows, None)
        if header is not None:
            if header.problem or not _is_decoded(header.source):
                problem = header.problem or "can't be decoded; set [read.csv] encoding"
                raise ReadError(f"the header {problem}")
            self._check_delimiter(file, header.fields)
            self.check_columns(file, header.fields)
        return [Part(file, size=file.size)]

    def records(self, part: Part) -> Iterator[tuple[int, Mapping[str, Any] | Broken]]:
        with self._open(part.file) as (encoding, rows):
            header = next(rows, None)
            for number, row in enumerate(rows):
                if problem := self._problem(row, header.fields if header else []):
                    yield number, Broken(f"row {number} {problem}", row.source.encode(encoding, KEEP_BYTES))
                else:
                    yield number, dict(zip(header.fields if header else [], row.fields, strict=True))

    @contextmanager
    def _open(self, file: InputFile) -> Iterator[tuple[str, Iterator[Row]]]:
        """Give the encoding and the rows, the header first."""
        with file.open() as stream:
            lines, encoding = without_bom(stream, self.encoding)
            # Bytes that can't be decoded are kept as surrogate halves, so that they cost their row and no other.
            with io.TextIOWrapper(lines, encoding, errors=KEEP_BYTES, newline="") as text:
                default = "\t" if file.suffix in (".tsv", ".tab") else ","
                yield encoding, read_rows(text, self.delimiter or default, self.max_bytes)

    def _check_delimiter(self, file: InputFile, columns: Sequence[str]) -> None:
        """Find out a header that is one column because another character stands between its names.

        Raises:
            ConfigError: it looks so.
        """
        other = next((char for char in ";\t|," if char in columns[0]), "") if len(columns) == 1 else ""
        if other:
            message = f"{file.name} has a single column, {columns[0]!r}"
            hint = f"if {other!r} stands between its columns: [read.csv] delimiter = {json.dumps(other)}"
            raise ConfigError([Problem("read.csv.delimiter", message, hint=hint)])

    def _problem(self, row: Row, header: Sequence[str]) -> str:
        """Say what is wrong with a row, nothing if it is fine."""
        if row.problem:
            return row.problem if row.source else f"{row.problem}, {self.beyond_limit()}"
        if len(row.fields) != len(header):
            return f"has {len(row.fields)} fields, the header has {len(header)}"
        return "" if _is_decoded(row.source) else "can't be decoded; set [read.csv] encoding"


def _is_decoded(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True
