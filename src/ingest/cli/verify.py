"""`ingest verify`: is a run whole, and is what it says about itself true."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from rich.console import Console

    from ingest.audit import Check

__all__ = ["command"]


@click.command("verify")
@click.argument("run", metavar="RUN")
@click.option("--json", "as_json", is_flag=True, help="Print all checks as JSON.")
def command(run: str, as_json: bool) -> int:
    """Check that a run is whole: its files, its accounts, its ids, and every text against the audit.

    RUN is an output folder, a path or a URL. Nothing is written. The status is 1 if anything is not as it should be.

    \b
    Examples:
      ingest verify corpus
      ingest verify s3://bucket/corpus --json
    """
    import json

    from ingest.audit import SavedRun, verify
    from ingest.cli.console import data_console

    console = data_console()
    checks: list[Check] = []
    for check in verify(SavedRun(run)):
        checks.append(check)
        if not as_json:
            _print(console, check)
    if as_json:
        click.echo(json.dumps([check.to_dict() for check in checks], indent=2, ensure_ascii=False))
    return 1 if any(check.n_problems for check in checks) else 0


def _print(console: Console, check: Check) -> None:
    from rich.markup import escape

    from ingest.cli.story import safe

    sign = "[red]wrong[/]" if check.n_problems else "[green]ok[/]   "
    note = f"; {check.note}" if check.note else ""
    console.print(f"{sign}  [bold]{check.name:<10}[/]{escape(safe(f'{check.count:,} {check.unit}{note}'))}")
    for problem in check.problems:
        console.print(f"         {escape(safe(f'{problem.where}: {problem.what}'))}")
        console.print(f"             {escape(safe(problem.hint))}")
    if check.n_problems > len(check.problems):
        console.print(f"         ... and {check.n_problems - len(check.problems):,} more")
