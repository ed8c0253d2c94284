"""JSON Lines."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator, Mapping
from itertools import chain
from typing import IO, Any

from ingest.builtin.readers.lines import LongLine, read_at_most, read_lines, without_bom
from ingest.builtin.readers.records import Broken, RecordReader
from ingest.endpoints import Part

__all__ = ["JsonLinesReader"]


class JsonLinesReader(RecordReader):
    """Read every line as a JSON object that is one document.

    A `.json` file may also be one array of objects, or one object.
    """

    name = "jsonl"
    suffixes = (".jsonl", ".ndjson", ".jsonlines", ".json")

    def sniff(self, head: bytes) -> bool:
        line = head.lstrip(b"\xef\xbb\xbf \t\r\n").partition(b"\n")[0]
        if not line.startswith(b"{"):
            return False
        try:
            return isinstance(json.loads(line), dict)
        except RecursionError:
            return False
        except ValueError:
            # The head may end inside a long first line; a quoted key behind the brace is sign enough.
            return len(head) >= 4096 and b"\n" not in head and line[1:].lstrip().startswith(b'"')

    def records(self, part: Part) -> Iterator[tuple[int, Mapping[str, Any] | Broken]]:
        with part.file.open() as stored:
            stream, _ = without_bom(stored)
            if part.file.suffix == ".json":
                yield from enumerate(self._json(stream))
            else:
                yield from enumerate(self._lines(stream))

    def _lines(self, *streams: IO[bytes]) -> Iterator[Mapping[str, Any] | Broken]:
        lines = chain.from_iterable(read_lines(stream, self.max_bytes) for stream in streams)
        for number, line in enumerate(lines, start=1):
            if isinstance(line, LongLine):
                yield Broken(f"line {number} has {line.size} bytes, {self.limit_hint()}")
            elif not line.isspace():
                yield _parse_line(line, number)
