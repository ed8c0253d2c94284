"""Documents that failed, as rows that hold all it takes to try them again."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, fields
from typing import Any

from ingest.document import Author, Document, Handle
from ingest.endpoints import Whereabouts
from ingest.pipeline import Failed
from ingest.surrogates import storable

__all__ = ["document_of", "failed_row", "whereabouts_of"]

# These have columns of their own, or are only set by steps.
_COLUMNS = frozenset(("id", "url", "file_path", "content", "media_type", "text", "markup", "edits"))


def failed_row(failed: Failed, source: Document) -> dict[str, Any]:
    """Give the row for a document that failed, with the bytes it came as.

    Args:
        failed: what went wrong.
        source: the document as it was read.
    """
    content = source.content
    return {
        "id": storable(source.id),
        "url": storable(source.url),
        "file_path": storable(source.file_path),
        "step": failed.step,
        "plugin": failed.plugin,
        "error": failed.error,
        "message": storable(failed.message),
        "media_type": storable(source.media_type),
        "content": content if isinstance(content, bytes) else content.encode("utf-8", "surrogatepass"),
        "fields": _fields(source),
        "whereabouts": None if failed.whereabouts is None else _as_json(asdict(failed.whereabouts)),
    }


def document_of(row: Mapping[str, Any]) -> Document:
    """Give the document of a row as it was read."""
    values = json.loads(row["fields"])
    content = row["content"]
    if values.pop("decoded", False):
        content = content.decode("utf-8", "surrogatepass")
    if "authors" in values:
        values["authors"] = tuple(_author(author) for author in values["authors"])
    places = {name: row[name] for name in ("id", "url", "file_path", "media_type")}
    return Document(**places, content=content, **values)


def whereabouts_of(row: Mapping[str, Any]) -> Whereabouts | None:
    """Give how far the reading had come, for what could not be read."""
    return None if row["whereabouts"] is None else Whereabouts(**json.loads(row["whereabouts"]))


def _fields(doc: Document) -> str:
    """Give what else the reader found out, as JSON: the fields that are not as they are by default."""
    empty = Document("")
    values = {field.name: getattr(doc, field.name) for field in fields(doc) if field.name not in _COLUMNS}
    changed: dict[str, Any] = {name: value for name, value in values.items() if value != getattr(empty, name)}
    if "authors" in changed:
        changed["authors"] = [asdict(author) for author in doc.authors]
    if isinstance(doc.content, str):
        changed["decoded"] = True
    return _as_json(changed)


def _author(values: Mapping[str, Any]) -> Author:
    handles = tuple(Handle(**handle) for handle in values["handles"])
    return Author(values["name"], tuple(values["emails"]), handles)


def _as_json(values: Mapping[str, Any]) -> str:
    # Other characters than ASCII are escaped, so that halves of surrogate pairs come back as they were.
    return json.dumps(values, default=str)
