"""The step `language`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Literal

from pydantic import AfterValidator, Field

from ingest.builtin.language.answer import NO_ANSWER, UNDETERMINED, Answer
from ingest.builtin.language.backends import load
from ingest.builtin.language.paragraphs import Paragraph, foreign_edits, paragraphs_of, shares
from ingest.builtin.language.sample import has_letters, pieces_of, sample_of
from ingest.component import check_extra
from ingest.document import Document
from ingest.step import Step

__all__ = ["Language"]

# The least score at which a part of a text is taken to be in another language than the whole.
SURE = 0.7


def _installed(backend: str) -> str:
    if backend.startswith("lingua"):
        check_extra("lingua", "lingua")
    return backend


Backend = Annotated[Literal["extended", "py3langid", "langdetect", "lingua", "lingua-low"], AfterValidator(_installed)]


class Language(Step):
    """Detect the language of the text, and of its paragraphs on request."""

    name = "language"

    backend: Backend = "extended"
    """`extended` is the model of `py3langid` with what it lacks: three more languages, 142 in all, and an eye for two
    pairs that it confuses. `langdetect` knows 55 and answers one of them for any other. `lingua` knows 75, is the best
    on a few words, and needs `pip install 'ingest[lingua]'`; `lingua-low` needs less memory. `docs/languages.md` says
    how good and how fast each of them is. Their scores can't be compared."""
    max_chars: Annotated[int, Field(ge=100)] = 1200
    """Characters to look at. Of a longer text they are taken from its start, its middle and its end."""
    min_letters: Annotated[int, Field(ge=1)] = 10
    """Texts with fewer letters, not counting addresses and numbers, get `und` instead of a guess."""
    min_score: Annotated[float, Field(ge=0, le=1)] = 0.0
    """Answers with a lower score become `und`."""
    min_share: Annotated[float, Field(ge=0, le=1)] = 0.6
    """Texts of which a smaller share is in the language answered are mixed and get `und`; 0 takes the answer as it is."""
    paragraphs: Literal["off", "mark", "remove"] = "off"
    """What to do about paragraphs in other languages. `mark` puts the share of each language into the metadata entry
    `languages`, and the code of each line that is not empty into `line_languages`; `remove` takes them out. Quotations,
    names, headlines and whatever is too short to tell stay."""

    def process(self, docs: Sequence[Document]) -> list[Document]:
        """Ask the backend once about all samples of the batch, and then about all their parts."""
        samples = [sample_of(doc.text, self.max_chars) for doc in docs]
        known = [has_letters(sample, self.min_letters) for sample in samples]
        wholes = self._ask([sample if has else "" for sample, has in zip(samples, known, strict=True)])
        parts = [self._parts(doc, sample) if has else [] for doc, sample, has in zip(docs, samples, known, strict=True)]
        answers = iter(self._ask([part.words for found in parts for part in found]))
        return [
            self._settle(doc, whole, [_judged(part, next(answers)) for part in found])
            for doc, whole, found in zip(docs, wholes, parts, strict=True)
        ]

    def _ask(self, texts: Sequence[str]) -> list[Answer]:
        """Give the answers of the backend, which is asked once about equal texts and never about empty ones."""
        asked = list(dict.fromkeys(text for text in texts if text))
        answers = load(self.backend).detect(asked) if asked else []
        found = dict(zip(asked, answers, strict=True))
        return [found.get(text, NO_ANSWER) for text in texts]

    def _parts(self, doc: Document, sample: str) -> list[Paragraph]:
        """Give the paragraphs, or pieces of the sample if nobody asks for paragraphs."""
        if self.paragraphs != "off":
            return paragraphs_of(doc.text)
        if not self.min_share:
            return []
        return [Paragraph(0, len(piece), 1, piece, 1.0) for piece in pieces_of(sample)]

    def _settle(self, doc: Document, whole: Answer, parts: Sequence[Paragraph]) -> Document:
        """Give the document with its language, and what was asked for about its paragraphs."""
        certain = whole.score >= self.min_score and _share(whole.language, parts) >= self.min_share
        answer = whole if certain and whole.language != UNDETERMINED else NO_ANSWER
        doc = doc.replace(language=answer.language, language_score=answer.score)
        if self.paragraphs == "mark" and parts:
            found = " ".join(f"{language}={share:.3f}" for language, share in shares(parts).items())
            lines = " ".join(part.language for part in parts for _ in range(part.n_lines))
            return doc.with_metadata(languages=found, line_languages=lines)
        if self.paragraphs == "remove" and answer is not NO_ANSWER:
            return doc.edited(foreign_edits(doc.text, parts, answer.language))
        return doc


def _judged(part: Paragraph, answer: Answer) -> Paragraph:
    return part.in_language(answer.language if answer.score >= SURE else UNDETERMINED)


def _share(language: str, parts: Sequence[Paragraph]) -> float:
    """Give the share of a text that is not plainly in another language."""
    total = sum(part.end - part.start for part in parts)
    foreign = sum(part.end - part.start for part in parts if part.language not in (UNDETERMINED, language))
    return 1 - foreign / total if total else 1.0
