"""Do what a plan says."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from typing import Any

from ingest.config import Config
from ingest.counting import Tables, count_corpus, open_tables
from ingest.counts import CountFolder
from ingest.document import Document
from ingest.endpoints import Unreadable
from ingest.errors import OutputError, WriteError
from ingest.executor import Executor
from ingest.ledger import Ledger, remove_leftovers, write_marker
from ingest.output.folder import OutputFolder
from ingest.output.lock import locked
from ingest.pipeline import Pipeline
from ingest.plan import Plan, Shard
from ingest.report import Report, ShardReport
from ingest.shard_writer import ShardWriter
from ingest.shards import ShardFunction, read_shard, run_shards, take_through
from ingest.totals import Totals, read_counted, write_counted
from ingest.workers.place import Excuses
from ingest.workers.supervisor import Limits
from ingest.workers.worker import check_not_starting

__all__ = ["ShardRunner", "available_processors", "limits_of", "make_executor", "run", "scratch_folder"]


def run(
    plan: Plan,
    on_shard: Callable[[Shard, ShardReport], None] | None = None,
    on_counted: Callable[[Shard], None] | None = None,
    *,
    fresh: bool = False,
) -> Report:
    """Run a plan and write the corpus, what was dropped and what failed, and the report.

    If the output folder holds a run of the same config over the same input that did not come to its end, it goes on
    with the shards that are not done.

    Args:
        plan: what to do.
        on_shard: called after each shard, in whatever order they finish, and for those that were done before.
        on_counted: called after each shard of a pass that only counts, for steps that see the corpus first.
        fresh: start over, whatever a run wrote into the output folder before.

    Raises:
        OutputError: the output folder can't be used, another run is writing there, or it holds another run.
        WorkerError: workers died of no document, or the executor did not run every shard once.
        WriteError: a file can't be written, or the writer failed.
        PluginError: a plugin's hook failed.
    """
    check_not_starting()
    config = plan.config
    started = time.perf_counter()
    folder = OutputFolder(config.write.path, config.source.base)
    folder.prepare()
    executor = make_executor(config)
    with locked(folder):
        books = _Books(plan, folder, Totals(folder, executor.workers), on_shard)
        Ledger(folder, plan).open(books.pass_over, fresh=fresh)
        config.plugins.run_started(plan)
        with _cleaned_up(folder):
            _do_shards(plan, list(books.left.values()), folder, executor, books.take, on_counted)
            total = books.totals.finish(time.perf_counter() - started)
            # Of a shard that was begun anew after a worker's death, the first attempt may have written more files.
            remove_leftovers(folder, range(total.shards), total.files)
    config.plugins.run_finished(plan, total)
    return total


@contextmanager
def _cleaned_up(folder: OutputFolder) -> Iterator[None]:
    """Take away what workers that died were writing, however the work ends.

    Raises:
        WriteError: the folder was lost on the way: it is not unfit, as it would be before the run has begun.
    """
    try:
        yield
    except OutputError as error:
        raise WriteError(str(error)) from error
    finally:
        folder.sweep()


class _Books:
    """Keeps account of the shards of a run."""

    def __init__(
        self, plan: Plan, folder: OutputFolder, totals: Totals, on_shard: Callable[[Shard, ShardReport], None] | None
    ) -> None:
        self._plan = plan
        self._folder = folder
        self._on_shard = on_shard
        self.totals = totals
        self.left = {shard.number: shard for shard in plan.shards}
        """Shards that are not done, by number."""

    def pass_over(self, report: ShardReport) -> None:
        """Take note of a shard that an earlier start had done."""
        self.totals.add(report, before=True)
        self._tell(self.left.pop(report.shard), report)

    def take(self, shard: Shard, report: ShardReport) -> None:
        """Put on record that a shard is done now."""
        write_marker(self._folder, report)
        self.totals.add(report)
        self._plan.config.plugins.shard_finished(self._plan, report)
        self._tell(shard, report)

    def _tell(self, shard: Shard, report: ShardReport) -> None:
        if self._on_shard is not None:
            self._on_shard(shard, report)


def _do_shards(
    plan: Plan,
    shards: Sequence[Shard],
    folder: OutputFolder,
    executor: Executor,
    take: Callable[[Shard, ShardReport], None],
    on_counted: Callable[[Shard], None] | None,
) -> None:
    """Count over the corpus for the steps that ask for it, then do the shards."""
    config = plan.config
    limits = limits_of(config)
    with ExitStack() as stack:
        tables: Tables = ()
        if plan.counting and (shards or not read_counted(folder)):
            room = stack.enter_context(CountFolder(folder, scratch_folder(config)))
            tables, counted = count_corpus(plan, executor, room, limits, on_counted)
            write_counted(folder, counted)
        run_shards(executor, ShardRunner(config.source, tables, folder.owner, config=config), shards, limits, take)


def scratch_folder(config: Config) -> str | None:
    """Give the folder that the config names for counts, with a path that starts where it says."""
    scratch = config.run.scratch
    return None if scratch is None else os.path.join(config.source.base, os.path.expanduser(scratch))


def limits_of(config: Config) -> Limits:
    """Give the limits that the config sets for a document."""
    return Limits(config.run.document_seconds, config.run.document_memory)


def make_executor(config: Config) -> Executor:
    """Give the configured executor with its number of workers."""
    workers = 1 if config.executor.in_process else config.run.workers or available_processors()
    return config.executor.model_copy(update={"workers": workers})


def available_processors() -> int:
    """Count the processors this process may use; containers and `taskset` allow fewer than there are."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


class ShardRunner(ShardFunction[ShardReport]):
    """Runs shards: the files of one are in the output folder when the call returns.

    Arguments: the tables of counts, and the owner of a remote output folder.
    """

    def pipeline(self, config: Config) -> Pipeline:
        tables, _ = self._arguments
        explain = config.run.audit == "full"
        return Pipeline(config, explain=explain, tables=open_tables(tables), place=self.place)

    def run(self, config: Config, pipeline: Pipeline, shard: Any, excuses: Excuses) -> ShardReport:
        started = time.process_time()
        folder = OutputFolder(config.write.path, config.source.base, self.edition(shard))
        folder.owner = self._arguments[1]
        items, seen = self.items(folder, config, shard, excuses)
        outcomes = take_through(items, pipeline, config.run.batch_size, self.place, excuses, seen)
        report = ShardWriter(config, folder, shard.number).write(outcomes)
        report.seconds = round(time.process_time() - started, 4)
        return report

    def edition(self, shard: Any) -> str:
        """Name the edition of the shard's files; empty for the first one."""
        return ""

    def items(
        self, folder: OutputFolder, config: Config, shard: Any, excuses: Excuses
    ) -> tuple[Iterator[Document | Unreadable], set[str]]:
        """Give what is to go through the steps, and the ids that are taken already."""
        return read_shard(shard, config, self.place, excuses), set()
