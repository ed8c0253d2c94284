"""Do what a plan says."""

from __future__ import annotations

import json
import os
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import asdict
from importlib.metadata import version
from typing import Any

from ingest.config import Config
from ingest.counting import Tables, count_corpus, open_tables
from ingest.counts import CountFolder
from ingest.document import Document, Dropped
from ingest.errors import IngestError, WriteError
from ingest.executor import Executor
from ingest.ids import IdFile, repeated_ids
from ingest.ledger import Ledger, read_markers
from ingest.lock import locked
from ingest.output import COUNTED, DROPPED, QUARANTINE, REMOVED, REPORT, OutputFolder
from ingest.pipeline import Failed, Outcome, Pipeline, place_of
from ingest.place import Excuses
from ingest.plan import Plan, Shard
from ingest.report import Counted, Failure, Report, ShardReport
from ingest.shards import ShardFunction, read_shard, run_shards, take_through
from ingest.sidecar import Sidecar, change_rows, dropped_row, failed_row
from ingest.supervisor import Limits

__all__ = ["ShardRunner", "read_shard", "run"]

SCHEMA_VERSION = "1"


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
    config = plan.config
    started = time.perf_counter()
    folder = OutputFolder(config.write.path, config.source.base)
    folder.prepare()
    with locked(folder):
        ledger = Ledger(folder, plan)
        ledger.open(fresh=fresh)
        config.plugins.run_started(plan)
        executor = make_executor(config)
        try:
            before = sum(1 for _ in read_markers(folder))
            counted = _do_shards(plan, folder, ledger, executor, on_shard, on_counted)
        except BaseException:
            folder.sweep()
            raise
        total = _sum_up(plan, folder, counted, executor.workers)
        total.shards_before = before
        total.seconds = round(time.perf_counter() - started, 3)
        folder.write(REPORT, total.to_json().encode("utf-8", "backslashreplace"))
    config.plugins.run_finished(plan, total)
    return total


def _do_shards(
    plan: Plan,
    folder: OutputFolder,
    ledger: Ledger,
    executor: Executor,
    on_shard: Callable[[Shard, ShardReport], None] | None,
    on_counted: Callable[[Shard], None] | None,
) -> dict[str, Counted]:
    """Do the shards that are not done yet. Gives what was counted over the corpus for steps that ask for it."""
    config = plan.config
    limits = Limits(config.run.document_seconds, config.run.document_memory)
    done = {report.shard: report for report in read_markers(folder)}

    def take(shard: Shard, report: ShardReport) -> None:
        if shard.number not in done:
            ledger.commit(report)
            config.plugins.shard_finished(plan, report)
        if on_shard is not None:
            on_shard(shard, report)

    for shard in plan.shards:
        if shard.number in done:
            take(shard, done[shard.number])
    left = [shard for shard in plan.shards if shard.number not in done]
    with ExitStack() as stack:
        tables: Tables = ()
        counted = _counted_before(folder)
        if plan.counting and (left or not counted):
            room = stack.enter_context(CountFolder(folder, _scratch(config)))
            tables, counted = count_corpus(plan, executor, room, limits, on_counted)
            folder.write(COUNTED, json.dumps({label: asdict(entry) for label, entry in counted.items()}).encode())
        run_shards(executor, ShardRunner(config.source, tables, config=config), left, limits, take)
    return counted


def _counted_before(folder: OutputFolder) -> dict[str, Counted]:
    """Give what an earlier start of the same run counted; empty if it did not come to the end of that."""
    content = folder.read(COUNTED)
    return {label: Counted(**entry) for label, entry in json.loads(content).items()} if content else {}


def _scratch(config: Config) -> str | None:
    """Give the folder that the config names for counts, with a path that starts where it says."""
    scratch = config.run.scratch
    return None if scratch is None else os.path.join(config.source.base, os.path.expanduser(scratch))


def make_executor(config: Config) -> Executor:
    """Build the configured executor."""
    workers = config.run.workers or available_processors()
    executor = config.plugins.components("executor")[config.run.executor]
    return executor.model_validate({"workers": workers})  # type: ignore[return-value]


def available_processors() -> int:
    """Count the processors this process may use; containers and `taskset` allow fewer than there are."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


class ShardRunner(ShardFunction[ShardReport]):
    """Runs shards: the files of one are in the output folder when the call returns. Argument: the tables of counts."""

    def pipeline(self, config: Config) -> Pipeline:
        (tables,) = self._arguments
        explain = config.run.audit == "full"
        return Pipeline(config, explain=explain, tables=open_tables(tables), place=self.place)

    def run(self, config: Config, pipeline: Pipeline, shard: Shard, excuses: Excuses) -> ShardReport:
        started = time.process_time()
        folder = OutputFolder(config.write.path, config.source.base)
        outcomes = take_through(shard, config, pipeline, self.place, excuses)
        report = _ShardRun(config, folder, shard.number).run(outcomes)
        report.seconds = round(time.process_time() - started, 4)
        return report


class _ShardRun:
    """One shard on its way: sorts the outcomes into corpus, sidecars and counters."""

    def __init__(self, config: Config, folder: OutputFolder, shard: int) -> None:
        self._config = config
        self._folder = folder
        self._audit = config.run.audit
        self._ids = IdFile(folder, shard)
        self.report = ShardReport(shard)

    def run(self, outcomes: Iterator[Outcome]) -> ShardReport:
        with ExitStack() as stack:
            self._sidecars = {
                kind: stack.enter_context(Sidecar(kind, self._folder, self.report.shard))
                for kind in (DROPPED, QUARANTINE, REMOVED)
            }
            names = self._write(outcomes)
        names += [sidecar.name for sidecar in self._sidecars.values() if sidecar.written]
        names.append(self._ids.write())
        self.report.files = [self._folder.written[name] for name in sorted(names)]
        return self.report

    def _write(self, outcomes: Iterator[Outcome]) -> list[str]:
        config = self._config
        documents = (doc for outcome in outcomes for doc in self._sort(outcome))
        try:
            return config.writer.write(documents, self._folder, self.report.shard, footer(config), config.columns)
        except IngestError:
            raise
        except Exception as error:
            # The message may quote a document, so that it is left out here.
            owner = config.plugins.owner(type(config.writer)).plugin
            what = f"the writer {config.writer.name!r} of plugin {owner!r} failed on shard {self.report.shard}"
            raise WriteError(f"{what}: {type(error).__name__} at {place_of(error)}") from error

    def _sort(self, outcome: Outcome) -> Iterator[Document]:
        self.report.counts.read += 1
        result = outcome.result
        doc = result if isinstance(result, Document) else result.document
        self._count_changes(doc, outcome)
        if isinstance(result, Failed):
            self._quarantine(result)
        elif isinstance(result, Dropped):
            self.report.counts.dropped[f"{outcome.step}/{result.reason.code}"] += 1
            self._sidecars[DROPPED].add(dropped_row(result, outcome.step))
        else:
            self._count_written(result)
            self._ids.add(doc.id)
            yield result

    def _count_written(self, doc: Document) -> None:
        counts = self.report.counts
        counts.written += 1
        counts.characters += len(doc.text)
        if doc.language is not None:
            counts.languages[doc.language] += 1

    def _count_changes(self, doc: Document, outcome: Outcome) -> None:
        counts = self.report.counts
        counts.characters_raw += int(doc.n_chars_raw)
        counts.bytes_undecodable += _number(doc.metadata.get("undecodable_bytes"))
        if doc.charset is not None:
            counts.charsets[doc.charset] += 1
        if self._audit == "off":
            return
        for change in outcome.changes:
            counts.changed[change.step] += 1
            for edit in change.edits:
                key = f"{change.step}/{edit.reason.code}"
                counts.removed_pieces[key] += 1
                counts.removed_characters[key] += int(edit.end - edit.start)
            if self._audit == "full":
                for row in change_rows(doc, change):
                    self._sidecars[REMOVED].add(row)

    def _quarantine(self, failed: Failed) -> None:
        key = f"{failed.step}/{failed.error}"
        self.report.counts.quarantined[key] += 1
        document = failed.document.file_path or failed.document.id
        failure = Failure(failed.step, failed.error, document, failed.plugin, failed.place)
        self.report.failures.setdefault(key, failure)
        self._sidecars[QUARANTINE].add(failed_row(failed))


def footer(config: Config) -> dict[str, str]:
    """Give what goes into the metadata of every file of the corpus."""
    return {
        "ingest.schema_version": SCHEMA_VERSION,
        "ingest.version": version("ingest"),
        "ingest.config_sha256": config.hash,
    }


def _number(value: Any) -> int:
    """Give the number that a text says. The input may have an entry of that name too, with anything in it."""
    text = str(value)
    return int(text) if text.isdecimal() and len(text) < 19 else 0


def _sum_up(plan: Plan, folder: OutputFolder, counted: dict[str, Counted], workers: int) -> Report:
    """Add up what is on record of the shards."""
    total = Report(
        version=version("ingest"),
        config_hash=plan.config.hash,
        workers=workers,
        inputs=len(plan.files),
        input_bytes=sum(file.size for file in plan.files),
        counted=counted,
        cpu_seconds=sum(step.cpu_seconds for step in counted.values()),
    )
    for report in read_markers(folder):
        total.add(report)
    total.repeated_ids = repeated_ids(folder)
    total.cpu_seconds = round(total.cpu_seconds, 3)
    return total
