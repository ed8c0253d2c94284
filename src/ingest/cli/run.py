"""`ingest run`: clean documents and write the corpus."""

from __future__ import annotations

import click

__all__ = ["command"]


@click.command("run")
@click.argument("inputs", nargs=-1, required=True, metavar="CONFIG.toml | INPUT...")
@click.option("-o", "--output", metavar="FOLDER", help="Where to write; overrides the config.")
@click.option("-w", "--workers", type=click.IntRange(0), help="Worker processes; 0 is one per processor.")
@click.option("--audit", type=click.Choice(["off", "counts", "full"]), help="What to record of removed text.")
@click.option("--limit", type=click.IntRange(1), help="Read at most this many documents per input file.")
@click.option("--fresh", is_flag=True, help="Start over: remove what a run wrote into the output folder.")
@click.option("-q", "--quiet", is_flag=True, help="No progress and no summary.")
@click.option("--json", "as_json", is_flag=True, help="Print the report as JSON to stdout.")
def command(
    inputs: tuple[str, ...],
    output: str | None,
    workers: int | None,
    audit: str | None,
    limit: int | None,
    fresh: bool,
    quiet: bool,
    as_json: bool,
) -> int:
    """Clean documents and write the corpus.

    With a config file, do what it says. With files, folders, globs or URLs, use the default recipe; -o is needed
    then. A run that was interrupted goes on where it was if the same command is given again.

    \b
    Examples:
      ingest run samples -o corpus
      ingest run my.toml --workers 4
    """
    from ingest.cli.cautions import print_cautions
    from ingest.cli.progress import Progress
    from ingest.cli.source import make_source
    from ingest.cli.summary import print_summary
    from ingest.config import load
    from ingest.plan import make_plan
    from ingest.run import run

    source = make_source(inputs, output, workers=workers, audit=audit, limit=limit)
    plan = make_plan(load(source))
    if not quiet:
        print_cautions(plan.config)
    with Progress(plan, quiet=quiet) as progress:
        report = run(plan, progress.advance, progress.count, fresh=fresh)
    if not quiet:
        print_summary(report, plan.output)
    if as_json:
        click.echo(report.to_json(), nl=False)
    return 0 if report.clean else 1
