"""Tables of comma- or tab-separated values."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Mapping, Sequence
from typing import Annotated, Any, cast

from pydantic import AfterValidator

from ingest.builtin.readers.lines import without_bom
from ingest.builtin.readers.records import Broken, RecordReader
from ingest.endpoints import Part
from ingest.errors import ReadError
from ingest.files import InputFile

__all__ = ["CsvReader"]

_UNDECODED = frozenset(map(chr, range(0xDC80, 0xDD00)))


def _one_character(value: str) -> str:
    if len(value) > 1:
        raise ValueError(f"a delimiter is one character, not {value!r}")
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
    """Character between fields. By default a comma, and a tab for `.tsv`."""
    encoding: Annotated[str, AfterValidator(_known_encoding)] = "utf-8"
    """Encoding of the file; a byte order mark wins over it."""

    def split(self, file: InputFile) -> Sequence[Part]:
        rows = self._rows(file)
        header = next(rows, None)
        rows.close()
        if header:
            self.check_columns(file, header)
        return [Part(file, size=file.size)]

    def records(self, part: Part) -> Iterator[tuple[int, Mapping[str, Any] | Broken]]:
        rows = self._rows(part.file)
        header = next(rows, None)
        for number, row in enumerate(rows):
            yield number, _record(header or [], row, number)

    def _rows(self, file: InputFile) -> Any:
        """Give the rows that are not blank, the header first."""
        csv.field_size_limit(max(self.max_bytes, csv.field_size_limit()))
        with file.open() as raw:
            stream = raw if isinstance(raw, io.BufferedReader) else io.BufferedReader(cast(Any, raw))
            lines, encoding = without_bom(stream, self.encoding)
            # Bytes that can't be decoded come through as half surrogates, so that they cost their row and no other.
            text = io.TextIOWrapper(lines, encoding, errors="surrogateescape", newline="")
            default = "\t" if file.suffix in (".tsv", ".tab") else ","
            rows = csv.reader(text, delimiter=self.delimiter or default)
            try:
                for row in rows:
                    if row:
                        yield row
            except csv.Error as error:
                raise ReadError(f"{file.name}: line {rows.line_num}: {error}") from error


def _record(header: Sequence[str], row: Sequence[str], number: int) -> Mapping[str, Any] | Broken:
    content = ",".join(row).encode("utf-8", "surrogateescape")
    if len(row) != len(header):
        return Broken(f"row {number} has {len(row)} fields, the header has {len(header)}", content)
    if not _UNDECODED.isdisjoint("".join(row)):
        return Broken(f"row {number} can't be decoded; set [read.csv] encoding", content)
    return dict(zip(header, row, strict=True))
