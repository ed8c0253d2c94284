"""Web archives: WARC and WET."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from fnmatch import fnmatchcase
from itertools import pairwise
from typing import Annotated, Literal

from pydantic import Field

from ingest.builtin.readers.content_types import charset_of, guess_type, media_type_of, stated_type
from ingest.builtin.readers.ids import document_id
from ingest.builtin.readers.warc.bodies import unpack_body
from ingest.builtin.readers.warc.cuts import cut_members, cut_records
from ingest.builtin.readers.warc.http import parse_response
from ingest.builtin.readers.warc.members import Members
from ingest.builtin.readers.warc.pieces import RECORD, plain_pieces, unpacked_pieces
from ingest.builtin.readers.warc.record import Damage, Record, read_records
from ingest.document import Document
from ingest.endpoints import Part, Reader, Unreadable
from ingest.input.files import InputFile

__all__ = ["WarcReader"]

_MIB = 1 << 20


@dataclass(frozen=True, slots=True)
class _Payload:
    """What a record holds of a document."""

    start: int
    """Where it starts in `Record.data`."""
    content_type: str
    headers: Mapping[str, str]
    """Those of the HTTP response, by lower-case name."""


class WarcReader(Reader):
    """Read web archives: every response, resource or conversion record with text is one document.

    Records of other types, with other statuses or of other media types hold no document and are passed over. A record that is
    damaged, or whose body can't be unpacked, is unreadable; the ones behind it go on.
    """

    name = "warc"
    suffixes = (".warc", ".wet")

    types: list[Literal["response", "resource", "conversion"]] = ["response", "resource", "conversion"]
    """Types of records to read. Those of WET files are `conversion`."""
    statuses: list[Annotated[int, Field(ge=100, le=599)]] = []
    """HTTP statuses of the responses to read. Empty means every success, 200 to 299."""
    media_types: list[str] = ["text/html", "application/xhtml+xml", "text/plain"]
    """Media types to read, by what `Content-Type` says; `*` stands for anything. What has no type is read as well, and
    taken for what it looks like."""
    metadata: list[str] = []
    """Headers of HTTP or WARC to carry over into the column `metadata`, such as `WARC-IP-Address`."""
    max_bytes: Annotated[int, Field(ge=1)] = 100_000_000
    """Largest record and largest body to read, in bytes after decompression."""
    part_bytes: Annotated[int, Field(ge=1)] = 4 * _MIB
    """Size of the parts that a file is read in, in bytes as stored."""

    def sniff(self, head: bytes) -> bool:
        return RECORD.match(head) is not None

    def split(self, file: InputFile) -> Sequence[Part]:
        if file.size <= self.part_bytes:
            return [Part(file, size=file.size)]
        bounds = [0, *self._cuts(file), file.size]
        return [Part(file, start, stop, stop - start) for start, stop in pairwise(bounds)]

    def _cuts(self, file: InputFile) -> list[int]:
        with file.open_raw() as stream:
            packing = _packing(file, stream.peek(16))
            if packing == "gzip":
                return list(cut_members(stream, file.size, self.part_bytes))
            # Going from record to record is quick on a disk; through a network it takes as long as reading all of it.
            if packing is None and file.is_local:
                return list(cut_records(stream, file.size, self.part_bytes))
        return []

    def read(self, part: Part) -> Iterator[Document | Unreadable]:
        with self._records(part) as records:
            for record in records:
                item = self._convert(part.file, record)
                if item is not None:
                    yield item

    @contextmanager
    def _records(self, part: Part) -> Iterator[Iterator[Record | Damage]]:
        file, start = part.file, part.start or 0
        with file.open_raw() as stored:
            packing = _packing(file, stored.peek(16))
            if packing == "gzip":
                yield read_records(iter(Members(stored, start, part.stop, self.max_bytes)), self.max_bytes)
                return
            if packing is None:
                end = part.stop or file.size or None
                yield read_records(plain_pieces(stored, start, part.stop), self.max_bytes, start, end)
                return
        with file.open_lines() as stream:
            yield read_records(unpacked_pieces(stream), self.max_bytes)

    def _convert(self, file: InputFile, record: Record | Damage) -> Document | Unreadable | None:
        """Give the document in a record, `None` if it holds none, or the record of why it can't be read."""
        place = f"{file.name}#{record.place}"
        if isinstance(record, Damage):
            return Unreadable(place, record.message, record.content)
        if record.kind not in self.types:
            return None
        try:
            payload = self._payload(record)
            return None if payload is None else self._document(file, place, record, payload)
        except ValueError as error:
            whole = record.stop - record.start == record.length
            return Unreadable(place, str(error), record.data[record.start : record.stop] if whole else b"")

    def _payload(self, record: Record) -> _Payload | None:
        """Find what a record holds of a document, if that is to be read.

        Raises:
            ValueError: it should be an HTTP response and is none.
        """
        content_type = record.headers.get("content-type", "")
        payload = _Payload(record.start, content_type, {})
        if record.kind == "response" and (not content_type or content_type.lower().startswith("application/http")):
            response = parse_response(record.data, record.start, record.stop)
            if not self._has_status(response.status):
                return None
            payload = _Payload(response.body, response.headers.get("content-type", ""), response.headers)
        return payload if self._has_type(payload.content_type) else None

    def _has_status(self, status: int) -> bool:
        return status in self.statuses if self.statuses else 200 <= status < 300

    def _has_type(self, content_type: str) -> bool:
        stated = stated_type(content_type)
        return not stated or any(fnmatchcase(stated, pattern.lower()) for pattern in self.media_types)

    def _document(self, file: InputFile, place: str, record: Record, payload: _Payload) -> Document:
        """Give the document of a record.

        Raises:
            ValueError: its body is too large or broken, or only a part of it.
        """
        headers = record.headers
        if record.stop - record.start < record.length:
            problem = f"the record has {record.length} bytes, more than the limit of {self.max_bytes}"
            raise ValueError(f"{problem}; to read it, raise [read.{self.name}] max_bytes")
        if "warc-segment-number" in headers:
            raise ValueError("the record is one segment of a longer one, and segments are not put together")
        content = record.data[payload.start : record.stop]
        if payload.headers:
            limit = min(self.max_bytes, max(_MIB, file.bounds.max_ratio * len(content)))
            content = unpack_body(content, payload.headers, limit, cut="warc-truncated" in headers)
        charset = charset_of(payload.content_type)
        return Document(
            id=headers.get("warc-record-id") or document_id(place),
            url=headers.get("warc-target-uri", "").strip("<> ") or None,
            file_path=place,
            date=headers.get("warc-date") or None,
            metadata=self._metadata(headers, payload.headers),
            content=content,
            media_type=media_type_of(payload.content_type) or guess_type(content),
            # The texts of WET files are UTF-8, though their headers don't say so.
            declared_charset=charset or ("utf-8" if record.kind == "conversion" else None),
        )

    def _metadata(self, *headers: Mapping[str, str]) -> dict[str, str]:
        return {
            name: value for name in self.metadata for found in headers if (value := found.get(name.lower())) is not None
        }


def _packing(file: InputFile, head: bytes) -> str | None:
    """Name the compression by how the file starts: some downloads unpack a file and leave its name as it was."""
    if head.startswith(b"\x1f\x8b"):
        return "gzip"
    return None if RECORD.match(head) else file.compression
