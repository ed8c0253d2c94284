"""From a TOML file to checked sections and ready components."""

from __future__ import annotations

import difflib
import hashlib
import json
import os
import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib import resources
from pathlib import Path
from typing import Any, Self, TypeVar, cast

from pydantic import BaseModel, ValidationError

from ingest.component import Component
from ingest.document import Document
from ingest.endpoints import Reader, Writer
from ingest.errors import ConfigError, PluginError, Problem
from ingest.executor import Executor
from ingest.plugins import BUILTINS, Plugins
from ingest.positions import key_lines
from ingest.sections import PluginsSection, ReadSection, RunSection, Section, WriteSection
from ingest.step import Step

__all__ = ["Config", "Source", "default_steps", "load", "recipe", "show_path"]

# Columns that every corpus has.
RESERVED_COLUMNS = frozenset((*Document.__dataclass_fields__, "n_chars"))
# What a validation error adds for people: the name pydantic uses, and the one they know.
_TYPES = {
    "string_type": "a string",
    "int_type": "a whole number",
    "int_parsing": "a whole number",
    "int_from_float": "a whole number",
    "float_type": "a number",
    "float_parsing": "a number",
    "bool_type": "true or false",
    "bool_parsing": "true or false",
    "list_type": "a list",
    "tuple_type": "a list",
    "dict_type": "a table",
    "model_type": "a table",
    "model_attributes_type": "a table",
}


S = TypeVar("S", bound=Section)
M = TypeVar("M", bound=BaseModel)


@dataclass(frozen=True, slots=True)
class Source:
    """The text of a config and where it came from: all that a worker needs to build the run again."""

    text: str
    path: str = "config"
    """Name for messages."""
    base: str = ""
    """Folder that relative paths start from."""
    overrides: tuple[tuple[str, str, Any], ...] = ()
    """Section, key and value of what the command line sets on top."""

    @property
    def is_file(self) -> bool:
        """Say whether there is a file whose lines a message can quote."""
        return bool(self.base)

    @classmethod
    def from_file(cls, path: str | Path) -> Self:
        """Read a config file.

        Raises:
            ConfigError: the file can't be read.
        """
        try:
            text = Path(path).read_text(encoding="utf-8-sig")
        except (OSError, UnicodeDecodeError) as error:
            reason = error.strerror if isinstance(error, OSError) else "it is not UTF-8 text"
            raise ConfigError([Problem("", f"can't read the config: {reason}")], str(path)) from error
        return cls(text, str(path), str(Path(path).resolve().parent))


@dataclass(frozen=True, slots=True)
class Config:
    """A checked config: the sections, and the components they name, built and ready."""

    source: Source
    read: ReadSection
    write: WriteSection
    run: RunSection
    plugins: Plugins
    readers: Mapping[str, Reader]
    """All readers by name, with the options of the config."""
    steps: tuple[Step, ...]
    labels: tuple[str, ...]
    """What each step is called in reports: its name, with `#2` behind it where it stands for the second time."""
    writer: Writer
    executor: Executor
    columns: Mapping[str, str]
    """Typed columns that the steps declare: name to Arrow type."""
    decisive: Mapping[str, Any]
    """All that decides the corpus, with all defaults: read options, steps, writer options and what the plugins are,
    not the paths of output and plugins, nor the number of workers."""

    @property
    def hash(self) -> str:
        """SHA-256 of `decisive`, in hex digits."""
        return hashlib.sha256(json.dumps(self.decisive, sort_keys=True, default=_plain).encode()).hexdigest()


def default_steps() -> str:
    """Give the default recipe: the `[[steps]]` part of a config, as TOML text."""
    return recipe("default.toml")


def recipe(name: str) -> str:
    """Give a TOML file that comes with the package."""
    return resources.files("ingest").joinpath(f"recipes/{name}").read_text(encoding="utf-8")


def load(source: Source) -> Config:
    """Check a config and build its components.

    Raises:
        ConfigError: with every problem that was found.
        PluginError: a plugin can't be loaded.
    """
    return _Loader(source).load()


class _Loader:
    """Collects problems while it builds, so that one look at the message mends them all."""

    def __init__(self, source: Source) -> None:
        self.source = source
        self.problems: list[Problem] = []
        self.table = self._parse(source.text)
        if "steps" not in self.table:
            self.table["steps"] = tomllib.loads(default_steps())["steps"]
        for section, key, value in source.overrides:
            table = self.table.setdefault(section, {})
            if isinstance(table, dict):
                table[key] = value
        self.lines = key_lines(source.text) if source.is_file else {}

    def load(self) -> Config:
        self._check_names(self.table, ("read", "steps", "write", "run", "plugins"), ())
        plugins = self._load_plugins()
        read = self._section(ReadSection, "read")
        write = self._section(WriteSection, "write")
        run = self._section(RunSection, "run")
        readers = self._components(plugins, "reader", "read", ReadSection)
        writers = self._components(plugins, "writer", "write", WriteSection)
        executors = self._components(plugins, "executor", "run", RunSection)
        steps = self._steps(plugins)
        if read is not None and read.reader is not None:
            self._check_choice(read.reader, plugins.components("reader"), ("read", "reader"), "reader")
        if write is not None:
            self._check_choice(write.writer, plugins.components("writer"), ("write", "writer"), "writer")
        if run is not None:
            self._check_choice(run.executor, plugins.components("executor"), ("run", "executor"), "executor")
        self._check_columns(steps)
        self._raise_problems()
        read, write, run = cast(ReadSection, read), cast(WriteSection, write), cast(RunSection, run)
        return Config(
            source=self.source,
            read=read,
            write=write,
            run=run,
            plugins=plugins,
            readers=cast(Mapping[str, Reader], readers),
            steps=tuple(steps),
            labels=_labels(steps),
            writer=cast(Writer, writers[write.writer]),
            executor=cast(Executor, executors[run.executor]),
            columns={name: kind for step in steps for name, kind in step.columns.items()},
            decisive=self._decisive(read, write, run, readers, steps, writers[write.writer], plugins),
        )

    # Problems

    def _add(self, path: tuple[str | int, ...], message: str, hint: str = "") -> None:
        line = None
        for length in range(len(path), 0, -1):
            if (line := self.lines.get(path[:length])) is not None:
                break
        self.problems.append(Problem(show_path(path), message, line, hint))

    def _raise_problems(self) -> None:
        if self.problems:
            problems = sorted(self.problems, key=lambda problem: problem.line or 0)
            raise ConfigError(problems, self.source.path)

    def _check_names(self, table: Mapping[str, Any], known: Sequence[str], path: tuple[str | int, ...]) -> None:
        for key in table:
            if key not in known:
                self._add((*path, key), "unknown key", _did_you_mean(key, known))

    def _check_choice(self, name: str, known: Mapping[str, Any], path: tuple[str | int, ...], kind: str) -> None:
        if name not in known:
            self._add(path, f"there is no {kind} {name!r}", _did_you_mean(name, list(known)))

    # Parts

    def _parse(self, text: str) -> dict[str, Any]:
        try:
            return tomllib.loads(text)
        except RecursionError as error:
            raise ConfigError([Problem("", "nested too deeply")], self.source.path) from error
        except tomllib.TOMLDecodeError as error:
            place = re.search(r"\(at line (\d+), column \d+\)", str(error))
            message = re.sub(r" \(at .*\)", "", str(error))
            problem = Problem("", f"not valid TOML: {message}", int(place[1]) if place else None)
            raise ConfigError([problem], self.source.path) from error

    def _load_plugins(self) -> Plugins:
        section = self._section(PluginsSection, "plugins") or PluginsSection()
        files = [os.path.join(self.source.base, file) for file in section.files]
        try:
            return Plugins(files, section.disable, section.import_timeout)
        except PluginError as error:
            if not self.problems:
                raise
            self._add(("plugins",), str(error))
            self._raise_problems()
            raise

    def _section(self, model: type[S], name: str) -> S | None:
        table = self.table.get(name, {})
        if name in ("read", "write") and name not in self.table:
            self._add((name,), f"the table [{name}] is missing", _MISSING[name])
            return None
        return self._build(model, table, (name,))

    def _components(self, plugins: Plugins, kind: str, section: str, model: type[Section]) -> dict[str, Component]:
        """Build every component of a kind with the options of its table, `[read.NAME]` or `[write.NAME]`."""
        table = self.table.get(section, {})
        known = plugins.components(kind)
        if isinstance(table, dict):
            self._check_names(table, [*model.model_fields, *known], (section,))
        built: dict[str, Component] = {}
        for name, component in known.items():
            options = table.get(name, {}) if isinstance(table, dict) else {}
            if (instance := self._build(component, options, (section, name))) is not None:
                built[name] = instance
        return built

    def _steps(self, plugins: Plugins) -> list[Step]:
        known = plugins.components("step")
        tables = self.table["steps"]
        if not isinstance(tables, list):
            self._add(("steps",), "expected an array of tables", "write each step as [[steps]]")
            return []
        steps: list[Step] = []
        for index, table in enumerate(tables):
            path = ("steps", index)
            name = table.get("use") if isinstance(table, dict) else None
            if not isinstance(name, str):
                self._add(path, "a step needs its name", 'write, for instance, use = "length"')
            elif name not in known:
                self._add((*path, "use"), f"there is no step {name!r}", _did_you_mean(name, list(known)))
            else:
                options = {key: value for key, value in table.items() if key != "use"}
                if (step := self._build(known[name], options, path)) is not None:
                    steps.append(cast(Step, step))
        return steps

    def _check_columns(self, steps: Sequence[Step]) -> None:
        """Check that the typed columns of the steps are of types that Arrow knows, and agree with each other."""
        import pyarrow as pa

        seen: dict[str, str] = {}
        tables = self.table["steps"]
        if not isinstance(tables, list) or len(steps) != len(tables):
            return  # a step is wrong, and where those behind it stand is not known
        for index, step in enumerate(steps):
            for name, kind in step.columns.items():
                try:
                    pa.type_for_alias(kind)
                except ValueError:
                    self._add(("steps", index), f"the column {name!r} of {step.name!r} has no Arrow type {kind!r}")
                if name in RESERVED_COLUMNS:
                    self._add(("steps", index), f"the column {name!r} of {step.name!r} is one of the corpus already")
                if seen.setdefault(name, kind) != kind:
                    self._add(("steps", index), f"the column {name!r} is {seen[name]} in a step above and {kind} here")

    def _build(self, model: type[M], table: Any, path: tuple[str | int, ...]) -> M | None:
        """Validate one table; on errors note them all and give `None`."""
        # A reader or writer that nobody asked for may lack what it needs; a step stands there to be run.
        asked_for = bool(table) or path[0] == "steps"
        if issubclass(model, Component) and asked_for and (missing := model.missing_requirements()):
            names = " ".join(missing)
            self._add(path, f"{model.name!r} needs {names}, not installed", f"install it: pip install {names}")
        try:
            return model.model_validate(table)
        except ValidationError as error:
            for entry in error.errors():
                self._add_validation((*path, *entry["loc"]), dict(entry), list(model.model_fields))
        except Exception as error:  # noqa: BLE001  a plugin's own validator may raise anything
            self._add(path, f"{type(error).__name__}: {error}")
        return None

    def _add_validation(self, path: tuple[str | int, ...], entry: dict[str, Any], known: list[str]) -> None:
        value = entry.get("input")
        match entry["type"]:
            case "extra_forbidden":
                self._add(path, "unknown option", _did_you_mean(str(path[-1]), known))
            case "missing":
                self._add(path, "is missing", f"add {path[-1]} = ...")
            case "value_error":
                self._add(path, str(entry["ctx"]["error"]))
            case kind if kind in _TYPES:
                self._add(path, f"expected {_TYPES[kind]}, found {_quote(value)}")
            case _:
                message = entry["msg"][0].lower() + entry["msg"][1:]
                self._add(path, f"{message}, found {_quote(value)}")

    def _decisive(
        self,
        read: ReadSection,
        write: WriteSection,
        run: RunSection,
        readers: Mapping[str, Component],
        steps: Sequence[Step],
        writer: Component,
        plugins: Plugins,
    ) -> dict[str, Any]:
        """Give what decides the corpus. An installed reader that the config does not name decides nothing."""
        built_in = {name for name, reader in readers.items() if type(reader).__module__.startswith(f"{BUILTINS}.")}
        counted = built_in | set(self.table["read"])
        used = [*(reader for name, reader in readers.items() if name in counted), *steps, writer]
        return {
            "read": {name: getattr(read, name) for name in ReadSection.model_fields},
            "readers": {name: reader.model_dump() for name, reader in readers.items() if name in counted},
            "steps": [{"use": step.name} | step.model_dump() for step in steps],
            "write": {"writer": write.writer} | writer.model_dump(),
            "run": run.model_dump(include={"limit", "shard_bytes", "shard_files"}),
            "plugins": dict(sorted(plugins.edition(type(component)) for component in used)),
        }


_MISSING = {"read": 'add [read] with paths = ["FOLDER"]', "write": 'add [write] with path = "FOLDER"'}


def _plain(value: Any) -> Any:
    """Give an option that JSON does not know as something it does; sets differ in order from run to run."""
    return sorted(map(str, value)) if isinstance(value, (set, frozenset)) else str(value)


def _labels(steps: Sequence[Step]) -> tuple[str, ...]:
    labels: list[str] = []
    seen: dict[str, int] = {}
    for step in steps:
        seen[step.name] = seen.get(step.name, 0) + 1
        labels.append(step.name if seen[step.name] == 1 else f"{step.name}#{seen[step.name]}")
    return tuple(labels)


def show_path(path: Sequence[str | int], first: int = 1) -> str:
    """Give the path of a key as people write it. Entries of lists, such as steps, are counted from `first`."""
    shown = ""
    for piece in path:
        shown += f"[{piece + first}]" if isinstance(piece, int) else f".{piece}" if shown else piece
    return shown


def _did_you_mean(name: str, known: Sequence[str]) -> str:
    near = difflib.get_close_matches(name, known, 1, 0.5)
    if near:
        return f"did you mean {near[0]!r}?"
    return f"known are: {', '.join(sorted(known))}"


def _quote(value: Any) -> str:
    shown = json.dumps(value, ensure_ascii=False, default=str)
    return shown if len(shown) <= 60 else shown[:57] + "..."
