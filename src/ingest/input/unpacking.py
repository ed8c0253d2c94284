"""Compressed files as streams: all that stands in front of a damage, what is intact behind it, and no bombs.

A compressed file is one stream or several behind each other, each of which can be unpacked without the others. The
formats call them members (gzip), frames (zstd) or streams (bz2, xz).
"""

from __future__ import annotations

import bz2
import io
import lzma
import sys
import zlib
from collections.abc import Callable, Iterator
from contextlib import suppress
from typing import IO, Any, NamedTuple, Protocol, cast

from ingest.errors import ReadError
from ingest.input.bounds import FREE

__all__ = ["START", "DamageError", "Origin", "Resumable", "Unpacked", "Unpacking"]

_PIECE = 1 << 13
_CHUNK = 1 << 16
_XZ_MEMORY = 256 * 2**20
_MOST_DOUBTFUL = 64
"""Chunks to keep until it is known whether they belong to the stream."""
_TRIAL = 1 << 18
"""Bytes that must unpack well behind what looks like the beginning of a stream."""
_MOST_TRIALS = 64
"""Beginnings of streams behind a damage that give some bytes and then fail. Chance makes none, only malice does."""


class Origin(NamedTuple):
    """A place from which a compressed file can be unpacked: where a stream begins."""

    stored: int
    """Offset in the file."""
    unpacked: int
    """Offset of the same place in the unpacked bytes."""


START = Origin(0, 0)


class DamageError(ReadError):
    """A stream ends early, is damaged, or is refused.

    Args:
        what: what is wrong with which stream, to be followed by the place in the unpacked file.
        cause: why.
    """

    def __init__(self, what: str, cause: str) -> None:
        super().__init__(what, cause)
        self.what = what
        self.cause = cause

    def __str__(self) -> str:
        return f"{self.what}: {self.cause}"


class _Decoder(Protocol):
    """What the decompressors of the standard library have in common."""

    @property
    def eof(self) -> bool: ...

    @property
    def needs_input(self) -> bool: ...

    @property
    def unused_data(self) -> bytes: ...

    def decompress(self, data: bytes, max_length: int, /) -> bytes: ...


class _Inflate:
    """Gives zlib the interface of the other decompressors."""

    def __init__(self) -> None:
        self._object = zlib.decompressobj(wbits=31)
        self._full = False

    def decompress(self, data: bytes, max_length: int, /) -> bytes:
        chunk = self._object.decompress(self._object.unconsumed_tail + data, max_length)
        self._full = len(chunk) == max_length
        return chunk

    @property
    def eof(self) -> bool:
        return self._object.eof

    @property
    def needs_input(self) -> bool:
        return not (self._full or self._object.unconsumed_tail)

    @property
    def unused_data(self) -> bytes:
        return self._object.unused_data


def _zstd_decoder() -> Any:
    # Imported late: no other kind of file needs it.
    if sys.version_info >= (3, 14):
        from compression import zstd
    else:
        from backports import zstd
    # Large dumps are packed with `--long`, whose windows the decoder refuses by default. Memory is taken as they fill.
    window = zstd.DecompressionParameter.window_log_max
    return zstd.ZstdDecompressor(options={window: window.bounds()[1]})


def _is_gzip(head: bytes) -> bool:
    # Three bytes are too few to tell a member from chance; flags, extra flags and system have few values.
    return (
        head[:3] == b"\x1f\x8b\x08" and len(head) > 9 and head[3] < 32 and head[8] in (0, 2, 4) and head[9] in _SYSTEMS
    )


_SYSTEMS = (*range(14), 255)


def _is_zstd(head: bytes) -> bool:
    return head[:4] == b"\x28\xb5\x2f\xfd" or (
        head[:1] != b"" and 0x50 <= head[0] < 0x60 and head[1:4] == b"\x2a\x4d\x18"
    )


class _Format(NamedTuple):
    decoder: Callable[[], _Decoder]
    magic: bytes
    """What a stream begins with, and what to look for behind a damage."""
    begins: Callable[[bytes], bool]
    """Says whether a stream begins with these 16 bytes."""


_FORMATS = {
    "gzip": _Format(_Inflate, b"\x1f\x8b\x08", _is_gzip),
    "bz2": _Format(bz2.BZ2Decompressor, b"BZh", lambda head: head[:3] == b"BZh" and head[3:4].isdigit()),
    "xz": _Format(
        lambda: lzma.LZMADecompressor(memlimit=_XZ_MEMORY), b"\xfd7zXZ\0", lambda head: head[:6] == b"\xfd7zXZ\0"
    ),
    "zstd": _Format(_zstd_decoder, b"\x28\xb5\x2f\xfd", _is_zstd),
}


class Unpacking:
    """Unpacks a file piece by piece. Iterated, it gives chunks of bytes, and a `DamageError` where some are missing.

    Behind a damage it goes on with the next stream that is intact at its beginning.

    Args:
        stored: the file; it can be sought.
        compression: `gzip`, `zstd`, `bz2` or `xz`.
        max_ratio: how many bytes, on average, one stored byte may unpack to.
        origin: where to begin.
    """

    def __init__(self, stored: IO[bytes], compression: str, max_ratio: int, origin: Origin = START) -> None:
        self.origin = origin
        """Where the stream begins that the last chunk is of."""
        self._stored = stored
        self._compression = compression
        self._format = _FORMATS[compression]
        self._max_ratio = max_ratio
        self._unpacked = origin.unpacked
        self._piece = self._end = origin.stored
        self._suspect: int | None = None
        """Where another stream seems to begin, though the one at hand has not ended."""

    def __iter__(self) -> Iterator[bytes | DamageError]:
        place = self._past_zeros(self.origin.stored)
        while place is not None:
            self.origin = Origin(place, self._unpacked)
            try:
                for chunk in self._whole_stream(place):
                    self._unpacked += len(chunk)
                    if self._unpacked > max(FREE, self._max_ratio * self._end):
                        yield self._refusal()
                        return
                    yield chunk
            except DamageError as damage:
                yield damage
                place = self._next_stream(place + 1)
            else:
                place = self._past_zeros(self._end)

    def _whole_stream(self, place: int) -> Iterator[bytes]:
        """Give the bytes of one stream.

        Raises:
            DamageError: behind the last byte that can be had.
        """
        given = 0
        doubtful: list[bytes] | None = []
        try:
            for chunk in self._stream(place):
                if self._suspect is not None and doubtful is not None:
                    doubtful.append(chunk)
                    if len(doubtful) < _MOST_DOUBTFUL:
                        continue
                ready, doubtful = (doubtful, None) if self._suspect is not None and doubtful else ([chunk], doubtful)
                given += sum(map(len, ready))
                yield from ready
            yield from doubtful or ()
        except _errors() as error:
            # Only the operating system sets errno: a disk that fails is no damaged file.
            if getattr(error, "errno", None) is not None:
                raise
            suspect, piece = self._suspect, self._piece
            # What was made of the bytes of the next stream is none of this one, which was cut off in front of it.
            cut = suspect is not None and doubtful is not None and self._next_stream(place + 1) == suspect
            if not cut:
                yield from self._held_back(place, given, piece)
            early = cut or isinstance(error, EOFError)
            raise self._damage(place, "it ends early" if early else str(error)) from error

    def _stream(self, place: int, bytewise_from: int | None = None) -> Iterator[bytes]:
        """Give the bytes of one stream, in chunks that depend on nothing but the file.

        Args:
            place: where the stream begins.
            bytewise_from: offset from which on the decoder is fed byte by byte.
        """
        decoder = self._format.decoder()
        self._stored.seek(place)
        self._end = place
        self._suspect = None
        if not self._format.begins(self._stored.read(16)):
            raise lzma.LZMAError(f"what stands there is not {self._compression}")
        self._stored.seek(place)
        while not decoder.eof:
            data = b""
            if decoder.needs_input:
                self._piece = self._end
                bytewise = bytewise_from is not None and self._end >= bytewise_from
                data = self._next_piece(1 if bytewise else _PIECE - self._end % _PIECE, place)
                self._end += len(data)
                if not data:
                    raise EOFError
            if chunk := decoder.decompress(data, _CHUNK):
                yield chunk
        self._end -= len(decoder.unused_data)

    def _next_piece(self, size: int, place: int) -> bytes:
        """Give the next bytes of the file, but none behind what looks like the beginning of another stream."""
        self._stored.seek(self._end)
        window = self._stored.read(size + 16)
        if self._end > place and self._suspect is None and self._format.begins(window[:16]):
            self._suspect = self._end
        found = window.find(self._format.magic, 1, size + 16)
        while 0 < found < size and not self._format.begins(window[found : found + 16]):
            found = window.find(self._format.magic, found + 1)
        return window[: found if 0 < found < size else size]

    def _held_back(self, place: int, given: int, piece: int) -> Iterator[bytes]:
        """Give the bytes behind those given, also what the decoder had ready when it failed at a piece, and threw away."""
        with suppress(*_errors()):
            for chunk in self._stream(place, piece):
                if given < len(chunk):
                    yield chunk[given:]
                given = max(0, given - len(chunk))

    def _past_zeros(self, place: int) -> int | None:
        """Give the next offset that does not hold zero, which fills up blocks of tapes; `None` at the end of the file."""
        self._stored.seek(place)
        while piece := self._stored.read(_CHUNK):
            if left := piece.lstrip(b"\0"):
                return place + len(piece) - len(left)
            place += len(piece)
        return None

    def _next_stream(self, place: int) -> int | None:
        """Give the next offset where a stream begins that can be unpacked, `None` if there is none."""
        magic = self._format.magic
        trials = 0
        while trials < _MOST_TRIALS:
            self._stored.seek(place)
            window = self._stored.read(_CHUNK)
            if len(window) < len(magic):
                return None
            found = window.find(magic)
            if found < 0:
                place += len(window) - len(magic) + 1
            elif (size := self._try(place + found)) is None:
                return place + found
            else:
                trials += size > 0
                place += found + 1
        return None

    def _try(self, place: int) -> int | None:
        """Give how many bytes a stream gives before it fails, `None` if it unpacks."""
        decoder = self._format.decoder()
        self._stored.seek(place)
        if not self._format.begins(self._stored.read(16)):
            return 0
        self._stored.seek(place)
        size = 0
        try:
            while not decoder.eof and size < _TRIAL:
                data = self._stored.read(_PIECE) if decoder.needs_input else b""
                if decoder.needs_input and not data:
                    return None if size else 0
                size += len(decoder.decompress(data, _CHUNK))
        except _errors():
            return size
        return None

    def _damage(self, place: int, cause: str) -> DamageError:
        return DamageError(f"the {self._compression} stream at byte {place} is damaged", cause)

    def _refusal(self) -> DamageError:
        cause = f"it unpacks to more than {self._max_ratio} times its size; to read it, raise [read] max_ratio"
        return DamageError(f"the {self._compression} stream at byte {self.origin.stored} is refused", cause)


def _errors() -> tuple[type[Exception], ...]:
    """Give what a stream fails with. The error of zstd is known where its module is loaded."""
    module = sys.modules.get("compression.zstd") or sys.modules.get("backports.zstd")
    return (EOFError, zlib.error, lzma.LZMAError, OSError, *([module.ZstdError] if module else []))


class Unpacked(io.RawIOBase):
    """The unpacked bytes as a stream. Every byte in front of a damage is given before the damage comes up.

    Args:
        unpacking: the chunks.
        stored: the file to close in the end.
        resumable: a damage ends the stream, and `resume` lets it go on; else it is raised, now and ever after.
    """

    def __init__(self, unpacking: Unpacking, stored: IO[bytes], *, resumable: bool = False) -> None:
        self._chunks = iter(unpacking)
        self._stored = stored
        self._resumable = resumable
        self._ready = memoryview(b"")
        self._damage: DamageError | None = None

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        if not self._ready and self._damage is None:
            match next(self._chunks, b""):
                case DamageError() as damage:
                    self._damage = damage
                case bytes() as chunk:
                    self._ready = memoryview(chunk)
        if self._damage is not None and not self._resumable:
            raise self._damage
        size = min(len(buffer), len(self._ready))
        buffer[:size] = self._ready[:size]
        self._ready = self._ready[size:]
        return size

    def resume(self) -> DamageError | None:
        """Let the stream go on behind the damage that it stands at, and give that; `None` if it stands at none."""
        damage, self._damage = self._damage, None
        return damage

    def close(self) -> None:
        self._stored.close()
        super().close()


class Resumable(io.BufferedReader):
    """A stream that ends at a damage as it does at the end of the file, and can go on behind it."""

    def __init__(self, raw: io.RawIOBase | io.BufferedReader) -> None:
        super().__init__(cast(io.RawIOBase, raw), _CHUNK)
        self._resume = raw.resume if isinstance(raw, Unpacked) else lambda: None

    def resume(self) -> DamageError | None:
        """Go on behind the damage that ended the stream, and give it; `None` at the end of the file."""
        return self._resume()

    def skip(self, size: int) -> None:
        """Pass over so many bytes, and over the damages between them."""
        while size > 0:
            piece = self.read(min(size, _CHUNK))
            if not piece and self.resume() is None:
                return
            size -= len(piece)
