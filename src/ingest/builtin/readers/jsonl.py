"""JSON Lines."""

from __future__ import annotations

import io
import json
import re
from collections.abc import Iterator, Mapping
from itertools import count
from typing import IO, Any

from ingest.builtin.readers.lines import LongLine, read_at_most, read_lines, without_bom
from ingest.builtin.readers.records import Broken, RecordReader
from ingest.builtin.readers.values import as_bytes
from ingest.endpoints import Part

__all__ = ["JsonLinesReader"]


class JsonLinesReader(RecordReader):
    """Read one document per line of JSON. A `.json` file may also hold one array of records, or one record."""

    name = "jsonl"
    suffixes = (".jsonl", ".ndjson", ".jsonlines", ".json")

    def sniff(self, head: bytes) -> bool:
        line, end, _ = head.removeprefix(b"\xef\xbb\xbf").lstrip().partition(b"\n")
        if not end and len(head) >= 4096:
            # The head ends inside a long first line; a quoted key behind the brace is sign enough.
            return re.match(rb'\{\s*"', line) is not None
        return isinstance(_parse(line, 1), dict)

    def records(self, part: Part) -> Iterator[tuple[int, Mapping[str, Any] | Broken]]:
        with part.file.open() as stored:
            stream, _ = without_bom(stored)
            yield from enumerate(self._json(stream) if part.file.suffix == ".json" else self._lines(stream))

    def _lines(self, stream: IO[bytes]) -> Iterator[Mapping[str, Any] | Broken]:
        for number, line in enumerate(read_lines(stream, self.max_bytes), start=1):
            if isinstance(line, LongLine):
                yield Broken(f"line {number} has {line.size} bytes, {self.beyond_limit()}")
            elif not line.isspace():
                value = _parse(line, number)
                known = isinstance(value, (dict, Broken))
                yield value if known else Broken(f"line {number} is not a JSON object", line)

    def _json(self, stream: io.BufferedReader) -> Iterator[Mapping[str, Any] | Broken]:
        """Give the items of one array, the one object, or, if the first line is an object by itself, the lines."""
        head = stream.peek().lstrip()
        if not (head.startswith(b"[") or _ends_inside_object(head)):
            yield from self._lines(stream)
            return
        content = read_at_most(stream, self.max_bytes + 1)
        if len(content) > self.max_bytes:
            yield Broken(f"the file is one JSON value of more than {self.max_bytes} bytes; write one record per line")
            return
        value = _parse(content, 1)
        if isinstance(value, Broken) and head.startswith(b"{"):
            yield from self._lines(io.BytesIO(content))
        elif isinstance(value, list):
            yield from map(_item, count(), value)
        else:
            yield value


def _ends_inside_object(head: bytes) -> bool:
    """Say whether the first line is only the beginning of an object."""
    line, end, _ = head.partition(b"\n")
    if not (line.startswith(b"{") and end):
        return False
    try:
        json.loads(line)
    except json.JSONDecodeError as error:
        return error.pos >= len(error.doc.rstrip())
    except (ValueError, RecursionError):
        return False
    return False


def _item(number: int, value: Any) -> Mapping[str, Any] | Broken:
    return value if isinstance(value, dict) else Broken(f"item {number} is not a JSON object", as_bytes(value))


def _parse(content: bytes, number: int) -> Any:
    """Parse what starts at a line. What is wrong with it becomes `Broken`, with the bytes as they are."""
    try:
        # Files put together from several have byte order marks inside.
        return json.loads(content.decode("utf-8-sig").rstrip())
    except UnicodeDecodeError as error:
        return Broken(f"line {number} is not UTF-8: {error.reason} at byte {error.start}", content)
    except json.JSONDecodeError as error:
        line = number + error.lineno - 1
        return Broken(f"line {line} is not JSON: {error.msg} at column {error.colno}", content)
    except RecursionError:
        return Broken(f"line {number} is nested too deeply", content)
    except ValueError as error:
        # Python refuses numbers of more than 4,300 digits.
        return Broken(f"line {number} can't be read: {error}", content)
