"""Tar archives, read forwards."""

from __future__ import annotations

import tarfile
from collections.abc import Iterator
from typing import IO

from ingest.errors import ReadError
from ingest.input.archives.entry import CHUNK, Entry, copy_bytes, is_hidden, path_inside, size_problem, too_many
from ingest.input.bounds import Bounds
from ingest.input.unpacking import Resumable

__all__ = ["Tar"]

_LARGEST_HEADER = 2**20
"""Bytes of the headers of one member, of which the extended ones hold a long name; tarfile takes them into memory."""
_MOST_COMMON = 1000
"""Entries of headers that hold for all members behind them; tarfile goes through all of them for each member."""


class Tar:
    """A tar, read forwards from the header of a member on."""

    def __init__(self, stream: Resumable, start: int, bounds: Bounds, *, plain: bool) -> None:
        self._stream = stream
        self._forward = _Forward(stream, start, plain=plain)
        self._bounds = bounds

    def entries(self) -> Iterator[Entry]:
        last = "the first member"
        try:
            for info in self._headers():
                name = path_inside(info.name)
                if info.isreg() and not is_hidden(name):
                    problem = (
                        "is a sparse file" if info.issparse() else size_problem(self._bounds, info.size, info.size)
                    )
                    yield Entry(name, info.offset, info.size, info.size, info, problem)
                last = f"{name!r}"
        except (tarfile.TarError, ValueError, OverflowError, RecursionError) as error:
            cause = self._stream.resume() or error
            raise ReadError(f"the tar archive is damaged in or behind {last}: {cause}") from error

    def _headers(self) -> Iterator[tarfile.TarInfo]:
        """Give all headers, also those of archives that were put behind this one.

        Raises:
            tarfile.TarError: the archive ends early, or goes on with what is no header.
        """
        number = 0
        more = True
        while more:
            self._forward.left = _LARGEST_HEADER
            tar = tarfile.TarFile(fileobj=self._forward, encoding="utf-8", errors="surrogateescape")  # type: ignore[arg-type]
            while (info := self._next(tar)) is not None:
                number += 1
                if number > self._bounds.max_members:
                    raise too_many(self._bounds)
                yield info
            # At a header that is none it only stops, as if all had been read.
            if self._forward.last.strip(b"\0"):
                raise tarfile.ReadError(f"no header at byte {tar.offset}")
            more = self._forward.goes_on()
        if (damage := self._stream.resume()) is not None:
            raise tarfile.ReadError(str(damage))

    def _next(self, tar: tarfile.TarFile) -> tarfile.TarInfo | None:
        self._forward.left = _LARGEST_HEADER
        info = tar.next()
        # It keeps all of them otherwise.
        tar.members.clear()  # type: ignore[attr-defined]
        if len(tar.pax_headers) > _MOST_COMMON:
            raise tarfile.ReadError(f"more than {_MOST_COMMON} headers for all members")
        return info

    def holds(self, entry: Entry) -> bool:
        """Say whether all bytes of the member are there, as far as was read."""
        return self._forward.reached >= int(entry.handle.offset_data) + entry.size

    def copy(self, entry: Entry, target: IO[bytes]) -> str | None:
        """Copy the member.

        Raises:
            ReadError: it ends early, and so does the archive.
        """
        self._forward.seek(entry.handle.offset_data)
        self._forward.left = entry.size
        size = copy_bytes(self._forward, target, entry.size)
        if size < entry.size:
            cause = self._stream.resume() or f"{size} bytes are left of {entry.size}"
            raise ReadError(f"the tar archive is damaged in {entry.name!r}: {cause}")
        return None


class _Forward:
    """A stream as `tarfile` reads it, which in order of the members goes only forwards."""

    def __init__(self, stream: IO[bytes], position: int, *, plain: bool) -> None:
        self._stream = stream
        self._position = position
        self._plain = plain
        self._ahead = b""
        """A header that was read to see whether there is one."""
        self.last = b""
        """What was read last."""
        self.reached = 0
        """How far there were bytes."""
        self.left = 0
        """Bytes that may be read before more are allowed."""

    def tell(self) -> int:
        return self._position

    def seek(self, position: int) -> int:
        if self._plain:
            self._position = self._stream.seek(position)
        elif position < self._position:
            raise tarfile.StreamError("a tar can't be read backwards")
        while self._position < position and (piece := self._stream.read(min(position - self._position, CHUNK))):
            self._position = self.reached = self._position + len(piece)
        return self._position

    def goes_on(self) -> bool:
        """Go to the next block that does not hold zeros, if there is one."""
        while (block := self._stream.read(tarfile.BLOCKSIZE)) and not block.strip(b"\0"):
            self._position += len(block)
        self._ahead = block
        return block != b""

    def read(self, size: int) -> bytes:
        self.left -= size
        if self.left < 0:
            raise tarfile.ReadError(f"headers of more than {_LARGEST_HEADER} bytes")
        self.last = self._ahead or self._stream.read(size)
        self._ahead = b""
        self._position += len(self.last)
        if self.last:
            self.reached = self._position
        return self.last
