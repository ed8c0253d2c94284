"""What can be wrong with a book."""

from __future__ import annotations

__all__ = ["BookError", "MemberError"]


class BookError(Exception):
    """The whole book can't be read."""


class MemberError(Exception):
    """A file in the book can't be read. The others may be fine."""
