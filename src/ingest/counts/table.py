"""Counts on disk: a sorted table of the keys that more than one document holds."""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import shutil
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from types import TracebackType
from typing import IO, Self

import numpy as np
import numpy.typing as npt

from ingest.counts.spill import HASH, Hashes, hash_keys, writing

__all__ = ["Table", "TableFacts", "TableWriter"]

_LENGTH = 8


@dataclass(frozen=True, slots=True)
class TableFacts:
    """What a table says of itself."""

    step: str
    """Label of the step it was made for."""
    config_sha256: str
    """Hash of the config it was made with."""
    keys: int
    """Different keys that were counted."""
    shared: int
    """Keys in the table: those of two documents or more."""
    sha256: str
    """Hash of the keys and counts: the same input gives the same table, whatever the order of work."""


class Table:
    """A table to look keys up in. It stays on disk, in memory that all processes share.

    Args:
        path: the file that a `TableWriter` wrote.
    """

    def __init__(self, path: str) -> None:
        with open(path, "rb") as stream:
            stream.seek(-_LENGTH, os.SEEK_END)
            length = int.from_bytes(stream.read(), "little")
            stream.seek(-_LENGTH - length, os.SEEK_END)
            self.facts = TableFacts(**json.loads(stream.read(length)))
        # An empty file can't be mapped.
        self._keys, self._counts = np.empty((2, 0), HASH)
        if self.facts.shared:
            self._keys, self._counts = np.memmap(path, HASH, "r", shape=(2, self.facts.shared))

    def count(self, keys: Sequence[str]) -> list[int]:
        """Say how many documents hold each key. A key that is not in the table is in one at most, and counts as 1."""
        wanted = np.frombuffer(hash_keys(keys), HASH)
        places = np.searchsorted(self._keys, wanted)
        places[places == len(self._keys)] = 0
        found = np.ones(len(wanted), np.int64)
        if len(self._keys):
            known = self._keys[places] == wanted
            found[known] = self._counts[places[known]]
        return found.tolist()


class TableWriter:
    """Writes a table of keys that come in ascending order.

    Args:
        path: the file to write; what is only needed meanwhile goes into a file beside it.
    """

    def __init__(self, path: str) -> None:
        self._path = path
        self._hashes = (hashlib.sha256(), hashlib.sha256())
        self.keys = self.shared = 0

    def __enter__(self) -> Self:
        with writing(self._path):
            self._streams: tuple[IO[bytes], ...] = (open(self._path, "w+b"), open(self._path + ".counts", "w+b"))
        return self

    def add(self, keys: Hashes, counts: npt.NDArray[np.int64]) -> None:
        """Add keys, above all that were added before; those of one document are only counted.

        Raises:
            WriteError: the disk takes no more.
        """
        shared = counts > 1
        self.keys += len(keys)
        self.shared += int(shared.sum())
        parts = (keys[shared], counts[shared].astype(HASH))
        for stream, digest, part in zip(self._streams, self._hashes, parts, strict=True):
            digest.update(part.data)
            with writing(self._path):
                stream.write(part.data)

    def finish(self, step: str, config_sha256: str) -> TableFacts:
        """Put the parts together.

        Raises:
            WriteError: the disk takes no more.
        """
        digest = hashlib.sha256(b"".join(part.digest() for part in self._hashes)).hexdigest()
        facts = TableFacts(step, config_sha256, self.keys, self.shared, digest)
        footer = json.dumps(asdict(facts)).encode()
        table, counts = self._streams
        with writing(self._path):
            counts.seek(0)
            shutil.copyfileobj(counts, table)
            table.write(footer + len(footer).to_bytes(_LENGTH, "little"))
            table.flush()
        return facts

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for stream in self._streams:
            with contextlib.suppress(OSError):
                # What a full disk did not take of it has been told already.
                stream.close()
        with contextlib.suppress(FileNotFoundError):
            os.unlink(self._path + ".counts")
