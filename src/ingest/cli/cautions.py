"""What is allowed in a config, and most often not meant."""

from __future__ import annotations

from collections.abc import Iterator

from ingest.cli.console import messages
from ingest.config import Config

__all__ = ["print_cautions"]


def print_cautions(config: Config) -> None:
    """Print one line for each caution to stderr."""
    from rich.markup import escape

    for caution in cautions(config):
        messages().print(f"[yellow]caution[/]  {escape(caution)}")


def cautions(config: Config) -> Iterator[str]:
    """Say where text that a step means to take out of the world is kept after all."""
    for index, (label, step) in enumerate(zip(config.labels, config.steps, strict=True)):
        if not step.confidential:
            continue
        if index and config.run.audit == "full":
            yield (
                f"the steps in front of {label!r} put what they take out into removed/, and {label!r} can't reach it there; "
                'set audit = "counts" under [run] if it must not be kept'
            )
        if index + 1 < len(config.steps):
            behind = ", ".join(config.labels[index + 1 :])
            yield f"{label!r} does not see what the steps behind it add to a document ({behind}); let it stand last"
