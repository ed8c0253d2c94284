"""From command-line arguments to a config: a file, or a config made of the arguments."""

from __future__ import annotations

import json
import os
from collections.abc import Sequence
from typing import Any

import click

from ingest.config import Source

__all__ = ["NOWHERE", "make_source"]


# Stands in for an output folder where nothing is written. No input can lie in it.
NOWHERE = os.devnull


def make_source(arguments: Sequence[str], output: str | None = None, *, writes: bool = True, **run: Any) -> Source:
    """Give the config that the arguments name, with the options of the command line on top.

    Args:
        arguments: one config file, or the input: files, folders, globs, URLs.
        output: output folder.
        writes: whether the command writes to it; inputs then need one.
        run: options for the section `[run]`; those that are `None` are left out.

    Raises:
        ConfigError: the config file can't be read.
        click.UsageError: there is no output folder, or a config stands among the inputs.
    """
    configs = [argument for argument in arguments if argument.endswith(".toml")]
    if configs and len(arguments) > 1:
        raise click.UsageError(f"name one config, or inputs, not both: {' '.join(arguments)}")
    overrides = {key: value for key, value in run.items() if value is not None}
    if configs:
        source = Source.from_file(configs[0])
        return Source(source.text, source.path, source.base, overrides=_overrides(output, overrides))
    if output is None and writes:
        raise click.UsageError("name the output folder with -o FOLDER, or a config that does")
    paths, path = (_toml(value) for value in (list(arguments), NOWHERE if output is None else output))
    text = f"[read]\npaths = {paths}\n[write]\npath = {path}\n"
    return Source(text, "command line", "", overrides=_overrides(None, overrides))


def _toml(value: str | list[str]) -> str:
    """Give strings as TOML: their JSON is that as well, but for one character."""
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007F")


def _overrides(output: str | None, run: dict[str, Any]) -> tuple[tuple[str, str, Any], ...]:
    """Give section, key and value for what the command line sets; paths there start from where one stands."""
    pairs: list[tuple[str, str, Any]] = []
    if output is not None:
        pairs.append(("write", "path", output if not output or "://" in output else os.path.abspath(output)))
    for key, value in run.items():
        pairs.append(("run", key, value))
    return tuple(pairs)
