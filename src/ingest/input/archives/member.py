"""A file in an archive, as readers see it."""

from __future__ import annotations

import io
from dataclasses import dataclass, field
from typing import IO, Any

from ingest.input.files import InputFile

__all__ = ["Member"]

_CHUNK = 1 << 16


@dataclass(frozen=True, slots=True)
class Member(InputFile):
    """A file in an archive. It can be opened until the archive goes on to the next one."""

    content: IO[bytes] = field(default_factory=io.BytesIO, compare=False, repr=False)

    @property
    def is_local(self) -> bool:
        return False

    def status(self) -> tuple[int, str]:
        return self.size, self.stamp

    def open_raw(self) -> io.BufferedReader:
        return io.BufferedReader(_View(self.content), _CHUNK)


class _View(io.RawIOBase):
    """Reads a file that others read as well, from a position of its own."""

    def __init__(self, content: IO[bytes]) -> None:
        self._content = content
        self._position = 0

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        if whence == io.SEEK_END:
            offset += self._content.seek(0, io.SEEK_END)
        elif whence == io.SEEK_CUR:
            offset += self._position
        self._position = max(0, offset)
        return self._position

    def readinto(self, buffer: Any) -> int:
        self._content.seek(self._position)
        data = self._content.read(len(buffer))
        buffer[: len(data)] = data
        self._position += len(data)
        return len(data)
