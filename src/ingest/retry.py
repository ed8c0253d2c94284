"""Run what is in quarantine once more, from the bytes that lie there; what could not be read is read again.

What comes of it stands in files of its own, with the number of the try in their names. The marker of the shard is replaced
by one that names them in place of the old quarantine, in one step: whatever happens, the run balances.
"""

from __future__ import annotations

import os
import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass, replace
from typing import Any

import pyarrow.parquet as pq

from ingest.config import Config, load
from ingest.counting import Tables, count_corpus
from ingest.counts import CountFolder
from ingest.document import Document
from ingest.endpoints import Unreadable, Whereabouts
from ingest.errors import ConfigError, OutputError
from ingest.executor import Executor
from ingest.input.files import InputFile
from ingest.ledger import changed_inputs, read_markers, read_run, remove_leftovers, source_of, write_marker
from ingest.output.folder import CORPUS, DROPPED, QUARANTINE, OutputFolder
from ingest.output.lock import locked
from ingest.plan import Plan, Shard, Task, find_input, make_plan, tasks_of
from ingest.quarantine import document_of, whereabouts_of
from ingest.report import Report, ShardReport
from ingest.run import ShardRunner, limits_of, make_executor, scratch_folder
from ingest.shards import read_shard, run_shards
from ingest.step import CorpusStep
from ingest.totals import Totals
from ingest.workers.place import Excuses, Place
from ingest.workers.worker import check_not_starting

__all__ = ["retry"]

_REPEATED = "RepeatedId"


@dataclass(frozen=True, slots=True)
class QuarantinedShard:
    """The unit of work: what is in quarantine of one shard."""

    number: int
    turn: int
    """Which try this is, counted from 1."""
    quarantine: tuple[str, ...]
    """Files of the output that hold it."""
    settled: tuple[str, ...]
    """Files of the output that hold the other documents of the shard, as far as they can be looked into."""
    files: tuple[tuple[InputFile, bool], ...]
    """Input files that something could not be read of, and whether each is what it was when the run began."""


def retry(path: str, overrides: tuple[tuple[str, str, Any], ...] = ()) -> Report:
    """Run what is in quarantine of a finished run once more, and give the report of the run as it is then.

    The config is the one that the run was begun with; plugin files are read as they are now.

    Args:
        path: the output folder of the run.
        overrides: section, key and value of what to set on top of the config.

    Raises:
        OutputError: there is no finished run in the folder, or another run is writing there.
        ConfigError, PluginError: the config does not load any more.
        WorkerError, WriteError: as for a run.
    """
    check_not_starting()
    started = time.perf_counter()
    folder = OutputFolder(path)
    # Looked for before the lock, which would make the folder.
    record = _begun_run(folder)
    with locked(folder):
        _check_finished(folder, record)
        source = source_of(record)
        here = ("write", "path", path if "://" in path else os.path.abspath(path))
        config = load(replace(source, overrides=(*source.overrides, here, *overrides)))
        executor = make_executor(config)
        _try_all(config, folder, executor)
        totals = Totals(folder, executor.workers)
        for report in read_markers(folder):
            totals.add(report)
        total = totals.finish(time.perf_counter() - started)
        # What a retry that was killed had written stands beside what this one did.
        remove_leftovers(folder, range(total.shards), total.files)
        return total


def _try_all(config: Config, folder: OutputFolder, executor: Executor) -> None:
    """Try the quarantine of every shard."""
    before = {report.shard: report for report in read_markers(folder) if report.counts.n_quarantined}
    if not before:
        return
    plan = _plan(config)
    shards = _shards(folder, list(before.values()), _input(config) if plan is None else plan.files)

    def take(_: Any, report: ShardReport) -> None:
        old = before[report.shard]
        write_marker(folder, _merged(folder, old, report))
        folder.remove(file.name for file in old.files if file.name.startswith(f"{QUARANTINE}/"))

    limits = limits_of(config)
    with ExitStack() as stack:
        stack.callback(folder.sweep)
        tables: Tables = ()
        if plan is not None:
            room = stack.enter_context(CountFolder(folder, scratch_folder(config)))
            tables, _ = count_corpus(plan, executor, room, limits)
        run_shards(executor, _Retrier(config.source, tables, folder.owner, config=config), shards, limits, take)


def _begun_run(folder: OutputFolder) -> dict[str, Any]:
    record = read_run(folder)
    if record is None:
        raise OutputError(f"{folder.path}: holds no run; name the folder that a run wrote to")
    return record


def _check_finished(folder: OutputFolder, record: dict[str, Any]) -> None:
    done = sum(1 for _ in read_markers(folder))
    if done < record["shards"]:
        what = f"the run is not finished, {done} of {record['shards']} shards are done"
        raise OutputError(f"{folder.path}: {what}; give the command of the run once more, then retry")


def _plan(config: Config) -> Plan | None:
    """Give the plan of the run if there is something to count; to cut all of the input may take as long as to read it."""
    return make_plan(config) if any(isinstance(step, CorpusStep) for step in config.steps) else None


def _input(config: Config) -> tuple[InputFile, ...]:
    """Give the input files; none if the input is gone, so that only what lies in quarantine can be tried."""
    try:
        return find_input(config)
    except ConfigError:
        return ()


def _shards(folder: OutputFolder, reports: list[ShardReport], found: tuple[InputFile, ...]) -> list[QuarantinedShard]:
    """Say what is to be done, with the input files that it takes."""
    files = {file.name: file for file in found}
    changed = changed_inputs(folder, found)
    shards = []
    for report in reports:
        names, settled = _files_of(report, QUARANTINE), _files_of(report, CORPUS, DROPPED)
        places = (where.file for row in _rows(folder, names) if (where := whereabouts_of(row)) is not None)
        needed = [(files[name], name not in changed) for name in dict.fromkeys(places) if name in files]
        shards.append(QuarantinedShard(report.shard, report.retries + 1, names, settled, tuple(needed)))
    return shards


def _files_of(report: ShardReport, *kinds: str) -> tuple[str, ...]:
    """Name the files of some kinds that can be looked into: writers of plugins may write others into `corpus/`."""
    names = [file.name for file in report.files if file.name.partition("/")[0] in kinds]
    return tuple(name for name in names if name.endswith(".parquet"))


def _merged(folder: OutputFolder, old: ShardReport, new: ShardReport) -> ShardReport:
    """Give the report of a shard with what came of its quarantine in place of the quarantine."""
    kept = [file for file in old.files if not file.name.startswith(f"{QUARANTINE}/")]
    added = new.files
    if not new.written:
        empty = [file.name for file in added if file.name.startswith(f"{CORPUS}/")]
        folder.remove(empty)
        added = [file for file in added if file.name not in empty]
    merged = ShardReport(old.shard, files=sorted([*kept, *added], key=lambda file: file.name), failures=new.failures)
    merged.counts.add(old.counts)
    merged.counts.read -= old.counts.n_quarantined
    merged.counts.quarantined.clear()
    merged.counts.add(new.counts)
    merged.seconds = round(old.seconds + new.seconds, 4)
    merged.lost_workers = old.lost_workers + new.lost_workers
    merged.retries = old.retries + 1
    return merged


class _Retrier(ShardRunner):
    """Tries the quarantine of a shard."""

    def edition(self, shard: QuarantinedShard) -> str:
        return f"r{shard.turn}"

    def items(
        self, folder: OutputFolder, config: Config, shard: QuarantinedShard, excuses: Excuses
    ) -> tuple[Iterator[Document | Unreadable], set[str]]:
        return _items(folder, shard, config, self.place, excuses), _taken(folder, shard)


def _taken(folder: OutputFolder, shard: QuarantinedShard) -> set[str]:
    """Give the ids whose first document is not in quarantine: the later ones go there."""
    settled = {row["id"] for row in _rows(folder, shard.settled, ["id"])}
    errors = [(row["id"], row["error"]) for row in _rows(folder, shard.quarantine, ["id", "error"])]
    first = {id_ for id_, error in errors if error != _REPEATED}
    return settled | ({id_ for id_, error in errors if error == _REPEATED} - first)


def _items(
    folder: OutputFolder, shard: QuarantinedShard, config: Config, place: Place, excuses: Excuses
) -> Iterator[Document | Unreadable]:
    """Give the documents in quarantine, and what can be read now."""
    files = {file.name: (file, same) for file, same in shard.files}
    again: _PartAgain | None = None
    tasks = 0
    for row in _rows(folder, shard.quarantine):
        where = whereabouts_of(row)
        if where is None:
            yield document_of(row)
            continue
        before = Unreadable(row["file_path"], row["message"], row["content"], row["error"], where)
        if again is None or not again.is_before(where):
            part = Shard(shard.number, _tasks_again(where, files, config))
            again = _PartAgain(where, part, read_shard(part, config, place, excuses, first=tasks))
            tasks += len(part.tasks)
        yield from again.read(before)


def _tasks_again(where: Whereabouts, files: Mapping[str, tuple[InputFile, bool]], config: Config) -> tuple[Task, ...]:
    """Give what to read. Of a file that is another one now, that needs all of it to be in quarantine."""
    file, same = files.get(where.file, (None, False))
    whole = where.rest and where.record == 0 and where.start is None
    if file is None or not (same or whole):
        return ()
    part = where.start, where.stop
    return tuple(task for task in tasks_of(config, file) if whole or (task.part.start, task.part.stop) == part)


class _PartAgain:
    """Reads a part of a file once more, for all that is in quarantine of it: in the order in which it stands there.

    Args:
        where: the first that could not be read.
        part: what is read; nothing if the part is not what it was.
        items: what is there now.
    """

    def __init__(self, where: Whereabouts, part: Shard, items: Iterator[Document | Unreadable]) -> None:
        self._part = where.file, where.start, where.stop
        self._is_there = bool(part.tasks)
        self._items = items
        self._record = 0

    def is_before(self, where: Whereabouts) -> bool:
        """Say whether a record is still to come."""
        return self._part == (where.file, where.start, where.stop) and self._record <= where.record

    def read(self, before: Unreadable) -> Iterator[Document | Unreadable]:
        """Give what is there now in place of a record, or of the rest. If it can't be come by, it stays what it was."""
        where = before.whereabouts
        assert where is not None  # noqa: S101  it is what brought us here
        while self._record < where.record:
            if not self._reads_on(next(self._items, None)):
                yield before
                return
        if where.rest and self._is_there:
            yield from self._items
            return
        item = next(self._items, None)
        yield item if item is not None and self._reads_on(item) else before

    def _reads_on(self, item: Document | Unreadable | None) -> bool:
        """Count what was read, and say whether it is a record, not the end of the reading or what ended it too early."""
        ended = item is None or (
            isinstance(item, Unreadable) and item.whereabouts is not None and item.whereabouts.rest
        )
        self._record += not ended
        return not ended


def _rows(folder: OutputFolder, names: tuple[str, ...], columns: list[str] | None = None) -> Iterator[dict[str, Any]]:
    for name in names:
        with folder.open(name) as stream, pq.ParquetFile(stream) as table:
            for batch in table.iter_batches(16, columns=columns):
                yield from batch.to_pylist()
