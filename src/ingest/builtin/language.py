"""Which language a document is in."""

from __future__ import annotations

import functools
import re
from collections.abc import Callable
from importlib import resources
from typing import Annotated, Any, Literal

from pydantic import Field

from ingest.document import Document
from ingest.step import Annotator

__all__ = ["Language"]

UNDETERMINED = "und"
# Codes that a backend answers with, and ISO 639-1 for the same language.
_ALIASES = {"no": "nb", "iw": "he", "in": "id", "ji": "yi", "zh-cn": "zh", "zh-tw": "zh", "zxx": UNDETERMINED}
_NOISE = re.compile(r"https?://\S+|\S+@\S+|[\d_]+")
Detector = Callable[[str], tuple[str, float]]


class Language(Annotator):
    """Detect the language of the text and how sure that is."""

    name = "language"

    backend: Literal["py3langid", "langdetect"] = "py3langid"
    """`py3langid` knows 140 languages and is fast; `langdetect` knows 55, answers one of them for any other, and is
    seeded here so that the same text always gets the same answer. Scores of the two can't be compared."""
    max_chars: Annotated[int, Field(ge=100)] = 2000
    """Characters from the start of the text to look at."""
    min_letters: Annotated[int, Field(ge=1)] = 10
    """Texts with fewer letters, not counting addresses and numbers, get `und` instead of a guess."""
    min_score: Annotated[float, Field(ge=0, le=1)] = 0.0
    """Answers with a lower score become `und`."""

    def annotate(self, doc: Document) -> Document:
        sample = _NOISE.sub(" ", doc.text[: self.max_chars])
        if sum(map(str.isalpha, sample)) < self.min_letters:
            return doc.replace(language=UNDETERMINED, language_score=0.0)
        code, score = _BACKENDS[self.backend]()(" ".join(sample.split()))
        code = _ALIASES.get(code, code)
        if score < self.min_score:
            code = UNDETERMINED
        return doc.replace(language=code, language_score=min(1.0, max(0.0, score)))


@functools.cache
def _py3langid() -> Detector:
    from py3langid.langid import MODEL_FILE, LanguageIdentifier

    identifier = LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)

    def detect(text: str) -> tuple[str, float]:
        code, score = identifier.classify(text)
        return str(code), float(score)

    return detect


@functools.cache
def _langdetect() -> Detector:
    """Load the profiles in the order of their names: another order changes the scores in their last digits."""
    from langdetect.detector_factory import DetectorFactory
    from langdetect.lang_detect_exception import LangDetectException

    factory: Any = DetectorFactory()
    folder = resources.files("langdetect").joinpath("profiles")
    profiles = sorted((entry for entry in folder.iterdir() if entry.is_file()), key=lambda entry: entry.name)
    factory.load_json_profile([profile.read_text(encoding="utf-8") for profile in profiles])
    factory.set_seed(0)

    def detect(text: str) -> tuple[str, float]:
        detector = factory.create()
        detector.append(text)
        try:
            best = detector.get_probabilities()[0]
        except (LangDetectException, IndexError):
            return UNDETERMINED, 0.0
        return str(best.lang), float(best.prob)

    return detect


_BACKENDS: dict[str, Callable[[], Detector]] = {"py3langid": _py3langid, "langdetect": _langdetect}
