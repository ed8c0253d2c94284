"""Ids that two shards share, found with little memory."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterator, Sequence

import numpy as np

from ingest.output.folder import CORPUS, SHARDS, OutputFolder, shard_file

__all__ = ["IdFile", "id_hash", "repeated_ids"]

SUFFIX = ".ids"
# Ids to look at together: their hashes take 8 bytes each.
_TOGETHER = 2**23
_MOST_SHOWN = 10


class IdFile:
    """The hashes of the ids that one shard wrote, 8 bytes each, in a file beside its marker."""

    def __init__(self, folder: OutputFolder, shard: int) -> None:
        self.name = shard_file(SHARDS, shard, SUFFIX)
        self._folder = folder
        self._hashes: list[bytes] = []

    def add(self, id_: str) -> None:
        """Add an id."""
        self._hashes.append(id_hash(id_))

    def write(self) -> str:
        """Write the file and give its name.

        Raises:
            WriteError: it can't be written.
        """
        self._folder.write(self.name, b"".join(self._hashes))
        return self.name


def repeated_ids(folder: OutputFolder, files: Sequence[str]) -> list[str]:
    """Name ids that stand more than once in the corpus, at most ten.

    What another writer than the one for Parquet wrote can't be looked into: there the hash has to stand for the id.

    Args:
        folder: the output folder.
        files: the names of all files of the run.
    """
    suspects = _repeated_hashes(folder, [name for name in files if name.endswith(SUFFIX)])
    if not suspects:
        return []
    corpus = [name for name in files if name.startswith(f"{CORPUS}/")]
    if not all(name.endswith(".parquet") for name in corpus):
        return sorted(f"(id with the hash {hash_.hex()})" for hash_ in suspects)[:_MOST_SHOWN]
    ids = (id_ for name in corpus for id_ in _ids_of(folder, name))
    found = Counter(id_ for id_ in ids if id_hash(id_) in suspects)
    return sorted(name for name, count in found.items() if count > 1)[:_MOST_SHOWN]


def _repeated_hashes(folder: OutputFolder, names: Sequence[str]) -> set[bytes]:
    """Give the first hashes that two ids have. Those that begin alike are compared together, so that memory is bounded."""
    sizes = folder.sizes()
    rounds = 1 + sum(sizes.get(name, 0) for name in names) // 8 // _TOGETHER
    suspects: set[bytes] = set()
    for turn in range(rounds):
        hashes = (np.frombuffer(content, dtype="<u8") for _, content in folder.read_all(names))
        chosen = np.concatenate([np.empty(0, "<u8"), *(part[part % rounds == turn] for part in hashes)])
        values, counts = np.unique(chosen, return_counts=True)
        suspects |= {int(value).to_bytes(8, "little") for value in values[counts > 1][:100]}
    return suspects


def _ids_of(folder: OutputFolder, name: str) -> Iterator[str]:
    import pyarrow.parquet as pq

    with folder.open(name) as stream, pq.ParquetFile(stream) as table:
        for batch in table.iter_batches(columns=["id"]):
            yield from batch.column("id").to_pylist()


def id_hash(id_: str) -> bytes:
    """Give the 8 bytes that stand for an id."""
    return hashlib.blake2b(id_.encode(), digest_size=8).digest()
