"""Members of gzip files, unpacked piece by piece, with what is damaged in its place."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from typing import IO, Any

from ingest.builtin.readers.warc.inflate import GZIP, InflateError, inflater
from ingest.builtin.readers.warc.pieces import RECORD, Gap, Piece

__all__ = ["Members", "find_members"]

_MAGIC = b"\x1f\x8b\x08"
_CHUNK = 1 << 17
_PIECE = 1 << 22
_HEAD = 64


class Members:
    """Gives what is in the members that begin at stored offsets from `start` on and before `stop`.

    Behind a damaged member it goes on with the next one that begins with a record. Zeros between members are padding.

    Args:
        stream: the file as it is stored.
        start: where the first member begins.
        stop: where to end; `None` for the end of the file.
        keep: the most stored bytes to keep of what can't be unpacked.
    """

    def __init__(self, stream: IO[bytes], start: int, stop: int | None = None, keep: int = 0) -> None:
        self._stream = stream
        self._stop = sys.maxsize if stop is None else stop
        self._keep = keep
        self._seek(start)

    @property
    def offset(self) -> int:
        """How far the stored bytes are unpacked."""
        return self._end - len(self._chunk)

    def __iter__(self) -> Iterator[Piece]:
        while self._has_more():
            start = self.offset
            member: int | None = start
            given = 0
            try:
                for data in self._unpack():
                    yield Piece(data, member)
                    member = None
                    given += len(data)
            except (InflateError, EOFError) as error:
                yield self._salvage(start, given, f"the gzip member at {start} is damaged: {error}")

    def _seek(self, offset: int) -> None:
        self._stream.seek(offset)
        self._end = offset
        self._chunk = b""

    def _fill(self) -> bool:
        self._chunk = self._stream.read(_CHUNK)
        self._end += len(self._chunk)
        return bool(self._chunk)

    def _has_more(self) -> bool:
        while self._chunk or self._fill():
            self._chunk = self._chunk.lstrip(b"\0")
            if self._chunk:
                return self.offset < self._stop
        return False

    def _unpack(self) -> Iterator[bytes]:
        unpacker = inflater(GZIP)
        data = b""
        while not unpacker.eof:
            if not self._chunk and not self._fill():
                raise EOFError("it ends early")
            data += unpacker.decompress(self._chunk, _PIECE)
            self._chunk = unpacker.unused_data if unpacker.eof else unpacker.unconsumed_tail
            if len(data) >= _HEAD:
                yield data
                data = b""
        if data:
            yield data

    def _salvage(self, start: int, given: int, message: str) -> Piece:
        """Give what stands in front of the damage and has not been given, and go to the next record."""
        self._seek(start)
        rest = b"".join(self._unpack_to_damage(given))
        end = min(self._stop, self._stream.seek(0, 2))
        stop = next(find_members(self._stream, start + 1, end), end)
        content = b""
        if not given and not rest and stop - start <= self._keep:
            self._stream.seek(start)
            content = self._stream.read(stop - start)
        self._seek(stop)
        return Piece(rest, None if given else start, Gap(message, content))

    def _unpack_to_damage(self, given: int) -> Iterator[bytes]:
        """Unpack the member once more, in the chunk of the damage byte by byte, and give what is new."""
        unpacker = inflater(GZIP)
        while not unpacker.eof and self._fill():
            before = unpacker.copy()
            try:
                pieces = [unpacker.decompress(self._chunk)]
                damaged = False
            except InflateError:
                pieces = list(_unpack_bytewise(before, self._chunk))
                damaged = True
            for piece in pieces:
                yield piece[given:]
                given = max(0, given - len(piece))
            if damaged:
                return


def _unpack_bytewise(unpacker: Any, chunk: bytes) -> Iterator[bytes]:
    try:
        for number in range(len(chunk)):
            yield unpacker.decompress(chunk[number : number + 1])
    except InflateError:
        return


def find_members(stream: IO[bytes], start: int, stop: int) -> Iterator[int]:
    """Give the stored offsets from `start` on and before `stop` where a member begins with a record, as it seems.

    A file inside of a record may have been stored as it is, with members of its own.
    """
    position, tail = start, b""
    while position < stop:
        stream.seek(position)
        chunk = stream.read(_CHUNK)
        if not chunk:
            return
        window = tail + chunk
        base = position - len(tail)
        position += len(chunk)
        at = window.find(_MAGIC)
        while 0 <= at < stop - base:
            if _begins_record(stream, base + at):
                yield base + at
            at = window.find(_MAGIC, at + 1)
        tail = window[-len(_MAGIC) + 1 :]


def _begins_record(stream: IO[bytes], offset: int) -> bool:
    stream.seek(offset)
    try:
        return RECORD.match(inflater(GZIP).decompress(stream.read(4096), _HEAD)) is not None
    except InflateError:
        return False
