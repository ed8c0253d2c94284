"""The hooks, all on one page.

Hooks offer, the config uses. They run once per run or per shard, never per document: they register
classes, and the run then calls plain objects.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

import pluggy

if TYPE_CHECKING:
    import click

    from ingest.component import Component
    from ingest.plan import Plan
    from ingest.report import Report, ShardReport

__all__ = ["hookimpl", "hookspec"]

hookspec = pluggy.HookspecMarker("ingest")
hookimpl = pluggy.HookimplMarker("ingest")


@hookspec
def register_components() -> Iterable[type[Component]]:  # type: ignore[empty-body]
    """Offer readers, steps, writers and executors; their base class says which they are.

    Example:
        from ingest import Document, Filter, Reason, hookimpl

        class Shouting(Filter):
            \"\"\"Drop documents written mostly in capitals.\"\"\"

            name = "shouting"
            max_ratio: float = 0.3
            \"\"\"Largest share of capital letters to accept.\"\"\"

            def reject(self, doc: Document) -> Reason | None:
                letters = [c for c in doc.text if c.isalpha()]
                ratio = sum(c.isupper() for c in letters) / max(1, len(letters))
                return Reason("capitals", f"{ratio:.2f}") if ratio > self.max_ratio else None

        @hookimpl
        def register_components():
            return [Shouting]
    """


@hookspec
def register_commands(cli: click.Group) -> None:
    """Add subcommands to `ingest`. Only installed plugins can; a config's plugin files come too late for it.

    Example:
        import click
        from ingest import hookimpl

        @hookimpl
        def register_commands(cli):
            @cli.command()
            @click.argument("corpus")
            def count(corpus):
                \"\"\"Count the documents of a corpus.\"\"\"
                import pyarrow.dataset
                click.echo(pyarrow.dataset.dataset(corpus, exclude_invalid_files=True).count_rows())
    """


@hookspec
def run_started(plan: Plan) -> None:
    """Called once, after everything is checked and before the first document is read.

    Example:
        from ingest import hookimpl

        @hookimpl
        def run_started(plan):
            print(len(plan.shards), "shards to do")
    """


@hookspec
def shard_finished(plan: Plan, report: ShardReport) -> None:
    """Called in the main process when a shard's files are in place.

    Example:
        from ingest import hookimpl

        @hookimpl
        def shard_finished(plan, report):
            print("shard", report.shard, "wrote", report.written)
    """


@hookspec
def run_finished(plan: Plan, report: Report) -> None:
    """Called once, when all shards are done and the report is written.

    Example:
        from ingest import hookimpl

        @hookimpl
        def run_finished(plan, report):
            print(report.counts.written, "documents in", plan.output)
    """
