"""The tables of a config: their keys, types and defaults."""

from __future__ import annotations

import os
import re
from dataclasses import fields
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field

from ingest.input.bounds import BOUNDS, Bounds

__all__ = ["PluginsSection", "ReadSection", "RunSection", "Section", "WriteSection", "expand_variables"]

_VARIABLE = re.compile(r"\$\{([^}]*)\}")


def expand_variables(value: Any) -> Any:
    """Put environment variables in for `${NAME}`.

    Raises:
        ValueError: the variable is not set.
    """
    if not isinstance(value, str):
        return value

    def lookup(match: re.Match[str]) -> str:
        try:
            return os.environ[match[1]]
        except KeyError:
            raise ValueError(f"the environment variable {match[1]} is not set") from None

    return _VARIABLE.sub(lookup, value)


def _not_empty(path: str) -> str:
    # It would be the folder of the config, with all that is in it.
    if not path:
        raise ValueError("is empty; name a folder for the output")
    return path


Expanded = Annotated[str, BeforeValidator(expand_variables)]


class Section(BaseModel):
    """A table of the config. Unknown keys are errors unless the section says otherwise."""

    model_config = ConfigDict(frozen=True, extra="forbid", use_attribute_docstrings=True)


class ReadSection(Section):
    """What to read. Tables below it, such as `[read.jsonl]`, hold the options of the reader of that name."""

    model_config = ConfigDict(frozen=True, extra="allow", use_attribute_docstrings=True)

    paths: Annotated[list[Expanded], Field(min_length=1)]
    """Files, folders, globs or fsspec URLs; relative ones start at the folder of the config. `${NAME}` is replaced
    by the environment variable."""
    include: list[str] = []
    """Globs on the path below a folder; `*` also crosses `/`. Empty means every file. An archive counts as a folder."""
    exclude: list[str] = []
    """Globs of files to leave out; they win over `include`."""
    reader: str | None = None
    """Reader for all files. By default each file's suffix decides, then its content."""
    max_ratio: Annotated[int, Field(ge=1)] = BOUNDS.max_ratio
    """Bytes that a compressed file, a member of an archive or all members of one together may unpack to, on average, for
    each byte as stored; 64 MiB are always allowed."""
    max_members: Annotated[int, Field(ge=1)] = BOUNDS.max_members
    """Most members of one archive."""
    max_member_bytes: Annotated[int, Field(ge=0)] = BOUNDS.max_member_bytes
    """Largest member of an archive to read. One at a time lies in memory or, if it is large, in a temporary file."""
    max_archive_bytes: Annotated[int, Field(ge=0)] = BOUNDS.max_archive_bytes
    """Bytes that all members of an archive may have together, with those of archives in it."""
    max_depth: Annotated[int, Field(ge=0)] = BOUNDS.max_depth
    """How deep archives may stand in each other; 1 reads none that is a member of another one."""

    @property
    def bounds(self) -> Bounds:
        """How much compressed files and archives may unpack to."""
        return Bounds(**{field.name: getattr(self, field.name) for field in fields(Bounds)})


class WriteSection(Section):
    """Where to write. A table below it, such as `[write.parquet]`, holds the options of the writer of that name."""

    model_config = ConfigDict(frozen=True, extra="allow", use_attribute_docstrings=True)

    path: Annotated[Expanded, AfterValidator(_not_empty)]
    """Folder of the corpus; a relative one starts at the folder of the config. `${NAME}` is replaced by the
    environment variable."""
    writer: str = "parquet"
    """Writer to use."""


class RunSection(Section):
    """How to run. A table below it, such as `[run.threads]`, holds the options of the executor of that name.

    Nothing here changes what is in the corpus, except `limit`. `shard_bytes` and `shard_files` say how it is cut into
    files, `audit` what is written beside it.
    """

    model_config = ConfigDict(frozen=True, extra="allow", use_attribute_docstrings=True)

    workers: Annotated[int, Field(ge=0)] = 0
    """Worker processes; 0 means one per processor. The output is the same for any number."""
    executor: str = "processes"
    """Executor to use. `serial` runs everything in the main process, without limits on time and memory."""
    document_seconds: Annotated[float, Field(gt=0)] = 60.0
    """Wall-clock seconds that one document may take, and as many again for each further megabyte of it."""
    document_memory: Annotated[int, Field(ge=2**24)] = 2 * 2**30
    """Bytes of memory that a worker may take for one document, on top of what it took before."""
    audit: Literal["off", "counts", "full"] = "counts"
    """`counts` counts what each step and rule removed; `full` also writes every removed piece to `removed/`."""
    limit: Annotated[int, Field(ge=1)] | None = None
    """Read at most this many documents of every input file, for a try."""
    batch_size: Annotated[int, Field(ge=1)] = 64
    """Documents that go through the steps together, at most. Large ones fill a batch sooner, so that memory stays small."""
    shard_bytes: Annotated[int, Field(ge=1)] = 16 * 2**20
    """Bytes of input for one shard. One shard is one unit of work and one output file."""
    shard_files: Annotated[int, Field(ge=1)] = 1000
    """Most files in one shard."""
    count_memory: Annotated[int, Field(ge=2**16)] = 2**28
    """Bytes of memory that each process takes at most to count over the corpus, for steps that need it; what is more
    goes to disk."""
    scratch: Expanded | None = None
    """Folder on a local disk for these counts; a relative one starts at the folder of the config. By default the output
    folder, or the system's folder for temporary files if the output is remote."""


class PluginsSection(Section):
    """Which plugins to load besides the built-in and the installed ones."""

    files: list[Expanded] = []
    """Plugin files; relative ones start at the folder of the config."""
    disable: list[str] = []
    """Installed plugins and plugin files not to load, by name."""
    import_timeout: Annotated[float, Field(gt=0)] = 30.0
    """Seconds that the import of one plugin may take."""
