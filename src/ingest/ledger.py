"""The record of a run in its output folder: what the run is, and which shards are done.

A shard is done when its marker is there, with the names and hashes of its files. Files that no marker names are what an
interrupted run left, and go before the next one starts.
"""

from __future__ import annotations

import hashlib
import io
import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from importlib.metadata import version
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from ingest.config import Config, Source, show_path
from ingest.errors import OutputError
from ingest.input.files import InputFile
from ingest.output.folder import INPUTS, RUN, SHARDS, OutputFolder, is_temporary, shard_file
from ingest.plan import Plan
from ingest.report import ShardReport

__all__ = [
    "Ledger",
    "changed_inputs",
    "differences",
    "is_marker",
    "read_markers",
    "read_run",
    "remove_leftovers",
    "source_of",
    "write_marker",
]

Path = tuple[str | int, ...]
"""Keys of tables and numbers in lists, from the outermost to the innermost."""

_INPUTS = pa.schema({"file": pa.string(), "size": pa.int64(), "stamp": pa.string()})
_RECORD = frozenset(("version", "config_sha256", "plan_sha256", "shards", "files", "input_bytes", "decisive", "config"))
_MOST_SHOWN = 3
_HINT = "start over with --fresh, which removes what the run wrote there, or name another folder"


class Ledger:
    """What is on record of a run, from its start to its end.

    Args:
        folder: the output folder; nobody else is writing there.
        plan: what is to be done.
    """

    def __init__(self, folder: OutputFolder, plan: Plan) -> None:
        self._folder = folder
        self._plan = plan

    def open(self, on_done: Callable[[ShardReport], None], *, fresh: bool) -> None:
        """Begin a run, or go on with the one that was begun here.

        Args:
            on_done: called with the report of every shard that is done.
            fresh: start over.

        Raises:
            OutputError: the folder holds something else, or a run of another config or other input, and `fresh` is off.
            WriteError: the record can't be written.
        """
        self._folder.sweep()
        begun = None if fresh else read_run(self._folder)
        if begun is not None:
            self._check_same(begun)
            self._clear_leftovers(on_done)
            return
        self._clear(fresh=fresh)
        # In this order: a run whose record is there can be gone on with.
        self._folder.write(INPUTS, _inputs_file(self._plan))
        self._folder.write(RUN, _as_json(_describe(self._plan)))

    def _clear(self, *, fresh: bool) -> None:
        files, own = self._folder.files(), self._folder.own_files()
        begun = all(name == INPUTS or is_temporary(name) for name in own) and len(own) == len(files)
        if files and not fresh and not begun:
            raise OutputError(
                f"{self._folder.path}: the output folder is not empty ({files[0]} and {len(files) - 1} more) and holds no "
                "run that could be gone on with; name another folder, or replace what a run wrote there with --fresh"
            )
        # The record goes first: without it, nobody takes the rest for a run.
        self._folder.remove([RUN])
        self._folder.remove(own)

    def _clear_leftovers(self, on_done: Callable[[ShardReport], None]) -> None:
        """Remove what no marker names, and the markers whose files are not what they should be."""
        shards: list[int] = []
        files: list[str] = []
        sizes = self._folder.sizes()
        for report in read_markers(self._folder):
            if all(sizes.get(file.name) == file.bytes for file in report.files):
                shards.append(report.shard)
                files += [file.name for file in report.files]
                on_done(report)
        remove_leftovers(self._folder, shards, files)

    def _check_same(self, begun: Mapping[str, Any]) -> None:
        """Refuse to mix two runs.

        Raises:
            OutputError: what was begun here is another run.
        """
        now = _describe(self._plan)
        hint = _HINT
        if begun.get("version") != now["version"]:
            what = f"was begun by ingest {begun.get('version')}, this is {now['version']}"
        elif changes := list(differences(begun.get("decisive", {}), now["decisive"])):
            what = "is that of another config:" + _listed([_told(*change) for change in changes])
            if any(_is_plugin(path) for path, _, _ in changes):
                tried = "to try only what is in quarantine with plugins as they are now"
                hint += f"\n    {tried}: ingest retry {self._folder.path}"
        elif begun.get("plan_sha256") != now["plan_sha256"]:
            what = "read other input:" + _listed(
                [f"{name} {what}" for name, what in changed_inputs(self._folder, self._plan.files).items()]
                or ["it is cut into other shards"]
            )
        else:
            return
        raise OutputError(f"{self._folder.path}: the run that was begun here {what}\n    {hint}")


def changed_inputs(folder: OutputFolder, files: Iterable[InputFile]) -> dict[str, str]:
    """Give the files that are not what they were when the run began, each with what is different.

    Raises:
        OutputError: the record of the input can't be read.
    """
    try:
        table = pq.read_table(io.BytesIO(folder.read(INPUTS) or b""), schema=_INPUTS).to_pylist()
    except (pa.ArrowException, OSError) as error:
        raise OutputError(f"{folder.path}/{INPUTS}: is damaged: {error}; {_HINT}") from error
    before = {row["file"]: (row["size"], row["stamp"]) for row in table}
    now = {file.name: (file.size, file.stamp) for file in files}
    changes = {name: "is gone" for name in before if name not in now} | {n: "is new" for n in now if n not in before}
    for name, (size, _) in before.items():
        if name in now and now[name] != before[name]:
            changes[name] = f"had {size:,} bytes, has {now[name][0]:,}" if now[name][0] != size else "was changed"
    return changes


def remove_leftovers(folder: OutputFolder, shards: Iterable[int], files: Iterable[str]) -> None:
    """Remove what is of no shard that is done: of an attempt that was killed, or that came to nothing.

    Args:
        folder: the output folder.
        shards: numbers of the shards that are done.
        files: the names of their files.

    Raises:
        OutputError: something can't be removed.
    """
    kept = {*files, *(shard_file(SHARDS, number, ".json") for number in shards)}
    folder.remove(name for name in folder.own_files() if name not in kept and not _is_result(name))


def write_marker(folder: OutputFolder, report: ShardReport) -> None:
    """Put on record that a shard is done. Its files are in their places.

    Raises:
        WriteError: the marker can't be written.
    """
    folder.write(shard_file(SHARDS, report.shard, ".json"), report.to_json().encode("utf-8", "backslashreplace"))


def read_run(folder: OutputFolder) -> dict[str, Any] | None:
    """Give what is on record of the run that was begun in a folder, `None` if there is none.

    Raises:
        OutputError: the record can't be read.
    """
    content = folder.read(RUN)
    if content is None:
        return None
    try:
        record = json.loads(content)
        if isinstance(record, dict) and record.keys() >= _RECORD:
            return record
        reason = "not the record of a run"
    except ValueError as error:
        reason = str(error)
    raise OutputError(f"{folder.path}/{RUN}: is damaged: {reason}; {_HINT}")


def read_markers(folder: OutputFolder) -> Iterator[ShardReport]:
    """Give the reports of the shards that are done, in their order.

    Raises:
        OutputError: a marker can't be read.
    """
    names = [name for name in folder.own_files() if is_marker(name)]
    for name, content in folder.read_all(names):
        try:
            yield ShardReport.from_json(content)
        except (ValueError, TypeError, KeyError, AttributeError) as error:
            raise OutputError(f"{folder.path}/{name}: is damaged: {error}; {_HINT}") from error


def is_marker(name: str) -> bool:
    """Say whether a file of the output is the marker of a shard."""
    return name.startswith(f"{SHARDS}/part-") and name.endswith(".json")


def source_of(record: Mapping[str, Any]) -> Source:
    """Give the config that a run was begun with."""
    source = record["config"]
    overrides = tuple((section, key, value) for section, key, value in source["overrides"])
    return Source(source["text"], source["path"], source["base"], overrides)


def _describe(plan: Plan) -> dict[str, Any]:
    """Give what tells a run from others, as plain values."""
    config = plan.config
    return {
        "version": version("ingest"),
        "config_sha256": config.hash,
        "plan_sha256": _plan_hash(plan),
        "audit": config.run.audit,
        "shards": len(plan.shards),
        "files": len(plan.files),
        "input_bytes": sum(file.size for file in plan.files),
        "decisive": {**_plain(config.decisive), "audit": config.run.audit},
        "config": _describe_source(config),
    }


def _describe_source(config: Config) -> dict[str, Any]:
    source = config.source
    return {"text": source.text, "path": source.path, "base": source.base, "overrides": _plain(source.overrides)}


def _plan_hash(plan: Plan) -> str:
    """Hash the input and how it is cut: another cut means other files of the corpus."""
    lines = [repr((file.name, file.size, file.stamp)) for file in plan.files]
    for shard in plan.shards:
        for task in shard.tasks:
            part = task.part
            lines.append(repr((shard.number, task.reader, part.file.name, part.start, part.stop, task.unreadable)))
    return hashlib.sha256("\n".join(lines).encode("utf-8", "backslashreplace")).hexdigest()


def _inputs_file(plan: Plan) -> bytes:
    columns = [
        [file.name for file in plan.files],
        [file.size for file in plan.files],
        [file.stamp for file in plan.files],
    ]
    stream = io.BytesIO()
    pq.write_table(pa.table(columns, _INPUTS), stream, compression="zstd")
    return stream.getvalue()


def differences(before: Any, now: Any, path: Path = ()) -> Iterator[tuple[Path, Any, Any]]:
    """Give the places at which two plain values differ, each with what stands there in the one and in the other."""
    if isinstance(before, Mapping) and isinstance(now, Mapping):
        for key in sorted({*before, *now}):
            yield from differences(before.get(key), now.get(key), (*path, key))
    elif isinstance(before, list) and isinstance(now, list) and len(before) == len(now):
        for number, pair in enumerate(zip(before, now, strict=True)):
            yield from differences(*pair, (*path, number))
    elif before != now:
        yield path, before, now


def _told(path: Path, before: Any, now: Any) -> str:
    if _is_plugin(path):
        return f"the plugin {path[1]!r} is another one than it was"
    return f"{show_path(path)} was {_short(before)}, is {_short(now)}"


def _is_plugin(path: Path) -> bool:
    return len(path) > 1 and path[0] == "plugins"


def _short(value: Any) -> str:
    shown = json.dumps(value, ensure_ascii=False)
    return shown if len(shown) <= 80 else f"{shown[:77]}..."


def _listed(entries: Sequence[str]) -> str:
    rest = len(entries) - _MOST_SHOWN
    shown = [*entries[:_MOST_SHOWN], *([f"and {rest} more"] if rest > 0 else [])]
    return "".join(f"\n    {entry}" for entry in shown)


def _is_result(name: str) -> bool:
    """Say whether a file holds what came of a whole pass; it is written once and stays."""
    return "/" not in name and not is_temporary(name)


def _plain(value: Any) -> Any:
    """Give a value as it comes back from JSON, so that it can be compared with one that did."""
    return json.loads(json.dumps(value, default=str))


def _as_json(value: Any) -> bytes:
    return (json.dumps(value, indent=1, ensure_ascii=False) + "\n").encode("utf-8", "backslashreplace")
