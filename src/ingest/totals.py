"""The report of a whole run, added up from what is on record of its shards."""

from __future__ import annotations

import json
from dataclasses import asdict

from ingest.ids import repeated_ids
from ingest.ledger import read_markers, read_run
from ingest.output import COUNTED, REPORT, OutputFolder
from ingest.report import Counted, Report

__all__ = ["read_counted", "sum_up", "write_counted", "write_report"]


def sum_up(folder: OutputFolder, workers: int) -> Report:
    """Add up what the markers in an output folder say. The ids of all shards are compared with each other.

    Raises:
        OutputError: a record can't be read.
    """
    record = read_run(folder) or {}
    counted = read_counted(folder)
    total = Report(
        version=record["version"],
        config_hash=record["config_sha256"],
        workers=workers,
        inputs=record["files"],
        input_bytes=record["input_bytes"],
        counted=counted,
        cpu_seconds=sum(step.cpu_seconds for step in counted.values()),
    )
    for report in read_markers(folder):
        total.add(report)
    total.repeated_ids = repeated_ids(folder)
    total.cpu_seconds = round(total.cpu_seconds, 3)
    return total


def write_report(folder: OutputFolder, report: Report) -> None:
    """Write the report of a run into its folder.

    Raises:
        WriteError: it can't be written.
    """
    folder.write(REPORT, report.to_json().encode("utf-8", "backslashreplace"))


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
