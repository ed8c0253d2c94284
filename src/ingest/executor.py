"""The base of executors: where shards are run."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Annotated, ClassVar, TypeVar

from pydantic import Field

from ingest.component import Component

__all__ = ["Executor"]

S = TypeVar("S")
R = TypeVar("R")


class Executor(Component):
    """Decides where shards run. It knows nothing of what a shard is, nor of how a worker is watched over."""

    kind = "executor"

    in_process: ClassVar[bool] = False
    """Whether the work is done right where `map` calls the function. Otherwise each thread or process that calls it
    gets a worker process of its own, in which the limits on time and memory hold."""

    workers: Annotated[int, Field(ge=1)] = 1
    """How many shards to run at once."""

    def map(self, function: Callable[[S], R], shards: Sequence[S]) -> Iterator[R]:
        """Give `function(shard)` for every shard, in whatever order they finish.

        The function can be pickled, and be called from several threads at once. Each call ends when the shard's files
        are in the output folder. The same shard may be run again, as after the loss of a machine.
        """
        raise NotImplementedError(f"{type(self).__name__} needs a method `map`")
