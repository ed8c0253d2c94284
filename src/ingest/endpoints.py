"""Where documents come from and where they go: readers, writers and the pieces they work on."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from ingest.component import Component
from ingest.document import Document
from ingest.input.unpacking import START, Origin

if TYPE_CHECKING:
    from ingest.input.files import InputFile
    from ingest.output.folder import OutputFolder

__all__ = ["Part", "Reader", "Unreadable", "Whereabouts", "Writer"]


@dataclass(frozen=True, slots=True)
class Part:
    """What one call of a reader covers: a file, or the records from `start` to `stop` of it.

    What `start` and `stop` count is the reader's own affair (row groups, bytes, ...).
    """

    file: InputFile
    start: int | None = None
    stop: int | None = None
    size: int = 0
    """Bytes of input, as near as the reader can tell."""
    origin: Origin = START
    """Where to begin to decompress, for a part of a compressed file."""


@dataclass(frozen=True, slots=True)
class Whereabouts:
    """How far the reading of a part had come when something could not be read, so that it can be tried again."""

    file: str
    """Name of the file."""
    start: int | None
    stop: int | None
    """The part, as `Part` has it."""
    record: int
    """Number of things, documents or not, that the part had given before."""
    rest: bool
    """Whether what stands behind in the part was not read either."""


@dataclass(frozen=True, slots=True)
class Unreadable:
    """A record, or the rest of a file, that a reader could not make a document of."""

    file_path: str
    """Where it stands, `PATH` or `PATH#RECORD`."""
    message: str
    content: bytes = b""
    """The bytes that could not be read, where the reader has them."""
    error: str = "Unreadable"
    """Class of the error, for counting."""
    whereabouts: Whereabouts | None = None
    """How far the reading had come; the run fills it in."""


class Reader(Component):
    """Turns files into documents.

    One broken record is one `Unreadable`; the records behind it go on where the format allows it.
    """

    kind = "reader"

    suffixes: ClassVar[tuple[str, ...]] = ()
    """File suffixes that this reader takes, lower case, such as `(".jsonl", ".ndjson")`."""

    def sniff(self, head: bytes) -> bool:
        """Say whether a file of unknown suffix that starts with these bytes is for this reader."""
        return False

    def split(self, file: InputFile) -> Sequence[Part]:
        """Give the parts of the file that can be read on their own, in order. One part by default.

        Called once per file before anything is read. It may look into the file, and read all of it where that costs
        far less than what will be done with it.

        Raises:
            ConfigError: the options don't fit the file, such as a column that isn't there.
            ReadError: the file can't be opened or is damaged.
        """
        return [Part(file, size=file.size)]

    def read(self, part: Part) -> Iterator[Document | Unreadable]:
        """Give the documents of the part in their order in the file.

        Raises:
            OSError, ReadError: the rest of the part can't be read; the run records it and goes on.
        """
        raise NotImplementedError(f"{type(self).__name__} needs a method `read`")


class Writer(Component):
    """Writes the documents of one shard to the output folder."""

    kind = "writer"

    def write(
        self,
        docs: Iterable[Document],
        folder: OutputFolder,
        shard: int,
        footer: dict[str, str],
        columns: Mapping[str, str],
    ) -> list[str]:
        """Write the documents to files that appear whole or not at all, and give their names.

        Args:
            docs: the documents of the shard, in order; to be consumed as they come, not collected.
            folder: where to write.
            shard: number of the shard, for the file name.
            footer: what goes into the metadata of the file.
            columns: typed columns that the steps declare, name to Arrow type; the values are in `Document.columns`.
        """
        raise NotImplementedError(f"{type(self).__name__} needs a method `write`")
