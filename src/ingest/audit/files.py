"""Are the files of a run the ones that it wrote, and are all its shards there?"""

from __future__ import annotations

import hashlib
import posixpath
import re
from collections.abc import Iterable, Iterator

import pyarrow as pa

from ingest.audit.check import Check
from ingest.audit.saved import SavedRun, is_parquet, kind_of
from ingest.output.folder import CORPUS, COUNTED, INPUTS, REPORT, RUN, SHARDS, WrittenFile, shard_file
from ingest.report import ShardReport

__all__ = ["GO_ON", "RESTORE", "check_files", "check_leftovers", "check_schema", "check_shards"]

GO_ON = "give the command of the run again: it goes on with what is missing"
RESTORE = "restore it from a copy, or make the run again with --fresh"
_CHUNK = 2**20
_TRIED_AGAIN = re.compile(r"/part-\d+(-\d+)?-r\d+\.")


def check_shards(run: SavedRun) -> Check:
    """Check that every shard has its marker, and that the run came to its end."""
    check = Check("shards", unit="shards are done")
    expected = range(int(run.record.get("shards", 0)))
    done: set[int] = set()
    for name, report in run.markers():
        if isinstance(report, Exception):
            check.found(name, f"can't be read: {report}", RESTORE)
        elif name != shard_file(SHARDS, report.shard, ".json") or report.shard not in expected:
            check.found(name, f"is the marker of shard {report.shard}; the run has {len(expected)}", RESTORE)
        else:
            done.add(report.shard)
    check.count = len(done)
    missing = [number for number in expected if number not in done]
    if missing:
        what = (
            f"is not finished: {len(missing):,} of {len(expected):,} shards have no marker, the first is {missing[0]}"
        )
        check.found("the run", what, GO_ON)
    elif REPORT not in run.names:
        check.found("the run", f"is not finished: all shards are done, but there is no {REPORT}", GO_ON)
    return check


def check_files(run: SavedRun) -> tuple[Check, set[str]]:
    """Check size and hash of every file that a marker names. Gives also the names of those that are as they were."""
    check = Check("files", unit="files have the size and SHA-256 on record")
    sound: set[str] = set()
    size = 0
    for report in run.shards():
        for file in report.files:
            what = _what_is_wrong(run, file)
            if what:
                check.found(file.name, what, RESTORE)
            else:
                sound.add(file.name)
                size += file.bytes
    check.count = len(sound)
    check.note = f"{size:,} bytes"
    return check, sound


def _what_is_wrong(run: SavedRun, file: WrittenFile) -> str:
    if file.name not in run.names:
        return "is missing"
    if run.names[file.name] != file.bytes:
        return f"has {run.names[file.name]:,} bytes, its marker says {file.bytes:,}"
    try:
        with run.folder.open(file.name) as stream:
            digest = hashlib.sha256()
            while chunk := stream.read(_CHUNK):
                digest.update(chunk)
    except OSError as error:
        return f"can't be read: {error.strerror or error}"
    if digest.hexdigest() != file.sha256:
        return f"has the SHA-256 {digest.hexdigest()[:16]}..., its marker says {file.sha256[:16]}..."
    return ""


def check_leftovers(run: SavedRun) -> Check:
    """Check that the folder holds nothing that no marker names."""
    check = Check("leftovers", unit="files in the folder belong to the run")
    own = {RUN, INPUTS, REPORT, COUNTED}
    for name, report in run.markers():
        own |= {name} if isinstance(report, Exception) else {name, *(file.name for file in report.files)}
    for name in run.names:
        if name in own:
            check.count += 1
        elif posixpath.basename(name).startswith(".tmp-"):
            check.found(name, "was being written when a run ended early", f"remove it, or {GO_ON}")
        else:
            check.found(name, "is named by no marker, so that no run has it on record", "move it out of the folder")
    return check


def check_schema(run: SavedRun, sound: set[str]) -> Check:
    """Check that all files of the corpus have one schema, and come from the config of the run."""
    check = Check("schema", unit="files of the corpus have one schema and one config")
    first: tuple[str, pa.Schema] | None = None
    for name in _corpus(run.shards(), sound):
        try:
            with run.table(name) as table:
                schema = table.schema_arrow
        except (OSError, pa.ArrowException) as error:
            check.found(name, f"can't be read: {error}", RESTORE)
            continue
        first = first or (name, schema)
        # What was tried again was tried with the plugins as they were then, which count as a part of the config.
        problem = _difference(schema, first) or ("" if _TRIED_AGAIN.search(name) else _other_config(schema, run))
        if problem:
            check.found(name, problem, RESTORE)
        else:
            check.count += 1
    return check


def _corpus(reports: Iterable[ShardReport], sound: set[str]) -> Iterator[str]:
    for report in reports:
        for file in report.files:
            if kind_of(file.name) == CORPUS and is_parquet(file.name) and file.name in sound:
                yield file.name


def _difference(schema: pa.Schema, first: tuple[str, pa.Schema]) -> str:
    """Say where a schema differs from that of the first file; empty if it doesn't."""
    name, expected = first
    if schema.equals(expected):
        return ""
    columns = {*schema.names, *expected.names}
    kinds = [(column, _kind(schema, column), _kind(expected, column)) for column in sorted(columns)]
    shown = [f"{column} is {kind}, there {other}" for column, kind, other in kinds if kind != other]
    return f"has another schema than {name}: {', '.join(shown) or 'the columns stand in another order'}"


def _kind(schema: pa.Schema, column: str) -> str:
    return str(schema.field(column).type) if column in schema.names else "missing"


def _other_config(schema: pa.Schema, run: SavedRun) -> str:
    stored = (schema.metadata or {}).get(b"ingest.config_sha256", b"").decode()
    expected = run.record.get("config_sha256")
    return (
        ""
        if stored == expected
        else f"was written with the config {stored[:16]}..., the run has {str(expected)[:16]}..."
    )
