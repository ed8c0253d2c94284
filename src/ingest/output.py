"""The output folder: files in it appear whole or not at all, and nothing foreign is touched."""

from __future__ import annotations

import contextlib
import os
import posixpath
import re
from collections.abc import Iterator
from typing import IO, Any, cast

from fsspec.core import url_to_fs
from fsspec.implementations.local import LocalFileSystem

from ingest.errors import OutputError, WriteError

__all__ = ["CORPUS", "COUNTS", "DROPPED", "QUARANTINE", "REMOVED", "REPORT", "OutputFile", "OutputFolder", "shard_file"]

# The corpus has a folder of its own, so that tools which read "a folder of Parquet" find one schema and no report.
CORPUS = "corpus"
DROPPED = "dropped"
REMOVED = "removed"
QUARANTINE = "quarantine"
REPORT = "report.json"
# Only there while a run counts over the corpus.
COUNTS = "counts"

_KINDS = "|".join((CORPUS, DROPPED, REMOVED, QUARANTINE))
# Writers of plugins have suffixes of their own.
_OURS = re.compile(
    rf"({_KINDS})/(\.tmp-)?part-\d{{5,}}(\.[a-z0-9]+)+|(\.tmp-)?{re.escape(REPORT)}|{COUNTS}/\.tmp-[0-9-]+(\.[a-z]+)+"
)


def shard_file(kind: str, shard: int) -> str:
    """Name the file of one kind (`corpus`, `dropped`, ...) that a shard writes."""
    return f"{kind}/part-{shard:05d}.parquet"


class OutputFile:
    """A file that is being written. A failure to write is kept until `check` raises it.

    Arrow writes the end of a Parquet file when it lets go of it, and ends the whole process if that fails, as on a
    full disk. So it never gets to see a failure; what was written then never gets its final name.
    """

    def __init__(self, stream: IO[bytes]) -> None:
        self._stream = stream
        self._error: OSError | None = None
        self.closed = False

    def write(self, data: bytes) -> int:
        """Write the bytes, or nothing once a write has failed."""
        if self._error is None:
            try:
                self._stream.write(data)
            except OSError as error:
                self._error = error
        return len(data)

    def flush(self) -> None:
        """Hand what is buffered to the system."""
        if self._error is None:
            try:
                self._stream.flush()
            except OSError as error:
                self._error = error

    def check(self) -> None:
        """Raise the error of the first write that failed.

        Raises:
            WriteError: a write failed.
        """
        self.flush()
        if self._error is not None:
            raise WriteError(f"can't write the output: {self._error.strerror}") from self._error

    def close(self) -> None:
        """Do nothing: the folder closes the file when all is checked."""


class OutputFolder:
    """A folder on the local disk or behind an fsspec URL.

    Raises:
        OutputError: there is no such kind of place, or what it takes to reach it is not installed.
    """

    def __init__(self, path: str, base: str = "") -> None:
        located = path if "://" in path or not base else os.path.join(base, os.path.expanduser(path))
        try:
            if "\0" in path:
                raise ValueError("a path can't hold the character U+0000")
            self._filesystem, self._root = cast(tuple[Any, str], url_to_fs(located))
        except (ImportError, ValueError) as error:
            raise OutputError(f"{path!r}: can't write there: {error}") from error
        self.local = isinstance(self._filesystem, LocalFileSystem)
        self.path = path
        self.url = self._root if self.local else self._filesystem.unstrip_protocol(self._root)

    def prepare(self, *, overwrite: bool) -> None:
        """Make the folder ready for a run.

        Raises:
            OutputError: it holds something and `overwrite` is off, or it can't be made or written to.
        """
        try:
            if self._filesystem.isfile(self._root):
                raise OutputError(f"{self.path}: is a file; name a folder for the output")
            files = self._files()
            if files and not overwrite:
                raise OutputError(
                    f"{self.path}: the output folder is not empty ({files[0]} and {len(files) - 1} more); "
                    "name another folder, or replace what a run wrote there with --overwrite"
                )
            for name in files:
                if _OURS.fullmatch(name):
                    self._filesystem.rm_file(posixpath.join(self._root, name))
            self._filesystem.makedirs(self._root, exist_ok=True)
            with self.create(REPORT) as stream:
                stream.write(b"{}\n")
            self._filesystem.rm_file(posixpath.join(self._root, REPORT))
        except WriteError as error:
            raise OutputError(f"{self.path}: {error}") from error
        except OSError as error:
            raise OutputError(f"{self.path}: can't write there: {error.strerror or error}") from error

    def sweep(self) -> None:
        """Take away what was being written when a run ended early. Files under their final names stay."""
        with contextlib.suppress(OSError):
            for name in self._files():
                if _OURS.fullmatch(name) and posixpath.basename(name).startswith(".tmp-"):
                    self._filesystem.rm_file(posixpath.join(self._root, name))

    def holds(self, url: str) -> bool:
        """Say whether a file lies in this folder."""
        if not self.local:
            return url.startswith(self.url.rstrip("/") + "/")
        # Links may lead to it from both sides.
        return _real(os.path.dirname(url)).startswith(_real(self.url))

    @contextlib.contextmanager
    def create(self, name: str) -> Iterator[OutputFile]:
        """Open a file for writing. It gets its name when all is written and safe on disk; on an error it never does.

        Raises:
            WriteError: it can't be written.
        """
        final = posixpath.join(self._root, name)
        temporary = posixpath.join(posixpath.dirname(final), ".tmp-" + posixpath.basename(final))
        try:
            self._filesystem.makedirs(posixpath.dirname(final), exist_ok=True)
            with open(temporary, "wb") if self.local else self._filesystem.open(temporary, "wb") as stream:
                output = OutputFile(stream)
                yield output
                output.check()
                if self.local:
                    stream.flush()
                    os.fsync(stream.fileno())
            if self.local:
                os.replace(temporary, final)
                _sync_folder(os.path.dirname(final))
            else:
                self._filesystem.mv(temporary, final)
        except BaseException as error:
            with contextlib.suppress(OSError):
                self._filesystem.rm_file(temporary)
            if isinstance(error, OSError):
                raise WriteError(f"can't write {name}: {error.strerror or error}") from error
            raise

    def open(self, name: str) -> IO[bytes]:
        """Open a file for reading. It can be sought."""
        return cast(IO[bytes], self._filesystem.open(posixpath.join(self._root, name), "rb"))

    def _files(self) -> list[str]:
        if not self._filesystem.isdir(self._root):
            return []
        return sorted(posixpath.relpath(place, self._root) for place in self._filesystem.find(self._root))


def _real(folder: str) -> str:
    """Give the path of a folder without links, with a slash behind it."""
    return os.path.join(os.path.realpath(folder), "")


def _sync_folder(path: str) -> None:
    """Make a rename survive a power cut. Windows can't open folders and does not need it."""
    if os.name == "nt":
        return
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
