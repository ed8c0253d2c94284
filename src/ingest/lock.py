"""One run at a time in an output folder."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator

from filelock import FileLock, Timeout

from ingest.errors import OutputError
from ingest.output import LOCK, OutputFolder

__all__ = ["locked"]


@contextlib.contextmanager
def locked(folder: OutputFolder) -> Iterator[None]:
    """Keep other runs out of the folder. The system lets go of the lock when the process ends, however it does.

    Raises:
        OutputError: another run is at work there, or the file system has no locks.
    """
    if not folder.local:
        yield
        return
    try:
        lock = FileLock(f"{folder.url}/{LOCK}", timeout=0)
        lock.acquire()
    except Timeout as error:
        hint = "wait for it to end, or name another folder"
        raise OutputError(f"{folder.path}: another run is writing there; {hint}") from error
    except (OSError, NotImplementedError) as error:
        raise OutputError(f"{folder.path}: can't be locked against other runs: {error}") from error
    try:
        yield
    finally:
        lock.release()
