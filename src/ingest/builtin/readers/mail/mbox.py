"""Mailboxes: files of many messages."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Annotated

from pydantic import Field

from ingest.builtin.readers.mail.envelopes import Envelope, begins_with_envelope, read_envelopes
from ingest.builtin.readers.mail.reader import MailReader
from ingest.document import Document
from ingest.endpoints import Part, Unreadable
from ingest.input.files import InputFile

__all__ = ["MboxReader"]

_QUOTED = re.compile(rb"^>(>*From )", re.MULTILINE)
_MARK = b"\xef\xbb\xbf"


class MboxReader(MailReader):
    """Read every message of a mailbox as one document, as `eml` does. Parts of large ones are read on different workers.

    A message begins at a line `From ...` at the start of the file or behind a blank line, if it has a date or a header
    follows; `>From` in a text loses its `>`. `file_path` ends in the place of that line, in bytes of the unpacked file.
    """

    name = "mbox"
    suffixes = (".mbox", ".mbx")

    max_bytes: Annotated[int, Field(ge=1)] = 100_000_000
    """Largest message to read, in bytes after decompression."""
    part_bytes: Annotated[int, Field(ge=1)] = 8 * 2**20
    """Bytes of messages that are read together; a larger file is cut into such parts, for different workers."""

    def sniff(self, head: bytes) -> bool:
        return begins_with_envelope(head)

    def split(self, file: InputFile) -> Sequence[Part]:
        if file.compression is not None or file.size <= self.part_bytes:
            return [Part(file, size=file.size)]
        starts = range(0, file.size, self.part_bytes)
        stops = [*starts[1:], file.size]
        return [Part(file, start, stop, stop - start) for start, stop in zip(starts, stops, strict=True)]

    def read(self, part: Part) -> Iterator[Document | Unreadable]:
        file = part.file
        if file.compression is not None:
            yield from self._read_packed(file)
            return
        with file.open() as stream:
            for envelope in read_envelopes(stream, part.start or 0, part.stop, self.max_bytes):
                yield from self._opened(file.name, envelope)

    def _read_packed(self, file: InputFile) -> Iterator[Document | Unreadable]:
        """Give the messages of a compressed file, also those behind a damage."""
        place = 0
        with file.open_lines() as stream:
            while True:
                last = Envelope(place, 0, b"")
                for envelope in read_envelopes(stream, 0, None, self.max_bytes):
                    yield from self._opened(file.name, last)
                    last = replace(envelope, offset=place + envelope.offset)
                # Only now it is known whether all of the last one is there.
                if (damage := stream.resume()) is None:
                    yield from self._opened(file.name, last)
                    return
                yield Unreadable(f"{file.name}#{last.offset}", str(damage), last.content or b"")
                place = last.offset + last.size

    def _opened(self, name: str, envelope: Envelope) -> Iterator[Document | Unreadable]:
        """Give the message; nothing if there are only blank lines."""
        place = f"{name}#{envelope.offset}"
        if envelope.content is None:
            option = f"[read.{self.name}] max_bytes"
            size = f"has {envelope.size} bytes, more than the limit of {self.max_bytes}"
            yield Unreadable(place, f"the message {size}; to read it, raise {option}")
            return
        content = envelope.content.removeprefix(_MARK).lstrip()
        if content.startswith(b"From "):
            message = content.partition(b"\n")[2]
            # The blank line at the end stands there for the next message.
            ending = b"\r\n" if message.endswith(b"\r\n") else b"\n"
            message = message.removesuffix(ending) if message.endswith(2 * ending) else message
            yield self.document(_QUOTED.sub(rb"\1", message), name, envelope.offset)
        elif content:
            yield Unreadable(place, "no message, since it does not begin with a `From ` line", content)
