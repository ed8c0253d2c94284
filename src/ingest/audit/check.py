"""What a check of a run found."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import Any

__all__ = ["Check", "Problem"]

# Problems of one check that are kept; the rest are only counted.
MOST_KEPT = 20


@dataclass(frozen=True, slots=True)
class Problem:
    """Something that is not as it should be."""

    where: str
    """The file, the shard or the document."""
    what: str
    """What was found there, and what was expected."""
    hint: str
    """What to do next."""


@dataclass(slots=True)
class Check:
    """One check: what it looked at and what it found."""

    name: str
    count: int = 0
    """How many things were looked at and are right."""
    unit: str = ""
    """What they are."""
    note: str = ""
    """What else there is to say, such as what could not be looked at."""
    problems: list[Problem] = field(default_factory=list)
    """The first ones."""
    n_problems: int = 0
    """How many there are in all."""

    def found(self, where: str, what: str, hint: str) -> None:
        """Note a problem."""
        self.n_problems += 1
        if len(self.problems) < MOST_KEPT:
            self.problems.append(Problem(where, what, hint))

    def to_dict(self) -> dict[str, Any]:
        """Give the check as plain values."""
        return asdict(self)
