"""The command `ingest`: one file per subcommand, imported when it is called."""

from __future__ import annotations

import importlib
import io
import os
import signal
import sys
from typing import Any

import click

__all__ = ["cli", "main"]

COMMANDS = {
    "run": "Clean documents and write the corpus.",
    "check": "Check a config and count its input; write nothing.",
    "plan": "Show how a run cuts its input into shards.",
    "retry": "Run what is in quarantine once more.",
    "preview": "Show what each step does to one document.",
    "verify": "Check that a finished run is whole, and replay its audit.",
    "explain": "Tell what happened to one document of a run, step by step.",
    "compare": "Say which documents, steps and options of two runs differ.",
    "plugins": "List plugins, steps, readers and their options.",
    "schema": "Print the JSON Schema of the config.",
    "init": "Write a config with comments.",
    "new-plugin": "Write a working plugin with its test.",
}
EPILOG = """Exit status: 0 success; 1 finished, but documents are in quarantine or ids repeat, a run is not whole or two
differ; 2 wrong usage, config or plugin; 3 the run failed; 130 interrupted. A run that failed or was interrupted goes on
when it is given again."""


class Commands(click.Group):
    """Knows the names of the subcommands without importing them."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return [*COMMANDS, *sorted(_installed_commands(self))]

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name in COMMANDS:
            module = importlib.import_module(f"ingest.cli.{cmd_name.replace('-', '_')}")
            command = module.command
            assert isinstance(command, click.Command)  # noqa: S101  one of our own files
            return command
        return _installed_commands(self).get(cmd_name)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """List the subcommands from the table above: importing them for one line each would take a second."""
        extra = {name: item.get_short_help_str() for name, item in _installed_commands(self).items()}
        with formatter.section("Commands"):
            formatter.write_dl(list((COMMANDS | extra).items()))

    def resolve_command(self, ctx: click.Context, args: list[str]) -> Any:
        try:
            return super().resolve_command(ctx, args)
        except click.UsageError as error:
            import difflib

            near = difflib.get_close_matches(args[0], self.list_commands(ctx), 1)
            hint = f" Did you mean {near[0]!r}?" if near else ""
            raise click.UsageError(f"{error.message}{hint}", ctx) from error


@click.group(cls=Commands, epilog=EPILOG, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="ingest", message="%(prog)s %(version)s")
def cli() -> None:
    """Turn raw documents into a clean Parquet corpus.

    Try `ingest run FOLDER -o OUT`, or `ingest init` for a config to start from.
    """


def main() -> None:
    """Run the command line and exit with its status."""
    # A TERM, or the end of the terminal, must end the workers in order, as Ctrl-C does. `nohup` ignores the latter.
    for name in ("SIGTERM", "SIGHUP"):
        number = getattr(signal, name, None)
        if number is not None and signal.getsignal(number) is not signal.SIG_IGN:
            signal.signal(number, signal.default_int_handler)
    _open_streams()
    for stream in (sys.stdout, sys.stderr):
        # A terminal that lacks a character shows its escape; it is no reason to fail.
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")
    sys.exit(run_command(sys.argv[1:]))


def _open_streams() -> None:
    """Have stdin, stdout and stderr lead nowhere where they are closed.

    Else the next files that are opened, such as the pipes to workers, would stand in their places.
    """
    while (descriptor := os.open(os.devnull, os.O_RDWR)) <= 2:
        os.set_inheritable(descriptor, True)
    os.close(descriptor)
    sys.stdin = sys.stdin or open(0, encoding="utf-8", closefd=False)  # noqa: SIM115
    sys.stdout = sys.stdout or open(1, "w", encoding="utf-8", closefd=False)  # noqa: SIM115
    sys.stderr = sys.stderr or open(2, "w", encoding="utf-8", closefd=False)  # noqa: SIM115


def run_command(arguments: list[str]) -> int:
    """Run the command line and give the exit status instead of raising."""
    stdout = sys.stdout
    try:
        status = cli.main(arguments, prog_name="ingest", standalone_mode=False)
    except (click.exceptions.Abort, KeyboardInterrupt):
        goes_on = "; the same command goes on where it was" if arguments[:1] in (["run"], ["retry"]) else ""
        click.echo(f"interrupted{goes_on}", err=True)
        return 130
    except click.ClickException as error:
        error.show()
        return 2
    except (BrokenPipeError, SystemExit) as error:
        # When whoever read our output has gone, as with `| head`, click replaces stdout and ends the program.
        if isinstance(error, SystemExit) and sys.stdout is stdout:
            click.echo(f"error: something called sys.exit({error.code!r}); the run is not finished", err=True)
            return 3
        sys.stdout = open(os.devnull, "w")  # noqa: SIM115
        return 0
    except Exception as error:  # noqa: BLE001  the last place that can say something
        return _explain(error)
    return status if isinstance(status, int) else 0


def _explain(error: Exception) -> int:
    from ingest.errors import ConfigError, IngestError, OutputError, PluginError

    if isinstance(error, (ConfigError, OutputError, PluginError)):
        click.echo(f"error: {error}", err=True)
        return 2
    if isinstance(error, IngestError):
        cause = f"\n    {error.__cause__}" if error.__cause__ and os.environ.get("INGEST_DEBUG") else ""
        click.echo(f"error: {error}{cause}", err=True)
        return 3
    import traceback

    # The frames name code, never a document; the message might quote one, so it is left out.
    click.echo("".join(traceback.format_tb(error.__traceback__)), err=True, nl=False)
    click.echo(f"error: ingest failed with {type(error).__name__}{_reason(error)}", err=True)
    if not _reason(error):
        click.echo("    with INGEST_DEBUG=1 the message is shown, which may quote a document", err=True)
    return 3


def _reason(error: Exception) -> str:
    """Give the words that hold no text of a document: the system's own, or all if that is asked for."""
    if os.environ.get("INGEST_DEBUG"):
        return f": {error}"
    return f": {error.strerror}: {error.filename}" if isinstance(error, OSError) and error.strerror else ""


def _installed_commands(group: click.Group) -> dict[str, click.Command]:
    """Give the subcommands of installed plugins. Plugins are only imported if there are any."""
    if not group.commands and _plugins_installed():
        from ingest.plugins import Plugins

        Plugins().register_commands(group)
    return dict(group.commands)


def _plugins_installed() -> bool:
    from importlib.metadata import entry_points

    return os.environ.get("INGEST_LOAD_PLUGINS") != "" and bool(entry_points(group="ingest"))
