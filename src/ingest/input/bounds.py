"""How much of untrusted input is too much."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["BOUNDS", "FREE", "Bounds"]

FREE = 64 * 2**20
"""Bytes that any file may unpack to, however small it is."""


@dataclass(frozen=True, slots=True)
class Bounds:
    """What compressed files and archives may unpack to. The names are those of the options of `[read]`."""

    max_ratio: int = 1000
    """Bytes, on average, for each byte as stored; `FREE` are always allowed."""
    max_members: int = 100_000
    """Entries of one archive."""
    max_member_bytes: int = 2**32
    """Bytes of one member."""
    max_archive_bytes: int = 2**40
    """Bytes of all members of an archive together, those in archives in it included."""
    max_depth: int = 3
    """Archives inside each other, the outermost one included."""


BOUNDS = Bounds()
"""What holds where no option says otherwise."""
