"""`ingest check`: is the config right, and what would a run read."""

from __future__ import annotations

import click

__all__ = ["command"]


@click.command("check")
@click.argument("inputs", nargs=-1, required=True, metavar="CONFIG.toml | INPUT...")
@click.option("-o", "--output", metavar="FOLDER", help="Output folder; overrides the config.")
def command(inputs: tuple[str, ...], output: str | None) -> int:
    """Check a config and count its input; write nothing."""
    from rich.markup import escape

    from ingest.cli.cautions import print_cautions
    from ingest.cli.console import data_console
    from ingest.cli.source import NOWHERE, make_source
    from ingest.config import load
    from ingest.counting import idle_steps
    from ingest.plan import find_unreadable, make_plan

    plan = make_plan(load(make_source(inputs, output, writes=False)))
    config = plan.config
    console = data_console()
    console.print(f"[green]ok[/]  {escape(config.source.path)}")
    for name, (files, size) in plan.count_by_reader().items():
        console.print(f"{'read':<10}{files:,} files for the reader {name!r}, {size:,} bytes")
    console.print(f"{'shards':<10}{len(plan.shards):,}")
    console.print(f"{'steps':<10}{escape(', '.join(config.labels))}")
    if plan.output != NOWHERE:
        console.print(f"{'write':<10}{escape(plan.output)} ({config.writer.name})")
    print_cautions(config)
    for label, reader in idle_steps(plan):
        console.print(
            f"[yellow]warning[/]   {escape(label)} finds nothing to count in the first documents of the reader {reader!r} "
            f"and would leave such documents as they are; do they lack what it groups them by, such as url? Its options: "
            f"ingest plugins {escape(config.steps[config.labels.index(label)].name)}"
        )
    unreadable = list(find_unreadable(plan))
    for problem in unreadable:
        console.print(f"[red]unreadable[/] {escape(problem.file_path)}: {escape(problem.message)}")
    return 1 if unreadable else 0
