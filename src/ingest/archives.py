"""Zip and tar archives: folders of files that stand in one file.

Nothing is unpacked to where a name says. A name is only text, and members are read from memory or an unnamed file.
"""

from __future__ import annotations

import io
import posixpath
import stat
import struct
import sys
import tarfile
import tempfile
import zipfile
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from typing import IO, Any

from ingest.bounds import FREE, Bounds
from ingest.endpoints import Part, Unreadable
from ingest.errors import ReadError
from ingest.files import InputFile, matches, printable
from ingest.unpacking import Resumable

__all__ = ["Budget", "Cuts", "Entry", "Member", "list_entries", "read_members", "wants"]

_CHUNK = 1 << 16
_SMALL = 1 << 12
_IN_MEMORY = 8 * 2**20
_PART_BYTES = 4 * 2**20
_PART_MEMBERS = 256
_MOST_PARTS = 16
_LARGEST_HEADER = 2**20
"""Bytes of an extended header of a tar, which holds a long name; tarfile takes them into memory."""
_BYTES_OF_ENTRY = 256
"""What an entry takes in the directory of a zip file, with a name of usual length."""


@dataclass(frozen=True, slots=True)
class Entry:
    """A file in an archive, as its directory or header tells."""

    name: str
    """Path in the archive; no part of it leads out."""
    start: int
    """Number in the directory of a zip file, offset of the header in a tar."""
    size: int
    """Bytes of the member, still compressed if its own name says so."""
    stored: int
    """Bytes that it takes in the archive."""
    handle: Any
    problem: str = ""
    """Why it can't be read."""


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


class Budget:
    """The bytes that all members of an archive may have together, with those of archives in it."""

    def __init__(self, bounds: Bounds) -> None:
        self._bounds = bounds
        self._left = bounds.max_archive_bytes

    def take(self, size: int) -> None:
        """Take bytes out of it.

        Raises:
            ReadError: so many are not left.
        """
        self._left -= size
        if self._left < 0:
            limit = self._bounds.max_archive_bytes
            raise ReadError(f"the archive holds more than {limit} bytes; to read it, raise [read] max_archive_bytes")


def list_entries(file: InputFile) -> Iterator[Entry]:
    """Give the files in an archive in their order. What is hidden, a folder, a link or a device is none.

    Raises:
        ReadError: the archive is damaged behind the last one, or holds too much.
    """
    budget = Budget(file.bounds)
    with _open(Part(file)) as archive:
        previous: Entry | None = None
        damage: ReadError | None = None
        entries = archive.entries()
        while True:
            try:
                entry = next(entries, None)
            except ReadError as error:
                entry, damage = None, error
            # Only now it is known whether all of the one before is there.
            if previous is not None and (damage is None or archive.holds(previous)):
                yield previous
            if damage is not None:
                raise damage
            if entry is None:
                return
            budget.take(entry.size)
            previous = entry


def wants(below: str, include: Sequence[str], exclude: Sequence[str]) -> bool:
    """Say whether to read a member: `include` may name it or an archive around it, and `exclude` neither.

    Args:
        below: its path below the folder that the config gave, the archives' names included.
        include: globs, as for files.
        exclude: globs, as for files.
    """
    pieces = below.split("/")
    paths = ["/".join(pieces[:length]) for length in range(1, len(pieces) + 1)]
    paths = [path for path in paths if path == below or InputFile("", path, 0).is_archive]
    if any(matches(path, exclude) for path in paths):
        return False
    # Of an archive the members are asked for one by one.
    return not include or InputFile("", below, 0).is_archive or any(matches(path, include) for path in paths)


class Cuts:
    """Cuts an archive into parts of members that follow each other.

    A part of a zip file costs reading its directory, one of a compressed tar unpacking it up to there: of those there are
    only some. A tar in which a name stands twice is not cut, as only who reads all of it knows which is the second.
    """

    def __init__(self, file: InputFile) -> None:
        self._file = file
        self._entries: list[tuple[int, int, str]] = []
        self._names: set[str] = set()
        self._repeats = False

    def add(self, entry: Entry, reader: str) -> None:
        """Add the next member, and the reader that its name tells."""
        self._entries.append((entry.start, entry.stored, reader))
        self._repeats |= entry.name in self._names
        self._names.add(entry.name)

    def parts(self) -> Iterator[tuple[Part, tuple[tuple[str, int, int], ...]]]:
        """Give the parts, each with the number and the bytes of its members by reader."""
        total = sum(size for _, size, _ in self._entries) or 1
        groups = list(self._groups(total))
        stops = [group[0][0] for group in groups[1:]]
        for group, stop in zip(groups, [*stops, None], strict=False):
            size = sum(size for _, size, _ in group)
            # Behind the last member there may be a damage, which the plan has on record already.
            part = Part(
                self._file, group[0][0], group[-1][0] + 1 if stop is None else stop, self._file.size * size // total
            )
            yield part, _counted(group)

    def _groups(self, total: int) -> Iterator[list[tuple[int, int, str]]]:
        is_tar = self._file.suffix == ".tar"
        most = sys.maxsize if is_tar and self._file.compression is None else _MOST_PARTS
        if is_tar and self._repeats:
            most = 1
        bytes_each, members_each = max(_PART_BYTES, total // most), max(_PART_MEMBERS, len(self._entries) // most)
        if most == 1:
            bytes_each = members_each = sys.maxsize
        group: list[tuple[int, int, str]] = []
        size = 0
        for entry in self._entries:
            if group and (size >= bytes_each or len(group) >= members_each):
                yield group
                group, size = [], 0
            group.append(entry)
            size += entry[1]
        if group:
            yield group


def _counted(group: Sequence[tuple[int, int, str]]) -> tuple[tuple[str, int, int], ...]:
    numbers: Counter[str] = Counter()
    sizes: Counter[str] = Counter()
    for _, size, reader in group:
        numbers[reader] += 1
        sizes[reader] += size
    return tuple((reader, number, sizes[reader]) for reader, number in sorted(numbers.items()))


def read_members(
    part: Part, is_wanted: Callable[[str], bool], budget: Budget | None = None
) -> Iterator[Member | Unreadable]:
    """Give the members of a part of an archive, and the record of each that can't be read.

    Args:
        part: the archive, and which members: those that start from `start` to `stop`.
        is_wanted: says of the path of a member in the archive whether to read it.
        budget: what the members may take together, for an archive in another one.

    Raises:
        ReadError: the rest of the archive can't be read.
    """
    file, budget = part.file, budget or Budget(part.file.bounds)
    names: Counter[str] = Counter()
    with _open(part) as archive:
        for entry in _up_to(part.stop, archive.entries()):
            names[entry.name] += 1
            if entry.start < (part.start or 0) or not is_wanted(entry.name):
                continue
            name = f"{file.name}/{_distinct(entry.name, names[entry.name])}"
            if entry.problem:
                yield Unreadable(name, entry.problem)
                continue
            budget.take(entry.size)
            with tempfile.SpooledTemporaryFile(_IN_MEMORY) as content:
                if (problem := archive.copy(entry, content)) is not None:
                    yield Unreadable(name, problem)
                    continue
                below = f"{file.below}/{entry.name}"
                yield Member(file.url, name, entry.size, file.stamp, below, file.bounds, content)


def _up_to(stop: int | None, entries: Iterator[Entry]) -> Iterator[Entry]:
    """Give the entries in front of a stop, and look for none behind one that is the last for sure."""
    for entry in entries:
        if stop is not None and entry.start >= stop:
            return
        yield entry
        if stop is not None and entry.start + 1 >= stop:
            return


def _distinct(name: str, occurrence: int) -> str:
    """Give the name, or for a second member of that name one that differs and ends alike: `a/x~2.txt`."""
    if occurrence == 1:
        return name
    folder, base = posixpath.split(name)
    stem, dot, suffix = base.partition(".")
    return posixpath.join(folder, f"{stem}~{occurrence}{dot}{suffix}")


def _inner(name: str) -> str:
    """Give a path that stays in the archive: `../a` and `/a` are `a`."""
    return posixpath.normpath("/" + printable(name)).lstrip("/")


def _is_hidden(name: str) -> bool:
    return not name or any(piece.startswith(".") or piece == "__MACOSX" for piece in name.split("/"))


def _problem(bounds: Bounds, size: int, stored: int) -> str:
    """Say why a member of that size is too large, nothing if it isn't."""
    if size > bounds.max_member_bytes:
        return f"has {size} bytes, more than the limit of {bounds.max_member_bytes}; to read it, raise [read] max_member_bytes"
    if size > max(FREE, bounds.max_ratio * stored):
        return f"unpacks to more than {bounds.max_ratio} times its size; to read it, raise [read] max_ratio"
    return ""


@contextmanager
def _open(part: Part) -> Iterator[_Zip | _Tar]:
    file = part.file
    if file.suffix == ".tar":
        with file.open_lines(part.start or 0, part.origin) as stream:
            yield _Tar(stream, part.start or 0, file.bounds, plain=file.compression is None)
    elif file.compression is None:
        with file.open_raw() as stored, closing(_Zip(stored, file.bounds)) as archive:
            yield archive
    else:
        with file.open() as stream, tempfile.SpooledTemporaryFile(_IN_MEMORY) as unpacked:
            _copy(stream, unpacked, file.bounds.max_member_bytes + 1)
            if unpacked.tell() > file.bounds.max_member_bytes:
                raise ReadError(_problem(file.bounds, unpacked.tell(), unpacked.tell()))
            with closing(_Zip(unpacked, file.bounds)) as archive:
                yield archive


def _copy(source: Any, target: IO[bytes], size: int, chunk: int = _CHUNK) -> int:
    """Copy at most so many bytes, and give how many there were."""
    left = size
    while left and (piece := source.read(min(left, chunk))):
        target.write(piece)
        left -= len(piece)
    return size - left


def _too_many(bounds: Bounds) -> ReadError:
    return ReadError(f"the archive has more than {bounds.max_members} members; to read it, raise [read] max_members")


class _Zip:
    """A zip file.

    Raises:
        ReadError: it has no directory, or one that is too large.
    """

    def __init__(self, stored: IO[bytes], bounds: Bounds) -> None:
        self._bounds = bounds
        try:
            if _directory_size(stored) > bounds.max_members * _BYTES_OF_ENTRY:
                raise _too_many(bounds)
            self._zip = zipfile.ZipFile(stored)
        except (zipfile.BadZipFile, NotImplementedError, ArithmeticError, ValueError, struct.error, EOFError) as error:
            raise ReadError(f"the zip archive is damaged: {error}") from error
        if len(self._zip.filelist) > bounds.max_members:
            raise _too_many(bounds)

    def close(self) -> None:
        self._zip.close()

    def entries(self) -> Iterator[Entry]:
        for number, info in enumerate(self._zip.filelist):
            name = _inner(info.filename)
            mode = info.external_attr >> 16
            if info.is_dir() or _is_hidden(name) or stat.S_IFMT(mode) not in (0, stat.S_IFREG):
                continue
            problem = "is encrypted; unpack the archive first" if info.flag_bits & 1 else ""
            problem = problem or _problem(self._bounds, info.file_size, info.compress_size)
            yield Entry(name, number, info.file_size, info.compress_size, info, problem)

    def holds(self, entry: Entry) -> bool:
        """Say whether all bytes of the member are there, as far as was read."""
        return True

    def copy(self, entry: Entry, target: IO[bytes]) -> str | None:
        """Copy the member, or say why that can't be done."""
        try:
            with self._zip.open(entry.handle) as source:
                # Of what is not deflated, zipfile unpacks all that it read, whatever size the directory claims.
                known = entry.handle.compress_type in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
                size = _copy(source, target, entry.size, _CHUNK if known else _SMALL)
        except Exception as error:  # noqa: BLE001  every method of compression fails in ways of its own
            return f"is damaged in its archive: {error}"
        return None if size == entry.size else f"is damaged in its archive: {size} bytes are left of {entry.size}"


def _directory_size(stored: IO[bytes]) -> int:
    """Give the size of the directory, which `zipfile` takes into memory, before it does. 0 if there is none."""
    end = stored.seek(0, io.SEEK_END)
    tail_start = stored.seek(max(0, end - (1 << 16) - 42))
    tail = stored.read()
    found = tail.rfind(b"PK\x05\x06")
    if found < 0 or len(tail) < found + 22:
        return 0
    size = int.from_bytes(tail[found + 12 : found + 16], "little")
    locator = tail[max(0, found - 20) : found]
    if not locator.startswith(b"PK\x06\x07"):
        return min(size, tail_start + found)
    stored.seek(int.from_bytes(locator[8:16], "little"))
    return int.from_bytes(stored.read(48)[40:48], "little")


class _Tar:
    """A tar, read forwards from the header of a member on."""

    def __init__(self, stream: Resumable, start: int, bounds: Bounds, *, plain: bool) -> None:
        self._stream = stream
        self._forward = _Forward(stream, start, plain=plain)
        self._bounds = bounds

    def entries(self) -> Iterator[Entry]:
        last = "the first member"
        try:
            for info in self._headers():
                name = _inner(info.name)
                if info.isreg() and not _is_hidden(name):
                    problem = "is a sparse file" if info.issparse() else _problem(self._bounds, info.size, info.size)
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
                raise _too_many(self._bounds)
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
        size = _copy(self._forward, target, entry.size)
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
        while self._position < position and (piece := self._stream.read(min(position - self._position, _CHUNK))):
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
