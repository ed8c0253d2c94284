"""The output folder: files in it appear whole or not at all, and nothing foreign is touched."""

from __future__ import annotations

import contextlib
import hashlib
import os
import posixpath
import re
import secrets
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import IO, cast

from ingest.errors import OutputError, WriteError
from ingest.output.store import Store

__all__ = [
    "CORPUS",
    "COUNTED",
    "COUNTS",
    "DROPPED",
    "INPUTS",
    "LOCK",
    "QUARANTINE",
    "REMOVED",
    "REPORT",
    "RUN",
    "SHARDS",
    "OutputFile",
    "OutputFolder",
    "WrittenFile",
    "is_temporary",
    "shard_file",
]

# The corpus has a folder of its own, so that tools which read "a folder of Parquet" find one schema and no report.
CORPUS = "corpus"
DROPPED = "dropped"
REMOVED = "removed"
QUARANTINE = "quarantine"
SHARDS = "shards"
"""Folder of the markers of finished shards."""
REPORT = "report.json"
RUN = "run.json"
INPUTS = "inputs.parquet"
COUNTED = "counted.json"
LOCK = ".lock"
# Only there while a run counts over the corpus.
COUNTS = "counts"

_TEMPORARY = ".tmp-"
# Bytes of an object to collect in memory before it is sent; what is more waits on the local disk.
_IN_MEMORY = 2**20
# Writers of plugins have suffixes of their own, and may sort their files into folders, such as one for each language.
_OURS = re.compile(
    rf"""(?:{CORPUS}|{DROPPED}|{REMOVED}|{QUARANTINE}|{SHARDS})/(?:[\w-]+/)?(?:\.tmp-[0-9a-f]+-)?part-\d{{5,}}(?:-\w+)*(?:\.[a-z0-9]+)+
    |(?:\.tmp-[0-9a-f]+-)?(?:{"|".join(map(re.escape, (REPORT, RUN, INPUTS, COUNTED)))})
    |{COUNTS}/\.tmp-[0-9-]+(?:\.[a-z]+)+""",
    re.VERBOSE,
)


@dataclass(frozen=True, slots=True)
class WrittenFile:
    """A file of the output that is whole and in its place."""

    name: str
    """Path below the output folder."""
    bytes: int
    sha256: str


def shard_file(kind: str, shard: int, suffix: str = ".parquet") -> str:
    """Name the file of one kind (`corpus`, `dropped`, ...) that a shard writes."""
    return f"{kind}/part-{shard:05d}{suffix}"


def is_temporary(name: str) -> bool:
    """Say whether a file of the output was still being written."""
    return posixpath.basename(name).startswith(_TEMPORARY)


class OutputFile:
    """A file that is being written. A failure to write is kept until `check` raises it.

    Arrow writes the end of a Parquet file when it lets go of it, and ends the whole process if that fails, as on a
    full disk. So it never gets to see a failure; what was written then never gets its final name.
    """

    def __init__(self, stream: IO[bytes]) -> None:
        self._stream = stream
        self._error: OSError | None = None
        self._hash = hashlib.sha256()
        self.closed = False
        self.size = 0
        """Bytes written so far."""

    def write(self, data: bytes) -> int:
        """Write the bytes, or nothing once a write has failed."""
        if self._error is None:
            try:
                self._stream.write(data)
            except OSError as error:
                self._error = error
            self._hash.update(data)
            self.size += len(data)
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

    @property
    def sha256(self) -> str:
        """SHA-256 of what was written, in hex digits."""
        return self._hash.hexdigest()

    def close(self) -> None:
        """Do nothing: the folder closes the file when all is checked."""


class OutputFolder:
    """A folder on the local disk or behind an fsspec URL.

    `written` holds what was written through this object, by the name that was asked for.

    Args:
        path: the folder.
        base: folder that a relative path starts from.
        edition: put into the names of files behind the number of the shard, so that they stand beside earlier ones.

    Raises:
        OutputError: there is no such kind of place, or what it takes to reach it is not installed.
    """

    def __init__(self, path: str, base: str = "", edition: str = "") -> None:
        located = path if "://" in path or not base else os.path.join(base, os.path.expanduser(path))
        try:
            if "\0" in path:
                raise ValueError("a path can't hold the character U+0000")
            self.store = Store(located)
        except (ImportError, ValueError) as error:
            raise OutputError(f"{path!r}: can't write there: {error}") from error
        self.local = self.store.local
        self.url = self.store.url
        self.path = path
        self._edition = edition
        self.owner = ""
        """What the lock of a remote folder says while this run holds it; with any other lock, nothing is written."""
        self.written: dict[str, WrittenFile] = {}

    def prepare(self) -> None:
        """Make the folder, and see that it can be reached and, on the local disk, written to.

        Raises:
            OutputError: it is a file, or can't be made, reached or written to.
        """
        try:
            if self.store.is_file():
                raise OutputError(f"{self.path}: is a file; name a folder for the output")
            self.store.make()
            if self.local:
                probe = os.path.join(self.url, _temporary(REPORT))
                with open(probe, "xb"):
                    os.unlink(probe)
        except OSError as error:
            raise OutputError(f"{self.path}: can't write there: {error.strerror or error}") from error

    def sizes(self) -> dict[str, int]:
        """Give all files in the folder by name, sorted, with their sizes in bytes; the lock of a run is none of them.

        Raises:
            OutputError: they can't be listed.
        """
        try:
            return {name: size for name, size in self.store.sizes().items() if not name.startswith(LOCK)}
        except FileNotFoundError:
            return {}
        except OSError as error:
            raise OutputError(f"{self.path}: can't be listed: {error.strerror or error}") from error

    def files(self) -> list[str]:
        """Name all files in the folder, sorted.

        Raises:
            OutputError: they can't be listed.
        """
        return list(self.sizes())

    def own_files(self) -> list[str]:
        """Name the files that a run wrote or was writing."""
        return [name for name in self.files() if _OURS.fullmatch(name)]

    def remove(self, names: Iterable[str]) -> None:
        """Remove files.

        Raises:
            OutputError: one can't be removed.
        """
        try:
            self.store.remove(list(names))
        except OSError as error:
            raise OutputError(f"{self.path}: can't remove what is there: {error.strerror or error}") from error

    def sweep(self) -> None:
        """Take away what was being written when a run ended early. Files under their final names stay."""
        with contextlib.suppress(OSError, OutputError, WriteError):
            self.check_owner()
            if self.local:
                self.remove(name for name in self.own_files() if is_temporary(name))
                return
            for name, uploads in self.store.pending_uploads().items():
                for upload in uploads if _OURS.fullmatch(name) else ():
                    self.store.abort_upload(name, upload)

    def holds(self, url: str) -> bool:
        """Say whether a file lies in this folder."""
        if not self.local:
            return url.startswith(self.url.rstrip("/") + "/")
        # Links may lead to it from both sides.
        return _real(os.path.dirname(url)).startswith(_real(self.url))

    def write(self, name: str, content: bytes) -> None:
        """Write a small file, as `create` does.

        Raises:
            WriteError: it can't be written.
        """
        with self.create(name) as stream:
            stream.write(content)

    def read(self, name: str) -> bytes | None:
        """Give the content of a small file, `None` if there is no such file.

        Raises:
            OutputError: it can't be read.
        """
        try:
            return self.store.read(name)
        except FileNotFoundError:
            return None
        except OSError as error:
            raise OutputError(f"{self.path}/{name}: can't be read: {error.strerror or error}") from error

    def read_all(self, names: Sequence[str]) -> Iterator[tuple[str, bytes]]:
        """Give small files with their contents.

        Raises:
            OutputError: one can't be read.
        """
        try:
            yield from zip(names, self.store.read_all(names), strict=True)
        except OSError as error:
            raise OutputError(f"{self.path}: can't be read: {error.strerror or error}") from error

    @contextlib.contextmanager
    def create(self, name: str) -> Iterator[OutputFile]:
        """Open a file for writing. It is there when all is written and safe, under its name; on an error it never is.

        Raises:
            WriteError: it can't be written.
        """
        own = self._in_edition(name)
        try:
            with self._create_local(own) if self.local else self._create_remote(own) as stream:
                yield stream
                stream.check()
        except OSError as error:
            raise WriteError(f"can't write {name}: {error.strerror or error}") from error
        self.written[name] = WrittenFile(own, stream.size, stream.sha256)

    def _in_edition(self, name: str) -> str:
        folder, file = posixpath.split(name)
        stem, dot, suffix = file.partition(".")
        return posixpath.join(folder, f"{stem}-{self._edition}{dot}{suffix}") if self._edition else name

    @contextlib.contextmanager
    def _create_local(self, name: str) -> Iterator[OutputFile]:
        final = posixpath.join(self.store.root, name)
        # The name is nobody else's: a worker whose run was killed may still be at the same shard.
        temporary = os.path.join(os.path.dirname(final), _temporary(os.path.basename(final)))
        _make_folder(os.path.dirname(final))
        try:
            with open(temporary, "wb") as file:
                stream = OutputFile(file)
                yield stream
                file.flush()
                os.fsync(file.fileno())
            os.replace(temporary, final)
        except BaseException:
            with contextlib.suppress(OSError):
                os.unlink(temporary)
            raise
        _sync_folder(os.path.dirname(final))

    @contextlib.contextmanager
    def _create_remote(self, name: str) -> Iterator[OutputFile]:
        """Write an object under its own name. Nothing of it is sent until all of it is there."""
        with tempfile.SpooledTemporaryFile(_IN_MEMORY) as file:
            yield OutputFile(cast(IO[bytes], file))
            file.seek(0)
            self.check_owner()
            self.store.put(name, cast(IO[bytes], file))

    def check_owner(self) -> None:
        """See that a remote folder is still this run's.

        Raises:
            WriteError: another run has taken it over, or the lock is gone.
            OSError: that can't be told.
        """
        if not self.owner:
            return
        try:
            found = self.store.read(LOCK)
        except FileNotFoundError:
            found = b""
        if found.decode("utf-8", "replace") != self.owner:
            what = "another run took it over" if found else f"its lock {LOCK} was removed"
            hint = "this run stops, what it has on record stays"
            raise WriteError(f"{self.path}: the folder is no longer this run's, {what}; {hint}")

    def open(self, name: str) -> IO[bytes]:
        """Open a file for reading. It can be sought."""
        return self.store.open(name)


def _temporary(name: str) -> str:
    return f"{_TEMPORARY}{secrets.token_hex(4)}-{name}"


def _real(folder: str) -> str:
    """Give the path of a folder without links, with a slash behind it."""
    return os.path.join(os.path.realpath(folder), "")


def _make_folder(path: str) -> None:
    """Make a folder with those above it, each of them so that it is still there after a power cut."""
    if not os.path.isdir(path):
        _make_folder(os.path.dirname(path))
        with contextlib.suppress(FileExistsError):
            os.mkdir(path)
        _sync_folder(os.path.dirname(path))


def _sync_folder(path: str) -> None:
    """Make a rename survive a power cut. Windows can't open folders and does not need it."""
    if os.name == "nt":
        return
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
