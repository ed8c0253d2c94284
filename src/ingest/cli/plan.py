"""`ingest plan`: how a run cuts its input into shards."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import click

__all__ = ["command"]


@click.command("plan")
@click.argument("inputs", nargs=-1, required=True, metavar="CONFIG.toml | INPUT...")
@click.option("-o", "--output", metavar="FOLDER", help="Output folder; overrides the config.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object per part.")
def command(inputs: tuple[str, ...], output: str | None, as_json: bool) -> int:
    """Show how a run cuts its input into shards; write nothing.

    One line for each part of a file: number of the shard, reader, bytes of input, and the file, with `[START:STOP]`
    behind it for a part of one. What START and STOP count is up to the reader: bytes, row groups, members.
    The same input and config give the same shards for any number of workers; a shard that is done is never done again.
    """
    from ingest.cli.source import make_source
    from ingest.config import load
    from ingest.plan import make_plan

    plan = make_plan(load(make_source(inputs, output, writes=False)))
    for shard in plan.shards:
        for task in shard.tasks:
            part = task.part
            entry = {
                "shard": shard.number,
                "reader": task.reader,
                "bytes": part.size,
                "file": part.file.name,
                "start": part.start,
                "stop": part.stop,
                "unreadable": task.unreadable.message if task.unreadable else None,
            }
            click.echo(json.dumps(entry, ensure_ascii=False) if as_json else _line(entry))
    return 0


def _line(entry: Mapping[str, Any]) -> str:
    whole = entry["start"] is None and entry["stop"] is None
    part = "" if whole else f"[{entry['start'] or 0}:{'' if entry['stop'] is None else entry['stop']}]"
    problem = f"  unreadable: {entry['unreadable']}" if entry["unreadable"] else ""
    return f"{entry['shard']:>6}  {entry['reader']:<8} {entry['bytes']:>14,}  {entry['file']}{part}{problem}"
