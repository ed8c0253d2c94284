"""Ids for documents whose source gives them none."""

from __future__ import annotations

from hashlib import blake2b

__all__ = ["document_id"]


def document_id(file_path: str, record: int | None = None) -> str:
    """Give the id of a file, or of the record of that number in it: the same for the same place, 32 hex digits."""
    place = file_path if record is None else f"{file_path}#{record}"
    return blake2b(place.encode(), digest_size=16).hexdigest()
