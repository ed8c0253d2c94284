"""Values of records: find them, and turn them into strings."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import date, time
from typing import Any, Final

from ingest.surrogates import joined

__all__ = ["ABSENT", "as_bytes", "as_string", "is_empty", "kind_of", "lookup"]


class _Absent:
    """The type of `ABSENT`."""


ABSENT: Final = _Absent()
"""What `lookup` gives for a field that isn't there, as opposed to one that holds null."""

_KINDS = {"dict": "an object", "list": "a list", "int": "a number", "float": "a number", "bool": "true or false"}


def lookup(record: Mapping[str, Any], path: str) -> Any:
    """Give the value of a field; in `meta.url` the dot leads into `meta`, unless a field has just that name."""
    if not path:
        return ABSENT
    if path in record:
        return record[path]
    value: Any = record
    for name in path.split("."):
        if not isinstance(value, Mapping) or name not in value:
            return ABSENT
        value = value[name]
    return value


def is_empty(value: Any) -> bool:
    """Say whether a field is absent, null or holds nothing."""
    return value is ABSENT or value is None or (isinstance(value, (str, bytes)) and not value)


def as_string(value: Any) -> str:
    """Give the value as a string that is valid Unicode; what is absent or null is empty."""
    match value:
        case None | _Absent():
            return ""
        case str():
            return joined(value)
        case bytes():
            return _decoded(value)
        case date() | time():
            return value.isoformat()
        case bool() | int() | float() | list() | dict():
            return joined(_as_json(value))
        case _:
            return joined(str(value))


def as_bytes(record: Any) -> bytes:
    """Give a whole record as JSON, for people to look at."""
    return _as_json(record).encode("utf-8", "backslashreplace")


def kind_of(value: Any) -> str:
    """Say what kind of value this is, for messages."""
    name = type(value).__name__
    return _KINDS.get(name, name)


def _as_json(value: Any) -> str:
    return json.dumps(_with_string_keys(value), ensure_ascii=False, default=as_string)


def _with_string_keys(value: Any) -> Any:
    """Give the value with keys that JSON allows; those of a Parquet map may be bytes or dates."""
    if isinstance(value, dict):
        return {as_string(key): _with_string_keys(item) for key, item in value.items()}
    return [_with_string_keys(item) for item in value] if isinstance(value, list) else value


def _decoded(value: bytes) -> str:
    try:
        return value.decode()
    except UnicodeDecodeError:
        return value.hex()
