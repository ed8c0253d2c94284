"""JSON Lines."""

from __future__ import annotations

import codecs
import io
import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from operator import itemgetter
from typing import IO, Annotated, Any

from pydantic import Field

from ingest.builtin.readers.lines import (
    CutLine,
    LongLine,
    find_bom,
    line_starts,
    packed_line_starts,
    read_at_most,
    read_lines,
    without_bom,
)
from ingest.builtin.readers.records import Broken, RecordReader
from ingest.builtin.readers.values import as_bytes
from ingest.endpoints import Part
from ingest.errors import ReadError
from ingest.input.files import InputFile
from ingest.input.unpacking import START, Origin

__all__ = ["JsonLinesReader"]


_MOST_OF_ORIGIN = 16
_REMOTE_STEP = 64 * 2**20
"""Least bytes of a part of a remote file: to look for the end of a line there costs a request of some megabytes."""

Resume = Callable[[], ReadError | None]


class JsonLinesReader(RecordReader):
    """Read one document per line of JSON. A `.json` file may also hold one array of records, or one record.

    A document of a line is numbered by the byte of the unpacked file that its line begins at; an item of an array by
    its place in it.
    """

    name = "jsonl"
    suffixes = (".jsonl", ".ndjson", ".jsonlines", ".json")

    part_bytes: Annotated[int, Field(ge=1)] = 4 * 2**20
    """Bytes of lines that are read together; a larger file is cut into such parts, for different workers."""

    def sniff(self, head: bytes) -> bool:
        line, end, _ = head.removeprefix(b"\xef\xbb\xbf").lstrip().partition(b"\n")
        if not end and len(head) >= 4096:
            # The head ends inside a long first line; a quoted key behind the brace is sign enough.
            return re.match(rb'\{\s*"', line) is not None
        return isinstance(_parse(line), dict)

    def split(self, file: InputFile) -> Sequence[Part]:
        pays = file.is_local or file.compression is None
        if file.size <= self.part_bytes or not pays or not _is_in_lines(file):
            return [Part(file, size=file.size)]
        return self._split_packed(file) if file.compression else self._split_plain(file)

    def _split_plain(self, file: InputFile) -> Sequence[Part]:
        step = self.part_bytes if file.is_local else max(self.part_bytes, _REMOTE_STEP)
        with file.open() as stream:
            starts = [0, *line_starts(stream, file.size, step)]
        stops = [*starts[1:], file.size]
        return [Part(file, start, stop, stop - start) for start, stop in zip(starts, stops, strict=True)]

    def _split_packed(self, file: InputFile) -> Sequence[Part]:
        """Unpack the file to see where its lines begin. Its last part has no end, so that a damage there comes up."""
        size = 0

        def chunks() -> Iterator[tuple[Origin, bytes]]:
            nonlocal size
            for origin, chunk in file.unpack():
                size += len(chunk)
                yield origin, chunk

        starts = [(0, START), *_thinned(packed_line_starts(chunks(), self.part_bytes))]
        stops = [start for start, _ in starts[1:]]
        return [
            Part(file, start, stop, file.size * ((stop or size) - start) // (size or 1), origin)
            for (start, origin), stop in zip(starts, [*stops, None], strict=True)
        ]

    def records(self, part: Part) -> Iterator[tuple[int, Mapping[str, Any] | Broken]]:
        start = part.start or 0
        with part.file.open_lines(start, part.origin) as stored:
            stream: io.BufferedReader = stored
            if start == 0:
                mark, _ = find_bom(stored.peek(4))
                stream, _ = without_bom(stored)
                # Of a file that had to be converted, the offsets are those of the same text in UTF-8.
                start = len(mark) if stream is stored else 0
            if part.file.suffix == ".json" and part.start is None and _is_one_value(head := stream.peek().lstrip()):
                yield from self._value(stream, head, start, stored.resume)
            else:
                yield from self._lines(stream, start, part.stop, stored.resume)

    def _lines(
        self, stream: IO[bytes], start: int, stop: int | None, resume: Resume
    ) -> Iterator[tuple[int, Mapping[str, Any] | Broken]]:
        for offset, line in read_lines(stream, self.max_bytes, start, stop, resume):
            place = f"the line at byte {offset}"
            if isinstance(line, LongLine):
                yield offset, Broken(f"{place} has {line.size} bytes, {self.beyond_limit()}")
            elif isinstance(line, CutLine):
                yield offset, Broken(str(line.damage), line.content)
            elif not line.isspace():
                yield offset, _record(_parse(line), place, line)

    def _value(
        self, stream: IO[bytes], head: bytes, start: int, resume: Resume
    ) -> Iterator[tuple[int, Mapping[str, Any] | Broken]]:
        """Give the items of one array, the one object, or, if there is more than an object, the lines."""
        content = read_at_most(stream, self.max_bytes + 1)
        value = _parse(content)
        if len(content) > self.max_bytes:
            yield (
                0,
                Broken(f"the file is one JSON value of more than {self.max_bytes} bytes; write one record per line"),
            )
        elif (damage := resume()) is not None:
            yield 0, Broken(str(damage), content)
        elif isinstance(value, _Fault) and head.startswith(b"{"):
            yield from self._lines(io.BytesIO(content), start, None, resume)
        elif isinstance(value, list):
            yield from ((number, _record(item, f"item {number}")) for number, item in enumerate(value))
        else:
            yield 0, _record(value, "the file", content)


def _thinned(starts: Iterable[tuple[int, Origin]]) -> Iterator[tuple[int, Origin]]:
    """Give fewer of the places that share an origin: each costs unpacking from there on."""
    for _, group in groupby(starts, key=itemgetter(1)):
        shared = list(group)
        yield from shared[:: -(-len(shared) // _MOST_OF_ORIGIN)]


def _is_in_lines(file: InputFile) -> bool:
    """Say whether a file can be cut at the ends of its lines."""
    with file.open_lines() as stream:
        head = stream.peek()
    _, encoding = find_bom(head)
    return encoding == "utf-8" and not (file.suffix == ".json" and _is_one_value(head))


def _is_one_value(head: bytes) -> bool:
    """Say whether a `.json` file starts with an array, or with an object that goes on behind the first line."""
    head = head.removeprefix(codecs.BOM_UTF8).lstrip()
    return head.startswith(b"[") or _ends_inside_object(head)


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


@dataclass(frozen=True, slots=True)
class _Fault:
    """What keeps content from being JSON, as the end of a sentence about its place."""

    problem: str


def _record(value: Any, place: str, content: bytes | None = None) -> Mapping[str, Any] | Broken:
    """Give the value if it is an object, else say what is wrong with what stands at the place."""
    if isinstance(value, dict):
        return value
    problem = value.problem if isinstance(value, _Fault) else "is not a JSON object"
    return Broken(f"{place} {problem}", as_bytes(value) if content is None else content)


def _parse(content: bytes) -> Any:
    """Parse one value; what is wrong with it becomes a `_Fault`."""
    try:
        # Files put together from several have byte order marks inside.
        return json.loads(content.decode("utf-8-sig").rstrip())
    except UnicodeDecodeError as error:
        return _Fault(f"is not UTF-8: {error.reason} at byte {error.start}")
    except json.JSONDecodeError as error:
        line = f"line {error.lineno}, " if error.lineno > 1 else ""
        return _Fault(f"is not JSON: {error.msg} at {line}column {error.colno}")
    except RecursionError:
        return _Fault("is nested too deeply")
    except ValueError as error:
        # Python refuses numbers of more than 4,300 digits.
        return _Fault(f"can't be read: {error}")
