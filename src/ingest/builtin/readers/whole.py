"""The base of readers for which one file is one document."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, ClassVar

from pydantic import Field

from ingest.builtin.readers.ids import document_id
from ingest.builtin.readers.lines import read_at_most
from ingest.document import Document
from ingest.endpoints import Part, Reader, Unreadable

__all__ = ["WholeFileReader"]


class WholeFileReader(Reader):
    """Gives the bytes of each file as one document."""

    media_type: ClassVar[str]

    max_bytes: Annotated[int, Field(ge=0)] = 100_000_000
    """Largest file to read, in bytes after decompression."""

    def read(self, part: Part) -> Iterator[Document | Unreadable]:
        file = part.file
        if file.compression is None and file.size > self.max_bytes:
            yield self._too_large(file.name, f"has {file.size} bytes, more than the limit of")
            return
        with file.open() as stream:
            # One byte more than allowed tells a file that is too large, however large it unpacks.
            content = read_at_most(stream, self.max_bytes + 1)
        if len(content) > self.max_bytes:
            yield self._too_large(file.name, f"has {file.size} bytes as stored and unpacks to more than the limit of")
        else:
            yield Document(id=document_id(file.name), file_path=file.name, content=content, media_type=self.media_type)

    def _too_large(self, name: str, how: str) -> Unreadable:
        option = f"[read.{self.name}] max_bytes"
        return Unreadable(name, f"the file {how} {self.max_bytes}; to read it, raise {option}")
