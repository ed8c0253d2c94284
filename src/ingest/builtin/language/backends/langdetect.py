"""langdetect: 55 languages."""

from __future__ import annotations

from collections.abc import Sequence
from importlib import resources
from typing import Any

from langdetect.detector_factory import DetectorFactory
from langdetect.lang_detect_exception import LangDetectException

from ingest.builtin.language.answer import NO_ANSWER, Answer
from ingest.builtin.language.codes import iso_code

__all__ = ["Langdetect"]


class Langdetect:
    """langdetect, with one seed for every text, so that the same text always gets the same answer."""

    def __init__(self) -> None:
        # In the order of their names: another order changes the scores in their last digits.
        folder = resources.files("langdetect").joinpath("profiles")
        profiles = sorted((entry for entry in folder.iterdir() if entry.is_file()), key=lambda entry: entry.name)
        self._factory: Any = DetectorFactory()
        self._factory.load_json_profile([profile.read_text(encoding="utf-8") for profile in profiles])
        self._factory.set_seed(0)

    def detect(self, texts: Sequence[str]) -> list[Answer]:
        """Give one answer per text."""
        return [self._detect(text) for text in texts]

    def _detect(self, text: str) -> Answer:
        detector = self._factory.create()
        detector.append(text)
        try:
            best = detector.get_probabilities()[0]
        except (LangDetectException, IndexError):
            return NO_ANSWER
        return Answer(iso_code(str(best.lang)), min(1.0, float(best.prob)))
