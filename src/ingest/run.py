"""Do what a plan says."""

from __future__ import annotations

import hashlib
import os
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from importlib.metadata import version
from typing import Any

from ingest.config import Config
from ingest.counting import Tables, count_corpus, open_tables
from ingest.counts import CountFolder
from ingest.document import Document, Dropped
from ingest.endpoints import Unreadable
from ingest.errors import IngestError, WriteError
from ingest.executor import Executor
from ingest.output import CORPUS, DROPPED, QUARANTINE, REMOVED, REPORT, OutputFolder, shard_file
from ingest.pipeline import Failed, Outcome, Pipeline, batched, place_of
from ingest.plan import Plan, Shard
from ingest.report import Counted, Failure, Report, ShardReport
from ingest.shards import FirstOfId, ShardFunction, read_shard, run_shards
from ingest.sidecar import Sidecar, change_rows, dropped_row, failed_row

__all__ = ["ShardRunner", "read_shard", "run"]

SCHEMA_VERSION = "1"


def run(
    plan: Plan,
    on_shard: Callable[[Shard, ShardReport], None] | None = None,
    on_counted: Callable[[Shard], None] | None = None,
) -> Report:
    """Run a plan and write the corpus, what was dropped and what failed, and the report.

    Args:
        plan: what to do.
        on_shard: called after each shard, in whatever order they finish.
        on_counted: called after each shard of a pass that only counts, for steps that see the corpus first.

    Raises:
        OutputError: the output folder can't be used.
        WorkerError: a worker process died, or the executor did not run every shard once.
        WriteError: a file can't be written, or the writer failed.
        PluginError: a plugin's hook failed.
    """
    config = plan.config
    started = time.perf_counter()
    folder = OutputFolder(config.write.path, config.source.base)
    folder.prepare(overwrite=config.write.overwrite)
    config.plugins.run_started(plan)
    executor = make_executor(config)
    try:
        with ExitStack() as stack:
            tables: Tables = ()
            counted: dict[str, Counted] = {}
            if plan.counting:
                room = stack.enter_context(CountFolder(folder, _scratch(config)))
                tables, counted = count_corpus(plan, executor, room, on_counted)
            reports = _write_shards(plan, executor, tables, on_shard)
    except BaseException:
        folder.sweep()
        raise
    total = _sum_up(plan, folder, reports, counted, executor.workers)
    total.seconds = round(time.perf_counter() - started, 3)
    with folder.create(REPORT) as stream:
        stream.write(total.to_json().encode("utf-8", "backslashreplace"))
    config.plugins.run_finished(plan, total)
    return total


def _write_shards(
    plan: Plan, executor: Executor, tables: Tables, on_shard: Callable[[Shard, ShardReport], None] | None
) -> list[ShardReport]:
    config = plan.config
    reports: list[ShardReport] = []

    def take(shard: Shard, report: ShardReport) -> None:
        reports.append(report)
        config.plugins.shard_finished(plan, report)
        if on_shard is not None:
            on_shard(shard, report)

    run_shards(executor, ShardRunner(config.source, tables, config=config), plan.shards, take)
    return reports


def _scratch(config: Config) -> str | None:
    """Give the folder that the config names for counts, with a path that starts where it says."""
    scratch = config.run.scratch
    return None if scratch is None else os.path.join(config.source.base, os.path.expanduser(scratch))


def make_executor(config: Config) -> Executor:
    """Build the configured executor; without one, processes if there is more than one worker."""
    workers = config.run.workers or available_processors()
    name = config.run.executor or ("processes" if workers > 1 else "serial")
    executor = config.plugins.components("executor")[name]
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
        return Pipeline(config, explain=config.run.audit == "full", tables=open_tables(tables))

    def run(self, config: Config, pipeline: Pipeline, shard: Shard) -> ShardReport:
        started = time.process_time()
        folder = OutputFolder(config.write.path, config.source.base)
        report = _ShardRun(config, pipeline, folder, shard).run()
        report.seconds = round(time.process_time() - started, 4)
        return report


class _ShardRun:
    """One shard on its way: sorts the outcomes into corpus, sidecars and counters."""

    def __init__(self, config: Config, pipeline: Pipeline, folder: OutputFolder, shard: Shard) -> None:
        self._config = config
        self._pipeline = pipeline
        self._folder = folder
        self._shard = shard
        self._audit = config.run.audit
        self._is_new = FirstOfId()
        self._hashes: list[bytes] = []
        self.report = ShardReport(shard.number)

    def run(self) -> ShardReport:
        with ExitStack() as stack:
            self._sidecars = {
                kind: stack.enter_context(Sidecar(kind, self._folder, self._shard.number))
                for kind in (DROPPED, QUARANTINE, REMOVED)
            }
            names = self._write()
        sidecars = [sidecar.name for sidecar in self._sidecars.values() if sidecar.written]
        self.report.files = sorted([*names, *sidecars])
        self.report.id_hashes = b"".join(self._hashes)
        return self.report

    def _write(self) -> list[str]:
        config = self._config
        try:
            return config.writer.write(
                self._documents(), self._folder, self._shard.number, footer(config), config.columns
            )
        except IngestError:
            raise
        except Exception as error:
            # The message may quote a document, so that it is left out here.
            owner = config.plugins.owner(type(config.writer)).plugin
            what = f"the writer {config.writer.name!r} of plugin {owner!r} failed on shard {self._shard.number}"
            raise WriteError(f"{what}: {type(error).__name__} at {place_of(error)}") from error

    def _documents(self) -> Iterator[Document]:
        """Give the documents for the corpus, and put everything else where it belongs on the way."""
        items = read_shard(self._shard, self._config)
        for batch in batched(items, self._config.run.batch_size):
            self.report.counts.read += len(batch)
            new = [self._is_new(item) for item in batch]
            ready = [item for item, is_new in zip(batch, new, strict=True) if is_new and isinstance(item, Document)]
            outcomes = iter(self._pipeline.run(ready))
            for item, is_new in zip(batch, new, strict=True):
                if is_new:
                    yield from self._sort(next(outcomes))
                else:
                    self._quarantine(_not_read(item))

    def _sort(self, outcome: Outcome) -> Iterator[Document]:
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
            self._hashes.append(_id_hash(doc.id))
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


def _not_read(item: Document | Unreadable) -> Failed:
    """Give the record for what never got to the first step: an unreadable record, or a second one of the same id."""
    if isinstance(item, Document):
        message = "a document with the same id was read before it in the same shard"
        return Failed(item, "read", "RepeatedId", message, "")
    doc = Document(id=item.file_path, file_path=item.file_path, content=item.content)
    return Failed(doc, "read", "Unreadable", item.message, "")


def _sum_up(
    plan: Plan, folder: OutputFolder, reports: list[ShardReport], counted: dict[str, Counted], workers: int
) -> Report:
    total = Report(
        version=version("ingest"),
        config_hash=plan.config.hash,
        workers=workers,
        inputs=len(plan.files),
        input_bytes=sum(file.size for file in plan.files),
        counted=counted,
        cpu_seconds=sum(step.cpu_seconds for step in counted.values()),
    )
    for report in sorted(reports, key=lambda report: report.shard):
        total.add(report)
    total.repeated_ids = _repeated_ids(folder, reports, plan.config.writer.name == "parquet")
    total.cpu_seconds = round(total.cpu_seconds, 3)
    return total


def _repeated_ids(folder: OutputFolder, reports: list[ShardReport], is_parquet: bool) -> list[str]:
    """Name ids that two shards share, at most ten. Eight bytes per document are held for it.

    What another writer wrote can't be looked into: there the hash has to stand for the id.
    """
    import numpy as np

    hashes = np.frombuffer(b"".join(report.id_hashes for report in reports), dtype="<u8")
    values, counts = np.unique(hashes, return_counts=True)
    suspects = {int(value).to_bytes(8, "little") for value in values[counts > 1][:100]}
    if not suspects:
        return []
    if not is_parquet:
        return sorted(f"(id with the hash {hash_.hex()})" for hash_ in suspects)[:10]
    found: dict[str, int] = {}
    for report in sorted(reports, key=lambda report: report.shard):
        for name in _ids_of(folder, report.shard):
            if _id_hash(name) in suspects:
                found[name] = found.get(name, 0) + 1
    return sorted(name for name, count in found.items() if count > 1)[:10]


def _id_hash(id_: str) -> bytes:
    return hashlib.blake2b(id_.encode(), digest_size=8).digest()


def _ids_of(folder: OutputFolder, shard: int) -> Iterator[str]:
    import pyarrow.parquet as pq

    with folder.open(shard_file(CORPUS, shard)) as stream:
        yield from pq.read_table(stream, columns=["id"]).column("id").to_pylist()
