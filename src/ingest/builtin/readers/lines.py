"""Lines of a file, none of them longer than allowed."""

from __future__ import annotations

import codecs
import io
from collections.abc import Iterator
from dataclasses import dataclass
from typing import IO, Any

__all__ = ["LongLine", "read_lines", "without_bom"]

_CHUNK = 1 << 16


@dataclass(frozen=True, slots=True)
class LongLine:
    """A line that was skipped because it is too long."""

    size: int


def read_lines(stream: IO[bytes], limit: int) -> Iterator[bytes | LongLine]:
    r"""Give the lines with their `\n`. Of a line of more than `limit` bytes only the size is kept."""
    while line := stream.readline(limit + 2):
        if len(line) - line.endswith(b"\n") <= limit:
            yield line
            continue
        size = len(line)
        while not line.endswith(b"\n") and (line := stream.readline(_CHUNK)):
            size += len(line)
        yield LongLine(size)


def without_bom(stream: io.BufferedReader, encoding: str = "utf-8") -> tuple[IO[bytes], str]:
    r"""Take the byte order mark off, and make sure that a line ends in the byte `\n`.

    Returns:
        The stream and the encoding of its lines, which is UTF-8 where UTF-16 had to be converted.
    """
    head = stream.peek(3)
    if head.startswith(codecs.BOM_UTF8):
        stream.read(len(codecs.BOM_UTF8))
        return stream, "utf-8"
    if head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        encoding = "utf-16"
    if "\n".encode(encoding) == b"\n":
        return stream, encoding
    return io.BufferedReader(_Utf8(stream, encoding), _CHUNK), "utf-8"


class _Utf8(io.RawIOBase):
    """Converts UTF-16 to UTF-8, and what is wrong in the one to what is wrong in the other, for its line to fail."""

    def __init__(self, stream: IO[bytes], encoding: str) -> None:
        self._stream = stream
        self._decoder = codecs.getincrementaldecoder(encoding)("surrogatepass")
        self._ready = b""

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        chunk = b"more"
        while chunk and not self._ready:
            chunk = self._stream.read(_CHUNK)
            self._ready = self._convert(chunk)
        size = min(len(buffer), len(self._ready))
        buffer[:size] = self._ready[:size]
        self._ready = self._ready[size:]
        return size

    def _convert(self, chunk: bytes) -> bytes:
        try:
            return self._decoder.decode(chunk, final=not chunk).encode("utf-8", "surrogatepass")
        except UnicodeDecodeError:
            # Half a code unit at the end of the file; without a reset it would come up again.
            self._decoder.reset()
            return b"\xff"
