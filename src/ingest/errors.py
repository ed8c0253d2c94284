"""The errors people meet, as one tree.

IngestError
  ConfigError      the config or the command line is wrong; nothing was run
  PluginError      a plugin can't be loaded, or breaks a rule of the plugin system
  ReadError        an input, or one record of it, can't be read
  OutputError      the output folder can't be used; nothing was run
  WriteError       a file of the output can't be written
  StepError        a step raised, or returned something that is not a result
  WorkerError      a worker process died, or an executor did not run every shard once
"""

from __future__ import annotations

from dataclasses import dataclass

__all__ = [
    "ConfigError",
    "IngestError",
    "OutputError",
    "PluginError",
    "Problem",
    "ReadError",
    "StepError",
    "WorkerError",
    "WriteError",
]


class IngestError(Exception):
    """Root of all errors that `ingest` raises on purpose."""


@dataclass(frozen=True, slots=True)
class Problem:
    """One mistake in a config: where it stands, what is wrong, what to do next."""

    key: str
    """Path of the key, such as `steps[2].min_chars`."""
    message: str
    """What is wrong, with the value found and what was expected."""
    line: int | None = None
    """Line in the config file, counted from 1."""
    hint: str = ""
    """What to do next."""

    def render(self, path: str) -> str:
        """Give the problem as text, `PATH:LINE: KEY: MESSAGE` and the hint below it."""
        place = path if self.line is None else f"{path}:{self.line}"
        head = f"{place}: {self.key}: {self.message}" if self.key else f"{place}: {self.message}"
        return f"{head}\n    {self.hint}" if self.hint else head


@dataclass(slots=True)
class ConfigError(IngestError):
    """The config is wrong. Holds every problem that was found, not only the first."""

    problems: list[Problem]
    path: str = "config"

    def __str__(self) -> str:
        return "\n".join(problem.render(self.path) for problem in self.problems)


class PluginError(IngestError):
    """A plugin can't be loaded, or breaks a rule of the plugin system."""

    def __init__(self, plugin: str, message: str) -> None:
        super().__init__(f"plugin {plugin!r}: {message}")
        self.plugin = plugin
        self.message = message

    def __reduce__(self) -> tuple[type[PluginError], tuple[str, str]]:
        # Exceptions pickle by the text they hold, which is not what this one is made of.
        return type(self), (self.plugin, self.message)


class ReadError(IngestError):
    """An input, or one record of it, can't be read."""


class OutputError(IngestError):
    """The output folder can't be used."""


class WriteError(IngestError):
    """A file of the output can't be written, for instance because the disk is full."""


class StepError(IngestError):
    """A step raised, or returned something that is not a result."""


class WorkerError(IngestError):
    """A worker process died before its shard was finished, or an executor did not run every shard once."""
