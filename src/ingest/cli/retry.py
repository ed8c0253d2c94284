"""`ingest retry`: run what is in quarantine once more."""

from __future__ import annotations

import click

__all__ = ["command"]


@click.command("retry")
@click.argument("run", metavar="RUN")
@click.option("-w", "--workers", type=click.IntRange(0), help="Worker processes; 0 is one per processor.")
@click.option(
    "--document-seconds", type=click.FloatRange(0, min_open=True), help="Seconds for one document and megabyte."
)
@click.option("--document-memory", type=click.IntRange(2**24), help="Bytes of memory for one document.")
@click.option("-q", "--quiet", is_flag=True, help="No summary.")
@click.option("--json", "as_json", is_flag=True, help="Print the report of the whole run as JSON to stdout.")
def command(
    run: str,
    workers: int | None,
    document_seconds: float | None,
    document_memory: int | None,
    quiet: bool,
    as_json: bool,
) -> int:
    """Run what is in quarantine once more.

    RUN is the output folder of a finished run. Its documents in quarantine go through the steps again, from the bytes
    that lie there, with the config of the run and its plugin files as they are now; records and files that could not
    be read are read again. What succeeds joins the corpus in files of its own, the rest stays in quarantine.

    \b
    Examples:
      ingest retry corpus
      ingest retry corpus --document-seconds 600
    """
    from ingest.cli.summary import print_summary
    from ingest.retry import retry

    options = {"workers": workers, "document_seconds": document_seconds, "document_memory": document_memory}
    overrides = tuple(("run", key, value) for key, value in options.items() if value is not None)
    report = retry(run, overrides)
    if not quiet:
        print_summary(report, run)
    if as_json:
        click.echo(report.to_json(), nl=False)
    return 0 if report.clean else 1
