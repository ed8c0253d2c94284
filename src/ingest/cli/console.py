"""What a person sees: one console for messages, one for data."""

from __future__ import annotations

from rich.console import Console

__all__ = ["data_console", "messages"]


def messages() -> Console:
    """Give the console for progress, summaries and errors: stderr, so that stdout stays free for data."""
    return Console(stderr=True, highlight=False)


def data_console() -> Console:
    """Give the console for what a command was asked for: stdout."""
    return _DataConsole(highlight=False, soft_wrap=True)


class _DataConsole(Console):
    def on_broken_pipe(self) -> None:
        # Rich would end the program; whoever called it decides.
        raise BrokenPipeError
