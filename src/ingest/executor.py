"""The base of executors: where shards are run."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Annotated, TypeVar

from pydantic import Field

from ingest.component import Component

__all__ = ["Executor"]

S = TypeVar("S")
R = TypeVar("R")


class Executor(Component):
    """Decides where shards run. It knows nothing of what a shard is."""

    kind = "executor"

    workers: Annotated[int, Field(ge=1)] = 1
    """How many shards to run at once."""

    def map(self, function: Callable[[S], R], shards: Sequence[S]) -> Iterator[R]:
        """Give `function(shard)` for every shard, in whatever order they finish.

        The function can be pickled; what it holds is rebuilt once per process.

        Raises:
            WorkerError: a worker died.
        """
        raise NotImplementedError(f"{type(self).__name__} needs a method `map`")
