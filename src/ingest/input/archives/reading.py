"""List what is in an archive, and read it member by member."""

from __future__ import annotations

import io
import posixpath
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from typing import IO

from ingest.endpoints import Part, Unreadable
from ingest.errors import ReadError
from ingest.input.archives.entry import Budget, Entry, copy_bytes, size_problem
from ingest.input.archives.member import Member
from ingest.input.archives.tars import Tar
from ingest.input.archives.zips import Zip
from ingest.input.files import InputFile, matches

__all__ = ["list_entries", "read_members", "wants"]

_IN_MEMORY = 8 * 2**20


def list_entries(file: InputFile) -> Iterator[Entry]:
    """Give the files in an archive in their order. What is hidden, a folder, a link or a device is none.

    Raises:
        ReadError: the archive is damaged behind the last one, or holds too much.
    """
    budget = Budget(file)
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
            budget.take(0 if entry.problem else entry.size)
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
    file, budget = part.file, budget or Budget(part.file)
    names = _Names()
    with _open(part) as archive:
        for entry in _up_to(part.stop, archive.entries()):
            distinct = names.distinct(entry.name)
            if entry.start < (part.start or 0) or not is_wanted(entry.name):
                continue
            name = f"{file.name}/{distinct}"
            if entry.problem:
                yield Unreadable(name, entry.problem)
                continue
            budget.take(entry.size)
            with tempfile.SpooledTemporaryFile(_IN_MEMORY) as content:
                if (problem := archive.copy(entry, content)) is not None:
                    yield Unreadable(name, problem, _bytes_in(content))
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


def _bytes_in(content: IO[bytes]) -> bytes:
    """Give what there is of a damaged member, unless it is too much to hold."""
    size = content.seek(0, io.SEEK_END)
    content.seek(0)
    return content.read() if size <= _IN_MEMORY else b""


class _Names:
    """The names that members have been given, each of them once."""

    def __init__(self) -> None:
        self._given: set[str] = set()
        self._occurrences: Counter[str] = Counter()

    def distinct(self, name: str) -> str:
        """Give the name, or one like it for a second member of that name."""
        while True:
            self._occurrences[name] += 1
            distinct = _numbered(name, self._occurrences[name])
            if distinct not in self._given:
                self._given.add(distinct)
                return distinct


def _numbered(name: str, occurrence: int) -> str:
    """Give the name, or from the second on one that differs and ends alike: `a/x~2.txt`."""
    if occurrence == 1:
        return name
    folder, base = posixpath.split(name)
    stem, dot, suffix = base.partition(".")
    return posixpath.join(folder, f"{stem}~{occurrence}{dot}{suffix}")


@contextmanager
def _open(part: Part) -> Iterator[Zip | Tar]:
    file = part.file
    if file.suffix == ".tar":
        with file.open_lines(part.start or 0, part.origin) as stream:
            yield Tar(stream, part.start or 0, file.bounds, plain=file.compression is None)
    elif file.compression is None:
        with file.open_raw() as stored, closing(Zip(stored, file.bounds)) as archive:
            yield archive
    else:
        with file.open() as stream, tempfile.SpooledTemporaryFile(_IN_MEMORY) as unpacked:
            copy_bytes(stream, unpacked, file.bounds.max_member_bytes + 1)
            if unpacked.tell() > file.bounds.max_member_bytes:
                raise ReadError(size_problem(file.bounds, unpacked.tell(), unpacked.tell()))
            with closing(Zip(unpacked, file.bounds)) as archive:
                yield archive
