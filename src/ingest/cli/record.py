"""What a run has on record of one document, told for people."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from itertools import islice
from typing import Any

from rich.markup import escape
from rich.rule import Rule
from rich.text import Text

from ingest.audit import StepStory, Story
from ingest.cli.console import data_console
from ingest.cli.story import MOST_EDITS, edit_lines, safe
from ingest.document import Edit, Reason
from ingest.output.folder import CORPUS, DROPPED
from ingest.pipeline import Change

__all__ = ["tell_record"]

_WITHHELD = "(not on record)"


def tell_record(story: Story, *, whole: bool) -> None:
    """Print where a document came from, what every step did to it, and where it ended."""
    console = data_console()
    console.print(Rule(f"[bold]{_shown(story.row['id'])}[/]", align="left"))
    for name in ("file_path", "url"):
        if story.row.get(name) is not None:
            console.print(f"{name:<12}{_shown(story.row[name])}")
    for step in story.steps:
        codes = Counter(str(row["code"]) for row in step.rows)
        shown = ", ".join(f"{code} {count:,}" if count > 1 else code for code, count in codes.items())
        console.print(f"[bold cyan]{_shown(step.step)}[/]  {_sizes(step)}[yellow]{_shown(shown)}[/]")
        for line in _edits(step, whole=whole):
            console.print(line)
    if remark := _remark(story):
        console.print(remark)
    console.print(_end(story))
    console.print(f"[dim]{_shown(story.file)}, row {story.row_number:,}[/]")


def _remark(story: Story) -> str:
    """Say what is not on record, or that the record is wrong."""
    if story.mismatch:
        return f"[red]the record does not fit the text[/]: {_shown(story.mismatch)}; ingest verify says more"
    if story.kind not in (CORPUS, DROPPED):
        return "[dim]what the steps did is put on record once they are through; ingest preview shows it[/]"
    if story.audit != "full":
        return f'[dim]what the steps removed is not on record: the run had audit = "{_shown(story.audit)}"[/]'
    return "" if story.steps else "[dim]no step changed the text[/]"


def _end(story: Story) -> str:
    row = story.row
    if story.kind == CORPUS:
        return f"[green]written[/]     {len(row.get('text') or ''):,} characters"
    if story.kind == DROPPED:
        value = f", {row['value']}" if row["value"] else ""
        return f"[yellow]dropped[/]     by {_shown(row['step'])}: {_shown(row['code'])}{_shown(value)}"
    return f"[red]quarantined[/] in {_shown(row['step'])}: {_shown(row['error'])}: {_shown(row['message'])}"


def _sizes(step: StepStory) -> str:
    if step.before is None or step.after is None:
        return ""
    if not step.before:
        return f"{len(step.after):,} characters  "
    return f"{len(step.before):,} [dim]→[/] {len(step.after):,} characters  "


def _edits(step: StepStory, *, whole: bool) -> Iterator[Text]:
    """Give the edits as a preview shows them; without the text around them where that can't be told any more."""
    if step.before == "":
        return
    if step.before is not None and step.after is not None:
        edits = [_edit(row, row["start"], row["end"]) for row in step.rows]
        yield from edit_lines(Change(step.step, step.before, step.after, edits), whole=whole)
        return
    for row in step.rows if whole else islice(step.rows, MOST_EDITS):
        if row["removed"] == "" and row["inserted"] is None:
            continue
        removed = _WITHHELD if row["removed"] is None else row["removed"]
        yield from edit_lines(Change(step.step, removed, "", [_edit(row, 0, len(removed))]), whole=whole)
    if not whole and len(step.rows) > MOST_EDITS:
        yield Text(f"    ... and {len(step.rows) - MOST_EDITS} more; --all shows them", style="dim")


def _edit(row: Mapping[str, Any], start: int, end: int) -> Edit:
    reason = safe(" ".join(filter(None, (row["code"], row["value"]))))
    return Edit(start, end, Reason(reason), row["inserted"] or "")


def _shown(value: object) -> str:
    return escape(safe(str(value)))
