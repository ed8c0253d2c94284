"""The first pass of a run whose steps must see the corpus: count their keys over all documents.

Each such step has a pass of its own, in their order: the steps in front of it run as they will in the last pass, with
the counts of those among them that count. A document that does not get that far is not counted.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from itertools import islice
from typing import cast

from ingest.config import Config
from ingest.counts import CountFolder, Spill, Table, merge
from ingest.counts.spill import Run
from ingest.document import Document
from ingest.endpoints import Unreadable
from ingest.errors import WriteError
from ingest.executor import Executor
from ingest.pipeline import Pipeline
from ingest.plan import Plan, Shard
from ingest.report import Counted
from ingest.shards import ShardFunction, read_shard, run_shards, take_through
from ingest.step import CorpusStep, keys_of
from ingest.workers.place import Excuses
from ingest.workers.supervisor import Limits

__all__ = ["Tables", "count_corpus", "idle_steps", "open_tables"]

Tables = tuple[tuple[str, str], ...]
"""Label of a step and path of its table."""


@dataclass(slots=True)
class _ShardCount:
    """What was counted in one shard."""

    shard: int
    runs: list[Run] = field(default_factory=list)
    documents: int = 0
    failed: int = 0
    seconds: float = 0.0
    lost_workers: int = 0


class _ShardCounter(ShardFunction[_ShardCount]):
    """Counts the keys of one step in one shard. Arguments: the place of the step, tables of others, path of the files."""

    def pipeline(self, config: Config) -> Pipeline:
        index, tables, _ = self._arguments
        return Pipeline(config, tables=open_tables(tables), until=index, place=self.place)

    def run(self, config: Config, pipeline: Pipeline, shard: Shard, excuses: Excuses) -> _ShardCount:
        index, _, path = self._arguments
        started = time.process_time()
        step = cast(CorpusStep, config.steps[index])
        spill = Spill(f"{path}-{shard.number:05d}", config.run.count_memory)
        found = _ShardCount(shard.number, spill.runs)
        items = read_shard(shard, config, self.place, excuses)
        outcomes = take_through(items, pipeline, config.run.batch_size, self.place, excuses)
        for number, outcome in enumerate(outcomes):
            if number in excuses.documents and excuses.documents[number].step == index:
                found.failed += 1
            if not isinstance(doc := outcome.result, Document):
                continue
            self.place.documents(number, number, len(doc.content))
            self.place.step(index)
            try:
                if keys := keys_of(step, doc):
                    spill.add(keys, step.identity(doc))
                    found.documents += 1
            except (KeyboardInterrupt, WriteError):
                raise
            except BaseException:  # noqa: BLE001  a plugin may raise anything
                found.failed += 1
            self.place.elsewhere()
        spill.flush()
        found.seconds = time.process_time() - started
        return found


def count_corpus(
    plan: Plan, executor: Executor, folder: CountFolder, limits: Limits, on_shard: Callable[[Shard], None] | None = None
) -> tuple[Tables, dict[str, Counted]]:
    """Count for every step of the plan that needs it.

    Returns:
        The tables, and by label of the step what there was to count.

    Raises:
        WorkerError: workers died of no document, or the executor did not run every shard once.
        WriteError: the disk takes no more.
    """
    tables: Tables = ()
    counted: dict[str, Counted] = {}
    for index in plan.counting:
        label = plan.config.labels[index]
        counted[label] = _count(plan, executor, folder, limits, index, tables, on_shard)
        tables = (*tables, (label, folder.table(index)))
    return tables, counted


def open_tables(tables: Tables) -> dict[str, Table]:
    """Open tables to look keys up in, by label of their step."""
    return {label: Table(path) for label, path in tables}


def idle_steps(plan: Plan, sample: int = 10) -> Iterator[tuple[str, str]]:
    """Give the label of every step that has nothing to count in the first documents of a reader, and the reader's name.

    Args:
        plan: the plan.
        sample: how many records of each reader to try.
    """
    config = plan.config
    for index in plan.counting:
        step = cast(CorpusStep, config.steps[index])
        pipeline = Pipeline(config, until=index)
        for reader in plan.count_by_reader():
            docs = [item for item in islice(_read_by(reader, plan), sample) if isinstance(item, Document)]
            found = [one.result for one in pipeline.run(docs) if isinstance(one.result, Document)]
            if found and not any(_has_keys(step, doc) for doc in found):
                yield config.labels[index], reader


def _count(
    plan: Plan,
    executor: Executor,
    folder: CountFolder,
    limits: Limits,
    index: int,
    tables: Tables,
    on_shard: Callable[[Shard], None] | None,
) -> Counted:
    """Make the pass for one step."""
    config = plan.config
    started = time.perf_counter()
    counter = _ShardCounter(config.source, index, tables, folder.spill(index), config=config)
    runs: list[Run] = []
    counted = Counted()

    def take(shard: Shard, found: _ShardCount) -> None:
        runs.extend(found.runs)
        counted.add(found.documents, found.failed, found.seconds, found.lost_workers)
        if on_shard is not None:
            on_shard(shard)

    run_shards(executor, counter, plan.shards, limits, take)
    merging = time.process_time()
    facts = merge(
        runs, folder.table(index), config.run.count_memory, step=config.labels[index], config_sha256=config.hash
    )
    for run in runs:
        os.unlink(run.path)
    counted.keys, counted.shared, counted.sha256 = facts.keys, facts.shared, facts.sha256
    counted.cpu_seconds += time.process_time() - merging
    counted.seconds = time.perf_counter() - started
    return counted


def _read_by(reader: str, plan: Plan) -> Iterator[Document | Unreadable]:
    """Give what one reader gives, as it is read."""
    for shard in plan.shards:
        own = Shard(shard.number, tuple(task for task in shard.tasks if task.reader == reader))
        yield from read_shard(own, plan.config)


def _has_keys(step: CorpusStep, doc: Document) -> bool:
    try:
        return bool(keys_of(step, doc))
    except KeyboardInterrupt:
        raise
    except BaseException:  # noqa: BLE001  a plugin may raise anything; that is no lack of keys
        return True
