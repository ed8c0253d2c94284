"""What is done with a shard, wherever it runs: build the components once per process, and take its documents through."""

from __future__ import annotations

import functools
import pickle
import sys
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from itertools import groupby, islice
from typing import Any, Generic, Protocol, TypeVar, cast

from ingest.config import Config, Source, load
from ingest.document import Document
from ingest.endpoints import Unreadable, Whereabouts
from ingest.errors import WorkerError
from ingest.executor import Executor
from ingest.pipeline import Failed, Outcome, Pipeline, batched
from ingest.plan import Shard, Task, unreadable
from ingest.reading import changed_since, read_task
from ingest.workers.place import NO_EXCUSES, Death, Excuses, Place
from ingest.workers.supervisor import Limits, Supervised

__all__ = ["ShardFunction", "read_shard", "run_shards", "take_through"]

R = TypeVar("R")

_REPEATED = "a document with the same id was read before it in the same shard"


class ShardFunction(Generic[R]):
    """What is called with every shard.

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
        self.place = Place()

    def __reduce__(self) -> tuple[Callable[[bytes], ShardFunction[R]], tuple[bytes]]:
        return _in_worker, (pickle.dumps((type(self), self._source, *self._arguments)),)

    def __call__(self, shard: Any, excuses: Excuses = NO_EXCUSES) -> R:
        """Do the work of one shard, and note in `place` how far it is."""
        if self._config is None:
            self._config = load(self._source)
        if self._pipeline is None:
            self._pipeline = self.pipeline(self._config)
        return self.run(self._config, self._pipeline, shard, excuses)

    def pipeline(self, config: Config) -> Pipeline:
        """Build the steps that the documents go through."""
        raise NotImplementedError(f"{type(self).__name__} needs a method `pipeline`")

    def run(self, config: Config, pipeline: Pipeline, shard: Any, excuses: Excuses) -> R:
        """Do the work of one shard with what is built."""
        raise NotImplementedError(f"{type(self).__name__} needs a method `run`")


@functools.lru_cache(maxsize=1)
def _in_worker(made_of: bytes) -> ShardFunction[Any]:
    # Nothing is loaded yet: an error here, while the work is handed over, would end the worker without a word.
    function, *arguments = pickle.loads(made_of)  # noqa: S301  our own bytes
    return cast(ShardFunction[Any], function(*arguments))


class _Numbered(Protocol):
    """A shard, or something else that is done like one."""

    @property
    def number(self) -> int: ...


class _OfShard(Protocol):
    """What came of a shard."""

    shard: int


F = TypeVar("F", bound=_OfShard)
T = TypeVar("T", bound=_Numbered)


def run_shards(
    executor: Executor, function: ShardFunction[F], shards: Sequence[T], limits: Limits, take: Callable[[T, F], None]
) -> None:
    """Have an executor call a function with every shard, and hand over what comes of each, in whatever order it does.

    Unless the executor is `in_process`, the work is done in worker processes that are watched over: see `Supervised`.

    Raises:
        WorkerError: a worker died of no document, or the executor did not give one result for each shard.
    """
    waiting = {shard.number: shard for shard in shards}
    supervised = None if executor.in_process else Supervised(function, limits)
    call: Callable[[T], F] = function if supervised is None else supervised
    results = executor.map(call, shards)
    try:
        for result in results:
            if result.shard not in waiting:
                raise WorkerError(f"the executor {executor.name!r} gave more than one result for shard {result.shard}")
            take(waiting.pop(result.shard), result)
    finally:
        # What fails on the way must not leave workers at work until the results are collected.
        if supervised is not None:
            supervised.close()
        getattr(results, "close", lambda: None)()
    if waiting:
        numbers = ", ".join(map(str, list(waiting)[:10])) + (" and others" if len(waiting) > 10 else "")
        raise WorkerError(
            f"the executor {executor.name!r} gave no result for shard {numbers}; its `map` has to run every one"
        )


def take_through(
    items: Iterable[Document | Unreadable],
    pipeline: Pipeline,
    batch_size: int,
    place: Place,
    excuses: Excuses,
    seen: Iterable[str] = (),
) -> Iterator[Outcome]:
    """Take what is read through the steps, as it comes: one outcome for each document or unreadable record, in order.

    Args:
        items: what is read.
        pipeline: the steps.
        batch_size: documents that go through the steps together.
        place: where to note how far the work is.
        excuses: what to leave out.
        seen: ids that are taken already.
    """
    seen = set(seen)
    for batch in batched(enumerate(items), batch_size, _content_size):
        ready: list[tuple[int, Document]] = []
        failed: dict[int, Failed] = {}
        for number, item in batch:
            if isinstance(item, Unreadable):
                failed[number] = _not_read(item)
            elif item.id in seen:
                failed[number] = Failed(item, "read", "RepeatedId", _REPEATED, "")
            elif number in excuses.documents:
                failed[number] = pipeline.failed_by(item, excuses.documents[number])
            else:
                ready.append((number, item))
            if isinstance(item, Document):
                seen.add(item.id)
        outcomes = _run(pipeline, ready, excuses)
        place.elsewhere()
        for number, _ in batch:
            failure = failed.get(number)
            yield next(outcomes) if failure is None else Outcome(failure, failure.document, failure.step)


def _not_read(item: Unreadable) -> Failed:
    doc = Document(id=item.file_path, file_path=item.file_path, content=item.content)
    return Failed(doc, "read", item.error, item.message, "", whereabouts=item.whereabouts)


def _content_size(entry: tuple[int, Document | Unreadable]) -> int:
    return len(entry[1].content or b"")


def _run(pipeline: Pipeline, ready: Sequence[tuple[int, Document]], excuses: Excuses) -> Iterator[Outcome]:
    """Run the steps on documents, those that are under suspicion one by one."""
    outcomes: list[Outcome] = []
    for single, group in groupby(ready, lambda entry: entry[0] in excuses.single):
        entries = list(group)
        for together in [[entry] for entry in entries] if single else [entries]:
            numbers, docs = zip(*together, strict=True)
            outcomes += pipeline.run(docs, numbers)
    return iter(outcomes)


def read_shard(
    shard: Shard, config: Config, place: Place | None = None, excuses: Excuses = NO_EXCUSES, first: int = 0
) -> Iterator[Document | Unreadable]:
    """Give the documents of a shard, and in place of what can't be read the record of it.

    Args:
        shard: the shard.
        config: the config.
        place: where to note how far the reading is.
        excuses: what to leave out.
        first: number of the first task, as `place` and `excuses` have it.
    """
    limit = min(config.run.limit or sys.maxsize, sys.maxsize)
    place = place or Place()
    seen: Counter[str] = Counter()
    for index, task in enumerate(shard.tasks, first):
        file = task.part.file
        most, death = excuses.tasks.get(index, (sys.maxsize, None))
        items = _read(task, config, max(0, min(most, limit - seen[file.url])), death)
        given = 0
        while True:
            place.reading(index, given)
            if (item := next(items, None)) is None:
                break
            place.elsewhere()
            yield item
            seen[file.url] += 1
            given += 1


def _read(task: Task, config: Config, most: int, death: Death | None) -> Iterator[Document | Unreadable]:
    """Give what a task gives, at most so much of it; where the reading ends too early, say why."""
    file = task.part.file
    problem = task.unreadable or changed_since(file)
    given = 0
    if problem is None:
        try:
            for item in islice(read_task(task, config), most):
                yield _located(task, given, item, rest=False) if isinstance(item, Unreadable) else item
                given += 1
            problem = changed_since(file)
        except (KeyboardInterrupt, GeneratorExit):
            raise
        except BaseException as error:  # noqa: BLE001  a reader may be a plugin, and files break in many ways
            problem = unreadable(file, error)
    if death is not None:
        problem = Unreadable(file.name, f"{death.message}, and what stands behind was not read", error=death.error)
    if problem is not None:
        yield _located(task, given, problem, rest=True)


def _located(task: Task, record: int, item: Unreadable, *, rest: bool) -> Unreadable:
    part = task.part
    return replace(item, whereabouts=Whereabouts(part.file.name, part.start, part.stop, record, rest))
