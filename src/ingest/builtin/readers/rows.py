"""Rows of a CSV file, none of them larger than allowed."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TextIO

__all__ = ["Row", "read_rows"]

_CHUNK = 1 << 16
# The field limit of the csv module is one for the whole process and too small. It is never met: rows are limited here.
# It is a C long, which has 32 bits on Windows.
_FIELD_LIMIT = (1 << 31) - 1


@dataclass(frozen=True, slots=True)
class Row:
    """The fields of a row, or why they can't be told."""

    fields: list[str]
    source: str
    """The row as it stands in the file; empty if it is too large."""
    problem: str = ""


def read_rows(text: TextIO, delimiter: str, limit: int) -> Iterator[Row]:
    """Give the rows that are not blank. A row of more than `limit` characters is skipped to its end."""
    csv.field_size_limit(_FIELD_LIMIT)
    lines = _Lines(text, limit)
    rows = csv.reader(lines, delimiter=delimiter)
    while True:
        lines.start_row()
        try:
            fields = next(rows)
        except StopIteration:
            return
        except _TooLargeError:
            yield Row([], "", f"has {lines.size} characters")
        except csv.Error as error:
            yield Row([], "".join(lines.row), f"can't be read: {error}")
        else:
            if fields:
                problem = "has a quote that is not closed before the end of the file" if lines.ended else ""
                yield Row(fields, "".join(lines.row), problem)


class _TooLargeError(Exception):
    """The row at hand is larger than the limit."""


class _Lines:
    """The lines of a file, as `csv.reader` asks for them, and what it took for the row at hand.

    Not a generator: it has to go on after it raised.
    """

    def __init__(self, text: TextIO, limit: int) -> None:
        self._text = text
        self._limit = limit
        self.ended = False
        self.start_row()

    def start_row(self) -> None:
        self.row: list[str] = []
        self.size = 0

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        line = self._text.readline(self._limit + 1)
        if not line:
            self.ended = True
            raise StopIteration
        self.row.append(line)
        self.size += len(line)
        if self.size - (len(line) - len(line.rstrip("\r\n"))) > self._limit:
            self._skip()
            raise _TooLargeError
        return line

    def _skip(self) -> None:
        """Go to the end of the row. Outside of quotes the number of quotes is even: one in a field is written twice."""
        quotes = sum(line.count('"') for line in self.row)
        line = self.row[-1]
        self.row = []
        while quotes % 2 or not line.endswith(("\n", "\r")):
            line = self._text.readline(_CHUNK)
            if not line:
                return
            quotes += line.count('"')
            self.size += len(line)
