"""What one task of a shard gives: records of a file, or of the members of an archive."""

from __future__ import annotations

from collections.abc import Iterator

from ingest.config import Config
from ingest.document import Document, check_types
from ingest.endpoints import Part, Unreadable
from ingest.input.archives import Budget, Member, read_members, wants
from ingest.input.files import InputFile
from ingest.plan import ARCHIVE, Task, reader_for, reads_inside, unreadable

__all__ = ["changed_since", "read_task"]


def read_task(task: Task, config: Config) -> Iterator[Document | Unreadable]:
    """Give the documents of a task in their order, and in place of a record that can't be read the record of it.

    Raises:
        BaseException: whatever the reader raises; the rest of the task can't be read.
    """
    if task.reader == ARCHIVE:
        yield from _Inside(config).read(task.part)
    else:
        yield from _read_part(task.part, task.reader, config)


def _read_part(part: Part, reader: str, config: Config) -> Iterator[Document | Unreadable]:
    for item in config.readers[reader].read(part):
        yield _checked(item, part.file.name)


class _Inside:
    """Reads archives, and archives in them, by the readers that take their members."""

    def __init__(self, config: Config) -> None:
        self._config = config
        self._budget: Budget | None = None

    def read(self, part: Part, depth: int = 1) -> Iterator[Document | Unreadable]:
        """Give what is in a part of an archive.

        Raises:
            ReadError: the rest of the archive can't be read.
        """
        file = part.file
        self._budget = self._budget or Budget(file)
        section = self._config.read

        def wanted(name: str) -> bool:
            return wants(f"{file.below}/{name}", section.include, section.exclude)

        for member in read_members(part, wanted, self._budget):
            if isinstance(member, Unreadable):
                yield member
                continue
            try:
                yield from self._read_member(member, depth)
            except (KeyboardInterrupt, GeneratorExit):
                raise
            except BaseException as error:  # noqa: BLE001  one member must not cost those behind it
                yield unreadable(member, error)

    def _read_member(self, member: Member, depth: int) -> Iterator[Document | Unreadable]:
        if not reads_inside(member, self._config):
            reader = reader_for(member, self._config)
            for part in self._config.readers[reader].split(member):
                yield from _read_part(part, reader, self._config)
        elif depth < member.bounds.max_depth:
            yield from self.read(Part(member), depth + 1)
        else:
            limit = f"is an archive in {depth} others; to read it, raise [read] max_depth"
            yield Unreadable(member.name, limit)


def _checked(item: Document | Unreadable, name: str) -> Document | Unreadable:
    """Give back what a reader gave, or the record of it if that is not what a reader may give."""
    try:
        if isinstance(item, Document):
            check_types(item)
        elif not isinstance(item, Unreadable):
            raise TypeError(f"{type(item).__name__}, expected Document or Unreadable")
    except TypeError as error:
        return Unreadable(name, f"the reader gave {error}")
    return item


def changed_since(file: InputFile) -> Unreadable | None:
    """Give the record of a file that is not what it was when the run was planned: no part of it can be trusted then.

    One that is gone says so by itself when it is read.
    """
    if not file.stamp:
        return None
    try:
        size, stamp = file.status()
    except OSError:
        return None
    if (size, stamp) == (file.size, file.stamp):
        return None
    how = (
        f"it had {file.size:,} bytes, has {size:,}"
        if size != file.size
        else f"{size:,} bytes as before, of another time"
    )
    message = f"was changed while the run was at work: {how}; run it again with --fresh when it is at rest"
    return Unreadable(file.name, message, error="Changed")
