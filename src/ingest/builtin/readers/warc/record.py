"""Records of WARC archives, with what is damaged in its place."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from ingest.builtin.readers.warc.headers import END_OF_HEAD, parse_headers
from ingest.builtin.readers.warc.pieces import RECORD, Piece

__all__ = ["Damage", "Record", "head_of", "length_of", "read_records"]

_NEXT = re.compile(rb"\n(?=WARC/\d+\.\d+[ \t]*\r?\n)")
_BLANK = re.compile(rb"[\r\n\t ]*+")
_FIRST = 1 << 12
_HEAD = 1 << 20
_STEP = 1 << 24
_LOOK_AHEAD = 32
_KNOWN = {"warcinfo", "response", "resource", "request", "metadata", "revisit", "conversion", "continuation"}


@dataclass(frozen=True, slots=True)
class Record:
    """A record. Its block is `data[start:stop]`; of one that is too large only the beginning is there."""

    place: str
    """Where it stands in the file, for `PATH#PLACE`."""
    kind: str
    """Its `WARC-Type`."""
    headers: dict[str, str]
    """By lower-case name."""
    data: bytes
    start: int
    stop: int
    length: int
    """Bytes of the whole block."""


@dataclass(frozen=True, slots=True)
class Damage:
    """What should be a record and can't be read as one."""

    place: str
    message: str
    content: bytes


def read_records(
    pieces: Iterator[Piece], limit: int, start: int = 0, end: int | None = None
) -> Iterator[Record | Damage]:
    """Give the records of an archive, one at a time.

    A record is what its `Content-Length` says only if a record or the end follows; else it is damaged, and the next one
    is searched for from its header on. A gzip member that begins with a record also ends the one in front.

    Args:
        pieces: the archive, unpacked.
        limit: the most bytes to hold of a record.
        start: offset of the first byte, for pieces that are of no gzip members.
        end: offset behind the last byte, where that is known beforehand.
    """
    piece = next(pieces, None)
    while piece is not None:
        stretch = _Stretch(piece, pieces, limit, start, end)
        yield from stretch.records()
        start = stretch.end
        piece = stretch.following or next(pieces, None)


def head_of(data: bytes, start: int, stop: int) -> tuple[dict[str, str], int] | None:
    """Give the headers of the record that begins at `start`, and where they end.

    Returns:
        `None` where no record begins, or its header does not end before `stop`.
    """
    if RECORD.match(data, start, stop) is None:
        return None
    end = END_OF_HEAD.search(data, start, stop)
    if end is None or _NEXT.search(data, start, end.end()):
        return None
    return parse_headers(data[start : end.start()]), end.end()


def length_of(headers: Mapping[str, str]) -> int | None:
    """Give the length of a record's block, `None` where the headers don't say it."""
    length = headers.get("content-length", "")
    return int(length) if length.isascii() and length.isdigit() and len(length) < 19 else None


class _Stretch:
    """Consecutive records: those of a plain file, or of a gzip member and what goes on in the members behind it.

    All that can be unpacked of it comes through a buffer. `following` is the piece that begins the next stretch, if it had
    to be taken to see that this one ends; `end` is the offset behind the bytes that came.
    """

    def __init__(self, first: Piece, pieces: Iterator[Piece], limit: int, start: int, last: int | None) -> None:
        self.following: Piece | None = None
        self._pieces = pieces
        self._limit = limit
        self._start = start
        self._last = last
        self._members = [(0, first.member)]
        self.end = start + len(first.data)
        self._data = first.data
        self._base = 0
        self._position = 0
        self._gap = first.gap
        self._ended = first.gap is not None

    def records(self) -> Iterator[Record | Damage]:
        """Give the records and the damages, of a stretch that can't be unpacked to its end at least one."""
        told = False
        while self._skip_blank():
            item = self._record()
            told = isinstance(item, Damage)
            yield item
        if self._gap is not None and not told:
            yield Damage(self._place(), self._gap.message, self._gap.content)

    # The buffer

    def _left(self) -> int:
        return len(self._data) - self._position

    def _fill(self, size: int) -> bool:
        """Have the next `size` bytes in the buffer, if there are as many."""
        missing = size - self._left()
        fresh = []
        while missing > 0 and (data := self._pull()) is not None:
            fresh.append(data)
            missing -= len(data)
        if fresh:
            self._data = b"".join((self._data[self._position :], *fresh))
            self._base += self._position
            self._position = 0
        return missing <= 0

    def _pull(self) -> bytes | None:
        if self._ended:
            return None
        piece = next(self._pieces, None)
        if piece is None or (piece.member is not None and (piece.gap or RECORD.match(piece.data))):
            self.following, self._ended = piece, True
            return None
        if piece.member is not None:
            self._members.append((self.end - self._start, piece.member))
        self.end += len(piece.data)
        self._gap = piece.gap
        self._ended = piece.gap is not None
        return piece.data

    def _skip(self, size: int) -> int:
        """Go on by as many bytes without holding them, and say how many are missing."""
        while size > self._left():
            size -= self._left()
            self._position = len(self._data)
            if not self._fill(1):
                return size
        self._position += size
        return 0

    def _skip_blank(self) -> bool:
        """Go to the next byte that is not white space, if there is one."""
        while True:
            blank = _BLANK.match(self._data, self._position)
            self._position = blank.end() if blank else self._position
            if self._left():
                return True
            if not self._fill(1):
                return False

    # Records

    def _place(self) -> str:
        here = self._base + self._position
        while len(self._members) > 1 and self._members[1][0] <= here:
            del self._members[0]
        begin, member = self._members[0]
        if member is None:
            return str(self._start + here)
        return f"{member}+{here - begin}" if here > begin else str(member)

    def _record(self) -> Record | Damage:
        place = self._place()
        head = self._head()
        if head is None:
            return self._damage(place, "no record begins here, or its header does not end", 1)
        headers, size = head
        kind = headers.get("warc-type", "").lower()
        length = length_of(headers)
        if kind not in _KNOWN:
            return self._damage(place, f"the record is of no known WARC-Type, but {kind[:100]!r}", size)
        if length is None:
            stated = headers.get("content-length", "")[:100]
            return self._damage(place, f"the record has no valid Content-Length, but {stated!r}", size)
        if length > self._limit:
            return self._large(place, kind, headers, size, length)
        self._fill(size + length + _LOOK_AHEAD)
        if problem := self._problem(size + length):
            return self._damage(place, problem, size)
        start = self._position + size
        self._position = stop = start + length
        return Record(place, kind, headers, self._data, start, stop, length)

    def _head(self) -> tuple[dict[str, str], int] | None:
        """Give the headers of the record that begins here, and how many bytes they take."""
        size = _FIRST
        while True:
            more = self._fill(size)
            head = head_of(self._data, self._position, self._position + size)
            if head is not None:
                return head[0], head[1] - self._position
            here, end = self._position, self._position + size
            if (
                not more
                or size >= _HEAD
                or RECORD.match(self._data, here) is None
                or _NEXT.search(self._data, here, end)
            ):
                return None
            size *= 4

    def _large(self, place: str, kind: str, headers: dict[str, str], size: int, length: int) -> Record | Damage:
        """Pass over a record that is not to be held, but for its beginning."""
        here = self._start + self._base + self._position
        if self._last is not None and here + size + length > self._last:
            # Told beforehand, or what is passed over would be all that is left of the file.
            return self._damage(place, f"the record ends {here + size + length - self._last} bytes early", size)
        self._fill(size + min(_HEAD, length))
        start = self._position + size
        beginning = self._data[start : start + min(_HEAD, length)]
        missing = self._skip(size + length)
        self._fill(_LOOK_AHEAD)
        if problem := self._problem(missing):
            return self._damage(place, problem, 0)
        return Record(place, kind, headers, beginning, 0, len(beginning), length)

    def _problem(self, size: int) -> str:
        """Say why the record that takes the next `size` bytes is not sound, nothing if it is."""
        if size > self._left():
            return f"the record ends {size - self._left()} bytes early"
        end = self._data[self._position + size : self._position + size + _LOOK_AHEAD]
        if self._ended and not end.strip():
            # The checksum of a gzip member may be what is wrong. What is packed otherwise may have broken off behind.
            return self._gap.message if self._gap and self._members[0][1] is not None else ""
        if end.startswith(b"\r\n\r\n") or RECORD.match(end.lstrip()):
            return ""
        return "the Content-Length of the record is wrong: no end of a record follows its block"

    def _damage(self, place: str, message: str, size: int) -> Damage:
        """Go to the next record that is not in the next `size` bytes. What is passed over is what is damaged."""
        searched, kept = size, True
        while (found := _NEXT.search(self._data, self._position + searched - 1)) is None:
            searched = max(size, self._left() - _LOOK_AHEAD)
            if self._left() > self._limit:
                self._position += searched
                searched, size, kept = 1, 1, False
            if not self._fill(self._left() + min(self._left(), _STEP) + _HEAD):
                found = _NEXT.search(self._data, self._position + searched - 1)
                break
        end = found.end() if found else len(self._data)
        content = self._data[self._position : end] if kept else b""
        self._position = end
        if found is None and self._gap is not None:
            message = self._gap.message if message == self._gap.message else f"{self._gap.message}; {message}"
        return Damage(place, message, content)
