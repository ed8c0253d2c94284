"""`ingest preview`: one document on its way through the steps."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from ingest.config import Config
    from ingest.document import Document

__all__ = ["command"]


@click.command("preview")
@click.argument("inputs", nargs=-1, required=True, metavar="CONFIG.toml | INPUT [DOCUMENT]")
@click.option("-n", "--number", type=click.IntRange(1), default=1, help="Show the n-th document; default the first.")
@click.option("--all", "whole", is_flag=True, help="Show long texts in full.")
def command(inputs: tuple[str, ...], number: int, whole: bool) -> int:
    """Show what each step does to one document: what it removed and by which rule.

    DOCUMENT is an id, or the end of a file_path. Nothing is written.

    \b
    Examples:
      ingest preview page.html
      ingest preview my.toml news/harbour-cranes.html
    """
    from ingest.cli.source import make_source
    from ingest.cli.story import tell
    from ingest.config import load

    if len(inputs) > 2:
        raise click.UsageError("name one config or input, and at most one document")
    config = load(make_source(inputs[:1], writes=False, workers=1))
    doc = _find(config, inputs[1] if len(inputs) == 2 else None, number)
    with _watched(config.run.document_seconds):
        tell(config, doc, whole=whole)
    return 0


@contextmanager
def _watched(seconds: float) -> Iterator[None]:
    """Say where a step is when it has taken so long, and end; say it as well when native code crashes."""
    import faulthandler

    try:
        errors = sys.stderr.fileno()
    except (OSError, AttributeError, ValueError):
        yield
        return
    faulthandler.enable(errors)
    faulthandler.dump_traceback_later(seconds, file=errors, exit=True)
    try:
        yield
    finally:
        faulthandler.cancel_dump_traceback_later()


def _find(config: Config, wanted: str | None, number: int) -> Document:
    """Give the wanted document, or the n-th one.

    Raises:
        click.ClickException: there is none.
    """
    seen: list[str] = []
    for doc in _documents(config):
        if wanted is None:
            if len(seen) == number - 1:
                return doc
        elif wanted == doc.id or _ends_with(doc.file_path, wanted):
            return doc
        seen.append(doc.file_path or doc.id)
    if wanted is None:
        raise click.ClickException(f"the input holds {len(seen)} documents, none has number {number}")
    import difflib

    near = difflib.get_close_matches(wanted, seen, 3, 0.3)
    hint = f"; close are: {', '.join(near)}" if near else ""
    raise click.ClickException(f"no document has the id or path {wanted!r} among {len(seen)}{hint}")


def _documents(config: Config) -> Iterator[Document]:
    from ingest.document import Document
    from ingest.plan import make_plan
    from ingest.shards import read_shard

    for shard in make_plan(config).shards:
        for item in read_shard(shard, config):
            if isinstance(item, Document):
                yield item
            else:
                click.echo(f"unreadable: {item.file_path}: {item.message}", err=True)


def _ends_with(path: str | None, wanted: str) -> bool:
    return path is not None and (path == wanted or path.endswith("/" + wanted.removeprefix("./")))
