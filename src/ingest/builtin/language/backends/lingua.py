"""lingua: 75 languages, the best on a few words, and the slowest."""

from __future__ import annotations

from collections.abc import Sequence

from ingest.builtin.language.answer import NO_ANSWER, Answer
from ingest.builtin.language.codes import iso_code
from ingest.surrogates import joined

__all__ = ["Lingua"]


class Lingua:
    """lingua with all its languages.

    Args:
        low: read its models of three letters alone, which take a fiftieth of the memory.

    Raises:
        ImportError: it is not installed.
    """

    def __init__(self, *, low: bool = False) -> None:
        try:
            from lingua import LanguageDetectorBuilder
        except ImportError as error:
            message = "this backend needs lingua-language-detector: pip install 'ingest[lingua]'"
            raise ImportError(message) from error
        builder = LanguageDetectorBuilder.from_all_languages()
        self._detector = (builder.with_low_accuracy_mode() if low else builder).build()

    def detect(self, texts: Sequence[str]) -> list[Answer]:
        """Give one answer per text."""
        return [self._detect(joined(text)) for text in texts]

    def _detect(self, text: str) -> Answer:
        if self._detector.detect_language_of(text) is None:
            return NO_ANSWER
        best = self._detector.compute_language_confidence_values(text)[0]
        return Answer(iso_code(best.language.iso_code_639_1.name), min(1.0, float(best.value)))
