"""Pairs of key and document, as hashes: collected in memory, sorted, and written to files called runs.

A key and the identity of a document are 64 bits of BLAKE2b each (RFC 7693), the same in every process and on every
machine. Among a billion different keys, a given one shares its hash with another with a probability of 5e-11; it would
then be counted with it.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

from ingest.errors import WriteError

__all__ = ["PAIR_MEMORY", "Hashes", "Run", "Spill", "distinct", "hash_keys", "writing"]

Hashes: TypeAlias = npt.NDArray[np.uint64]

HASH = np.dtype("<u8")
# Bytes of memory for a pair while it is sorted: two hashes, their place, two sorted hashes, and what is like the pair
# before it.
PAIR_MEMORY = 64


@dataclass(frozen=True, slots=True)
class Run:
    """A file of different pairs in ascending order: all the hashes of keys, then as many of documents."""

    path: str
    size: int
    """Number of pairs."""

    def read(self, start: int, stop: int) -> tuple[Hashes, Hashes]:
        """Give the keys and the documents of some of the pairs."""
        with open(self.path, "rb") as stream:
            return _read(stream, start, stop), _read(stream, self.size + start, self.size + stop)

    def find(self, pair: int, start: int, stop: int) -> int:
        """Give the place of the first pair from `start` that is not below `pair`, at most `stop`.

        Args:
            pair: a key in the upper 64 bits and a document in the lower ones.
            start: where to begin.
            stop: where to end.
        """
        if start == stop:
            return start
        key, document = np.uint64(pair >> 64), np.uint64(pair & 2**64 - 1)
        pairs = np.memmap(self.path, HASH, "r", shape=(2, self.size))
        keys = pairs[0, start:stop]
        first, last = int(np.searchsorted(keys, key, "left")), int(np.searchsorted(keys, key, "right"))
        return start + first + int(np.searchsorted(pairs[1, start + first : start + last], document))


class Spill:
    """Takes the keys of documents and writes them as runs, whenever the memory for them is full.

    Args:
        path: path of the files, without the number of the run and the suffix.
        memory: bytes of memory to use.
    """

    def __init__(self, path: str, memory: int) -> None:
        self._path = path
        self._most = max(1, memory // PAIR_MEMORY) * HASH.itemsize
        self._keys = bytearray()
        self._documents = bytearray()
        self.runs: list[Run] = []

    def add(self, keys: Iterable[str], identity: str) -> None:
        """Add the keys of a document.

        Raises:
            WriteError: the disk takes no more.
        """
        hashes, document = hash_keys(set(keys)), hash_keys((identity,))
        self._keys += hashes
        self._documents += document * (len(hashes) // HASH.itemsize)
        if len(self._keys) >= self._most:
            self.flush()

    def flush(self) -> None:
        """Write what is in memory.

        Raises:
            WriteError: the disk takes no more.
        """
        if not self._keys:
            return
        keys, documents = distinct(np.frombuffer(self._keys, HASH), np.frombuffer(self._documents, HASH))
        run = Run(f"{self._path}-{len(self.runs):03d}.run", len(keys))
        with writing(run.path), open(run.path, "wb") as stream:
            stream.write(keys.data)
            stream.write(documents.data)
        self.runs.append(run)
        self._keys, self._documents = bytearray(), bytearray()


def hash_keys(keys: Iterable[str]) -> bytes:
    """Give the hashes of keys, one behind the other. Any string will do, half a surrogate pair included."""
    blake2b = hashlib.blake2b
    return b"".join([blake2b(key.encode("utf-8", "surrogatepass"), digest_size=8).digest() for key in keys])


def distinct(keys: Hashes, documents: Hashes) -> tuple[Hashes, Hashes]:
    """Give pairs in ascending order, by key and then by document, each once."""
    order = np.lexsort((documents, keys))
    keys, documents = keys[order], documents[order]
    new = np.ones(len(keys), bool)
    new[1:] = (keys[1:] != keys[:-1]) | (documents[1:] != documents[:-1])
    return (keys, documents) if new.all() else (keys[new], documents[new])


@contextmanager
def writing(path: str) -> Iterator[None]:
    """Turn an error of the disk into one that says what to do.

    Raises:
        WriteError: the disk takes no more, or is not there.
    """
    try:
        yield
    except OSError as error:
        folder = os.path.dirname(path)
        hint = "name a folder with more room as [run] scratch"
        raise WriteError(f"can't write counts of the corpus to {folder}: {error.strerror or error}; {hint}") from error


def _read(stream: Any, start: int, stop: int) -> Hashes:
    stream.seek(start * HASH.itemsize)
    return np.fromfile(stream, HASH, stop - start)
