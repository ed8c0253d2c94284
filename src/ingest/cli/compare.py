"""`ingest compare`: in what two runs differ."""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from ingest.audit import Comparison

__all__ = ["command"]

MOST_COUNTERS = 25


@click.command("compare")
@click.argument("first", metavar="RUN")
@click.argument("second", metavar="RUN")
@click.option("-n", "--limit", type=click.IntRange(0), default=20, help="Documents to name at most; default 20.")
@click.option("--json", "as_json", is_flag=True, help="Print the comparison as JSON.")
def command(first: str, second: str, limit: int, as_json: bool) -> int:
    """Say which documents of two runs differ, from which step on, and in which options the configs do.

    Each RUN is an output folder, a path or a URL. Documents are told by their ids. The status is 0 if all documents ended
    as the same, and 1 if any did not.

    \b
    Examples:
      ingest compare yesterday today
    """
    import json

    from ingest.audit import SavedRun, compare

    comparison = compare(SavedRun(first), SavedRun(second), limit)
    if as_json:
        click.echo(json.dumps(comparison.to_dict(), indent=2, ensure_ascii=False))
    else:
        _print(comparison)
    return 0 if comparison.same else 1


def _print(comparison: Comparison) -> None:
    from rich.markup import escape

    from ingest.cli.console import data_console
    from ingest.cli.story import safe

    def line(name: str, value: str) -> None:
        console.print(f"[bold]{name:<10}[/]{escape(safe(value))}")

    console = data_console()
    line("documents", " and ".join(f"{count:,}" for count in comparison.documents))
    for key, (one, other) in comparison.config.items():
        line("config", f"{key}: {_short(one)} → {_short(other)}")
    for key, (one, other) in islice(comparison.counters.items(), MOST_COUNTERS):
        line("counter", f"{key}: {one:,} → {other:,}")
    if len(comparison.counters) > MOST_COUNTERS:
        console.print(f"          ... and {len(comparison.counters) - MOST_COUNTERS} more; --json shows all")
    for step, count in comparison.first_steps.items():
        line("step", f"{step}: {count:,} documents differ from there on")
    for kind, count in comparison.kinds.items():
        line("differ", f"{count:,} {kind}")
    for entry in comparison.differences:
        parts = (entry.detail, f"from the step {entry.step} on" if entry.step else "")
        console.print(
            f"    {escape(safe(': '.join((entry.kind, entry.id))))}  {escape(safe(', '.join(filter(None, parts))))}"
        )
    if len(comparison.differences) < comparison.n_different:
        console.print(f"    ... and {comparison.n_different - len(comparison.differences):,} more; --limit names more")
    console.print("[green]the same[/]" if comparison.same else "[yellow]different[/]")


def _short(value: Any) -> str:
    import json

    shown = "none" if value is None else json.dumps(value, ensure_ascii=False)
    return shown if len(shown) <= 80 else f"{shown[:77]}..."
