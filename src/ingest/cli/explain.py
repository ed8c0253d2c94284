"""`ingest explain`: what happened to one document of a run."""

from __future__ import annotations

import click

__all__ = ["command"]


@click.command("explain")
@click.argument("run", metavar="RUN")
@click.argument("document", metavar="ID")
@click.option("--all", "whole", is_flag=True, help="Show long texts in full.")
def command(run: str, document: str, whole: bool) -> int:
    """Tell what happened to one document of a run: where it came from, what each step did, where it ended.

    RUN is an output folder, a path or a URL. ID is the id of a document, its url, or the end of its file_path. What was
    removed is on record where the run had audit = "full".

    \b
    Examples:
      ingest explain corpus 3f2a9c
      ingest explain corpus news/harbour-cranes.html
    """
    from ingest.audit import SavedRun, UnknownDocumentError, explain
    from ingest.cli.record import tell_record

    try:
        stories = explain(SavedRun(run), document)
    except UnknownDocumentError as error:
        raise click.ClickException(str(error)) from error
    for story in stories:
        tell_record(story, whole=whole)
    return 0
