"""Where counts lie while a run goes on."""

from __future__ import annotations

import contextlib
import os
import tempfile
from types import TracebackType
from typing import Self

from ingest.errors import WriteError
from ingest.output.folder import COUNTS, OutputFolder

__all__ = ["CountFolder"]


class CountFolder:
    """A local folder that is there as long as the run needs it: in the output folder, or below `scratch`.

    In the output folder its files have the names of temporary ones, so that a later run clears away what a killed one
    has left. Elsewhere each run has a folder of its own.

    Raises:
        WriteError: it can't be made.
    """

    def __init__(self, output: OutputFolder, scratch: str | None) -> None:
        self._inside = output.local and scratch is None
        try:
            if self._inside:
                self.path = os.path.join(output.url, COUNTS)
                os.makedirs(self.path, exist_ok=True)
            else:
                self.path = tempfile.mkdtemp(prefix="ingest-counts-", dir=scratch)
        except OSError as error:
            place = scratch or output.path
            raise WriteError(f"can't make a folder for counts in {place}: {error.strerror or error}") from error

    def spill(self, step: int) -> str:
        """Name the files of a step that shards write, without the number of the shard and the end."""
        return os.path.join(self.path, f".tmp-{step:02d}")

    def table(self, step: int) -> str:
        """Name the table of a step."""
        return os.path.join(self.path, f".tmp-{step:02d}.table")

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for name in os.listdir(self.path) if os.path.isdir(self.path) else ():
            if name.startswith(".tmp-"):
                # Windows lets nobody remove a file that is still open somewhere.
                with contextlib.suppress(OSError):
                    os.unlink(os.path.join(self.path, name))
        with contextlib.suppress(OSError):
            os.rmdir(self.path)
