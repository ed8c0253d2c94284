"""One shard after the other, in this process."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from ingest.executor import Executor, R, S

__all__ = ["Serial"]


class Serial(Executor):
    """Run the shards one after the other in the main process, without limits on time and memory: for debugging."""

    name = "serial"
    in_process = True

    def map(self, function: Callable[[S], R], shards: Sequence[S]) -> Iterator[R]:
        return map(function, shards)
