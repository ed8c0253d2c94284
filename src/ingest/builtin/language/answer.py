"""What a backend answers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

__all__ = ["NO_ANSWER", "UNDETERMINED", "Answer", "Backend"]

UNDETERMINED = "und"


@dataclass(frozen=True, slots=True)
class Answer:
    """A language and how sure the backend is of it."""

    language: str
    """ISO 639-1 where it exists, else 639-3; `und` where the backend gives none."""
    score: float
    """Between 0 and 1. Scores of two backends can't be compared."""


NO_ANSWER = Answer(UNDETERMINED, 0.0)


class Backend(Protocol):
    """Tells the languages of texts. An answer depends on the text alone, not on what else was asked."""

    def detect(self, texts: Sequence[str]) -> list[Answer]:
        """Give one answer per text, in order. The texts hold letters, and no line breaks."""
        ...
