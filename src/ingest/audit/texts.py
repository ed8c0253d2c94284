"""Is every text what the edits on record made of the first one?"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import pyarrow as pa

from ingest.audit.check import Check
from ingest.audit.files import RESTORE
from ingest.audit.replay import Mismatch, Record, check_chain, read_records, walk_back
from ingest.audit.saved import SavedRun, is_parquet, kind_of
from ingest.output.folder import CORPUS, DROPPED, REMOVED
from ingest.report import ShardReport

__all__ = ["check_texts"]

# Rows of `removed` are small.
_BATCH = 1024
# The step that makes a text of bytes, and says how long it is.
_DECODE = "decode"


def check_texts(run: SavedRun, sound: set[str]) -> Check:
    """Check that text before = text after + edits, for every document and step."""
    check = Check("texts", unit="texts lead back to the first one, edit by edit")
    if run.audit != "full":
        check.note = f'no edits on record, since the run had audit = "{run.audit}"'
        return check
    tally = _Tally()
    for report in run.shards():
        if any(file.name not in sound for file in report.files):
            tally.damaged += 1
            continue
        try:
            _Shard(run, report, check, tally).check()
        except (OSError, pa.ArrowException, KeyError) as error:
            check.found(f"shard {report.shard}", f"can't be looked into: {type(error).__name__}: {error}", RESTORE)
    check.note = tally.note()
    return check


@dataclass(slots=True)
class _Tally:
    """What could not be walked back to its start."""

    withheld: int = 0
    unchanged: int = 0
    opaque: int = 0
    damaged: int = 0

    def note(self) -> str:
        """Say it in words."""
        said = {
            "end where something is withheld": self.withheld,
            "have no edits on record": self.unchanged,
            "were written by a writer whose files can't be looked into": self.opaque,
        }
        parts = [f"{count:,} {what}" for what, count in said.items() if count]
        if self.damaged:
            parts.append(f"{self.damaged:,} shards are left out, since files of them are damaged")
        return "; ".join(parts)


@dataclass(slots=True)
class _Source:
    """Texts of one file of a shard, in the order of the input."""

    name: str
    rows: Iterator[dict[str, Any]]
    head: dict[str, Any] | None = field(default=None)


class _Shard:
    """One shard: its records and its texts, both in the order of the input, side by side.

    The ids with a record are held, no texts but those at work.
    """

    def __init__(self, run: SavedRun, report: ShardReport, check: Check, tally: _Tally) -> None:
        self._run = run
        self._check = check
        self._tally = tally
        self._removed = run.files_of(report, REMOVED)
        self._pending = self._ids(self._removed)
        self._opaque = any(kind_of(file.name) == CORPUS and not is_parquet(file.name) for file in report.files)
        columns = ["id", "text", "n_chars_raw"]
        self._sources = [
            _Source(name, run.rows(name, columns)) for kind in (CORPUS, DROPPED) for name in run.files_of(report, kind)
        ]

    def _ids(self, names: list[str]) -> set[str]:
        return {row["id"] for name in names for row in self._run.rows(name, ["id"], _BATCH)}

    def check(self) -> None:
        """Check the shard."""
        for source in self._sources:
            self._advance(source)
        for name in self._removed:
            for record in read_records(self._run.rows(name, batch=_BATCH)):
                self._check_record(name, record)
        for source in self._sources:
            if source.head is not None:
                what = "stands twice, or in another order than its record"
                self._check.found(f"{source.name}, document {source.head['id']}", what, RESTORE)

    def _advance(self, source: _Source) -> None:
        """Go to the next text that has a record."""
        source.head = None
        for row in source.rows:
            if row["id"] in self._pending:
                source.head = row
                return
            self._tally.unchanged += 1

    def _check_record(self, name: str, record: Record) -> None:
        where = f"{name}, document {record.id}"
        source = next((source for source in self._sources if source.head and source.head["id"] == record.id), None)
        if record.id not in self._pending:
            self._check.found(where, "has its edits in two places", RESTORE)
            return
        self._pending.discard(record.id)
        try:
            if source is not None and source.head is not None:
                self._check_text(source.head, record)
            elif self._opaque:
                check_chain(record.steps)
                self._tally.opaque += 1
            else:
                self._check.found(where, "has edits, but its text is nowhere in corpus/ or dropped/", RESTORE)
        except Mismatch as error:
            self._check.found(where, str(error), RESTORE)
        if source is not None:
            self._advance(source)

    def _check_text(self, row: Mapping[str, Any], record: Record) -> None:
        replayed = walk_back(row["text"] or "", record.steps)
        if replayed.withheld:
            self._tally.withheld += 1
            check_chain(record.steps)
            return
        first, length = replayed.first, row.get("n_chars_raw")
        decoded = first is not None and record.steps[0].step == _DECODE
        if first is not None and decoded and length is not None and len(first) != length:
            raise Mismatch(f"the first text has {len(first):,} characters, n_chars_raw says {length:,}")
        self._check.count += 1
