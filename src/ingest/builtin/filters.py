"""Whole documents in or out."""

from __future__ import annotations

from typing import Annotated, Self

from pydantic import Field, field_validator, model_validator

from ingest.builtin.language.codes import iso_code
from ingest.document import Document, Reason
from ingest.step import Filter

__all__ = ["Languages", "Length"]


class Length(Filter):
    """Drop documents that are too short or too long."""

    name = "length"

    min_chars: Annotated[int, Field(ge=0)] = 1
    """Fewest characters to accept."""
    max_chars: Annotated[int, Field(ge=1)] | None = None
    """Most characters to accept; no limit by default."""
    min_words: Annotated[int, Field(ge=0)] = 0
    """Fewest words to accept. A word is what stands between white space, so leave it at 0 for Chinese, Japanese or
    Thai."""

    @model_validator(mode="after")
    def _check_order(self) -> Self:
        if self.max_chars is not None and self.max_chars < self.min_chars:
            raise ValueError(f"max_chars = {self.max_chars} is below min_chars = {self.min_chars}")
        return self

    def reject(self, doc: Document) -> Reason | None:
        n_chars = len(doc.text.strip())
        if n_chars < self.min_chars:
            return Reason("too_short", f"{n_chars} characters")
        if self.max_chars is not None and n_chars > self.max_chars:
            return Reason("too_long", f"{n_chars} characters")
        if self.min_words and (n_words := len(doc.text.split())) < self.min_words:
            return Reason("too_few_words", f"{n_words} words")
        return None


class Languages(Filter):
    """Keep documents in the listed languages. Stands behind the step `language`."""

    name = "languages"

    allow: Annotated[list[Annotated[str, Field(pattern="^[a-z]{2,3}$")]], Field(min_length=1)]
    """Codes to keep, such as `["en", "de"]`: ISO 639-1 where it exists, else 639-3. `und` stands for documents whose
    language can't be told. Codes that `language` does not answer with stand for those that it does: `no` for `nb` and
    `nn`, `iw` for `he`, `cmn` for `zh`, `deu` for `de`."""
    min_score: Annotated[float, Field(ge=0, le=1)] = 0.0
    """Lowest score to accept."""

    @field_validator("allow")
    @classmethod
    def _as_answered(cls, codes: list[str]) -> list[str]:
        found = [answered for code in codes for answered in (("nb", "nn") if code == "no" else (iso_code(code),))]
        return list(dict.fromkeys(found))

    def reject(self, doc: Document) -> Reason | None:
        if doc.language is None:
            raise ValueError("the language is not known: put the step 'language' in front of 'languages'")
        if doc.language not in self.allow:
            return Reason("language", doc.language)
        if (doc.language_score or 0.0) < self.min_score:
            return Reason("language_score", f"{doc.language} {doc.language_score or 0.0:.3f}")
        return None
