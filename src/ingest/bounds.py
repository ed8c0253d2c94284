"""How much of untrusted input is too much."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["BOUNDS", "Bounds"]


@dataclass(frozen=True, slots=True)
class Bounds:
    """What compressed files and archives may unpack to. The names are those of the options of `[read]`."""

    max_ratio: int = 1000
    """Bytes, on average, for each byte as stored. Looked at behind the first 64 MiB."""


BOUNDS = Bounds()
"""What holds where no option says otherwise."""
