"""Lines of a file, none of them longer than allowed."""

from __future__ import annotations

import codecs
import io
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import IO, Any

from ingest.errors import ReadError
from ingest.input.unpacking import Origin

__all__ = [
    "KEEP_BYTES",
    "CutLine",
    "LongLine",
    "find_bom",
    "line_starts",
    "packed_line_starts",
    "read_at_most",
    "read_lines",
    "without_bom",
]

KEEP_BYTES = "ingest.keep_bytes"
"""Error handler that puts a surrogate half in for every byte that can't be decoded, and the byte back for it.

The `surrogateescape` of Python gives up on bytes below 128, which many encodings can't always decode.
"""

_CHUNK = 1 << 16
# The marks of UTF-32 come first: in little-endian order they start with the one of UTF-16.
_BOMS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)


@dataclass(frozen=True, slots=True)
class LongLine:
    """A line that was skipped because it is too long."""

    size: int


@dataclass(frozen=True, slots=True)
class CutLine:
    """The bytes in front of a damage that are not a whole line: some or none, or too many to keep."""

    content: bytes
    damage: ReadError


def read_at_most(stream: IO[bytes], limit: int) -> bytes:
    """Give the next `limit` bytes, or what is left. Takes memory for what is there, where `read` takes the limit."""
    pieces = []
    while limit > 0 and (piece := stream.read(min(limit, 1 << 20))):
        pieces.append(piece)
        limit -= len(piece)
    return b"".join(pieces)


def _no_damage() -> None:
    return None


def read_lines(
    stream: IO[bytes],
    limit: int,
    offset: int = 0,
    stop: int | None = None,
    resume: Callable[[], ReadError | None] = _no_damage,
) -> Iterator[tuple[int, bytes | LongLine | CutLine]]:
    r"""Give the lines with their `\n`, each with the offset of its first byte.

    Args:
        stream: what to read; a line begins where it stands.
        limit: most bytes of a line; of one that has more only the size is kept.
        offset: where in the file the stream stands.
        stop: offset at which no more line may begin.
        resume: lets the stream go on behind a damage, and gives that; `None` at the end of the file.
    """
    while stop is None or offset < stop:
        line = found = stream.readline(limit + 1)
        size = len(line)
        if size - line.endswith(b"\n") > limit:
            found = b""
            while not line.endswith(b"\n") and (line := stream.readline(_CHUNK)):
                size += len(line)
        if not line.endswith(b"\n") and (damage := resume()) is not None:
            yield offset, CutLine(found, damage)
        elif not size:
            return
        else:
            yield offset, found or LongLine(size - line.endswith(b"\n"))
        offset += size


def line_starts(stream: IO[bytes], size: int, step: int) -> Iterator[int]:
    """Give the first offset at or behind each multiple of the step where a line begins. The stream can be sought."""
    place = 0
    while (target := place - place % step + step) < size:
        # One byte earlier: a line that begins at the very place is found by the end of the one before it.
        stream.seek(target - 1)
        place = target - 1
        while line := stream.readline(_CHUNK):
            place += len(line)
            if line.endswith(b"\n"):
                break
        if place < size:
            yield place


def packed_line_starts(chunks: Iterable[tuple[Origin, bytes]], step: int) -> Iterator[tuple[int, Origin]]:
    """Give the offsets as `line_starts` does, from the chunks of a file that can't be sought, each with its origin."""
    place, target = 0, step
    for origin, chunk in chunks:
        while target <= place + len(chunk):
            found = chunk.find(b"\n", max(0, target - 1 - place))
            if found < 0:
                break
            start = place + found + 1
            yield start, origin
            target = start - start % step + step
        place += len(chunk)


def without_bom(stream: io.BufferedReader, encoding: str = "utf-8") -> tuple[io.BufferedReader, str]:
    r"""Take the byte order mark off, and make sure that a line ends in the byte `\n`.

    Returns:
        The stream and the encoding of its lines, which is UTF-8 where UTF-16 had to be converted.
    """
    mark, encoding = find_bom(stream.peek(4), encoding)
    if "\n".encode(encoding) == b"\n":
        stream.read(len(mark))
        return stream, encoding
    return io.BufferedReader(_Utf8(stream, encoding), _CHUNK), "utf-8"


def find_bom(head: bytes, encoding: str = "utf-8") -> tuple[bytes, str]:
    """Give the byte order mark that the bytes start with, and the encoding that it, or else the argument, names."""
    return next((entry for entry in _BOMS if head.startswith(entry[0])), (b"", encoding))


class _Utf8(io.RawIOBase):
    """Converts to UTF-8, and what is wrong in the one to what is wrong in the other, so that only its line fails."""

    def __init__(self, stream: IO[bytes], encoding: str) -> None:
        self._stream = stream
        self._decoder = codecs.getincrementaldecoder(encoding)(KEEP_BYTES)
        self._ready = b""

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        chunk = b"more"
        while chunk and not self._ready:
            chunk = self._stream.read(_CHUNK)
            self._ready = self._decoder.decode(chunk, final=not chunk).encode("utf-8", "surrogatepass")
        size = min(len(buffer), len(self._ready))
        buffer[:size] = self._ready[:size]
        self._ready = self._ready[size:]
        return size


def _keep_bytes(error: UnicodeError) -> tuple[str | bytes, int]:
    if isinstance(error, UnicodeDecodeError):
        return "".join(chr(0xDC00 + byte) for byte in error.object[error.start : error.end]), error.end
    if isinstance(error, UnicodeEncodeError):
        return bytes(ord(char) & 0xFF for char in error.object[error.start : error.end]), error.end
    raise error


codecs.register_error(KEEP_BYTES, _keep_bytes)
