"""How far a run is: a bar on a terminal, plain lines elsewhere."""

from __future__ import annotations

import time
from types import TracebackType
from typing import Self

from rich import progress as bars

from ingest.cli.console import messages
from ingest.plan import Plan, Shard
from ingest.report import ShardReport

__all__ = ["Progress"]

# Seconds between two plain lines.
INTERVAL = 10.0


class Progress:
    """Shows progress by bytes of input while a run goes on."""

    def __init__(self, plan: Plan, *, quiet: bool) -> None:
        self._console = messages()
        self._quiet = quiet
        # A pass that only counts reads as much as the last one.
        passes = 1 + len(plan.counting)
        self._total = passes * sum(shard.size for shard in plan.shards) or 1
        self._shards = passes * len(plan.shards)
        self._done = self._bytes = self._read = 0
        self._last = time.monotonic()
        self._bar: bars.Progress | None = None

    def __enter__(self) -> Self:
        if not self._quiet and self._console.is_terminal:
            self._bar = bars.Progress(
                bars.TextColumn("{task.fields[read]:>9,} documents"),
                bars.BarColumn(),
                bars.TaskProgressColumn(),
                bars.DownloadColumn(),
                bars.TimeRemainingColumn(),
                console=self._console,
                transient=True,
            )
            self._task = self._bar.add_task("run", total=self._total, read=0)
            self._bar.start()
        elif not self._quiet:
            self._console.print(f"{self._shards:,} shards to do, {self._total:,} bytes of input")
        return self

    def advance(self, shard: Shard, report: ShardReport) -> None:
        """Note that a shard is done."""
        self._read += report.counts.read
        self.count(shard)

    def count(self, shard: Shard) -> None:
        """Note that a shard is counted."""
        self._done += 1
        self._bytes += shard.size
        if self._bar is not None:
            self._bar.update(self._task, completed=self._bytes, read=self._read)
        elif not self._quiet and time.monotonic() - self._last > INTERVAL:
            self._last = time.monotonic()
            share = self._bytes / self._total
            line = f"{share:.0%}: {self._done} of {self._shards} shards, {self._read:,} documents"
            self._console.print(line)

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._bar is not None:
            self._bar.stop()
