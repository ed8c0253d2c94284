"""Do the counters of a run balance, and do its files hold what they say?"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from ingest.audit.check import Check
from ingest.audit.files import GO_ON, RESTORE
from ingest.audit.saved import SavedRun, is_parquet, kind_of
from ingest.output.folder import CORPUS, DROPPED, QUARANTINE, REMOVED, REPORT
from ingest.output.ids import id_hash, repeated_ids
from ingest.report import Counts, ShardReport

__all__ = ["check_balance", "check_ids", "check_rows"]

_BATCH = 1024


def check_balance(run: SavedRun) -> Check:
    """Check that read = written + dropped + quarantined in every shard and in the run."""
    check = Check("balance", unit="documents read are written, dropped or quarantined")
    total = Counts()
    for report in run.shards():
        counts = report.counts
        total.add(counts)
        if not counts.balanced():
            check.found(f"shard {report.shard}", _sum(counts), RESTORE)
    check.count = total.written + total.n_dropped + total.n_quarantined
    check.note = f"{total.written:,} written, {total.n_dropped:,} dropped, {total.n_quarantined:,} quarantined"
    stated = run.report()
    if stated is not None:
        _compare_total(check, Counts.from_dict(stated["counts"]), total)
    return check


def _sum(counts: Counts) -> str:
    parts = (counts.written, counts.n_dropped, counts.n_quarantined)
    return f"does not balance: {counts.read:,} read, but {' + '.join(f'{part:,}' for part in parts)} accounted for"


def _compare_total(check: Check, stated: Counts, total: Counts) -> None:
    for name in Counts.__slots__:
        for key, one, other in _differences(getattr(stated, name), getattr(total, name)):
            what = f"says {name}{key} = {one:,}, the markers of the shards make {other:,}"
            check.found(REPORT, what, f"{GO_ON}, and the report is written again")


def _differences(stated: Any, found: Any) -> Iterator[tuple[str, int, int]]:
    """Give key and both values of what differs in two counters, or two numbers."""
    if not isinstance(stated, Mapping) or not isinstance(found, Mapping):
        stated, found = {"": stated}, {"": found}
    for key in sorted({*stated, *found}):
        if stated.get(key, 0) != found.get(key, 0):
            yield f" of {key}" if key else "", stated.get(key, 0), found.get(key, 0)


def check_rows(run: SavedRun, sound: set[str]) -> Check:
    """Check that the files of every shard hold as many rows of every kind as its counters say."""
    check = Check("rows", unit="rows are what the counters say")
    skipped = 0
    for report in run.shards():
        if any(file.name not in sound for file in report.files):
            skipped += 1
            continue
        try:
            _check_shard(run, report, check)
        except (OSError, pa.ArrowException, KeyError) as error:
            check.found(f"shard {report.shard}", f"can't be looked into: {type(error).__name__}: {error}", RESTORE)
    if skipped:
        check.note = f"{skipped:,} shards are left out, since files of them are damaged"
    return check


def _check_shard(run: SavedRun, report: ShardReport, check: Check) -> None:
    counts = report.counts
    kinds = [DROPPED, QUARANTINE, *([REMOVED] if run.audit == "full" else [])]
    found = {kind: _tally(run, run.files_of(report, kind), kind) for kind in kinds}
    dropped, quarantined = found[DROPPED]["pieces"], found[QUARANTINE]["pieces"]
    pairs = [("dropped", counts.dropped, dropped), ("quarantined", counts.quarantined, quarantined)]
    if run.audit == "full":
        pieces, characters, changed = (found[REMOVED][name] for name in ("pieces", "characters", "changed"))
        pairs += [("removed_pieces", counts.removed_pieces, pieces), ("changed", counts.changed, changed)]
        pairs.append(("removed_characters", counts.removed_characters, +characters))
    if all(is_parquet(file.name) for file in report.files if kind_of(file.name) == CORPUS):
        corpus = _Corpus(run, report)
        pairs += [("written", Counter({"": counts.written}), Counter({"": corpus.rows}))]
        pairs += [("characters", Counter({"": counts.characters}), Counter({"": corpus.characters}))]
        pairs += [("languages", counts.languages, corpus.languages)]
        corpus.check_ids(check)
        check.count += corpus.rows
    for name, stated, rows in pairs:
        check.count += rows.total() if name in ("dropped", "quarantined", "removed_pieces") else 0
        for key, one, other in _differences(+stated, rows):
            what = f"its marker says {name}{key} = {one:,}, the rows of its files make {other:,}"
            check.found(f"shard {report.shard}", what, RESTORE)


def _tally(run: SavedRun, names: Iterable[str], kind: str) -> dict[str, Counter[str]]:
    """Count rows by step and code or error; of removed pieces also characters, and by step the documents."""
    rows_of: dict[str, Counter[str]] = {"pieces": Counter(), "characters": Counter(), "changed": Counter()}
    column = "error" if kind == QUARANTINE else "code"
    columns = ["step", column, *(["id", "start", "end"] if kind == REMOVED else [])]
    last = None
    for name in names:
        for row in run.rows(name, columns, _BATCH):
            key = f"{row['step']}/{row[column]}"
            rows_of["pieces"][key] += 1
            if kind == REMOVED:
                rows_of["characters"][key] += row["end"] - row["start"]
                if last != (row["id"], row["step"]):
                    last = row["id"], row["step"]
                    rows_of["changed"][row["step"]] += 1
    return rows_of


class _Corpus:
    """What the files of the corpus of one shard hold."""

    def __init__(self, run: SavedRun, report: ShardReport) -> None:
        self._run = run
        self._report = report
        self.rows = self.characters = self.wrong_lengths = 0
        self.languages: Counter[str] = Counter()
        self._hashes: list[bytes] = []
        for name in run.files_of(report, CORPUS):
            with run.table(name) as table:
                for batch in table.iter_batches(_BATCH, columns=["id", "text", "language", "n_chars"]):
                    self._add(batch)

    def _add(self, batch: pa.RecordBatch) -> None:
        self.rows += batch.num_rows
        lengths = pc.utf8_length(batch.column("text"))
        self.wrong_lengths += batch.num_rows - (pc.sum(pc.equal(lengths, batch.column("n_chars"))).as_py() or 0)
        self.characters += pc.sum(lengths).as_py() or 0
        self.languages.update(language for language in batch.column("language").to_pylist() if language is not None)
        self._hashes += [id_hash(id_) for id_ in batch.column("id").to_pylist()]

    def check_ids(self, check: Check) -> None:
        """Check the hashes of the ids on record, and `n_chars`."""
        where = f"shard {self._report.shard}"
        if self.wrong_lengths:
            check.found(where, f"in {self.wrong_lengths:,} rows n_chars is not the length of the text", RESTORE)
        stored = self._run.id_hashes(self._report)
        found = b"".join(self._hashes)
        if len(stored) != len(found) or not np.array_equal(_sorted(stored), _sorted(found)):
            check.found(where, "the ids in the corpus are not those whose hashes are on record", RESTORE)


def _sorted(hashes: bytes) -> np.ndarray[tuple[int], np.dtype[np.uint64]]:
    return np.sort(np.frombuffer(hashes, "<u8"))


def check_ids(run: SavedRun) -> Check:
    """Check that no id stands twice in the corpus."""
    check = Check("ids", unit="ids stand once in the corpus")
    check.count = sum(report.counts.written for report in run.shards())
    names = [file.name for report in run.shards() for file in report.files if file.name in run.names]
    for id_ in repeated_ids(run.folder, names):
        check.count -= 1
        hint = "give the reader a field or a column with ids that are unique, and run again with --fresh"
        check.found(id_, "is the id of more than one document", hint)
    return check
