"""The base of readers for files of records, such as JSON objects or rows of a table."""

from __future__ import annotations

import binascii
import difflib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Any

from pydantic import Field

from ingest.builtin.readers.content_types import charset_of, guess_type, media_type_of
from ingest.builtin.readers.damage import explain_damage
from ingest.builtin.readers.ids import document_id
from ingest.builtin.readers.values import ABSENT, as_bytes, as_string, is_empty, kind_of, lookup
from ingest.document import Document
from ingest.endpoints import Part, Reader, Unreadable
from ingest.errors import ConfigError, Problem
from ingest.input.files import InputFile

__all__ = ["SINGLE_FIELDS", "Broken", "RecordReader"]

SINGLE_FIELDS = ("text", "html", "content", "id", "url", "date", "title", "content_type", "charset")


@dataclass(frozen=True, slots=True)
class Broken:
    """A record that can't be taken apart into fields."""

    message: str
    content: bytes = b""


@dataclass(frozen=True, slots=True)
class Body:
    """What a record holds of a document: its content, and what that is."""

    content: bytes | str
    media_type: str


class RecordReader(Reader):
    """Gives each record as one document. The options say which field holds what; dots lead into nested fields."""

    text: str = "text"
    """Field with plain text."""
    html: str = "html"
    """Field with HTML. Where it is not empty it is the document, and the text field is not used."""
    content: str = ""
    """Field with content of unknown type. Where it is not empty, and there is no HTML, it is the document; its type
    is what `content_type` says, else what it looks like."""
    id: str = "id"
    """Field with the id. Without one the document gets a hash of where it stands."""
    url: str = "url"
    """Field with the address."""
    date: str = "date"
    """Field with the time of the crawl, ISO 8601."""
    title: str = ""
    """Field with the title."""
    content_type: str = "content_type"
    """Field with the `Content-Type` header that came with the document, such as `text/html; charset=koi8-r`."""
    charset: str = "charset"
    """Field with the encoding label of documents that are bytes; it wins over the one in `content_type`."""
    metadata: list[str] = []
    """Fields to carry over into the column `metadata`."""
    base64: bool = False
    """The HTML and content fields are bytes in Base64."""
    max_bytes: Annotated[int, Field(ge=1)] = 100_000_000
    """Largest record to read, in bytes after decompression."""

    def records(self, part: Part) -> Iterator[tuple[int, Mapping[str, Any] | Broken]]:
        """Give the records of the part with their numbers in the file: counted from 0, or the bytes they begin at."""
        raise NotImplementedError(f"{type(self).__name__} needs a method `records`")

    def read(self, part: Part) -> Iterator[Document | Unreadable]:
        file = part.file
        last = -1

        def position() -> str:
            return "before the first record" if last < 0 else f"after record #{last}"

        with explain_damage(position):
            for number, record in self.records(part):
                yield self._convert(file, number, record)
                last = number

    def check_columns(self, file: InputFile, columns: Sequence[str]) -> None:
        """Check the field options against the columns of a file whose columns are known beforehand.

        Args:
            file: the file.
            columns: names of its columns, dotted ones for what is inside of them, `tags.*` for a map of any keys.

        Raises:
            ConfigError: an option names a column that isn't there or is there twice, or none holds the document.
        """
        options = [(option, getattr(self, option)) for option in SINGLE_FIELDS]
        options += [("metadata", field) for field in self.metadata]
        problems = [
            self._missing(file, option, column, columns)
            for option, column in options
            if option in self.model_fields_set and column and not _has(columns, column)
        ]
        problems += [self._repeated(file, option, column) for option, column in options if columns.count(column) > 1]
        if not problems and not any(_has(columns, column) for column in self._bodies()):
            problems = [self._no_body(file, columns)]
        if problems:
            raise ConfigError(problems)

    def _repeated(self, file: InputFile, option: str, column: str) -> Problem:
        message = f"{file.name} has more than one column {column!r}"
        return Problem(f"read.{self.name}.{option}", message, hint="rename one of them, or exclude the file")

    def _missing(self, file: InputFile, option: str, column: str, columns: Sequence[str]) -> Problem:
        message = f"{file.name} has no column {column!r}; it has {_listed(columns)}"
        near = difflib.get_close_matches(column, columns, 1)
        value = f'["{near[0]}"]' if near and option == "metadata" else f'"{near[0]}"' if near else ""
        hint = f"did you mean [read.{self.name}] {option} = {value}?" if near else "name one of these columns"
        return Problem(f"read.{self.name}.{option}", message, hint=hint)

    def _no_body(self, file: InputFile, columns: Sequence[str]) -> Problem:
        message = f"{file.name} has no column {_either(self._bodies())}; it has {_listed(columns)}"
        near = [match for column in self._bodies() for match in difflib.get_close_matches(column, columns, 1)]
        example = near[0] if near else "COLUMN"
        hint = f'name the column that holds the document: [read.{self.name}] text = "{example}", or html = ...'
        return Problem(f"read.{self.name}.text", message, hint=hint)

    # From a record to a document

    def _convert(self, file: InputFile, number: int, record: Mapping[str, Any] | Broken) -> Document | Unreadable:
        place = f"{file.name}#{number}"
        if isinstance(record, Broken):
            return Unreadable(place, record.message, record.content)
        try:
            body = self._body(record)
        except ValueError as error:
            whole = as_bytes(record)
            return Unreadable(place, str(error), whole if len(whole) <= self.max_bytes else b"")
        given = as_string(lookup(record, self.id))
        return Document(
            id=given or document_id(file.name, number),
            url=as_string(lookup(record, self.url)) or None,
            file_path=place,
            date=as_string(lookup(record, self.date)) or None,
            title=as_string(lookup(record, self.title)) or None,
            metadata=self._metadata(record),
            content=body.content,
            media_type=body.media_type,
            declared_charset=self._charset(record) if isinstance(body.content, bytes) else None,
        )

    def _body(self, record: Mapping[str, Any]) -> Body:
        """Find the document in the record.

        Raises:
            ValueError: there is none, or it is not text.
        """
        html, content, text = (lookup(record, field) for field in (self.html, self.content, self.text))
        if not is_empty(html):
            return Body(self._unpacked(self.html, html), "text/html")
        if not is_empty(content):
            found = self._unpacked(self.content, content)
            return Body(found, self._media_type(record) or guess_type(found))
        if text is not ABSENT:
            return Body("" if text is None else self._checked(self.text, text), "text/plain")
        if html is not ABSENT or content is not ABSENT:
            return Body("", "text/plain" if html is ABSENT else "text/html")
        raise ValueError(f"the record has no field {_either(self._bodies())}; it has {_listed(record)}")

    def _bodies(self) -> list[str]:
        return [field for field in (self.text, self.html, self.content) if field]

    def _unpacked(self, field: str, value: Any) -> bytes | str:
        if not self.base64:
            return self._checked(field, value)
        try:
            packed = value if isinstance(value, bytes) else value.encode("ascii")
            return self._checked(field, binascii.a2b_base64(b"".join(packed.split()), strict_mode=True))
        except (AttributeError, UnicodeEncodeError, binascii.Error) as error:
            raise ValueError(f"the field {field!r} is not Base64: {error}") from error

    def _checked(self, field: str, value: Any) -> bytes | str:
        if not isinstance(value, (bytes, str)):
            raise ValueError(f"the field {field!r} holds neither text nor bytes, but {kind_of(value)}")
        if len(value) > self.max_bytes:
            unit = "bytes" if isinstance(value, bytes) else "characters"
            raise ValueError(f"the field {field!r} has {len(value)} {unit}, {self.beyond_limit()}")
        return value

    def beyond_limit(self) -> str:
        """Say what to do about a record that is too large, as the end of a message."""
        return f"more than the limit of {self.max_bytes}; to read it, raise [read.{self.name}] max_bytes"

    def _media_type(self, record: Mapping[str, Any]) -> str:
        media_type = media_type_of(as_string(lookup(record, self.content_type)))
        return "" if media_type == "application/octet-stream" else media_type

    def _charset(self, record: Mapping[str, Any]) -> str | None:
        if label := as_string(lookup(record, self.charset)).strip():
            return label
        return charset_of(as_string(lookup(record, self.content_type)))

    def _metadata(self, record: Mapping[str, Any]) -> dict[str, str]:
        values = {field: lookup(record, field) for field in self.metadata}
        return {field: as_string(value) for field, value in values.items() if value is not ABSENT and value is not None}


def _has(columns: Sequence[str], field: str) -> bool:
    """Say whether there is such a column. `tags.*` stands for all that begins with `tags.`."""
    return field in columns or any(name.endswith(".*") and field.startswith(name[:-1]) for name in columns)


def _either(fields: Sequence[str]) -> str:
    return " or ".join(repr(field) for field in fields)


def _listed(fields: Iterable[str]) -> str:
    shown = [name if len(name) <= 60 else f"{name[:60]}..." for name in map(as_string, fields)]
    return ", ".join(shown[:30]) + (f" and {len(shown) - 30} more" if len(shown) > 30 else "") or "none"
