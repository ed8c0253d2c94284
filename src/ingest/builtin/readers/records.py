"""The base of readers for files of records, such as JSON objects or rows of a table."""

from __future__ import annotations

import binascii
import difflib
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Any

from pydantic import Field

from ingest.builtin.readers.damage import explain_damage
from ingest.builtin.readers.ids import document_id
from ingest.builtin.readers.markup import looks_like_html
from ingest.document import Document
from ingest.endpoints import Part, Reader, Unreadable
from ingest.errors import ConfigError, Problem
from ingest.files import InputFile

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
        """Give the records of the part with their numbers in the file, counted from 0."""
        raise NotImplementedError(f"{type(self).__name__} needs a method `records`")

    def read(self, part: Part) -> Iterator[Document | Unreadable]:
        file = part.file
        last = -1

        def position() -> str:
            return "before the first record" if last < 0 else f"after record {last}"

        with explain_damage(file, position):
            for number, record in self.records(part):
                yield self._convert(file, number, record)
                last = number

    def check_columns(self, file: InputFile, columns: Sequence[str]) -> None:
        """Check the field options against the columns of a file whose columns are known beforehand.

        Raises:
            ConfigError: an option names a column that isn't there, or none of them holds the document.
        """
        options = [(option, getattr(self, option)) for option in SINGLE_FIELDS]
        options += [("metadata", field) for field in self.metadata]
        problems = [
            self._missing(file, option, column, columns)
            for option, column in options
            if option in self.model_fields_set and column and not _has(columns, column)
        ]
        bodies = [column for column in (self.html, self.content, self.text) if column]
        if not problems and not any(_has(columns, column) for column in bodies):
            problems = [self._no_body(file, bodies, columns)]
        if problems:
            raise ConfigError(problems)

    def _missing(self, file: InputFile, option: str, column: str, columns: Sequence[str]) -> Problem:
        message = f"{file.name} has no column {column!r}; it has {_listed(columns)}"
        near = difflib.get_close_matches(column, columns, 1)
        value = f'["{near[0]}"]' if near and option == "metadata" else f'"{near[0]}"' if near else ""
        hint = f"did you mean [read.{self.name}] {option} = {value}?" if near else "name one of these columns"
        return Problem(f"read.{self.name}.{option}", message, hint=hint)

    def _no_body(self, file: InputFile, bodies: Sequence[str], columns: Sequence[str]) -> Problem:
        wanted = " or ".join(repr(column) for column in bodies)
        message = f"{file.name} has no column {wanted}; it has {_listed(columns)}"
        near = [match for column in bodies for match in difflib.get_close_matches(column, columns, 1)]
        example = near[0] if near else "COLUMN"
        hint = f'name the column that holds the document: [read.{self.name}] text = "{example}" (or html = ...)'
        return Problem(f"read.{self.name}.text", message, hint=hint)

    # From a record to a document

    def _convert(self, file: InputFile, number: int, record: Mapping[str, Any] | Broken) -> Document | Unreadable:
        place = f"{file.name}#{number}"
        if isinstance(record, Broken):
            return Unreadable(place, record.message, record.content)
        try:
            body = self._body(record, number)
        except ValueError as error:
            return Unreadable(place, str(error), _dump(record, self.max_bytes))
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

    def _body(self, record: Mapping[str, Any], number: int) -> Body:
        """Find the document in the record.

        Raises:
            ValueError: there is none, or it is not text.
        """
        html, content, text = (lookup(record, field, _ABSENT) for field in (self.html, self.content, self.text))
        if not _is_empty(html):
            return Body(self._content(self.html, html), "text/html")
        if not _is_empty(content):
            found = self._content(self.content, content)
            return Body(found, self._media_type(record) or _guess(found))
        if text is not _ABSENT:
            return Body("" if text is None else self._checked(self.text, text), "text/plain")
        if html is not _ABSENT or content is not _ABSENT:
            return Body("", "text/html" if content is _ABSENT else "text/plain")
        wanted = " or ".join(repr(field) for field in (self.html, self.content, self.text) if field)
        raise ValueError(f"record {number} has no field {wanted}; it has {_listed(list(record))}")

    def _content(self, field: str, value: Any) -> bytes | str:
        if not self.base64:
            return self._checked(field, value)
        try:
            packed = value if isinstance(value, bytes) else value.encode("ascii")
            return self._checked(field, binascii.a2b_base64(b"".join(packed.split()), strict_mode=True))
        except (AttributeError, UnicodeEncodeError, binascii.Error) as error:
            raise ValueError(f"the field {field!r} is not Base64: {error}") from error

    def _checked(self, field: str, value: Any) -> bytes | str:
        if not isinstance(value, (bytes, str)):
            raise ValueError(f"the field {field!r} holds neither text nor bytes, but {_kind(value)}")
        if len(value) > self.max_bytes:
            raise ValueError(f"the field {field!r} has {len(value)} bytes or characters, {self.limit_hint()}")
        return value

    def limit_hint(self) -> str:
        """Say what to do about a record that is too large, as the end of a message."""
        return f"more than the limit of {self.max_bytes}; to read it, raise [read.{self.name}] max_bytes"

    def _media_type(self, record: Mapping[str, Any]) -> str:
        media_type = as_string(lookup(record, self.content_type)).partition(";")[0].strip().lower()
        if media_type == "application/xhtml+xml":
            return "text/html"
        return "" if media_type == "application/octet-stream" else media_type

    def _charset(self, record: Mapping[str, Any]) -> str | None:
        if label := as_string(lookup(record, self.charset)).strip():
            return label
        for parameter in as_string(lookup(record, self.content_type)).split(";")[1:]:
            key, _, label = parameter.partition("=")
            if key.strip().lower() == "charset":
                return label.strip(" \t\"'") or None
        return None

    def _metadata(self, record: Mapping[str, Any]) -> dict[str, str]:
        values = {field: lookup(record, field) for field in self.metadata}
        return {as_string(field): as_string(value) for field, value in values.items() if value is not None}


_ABSENT: Any = object()
_NAMES = {bool: "true or false", int: "a number", float: "a number", list: "a list", dict: "an object"}


def lookup(record: Mapping[str, Any], field: str, default: Any = None) -> Any:
    """Give the value of a field; `a.b` also means field `b` inside field `a`."""
    if not field:
        return default
    if field in record:
        return record[field]
    value: Any = record
    for piece in field.split("."):
        if not isinstance(value, Mapping) or piece not in value:
            return default
        value = value[piece]
    return value


def as_string(value: Any) -> str:
    """Give a field's value as a string: what is no text becomes JSON, nothing becomes an empty string."""
    if value is None:
        return ""
    if isinstance(value, str):
        return value
    if isinstance(value, bytes):
        return value.decode("utf-8", "replace")
    if isinstance(value, (dict, list, bool)):
        return json.dumps(value, ensure_ascii=False, default=str)
    return value.isoformat() if hasattr(value, "isoformat") else str(value)


def _is_empty(value: Any) -> bool:
    """Say whether a field offers nothing, so that the next one is asked."""
    return value is _ABSENT or value is None or value in ("", b"")


def _guess(content: bytes | str) -> str:
    head = content[:4096]
    return (
        "text/html"
        if looks_like_html(head if isinstance(head, bytes) else head.encode("utf-8", "replace"))
        else "text/plain"
    )


def _kind(value: Any) -> str:
    return _NAMES.get(type(value), type(value).__name__)


def _has(columns: Sequence[str], field: str) -> bool:
    """Say whether there is such a column, or one that a dotted field starts with."""
    return field in columns or field.partition(".")[0] in columns


def _listed(names: Sequence[str]) -> str:
    shown = ", ".join(map(str, names[:20])) or "none"
    return shown if len(names) <= 20 else f"{shown} and {len(names) - 20} more"


def _dump(record: Mapping[str, Any], limit: int) -> bytes:
    """Give the record as JSON bytes for the quarantine."""
    return json.dumps(dict(record), ensure_ascii=False, default=as_string).encode("utf-8", "surrogatepass")[:limit]
