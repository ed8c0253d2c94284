"""The report of a whole run, added up from what is on record of its shards."""

from __future__ import annotations

import json
from dataclasses import asdict

from ingest.errors import WriteError
from ingest.ledger import read_run
from ingest.output.folder import COUNTED, REPORT, OutputFolder
from ingest.output.ids import repeated_ids
from ingest.report import Counted, Report, ShardReport

__all__ = ["Totals", "read_counted", "write_counted"]


class Totals:
    """Adds up what shards did, in whatever order they come in.

    Args:
        folder: the output folder, where the run is on record.
        workers: how many shards run at once.
    """

    def __init__(self, folder: OutputFolder, workers: int) -> None:
        self._folder = folder
        self._report = Report("", "", workers)

    def add(self, report: ShardReport, *, before: bool = False) -> None:
        """Add what a shard did; `before` says that an earlier start of the run had done it."""
        self._report.add(report)
        self._report.shards_before += before

    def finish(self, seconds: float) -> Report:
        """Compare the ids of all shards with each other, write the report into the output folder and give it.

        Raises:
            OutputError: a record can't be read.
            WriteError: the report can't be written, or the folder was removed.
        """
        report, record = self._report, read_run(self._folder)
        if record is None:
            raise WriteError(
                f"{self._folder.path}: was removed while the run was at work; what it wrote before is gone"
            )
        report.version, report.config_hash = record["version"], record["config_sha256"]
        report.inputs, report.input_bytes = record["files"], record["input_bytes"]
        report.counted = read_counted(self._folder)
        report.files.sort()
        report.repeated_ids = repeated_ids(self._folder, report.files)
        report.cpu_seconds += sum(step.cpu_seconds for step in report.counted.values())
        report.lost_workers += sum(step.lost_workers for step in report.counted.values())
        report.cpu_seconds = round(report.cpu_seconds, 3)
        report.seconds = self._seconds_before() if report.shards_before == report.shards else round(seconds, 3)
        self._folder.write(REPORT, report.to_json().encode("utf-8", "backslashreplace"))
        return report

    def _seconds_before(self) -> float:
        """Give the seconds of the start that came to the end, for one that found nothing to do."""
        try:
            return float(json.loads(self._folder.read(REPORT) or b"")["seconds"])
        except (ValueError, KeyError, TypeError):
            return 0.0


def write_counted(folder: OutputFolder, counted: dict[str, Counted]) -> None:
    """Put on record what was counted over the corpus.

    Raises:
        WriteError: it can't be written.
    """
    folder.write(COUNTED, json.dumps({label: asdict(entry) for label, entry in counted.items()}).encode())


def read_counted(folder: OutputFolder) -> dict[str, Counted]:
    """Give what was counted over the corpus; empty if that did not come to its end, or there was nothing to count."""
    content = folder.read(COUNTED)
    return {label: Counted(**entry) for label, entry in json.loads(content).items()} if content else {}
