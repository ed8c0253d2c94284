"""What flows through a run: documents, and the records of what was taken out of them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from numbers import Integral, Real
from typing import Any, Self

__all__ = ["Author", "Document", "Dropped", "Edit", "Handle", "Reason", "check_types"]


@dataclass(frozen=True, slots=True)
class Reason:
    """Why a document or a line went: a stable code, and the value that decided it.

    The code is for counting and must not hold text of the document. The value is for people.
    """

    code: str
    value: str = ""


@dataclass(frozen=True, slots=True)
class Edit:
    """One change to a text: `text[start:end]` gave way to `inserted`.

    Offsets are code points of the text before the step. The edits of one step are in ascending order
    and don't overlap.
    """

    start: int
    end: int
    reason: Reason
    inserted: str = ""
    withheld: bool = False
    """Whether the text that stood there must not be on record. Such an edit can't be undone."""


@dataclass(frozen=True, slots=True, order=True)
class Handle:
    """An account on a social network. `handle` has no leading `@`."""

    network: str
    handle: str


@dataclass(frozen=True, slots=True)
class Author:
    """A person who wrote the document, with the contacts that are that person's and nobody else's."""

    name: str
    emails: tuple[str, ...] = ()
    handles: tuple[Handle, ...] = ()


@dataclass(frozen=True, slots=True)
class Document:
    """One document on its way through the steps. Frozen: a step returns a changed copy.

    The fields from `id` to `metadata` are columns of the output; the others stay inside the run.
    """

    id: str
    text: str = ""
    url: str | None = None
    file_path: str | None = None
    date: str | None = None
    """When it was crawled, ISO 8601."""
    published: str | None = None
    """When it was published, ISO 8601, as precise as the source is."""
    title: str | None = None
    site: str | None = None
    authors: tuple[Author, ...] = ()
    language: str | None = None
    """ISO 639-1 where it exists, else 639-3; `und` where it can't be told."""
    language_score: float | None = None
    charset: str | None = None
    """WHATWG name of the encoding that the bytes were decoded with."""
    n_chars_raw: int = 0
    """Characters that were decoded, markup included."""
    metadata: Mapping[str, str] = field(default_factory=dict)
    columns: Mapping[str, Any] = field(default_factory=dict)
    """Values for the typed columns that steps declare in `Step.columns`."""

    content: bytes | str = b""
    """What the reader found: bytes still to be decoded, or text that was text already."""
    media_type: str = "text/plain"
    declared_charset: str | None = None
    """Encoding label that came with the document from outside, such as in an HTTP header."""
    markup: str = ""
    """The decoded HTML, once `text` holds what was extracted from it."""
    edits: Sequence[Edit] = ()
    """How the last step made `text` out of the text before. The pipeline takes them; see `edited`."""

    def replace(self, **changes: Any) -> Self:
        """Give a copy with other values in the named fields."""
        # `dataclasses.replace` takes twice as long, which shows: a page is copied about ten times.
        copy = object.__new__(type(self))
        for name in self.__dataclass_fields__:
            object.__setattr__(copy, name, changes.pop(name) if name in changes else getattr(self, name))
        if changes:
            raise TypeError(f"a document has no field {next(iter(changes))!r}")
        return copy

    def edited(self, edits: Sequence[Edit], **changes: Any) -> Self:
        """Give a copy whose text has the edits applied, and which remembers why."""
        if not edits and not changes:
            return self
        return self.replace(text=apply_edits(self.text, edits), edits=tuple(edits), **changes)

    def with_metadata(self, **entries: str) -> Self:
        """Give a copy with more entries in `metadata`."""
        return self.replace(metadata={**self.metadata, **entries})

    def map_strings(self, function: Callable[[str], str]) -> Self:
        """Give a copy with `function` applied to the text and to every string a person reads.

        These are the text, title, site, the authors' names and the values of `metadata`.
        """
        changes: dict[str, Any] = {}
        for name in ("text", "title", "site"):
            value = getattr(self, name)
            if value and (new := function(value)) != value:
                changes[name] = new
        authors = tuple(replace(author, name=function(author.name)) for author in self.authors)
        if authors != self.authors:
            changes["authors"] = authors
        metadata = {key: function(value) for key, value in self.metadata.items()}
        if metadata != self.metadata:
            changes["metadata"] = metadata
        return self.replace(**changes) if changes else self


@dataclass(frozen=True, slots=True)
class Dropped:
    """A document that a step took out of the corpus, and why."""

    document: Document
    reason: Reason


_OPTIONAL_STRING = (str, type(None))
# Name, the types a field has most often, all that it may have, and what to call them. The first spare the second: to ask
# an abstract class takes as long as all the rest.
_FIELD_TYPES: tuple[tuple[str, tuple[type, ...], type | tuple[type, ...], str], ...] = (
    ("id", (str,), str, "str"),
    ("text", (str,), str, "str"),
    ("content", (bytes, str), (bytes, str), "bytes or str"),
    ("media_type", (str,), str, "str"),
    ("n_chars_raw", (int,), Integral, "int"),
    ("language_score", (float, type(None)), (Real, type(None)), "float or None"),
    ("metadata", (dict,), Mapping, "a mapping"),
    ("columns", (dict,), Mapping, "a mapping"),
    ("authors", (tuple,), Sequence, "a sequence"),
    ("edits", (tuple,), Sequence, "a sequence"),
    *(
        (name, _OPTIONAL_STRING, _OPTIONAL_STRING, "str or None")
        for name in ("url", "file_path", "date", "published", "title", "site", "language", "charset")
    ),
)


def check_types(doc: Document) -> None:
    """Check the fields that a run counts and stores: a plugin may have put anything there.

    Raises:
        TypeError: a field is of another type than it says.
    """
    for name, usual, kind, shown in _FIELD_TYPES:
        value = getattr(doc, name)
        if type(value) not in usual and not isinstance(value, kind):
            raise TypeError(f"a document whose {name} is {type(value).__name__}, expected {shown}")


def apply_edits(text: str, edits: Sequence[Edit]) -> str:
    """Give the text with the edits applied.

    Raises:
        ValueError: an edit lies outside the text, or before the end of the edit in front of it.
    """
    pieces: list[str] = []
    position = 0
    for edit in edits:
        if not position <= edit.start <= edit.end <= len(text):
            message = f"edit {edit.start}:{edit.end} does not fit a text of {len(text)} characters at {position}"
            raise ValueError(message)
        pieces += (text[position : edit.start], edit.inserted)
        position = edit.end
    pieces.append(text[position:])
    return "".join(pieces)
