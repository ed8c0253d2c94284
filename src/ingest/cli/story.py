"""A document's way through the steps, told for people."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Any

from rich.console import Console
from rich.markup import escape
from rich.rule import Rule
from rich.text import Text

from ingest.cli.console import data_console
from ingest.config import Config
from ingest.document import Document, Dropped, Edit
from ingest.pipeline import Change, Failed, Pipeline
from ingest.step import CorpusStep

__all__ = ["edit_lines", "safe", "tell"]

# Pieces to show for one step, lines for one text, and characters for one line.
MOST_EDITS = 40
MOST_LINES = 30
MOST_CHARS = 300
FIELDS = (
    "title", "site", "authors", "published", "date", "url", "language", "language_score", "charset", "media_type",
    "metadata", "columns",
)  # fmt: skip

_CONTROL = re.compile(r"[\x00-\x08\x0a-\x1f\x7f-\x9f]")


def tell(config: Config, doc: Document, *, whole: bool) -> None:
    """Print what every step did to the document."""
    console = data_console()
    pipeline = Pipeline(config, explain=True)
    console.print(Rule(f"[bold]{escape(safe(doc.file_path or doc.id))}[/]", align="left"))
    size = len(doc.content)
    unit = "bytes" if isinstance(doc.content, bytes) else "characters"
    console.print(f"{size:,} {unit}, {doc.media_type}, id {escape(safe(doc.id))}")
    counting = {label for label, step in zip(config.labels, config.steps, strict=True) if isinstance(step, CorpusStep)}
    idle: list[str] = []
    result: Document | Dropped | Failed = doc
    for label, result, change in pipeline.follow(doc):
        if label in counting and _did_nothing(doc, result, change):
            _tell_idle(console, idle)
            console.print(
                f"[dim]{label}: not shown, it goes by counts over the whole corpus, which only a run makes[/]"
            )
            continue
        if _did_nothing(doc, result, change):
            idle.append(label)
            continue
        _tell_idle(console, idle)
        _tell_step(console, label, doc, result, change, whole=whole)
        if not isinstance(result, Document):
            return
        doc = result
    _tell_idle(console, idle)
    console.print(Rule("[bold]text[/]", align="left"))
    for line in _shortened(doc.text.split("\n"), whole=whole):
        console.print(Text(safe(line)))


def _did_nothing(before: Document, result: Document | Dropped | Failed, change: Change | None) -> bool:
    same = isinstance(result, Document) and all(getattr(before, name) == getattr(result, name) for name in FIELDS)
    return same and change is None


def _tell_idle(console: Console, labels: list[str]) -> None:
    """Say in one line which steps found nothing to do."""
    if labels:
        console.print(f"[dim]{', '.join(labels)}: nothing to do[/]")
        labels.clear()


def _tell_step(
    console: Console,
    label: str,
    before: Document,
    result: Document | Dropped | Failed,
    change: Change | None,
    *,
    whole: bool,
) -> None:
    if isinstance(result, Failed):
        what = escape(safe(f"{result.error}: {result.message} ({result.place})"))
        console.print(f"[bold cyan]{label}[/]  [red]failed[/]: {what}")
        return
    if isinstance(result, Dropped):
        reason = result.reason
        console.print(f"[bold cyan]{label}[/]  [yellow]dropped[/]: {escape(safe(f'{reason.code}, {reason.value}'))}")
        return
    facts = [fact for name in FIELDS if (fact := _new_value(name, before, result))]
    console.print(f"[bold cyan]{label}[/]  {_sizes(before, result)}")
    for fact in facts:
        console.print(f"    [green]{fact}[/]")
    if result.markup and not before.markup:
        return
    if change is not None and before.text:
        for line in edit_lines(change, whole=whole):
            console.print(line)


def _sizes(before: Document, after: Document) -> str:
    if before.text == after.text:
        return ""
    if not before.text:
        return f"{len(after.text):,} characters"
    return f"{len(before.text):,} [dim]→[/] {len(after.text):,} characters"


def _new_value(name: str, before: Document, after: Document) -> str | None:
    old, new = getattr(before, name), getattr(after, name)
    return None if old == new else f"{name} = {escape(safe(_show(new)))}"


def _show(value: Any) -> str:
    if isinstance(value, tuple):
        return "; ".join(_show_author(author) for author in value) or "none"
    if isinstance(value, dict):
        return ", ".join(f"{key}: {item}" for key, item in value.items())
    return f"{value:.4f}" if isinstance(value, float) else str(value)


def _show_author(author: Any) -> str:
    contacts = [*author.emails, *(f"{handle.network} @{handle.handle}" for handle in author.handles)]
    return f"{author.name} <{', '.join(contacts)}>" if contacts else author.name


def edit_lines(change: Change, *, whole: bool) -> Iterator[Text]:
    """Give each removed piece in red with its rule, and what came in its place in green."""
    edits = change.edits if whole else change.edits[:MOST_EDITS]
    for edit in edits:
        yield _edit(change.before, edit, whole=whole)
    if len(edits) < len(change.edits):
        yield Text(f"    ... and {len(change.edits) - len(edits)} more; --all shows them", style="dim")


def _edit(before: str, edit: Edit, *, whole: bool) -> Text:
    line = Text("    ")
    removed, inserted = before[edit.start : edit.end], edit.inserted
    if _is_small(removed, inserted):
        # A word out of its line says little: show a few characters around it.
        line.append("…" + _visible(before[max(0, edit.start - 25) : edit.start]), style="dim")
        line.append(_visible(removed, marks=True), style="red strike")
        line.append(_visible(inserted, marks=True), style="green")
        line.append(_visible(before[edit.end : edit.end + 25]) + "…", style="dim")
    else:
        line.append(_clip(_visible(removed.strip("\n")), whole=whole) or "(blank line)", style="red")
        if inserted:
            line.append(" → ", style="dim")
            line.append(_clip(_visible(inserted.strip("\n")), whole=whole), style="green")
    line.append(f"   {edit.reason.code}", style="yellow")
    return line


def _is_small(removed: str, inserted: str) -> bool:
    return "\n" not in removed + inserted and len(removed) < 25


def _visible(text: str, *, marks: bool = False) -> str:
    """Give the text on one line; with `marks`, characters that print nothing as their code points."""
    shown = text.replace("\n", "⏎")
    if marks:
        shown = "".join(c if c.isprintable() else f"<U+{ord(c):04X}>" for c in shown)
    return "".join(c if c.isprintable() or c in "\u00a0\u00ad\u200c\u200d" else "·" for c in shown)


def safe(text: str) -> str:
    """Give the text without what a terminal would take for commands."""
    return _CONTROL.sub("·", text)


def _clip(text: str, *, whole: bool) -> str:
    return text if whole or len(text) <= MOST_CHARS else f"{text[:MOST_CHARS]}… ({len(text):,} characters)"


def _shortened(lines: Sequence[str], *, whole: bool) -> Iterator[str]:
    if whole or len(lines) <= MOST_LINES:
        yield from (_clip(line, whole=whole) for line in lines)
        return
    half = MOST_LINES // 2
    yield from (_clip(line, whole=whole) for line in lines[:half])
    yield f"... {len(lines) - 2 * half:,} lines; --all shows them ..."
    yield from (_clip(line, whole=whole) for line in lines[-half:])
