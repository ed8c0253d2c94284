"""JSON Lines."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator, Mapping
from typing import Any, cast

from ingest.builtin.readers.lines import LongLine, read_lines, without_bom
from ingest.builtin.readers.records import Broken, RecordReader
from ingest.endpoints import Part

__all__ = ["JsonLinesReader"]


class JsonLinesReader(RecordReader):
    """Read every line as a JSON object that is one document. A `.json` file may also be one array of objects."""

    name = "jsonl"
    suffixes = (".jsonl", ".ndjson", ".jsonlines", ".json")

    def sniff(self, head: bytes) -> bool:
        line = head.lstrip(b"\xef\xbb\xbf \t\r\n").partition(b"\n")[0]
        if not line.startswith(b"{"):
            return False
        try:
            return isinstance(json.loads(line), dict)
        except ValueError:
            # The head may end inside a long first line; a quoted key behind the brace is sign enough.
            return len(head) >= 4096 and b"\n" not in head and line[1:].lstrip().startswith(b'"')

    def records(self, part: Part) -> Iterator[tuple[int, Mapping[str, Any] | Broken]]:
        with part.file.open() as raw:
            stream = raw if isinstance(raw, io.BufferedReader) else io.BufferedReader(cast(Any, raw))
            lines, _ = without_bom(stream)
            if part.file.suffix == ".json" and _starts_array(lines):
                yield from self._array(lines.read(self.max_bytes + 1))
                return
            yield from self._lines(lines)

    def _lines(self, stream: Any) -> Iterator[tuple[int, Mapping[str, Any] | Broken]]:
        number = -1
        for count, line in enumerate(read_lines(stream, self.max_bytes), start=1):
            if isinstance(line, LongLine):
                number += 1
                yield number, Broken(f"line {count} has {line.size} bytes, {self.limit_hint()}")
            elif line.strip():
                number += 1
                yield number, _parse(line, count)

    def _array(self, content: bytes) -> Iterator[tuple[int, Mapping[str, Any] | Broken]]:
        if len(content) > self.max_bytes:
            yield 0, Broken(f"the array has more than {self.max_bytes} bytes; write one record per line instead")
            return
        found = _parse(content, 1, list)
        if isinstance(found, Broken):
            yield 0, found
            return
        for number, record in enumerate(cast(list[Any], found)):
            yield number, record if isinstance(record, dict) else Broken(f"item {number} is not an object")


def _starts_array(stream: Any) -> bool:
    return bool(stream.peek(64).lstrip().startswith(b"["))


def _parse(line: bytes, number: int, kind: type[Any] = dict) -> Any:
    """Parse one line. What is wrong with it becomes `Broken`, with the line as it is."""
    try:
        value = json.loads(line.decode())
    except UnicodeDecodeError as error:
        return Broken(f"line {number} is not UTF-8: {error.reason} at byte {error.start}", line)
    except json.JSONDecodeError as error:
        return Broken(f"line {number} is not JSON: {error.msg} at column {error.colno}", line)
    except RecursionError:
        return Broken(f"line {number} is nested too deeply", line)
    except ValueError as error:
        # Python refuses numbers of more than 4,300 digits.
        return Broken(f"line {number} can't be read: {error}", line)
    if not isinstance(value, kind):
        return Broken(f"line {number} is not a JSON object", line)
    return value
