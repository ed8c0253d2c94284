"""What is done with a shard, wherever it runs: build the components once per process, and read its documents."""

from __future__ import annotations

import functools
import sys
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from itertools import islice
from typing import Any, Generic, Protocol, TypeVar

from ingest.config import Config, Source, load
from ingest.document import Document
from ingest.endpoints import Unreadable
from ingest.errors import WorkerError
from ingest.executor import Executor
from ingest.pipeline import Pipeline
from ingest.plan import Shard, unreadable
from ingest.reading import read_task

__all__ = ["FirstOfId", "ShardFunction", "read_shard", "run_shards"]

R = TypeVar("R")


class ShardFunction(Generic[R]):
    """What an executor calls with every shard.

    Pickled, it is only the config's text and plain arguments; a worker builds the rest with its first shard and keeps it.

    Args:
        source: the config's text.
        arguments: what else the function needs, as `pipeline` and `run` of the class know it.
        config: the config, where it is loaded already.
    """

    def __init__(self, source: Source, *arguments: Any, config: Config | None = None) -> None:
        self._source = source
        self._arguments = arguments
        self._config = config
        self._pipeline: Pipeline | None = None

    def __reduce__(self) -> tuple[Callable[..., ShardFunction[R]], tuple[Any, ...]]:
        return _in_worker, (type(self), self._source, *self._arguments)

    def __call__(self, shard: Shard) -> R:
        """Do the work of one shard."""
        if self._config is None:
            self._config = load(self._source)
        if self._pipeline is None:
            self._pipeline = self.pipeline(self._config)
        return self.run(self._config, self._pipeline, shard)

    def pipeline(self, config: Config) -> Pipeline:
        """Build the steps that the documents go through."""
        raise NotImplementedError(f"{type(self).__name__} needs a method `pipeline`")

    def run(self, config: Config, pipeline: Pipeline, shard: Shard) -> R:
        """Do the work of one shard with what is built."""
        raise NotImplementedError(f"{type(self).__name__} needs a method `run`")


@functools.lru_cache(maxsize=1)
def _in_worker(function: Callable[..., ShardFunction[R]], *arguments: Any) -> ShardFunction[R]:
    # Nothing is loaded yet: an error here, while the work is handed over, would end the worker without a word.
    return function(*arguments)


class _OfShard(Protocol):
    """What came of a shard."""

    shard: int


F = TypeVar("F", bound=_OfShard)


def run_shards(
    executor: Executor, function: ShardFunction[F], shards: Sequence[Shard], take: Callable[[Shard, F], None]
) -> None:
    """Have an executor call a function with every shard, and hand over what comes of each, in whatever order it does.

    Raises:
        WorkerError: a worker process died, or the executor did not give one result for each shard.
    """
    waiting = {shard.number: shard for shard in shards}
    results = executor.map(function, shards)
    try:
        for result in results:
            if result.shard not in waiting:
                raise WorkerError(f"the executor {executor.name!r} gave more than one result for shard {result.shard}")
            take(waiting.pop(result.shard), result)
    finally:
        # What fails on the way must not leave workers at work until the results are collected.
        getattr(results, "close", lambda: None)()
    if waiting:
        numbers = ", ".join(map(str, list(waiting)[:10])) + (" and others" if len(waiting) > 10 else "")
        raise WorkerError(
            f"the executor {executor.name!r} gave no result for shard {numbers}; its `map` has to run every one"
        )


class FirstOfId:
    """Says of the documents of a shard which are the first of their id: a second one is not run."""

    def __init__(self) -> None:
        self._ids: set[str] = set()

    def __call__(self, item: Document | Unreadable) -> bool:
        """Say whether this is a document, and the first of its id."""
        if not isinstance(item, Document) or item.id in self._ids:
            return False
        self._ids.add(item.id)
        return True


def read_shard(shard: Shard, config: Config) -> Iterator[Document | Unreadable]:
    """Give the documents of a shard, and in place of what can't be read the record of it."""
    limit = min(config.run.limit or sys.maxsize, sys.maxsize)
    seen: Counter[str] = Counter()
    for task in shard.tasks:
        if task.unreadable is not None:
            yield task.unreadable
            continue
        file = task.part.file
        try:
            for item in islice(read_task(task, config), limit - seen[file.url]):
                yield item
                seen[file.url] += 1
        except (KeyboardInterrupt, GeneratorExit):
            raise
        except BaseException as error:  # noqa: BLE001  a reader may be a plugin, and files break in many ways
            yield unreadable(file, error)
