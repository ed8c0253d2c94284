"""The table at the end of a run."""

from __future__ import annotations

from collections import Counter

from rich import box
from rich.markup import escape
from rich.table import Table

from ingest.cli.console import messages
from ingest.report import Counted, Report

__all__ = ["print_summary"]

MOST_LANGUAGES = 12
MOST_RULES = 25


def print_summary(report: Report, output: str) -> None:
    """Print what a run did, and where to look."""
    console = messages()
    console.print(_documents(report))
    if report.counts.removed_pieces:
        console.print(_removed(report))
    console.print(_line("languages", escape(_most(report.counts.languages, MOST_LANGUAGES))))
    console.print(_line("charsets", escape(_most(report.counts.charsets, MOST_LANGUAGES))))
    console.print(_line("characters", _characters(report)))
    for label, counted in report.counted.items():
        console.print(_line("counted", escape(_counted(label, counted))))
    if report.shards_before < report.shards:
        console.print(_line("speed", _speed(report)))
    if report.shards_before:
        done = f"{report.shards_before:,} of {report.shards:,} shards were done before"
        console.print(_line("resumed", done if report.shards_before < report.shards else f"nothing to do: {done}"))
    for line in _problems(report):
        console.print(line)
    if report.counts.n_quarantined:
        where = f"{output}/quarantine has their bytes and messages"
        console.print(
            _line("", escape(f"{where}; one of them: ingest explain {output} ID; again: ingest retry {output}"))
        )
    console.print(_line("corpus", escape(f"{output}/corpus")))
    console.print(_line("report", escape(f"{output}/report.json")))


def _documents(report: Report) -> Table:
    counts = report.counts
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    table.add_column("documents")
    table.add_column("", justify="right")
    table.add_column("step")
    table.add_column("reason")
    table.add_row("read", f"{counts.read:,}")
    table.add_row("[green]written[/]", f"{counts.written:,}")
    for key, number in _ranked(counts.dropped):
        step, _, code = key.partition("/")
        table.add_row("[yellow]dropped[/]", f"{number:,}", escape(step), escape(code))
    for key, number in _ranked(counts.quarantined):
        step, _, error = key.partition("/")
        table.add_row("[red]quarantined[/]", f"{number:,}", escape(step), escape(error))
    return table


def _removed(report: Report) -> Table:
    counts = report.counts
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    table.add_column("removed by")
    table.add_column("rule")
    table.add_column("pieces", justify="right")
    table.add_column("characters", justify="right")
    telling = Counter({key: pieces for key, pieces in counts.removed_pieces.items() if counts.removed_characters[key]})
    for key, pieces in _ranked(telling)[:MOST_RULES]:
        step, _, code = key.partition("/")
        table.add_row(escape(step), escape(code), f"{pieces:,}", f"{counts.removed_characters[key]:,}")
    return table


def _characters(report: Report) -> str:
    counts = report.counts
    share = f" ({counts.characters / counts.characters_raw:.1%})" if counts.characters_raw else ""
    lost = f", {counts.bytes_undecodable:,} bytes could not be decoded" if counts.bytes_undecodable else ""
    return f"{counts.characters_raw:,} in, {counts.characters:,} out{share}{lost}"


def _counted(label: str, counted: Counted) -> str:
    return (
        f"for {label}: {counted.keys:,} keys in {counted.documents:,} documents, {counted.shared:,} of them in more than "
        f"one; {counted.seconds:.1f} s"
    )


def _speed(report: Report) -> str:
    plain = report.to_dict()
    return (
        f"{report.seconds:.1f} s, {plain['documents_per_second']:,.0f} documents/s, "
        f"{plain['megabytes_per_second']:.2f} MB/s, {report.workers} worker{'s' if report.workers > 1 else ''}"
    )


def _problems(report: Report) -> list[str]:
    lines: list[str] = []
    for failure in report.failures.values():
        plugin = f" of plugin {failure.plugin!r}" if failure.plugin else ""
        place = f" at {failure.place}" if failure.place else ""
        what = escape(f"{failure.error} in step {failure.step!r}{plugin}{place}, first on {failure.document!r}")
        lines.append(f"[red]quarantine[/]  {what}")
    for label, counted in report.counted.items():
        if counted.failed:
            what = escape(f"step {label!r} failed on {counted.failed:,} documents, which are not in its counts")
            lines.append(f"[red]not counted[/] {what}")
    if report.repeated_ids:
        lines.append(f"[red]repeated[/]    ids that stand more than once: {escape(', '.join(report.repeated_ids))}")
    if not report.counts.balanced():
        lines.append("[red]balance[/]     documents are missing: read is not written + dropped + quarantined")
    return lines


def _ranked(counter: Counter[str]) -> list[tuple[str, int]]:
    """Give the entries, the most frequent first and those of one rank by name."""
    return sorted(counter.items(), key=lambda entry: (-entry[1], entry[0]))


def _most(counter: Counter[str], most: int) -> str:
    shown = ", ".join(f"{name} {number:,}" for name, number in _ranked(counter)[:most])
    rest = len(counter) - most
    return shown + (f" and {rest} more" if rest > 0 else "") or "none"


def _line(name: str, value: str) -> str:
    return f"[bold]{name:<12}[/]{value}"
