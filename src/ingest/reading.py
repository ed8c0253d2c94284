"""What one task of a shard gives."""

from __future__ import annotations

from collections.abc import Iterator

from ingest.config import Config
from ingest.document import Document, check_types
from ingest.endpoints import Unreadable
from ingest.files import InputFile
from ingest.plan import Task

__all__ = ["changed_since", "read_task"]


def read_task(task: Task, config: Config) -> Iterator[Document | Unreadable]:
    """Give the documents of a task in their order, and in place of a record that can't be read the record of it.

    Raises:
        BaseException: whatever the reader raises; the rest of the task can't be read.
    """
    for item in config.readers[task.reader].read(task.part):
        yield _checked(item, task.part.file.name)


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
    message = f"{file.name} was changed while the run was at work: {how}; run it again with --fresh when it is at rest"
    return Unreadable(file.name, message, error="Changed")
