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
"""Bytes of an extended header, which holds a long name; tarfile takes them into memory."""


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
        except (tarfile.TarError, ValueError, OverflowError) as error:
            cause = self._stream.resume() or error
            raise ReadError(f"the tar archive is damaged in or behind {last}: {cause}") from error

    def _headers(self) -> Iterator[tarfile.TarInfo]:
        """Give all headers.

        Raises:
            tarfile.TarError: the archive ends early, or goes on with what is no header.
        """
        tar = tarfile.TarFile(fileobj=self._forward, encoding="utf-8", errors="surrogateescape")  # type: ignore[arg-type]
        number = 0
        while (info := tar.next()) is not None:
            number += 1
            if number > self._bounds.max_members:
                raise too_many(self._bounds)
            # It keeps all of them otherwise.
            tar.members.clear()  # type: ignore[attr-defined]
            yield info
        # At a header that is none it only stops, as if all had been read.
        if self._forward.last.strip(b"\0"):
            raise tarfile.ReadError(f"no header at byte {tar.offset}")
        if (damage := self._stream.resume()) is not None:
            raise tarfile.ReadError(str(damage))

    def holds(self, entry: Entry) -> bool:
        """Say whether all bytes of the member are there, as far as was read."""
        return self._forward.reached >= int(entry.handle.offset_data) + entry.size

    def copy(self, entry: Entry, target: IO[bytes]) -> str | None:
        """Copy the member.

        Raises:
            ReadError: it ends early, and so does the archive.
        """
        self._forward.seek(entry.handle.offset_data)
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
        self.last = b""
        """What was read last."""
        self.reached = 0
        """How far there were bytes."""

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

    def read(self, size: int) -> bytes:
        if size > _LARGEST_HEADER:
            raise tarfile.ReadError(f"a header of {size} bytes")
        self.last = self._stream.read(size)
        self._position += len(self.last)
        if self.last:
            self.reached = self._position
        return self.last
