"""What a run will do: the shards, in a fixed order that no worker changes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from ingest.config import Config
from ingest.endpoints import Part, Unreadable
from ingest.errors import ConfigError, Problem, ReadError
from ingest.input.archives import Cuts, list_entries, wants
from ingest.input.files import InputFile, find_files, is_wanted
from ingest.misfits import Misfits
from ingest.output.folder import OutputFolder
from ingest.step import CorpusStep

__all__ = [
    "ARCHIVE",
    "Plan",
    "Shard",
    "Task",
    "find_input",
    "find_unreadable",
    "make_plan",
    "reader_for",
    "reads_inside",
    "tasks_of",
    "unreadable",
]

ARCHIVE = "archive"
"""What stands for a reader in a task that reads members of an archive."""


@dataclass(frozen=True, slots=True)
class Task:
    """A part of a file with the name of the reader for it, or the record of why it can't be read."""

    part: Part
    reader: str
    """Name of the reader, or `archive` for members of an archive, each of which has its own."""
    unreadable: Unreadable | None = None
    members: tuple[tuple[str, int, int], ...] = ()
    """What members are in the part, as far as their names tell: reader, number and bytes."""


@dataclass(frozen=True, slots=True)
class Shard:
    """The unit of work, and of output: one shard gives one file of the corpus."""

    number: int
    tasks: tuple[Task, ...]

    @property
    def size(self) -> int:
        """Bytes of input."""
        return sum(task.part.size for task in self.tasks)


@dataclass(frozen=True, slots=True)
class Plan:
    """All that will be done."""

    config: Config
    files: tuple[InputFile, ...]
    shards: tuple[Shard, ...]

    @property
    def output(self) -> str:
        """The output folder, as the config gives it."""
        return self.config.write.path

    @property
    def counting(self) -> list[int]:
        """Places of the steps that count over the corpus first, each in a pass of its own."""
        return [index for index, step in enumerate(self.config.steps) if isinstance(step, CorpusStep)]

    def count_by_reader(self) -> dict[str, tuple[int, int]]:
        """Give the number of files and their bytes for every reader that has work, members of archives among them.

        A member whose name does not tell its reader counts for `archive`.
        """
        files: dict[str, dict[str, int]] = {}
        totals: dict[str, list[int]] = {}
        for shard in self.shards:
            for task in shard.tasks:
                if task.reader != ARCHIVE or task.unreadable:
                    files.setdefault(task.reader, {})[task.part.file.url] = task.part.file.size
                for reader, number, size in task.members:
                    total = totals.setdefault(reader, [0, 0])
                    total[:] = total[0] + number, total[1] + size
        for name, sizes in files.items():
            total = totals.setdefault(name, [0, 0])
            total[:] = total[0] + len(sizes), total[1] + sum(sizes.values())
        return {name: (number, size) for name, (number, size) in sorted(totals.items())}


def make_plan(config: Config) -> Plan:
    """Find the input and cut it into shards.

    Raises:
        ConfigError: a path matches nothing, or a reader's options don't fit a file.
    """
    files = find_input(config)
    misfits = Misfits(config)
    tasks = list(tasks_of(config, *files, misfits=misfits))
    misfits.check(anything_fits=any(task.unreadable is None for task in tasks))
    return Plan(config, files, tuple(_pack(config, tasks)))


def find_input(config: Config) -> tuple[InputFile, ...]:
    """Find the files to read, in their order.

    Raises:
        ConfigError: a path matches nothing, or no file is left.
    """
    read = config.read
    try:
        files = find_files(read.paths, read.include, read.exclude, config.source.base, read.bounds)
    except (OSError, ImportError, ValueError, ReadError) as error:
        hint = "check [read] paths; relative paths start at the folder of the config"
        problem = Problem("read.paths", f"can't find the input: {error}", hint=hint)
        raise ConfigError([problem], config.source.path) from error
    files = [file for file in files if reads_inside(file, config) or is_wanted(file.below, read.include, read.exclude)]
    output = OutputFolder(config.write.path, config.source.base)
    # A second run over a folder that holds its own output must not read what the first one wrote.
    found, files = len(files), [file for file in files if not output.holds(file.url)]
    if not files:
        hint = "check [read] paths, include and exclude"
        if found:
            hint = f"the {found} files that were found lie in the output folder {output.path}; write to another one"
        problem = Problem("read", "no file is left to read", hint=hint)
        raise ConfigError([problem], config.source.path)
    return tuple(files)


def reader_for(file: InputFile, config: Config) -> str:
    """Name the reader for a file: the configured one, else by suffix, else by content, else `text`.

    Raises:
        OSError: the file must be looked into, and can't be.
    """
    if config.read.reader is not None:
        return config.read.reader
    for name, reader in config.readers.items():
        if file.suffix in reader.suffixes:
            return name
    head = file.head()
    for name, reader in config.readers.items():
        if reader.sniff(head):
            return name
    return "text"


def unreadable(file: InputFile, error: BaseException) -> Unreadable:
    """Give the record for a file that can't be read. A `ReadError` says by itself what is wrong."""
    if isinstance(error, ConfigError):
        problems = [f"{problem.message.removeprefix(f'{file.name} ')}; {problem.hint}" for problem in error.problems]
        return Unreadable(file.name, "; ".join(problem.removesuffix("; ") for problem in problems))
    return Unreadable(file.name, str(error) if isinstance(error, ReadError) else f"{type(error).__name__}: {error}")


def find_unreadable(plan: Plan) -> Iterator[Unreadable]:
    """Give the record of every file that can't be read, as far as its first bytes tell. Remote ones are not opened."""
    planned = [task for shard in plan.shards for task in shard.tasks if task.unreadable]
    told = {task.part.file.url for task in planned}
    yield from (task.unreadable for task in planned if task.unreadable)
    for file in plan.files:
        if file.is_local and file.url not in told:
            try:
                with file.open() as stream:
                    stream.read(1 << 16)
            except Exception as error:  # noqa: BLE001  as in the plan
                yield unreadable(file, error)


def reads_inside(file: InputFile, config: Config) -> bool:
    """Say whether a file is an archive whose members are read, and not one that a reader takes as it is."""
    return file.is_archive and not any(file.suffix in reader.suffixes for reader in config.readers.values())


def tasks_of(config: Config, *files: InputFile, misfits: Misfits | None = None) -> Iterator[Task]:
    """Cut every file into parts. A file that can't be looked into becomes a task that says so.

    Args:
        config: the config.
        files: the files.
        misfits: takes a note of which files fit the options of their reader.
    """
    misfits = misfits or Misfits(config)
    for file in files:
        name = ARCHIVE if reads_inside(file, config) else config.read.reader or "text"
        try:
            if name == ARCHIVE:
                yield from _archive_tasks(config, file)
                continue
            name = reader_for(file, config)
            for part in config.readers[name].split(file):
                if not isinstance(part, Part):
                    raise TypeError(f"the reader {name!r} gave {type(part).__name__}, expected Part")
                yield Task(part, name)
            misfits.fits(name)
        except ConfigError as error:
            misfits.add(name, error)
            yield Task(Part(file, size=file.size), name, unreadable(file, error))
        except Exception as error:  # noqa: BLE001  compressed and remote files fail in too many ways to list
            yield Task(Part(file, size=file.size), name, unreadable(file, error))


def _archive_tasks(config: Config, file: InputFile) -> Iterator[Task]:
    """Cut an archive into parts of members, as far as it is intact."""
    cuts = Cuts(file)
    damage: Exception | None = None
    try:
        for entry in list_entries(file):
            if wants(f"{file.below}/{entry.name}", config.read.include, config.read.exclude):
                cuts.add(entry, _reader_by_suffix(InputFile("", entry.name, 0), config))
    except ReadError as error:
        damage = error
    stop: int | None = None
    for part, members in cuts.parts():
        yield Task(part, ARCHIVE, members=members)
        stop = part.stop
    if damage is not None:
        # It stands for what is behind the parts, not for the whole archive.
        yield Task(Part(file, stop), ARCHIVE, unreadable(file, damage))


def _reader_by_suffix(file: InputFile, config: Config) -> str:
    """Name the reader for a member by what can be told without opening it, else `archive`."""
    if config.read.reader is not None and not file.is_archive:
        return config.read.reader
    return next((name for name, reader in config.readers.items() if file.suffix in reader.suffixes), ARCHIVE)


def _pack(config: Config, tasks: Iterable[Task]) -> Iterator[Shard]:
    """Put tasks together, in order, until a shard has its bytes or its files."""
    number = size = 0
    packed: list[Task] = []
    for task in tasks:
        full = size + task.part.size > config.run.shard_bytes or len(packed) >= config.run.shard_files
        # A limit counts the documents of a file, so that its parts stay together.
        goes_on = config.run.limit is not None and packed and packed[-1].part.file == task.part.file
        if packed and full and not goes_on:
            yield Shard(number, tuple(packed))
            number, size, packed = number + 1, 0, []
        packed.append(task)
        size += task.part.size
    if packed:
        yield Shard(number, tuple(packed))
