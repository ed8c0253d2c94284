"""Documents without boilerplate through the default recipe: what they hold must come out again."""

from __future__ import annotations

import tomllib
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

import pytest

from ingest.config import Source, load
from ingest.document import Document
from ingest.pipeline import Outcome, Pipeline

FOLDER = Path(__file__).with_name("clean")
LANGUAGES = "ar de en es fr hi it ja pl pt ru zh"
GENRES = "prose poetry dialogue code list table recipe legal"
# Shares of the characters that may be lost, white space aside.
OF_ONE = 0.005
OF_ALL = 0.001
# Texts that are harmed yet, and why. Whoever mends one takes it off.
HARMED = {
    f"{language}: book: all of them": "the lists and directories at the end of a reader look like the footer of a page"
    for language in ("ar", "de", "en", "ja", "pt")
}


@dataclass(frozen=True)
class Clean:
    """A text of which nothing may go."""

    language: str
    genre: str
    name: str
    text: str

    def __str__(self) -> str:
        return f"{self.language}: {self.genre}: {self.name}"


def read(language: str) -> list[Clean]:
    tables = tomllib.loads((FOLDER / f"{language}.toml").read_text(encoding="utf-8"))["document"]
    return [Clean(language, table["genre"], table["name"], table["text"].strip("\n")) for table in tables]


def chapters(language: str) -> Clean:
    """Give all texts of a language as one long one: the chapters of a reader."""
    parts = [f"{number}. {clean.name}\n\n{clean.text}" for number, clean in enumerate(read(language), start=1)]
    return Clean(language, "book", "all of them", "\n\n\n".join(parts))


def wrapped(clean: Clean) -> Clean:
    """Give a text as it comes from Windows, with spaces at the ends of lines."""
    return Clean(clean.language, clean.genre, f"{clean.name}, from Windows", clean.text.replace("\n", " \r\n"))


SINGLE = [clean for language in LANGUAGES.split() for clean in read(language)]
DOCUMENTS = [*SINGLE, *map(chapters, LANGUAGES.split()), *map(wrapped, SINGLE)]


@pytest.fixture(scope="module")
def outcomes() -> dict[str, Outcome]:
    config = load(Source('[read]\npaths = ["."]\n[write]\npath = "unused"', "clean", str(FOLDER)))
    docs = [Document(str(clean), content=clean.text) for clean in DOCUMENTS]
    return dict(zip(map(str, DOCUMENTS), Pipeline(config, explain=True).run(docs), strict=True))


def shown(text: str) -> str:
    """Give a text without its white space."""
    return "".join(text.split())


def lost(outcome: Outcome) -> list[tuple[str, str]]:
    """Give what the steps took out, each piece with the name of the step."""
    assert isinstance(outcome.result, Document), outcome.result
    pieces = []
    for change in outcome.changes:
        for edit in change.edits:
            piece = change.before[edit.start : edit.end]
            gone = Counter(shown(piece)) - Counter(shown(edit.inserted))
            pieces.append((change.step, "".join(gone.elements()) if edit.inserted else shown(piece)))
    return [(step, piece) for step, piece in pieces if piece]


def count(pieces: list[tuple[str, str]]) -> int:
    return sum(len(piece) for _, piece in pieces)


def test_every_language_has_every_genre() -> None:
    have = {(clean.language, clean.genre) for clean in SINGLE}
    assert [(x, y) for x in LANGUAGES.split() for y in GENRES.split() if (x, y) not in have] == []
    assert sorted(path.stem for path in FOLDER.glob("*.toml")) == LANGUAGES.split()
    assert [str(clean) for clean, times in Counter(SINGLE).items() if times > 1] == []


@pytest.mark.parametrize("clean", DOCUMENTS, ids=str)
def test_clean_document(clean: Clean, outcomes: dict[str, Outcome]) -> None:
    pieces = lost(outcomes[str(clean)])
    assert (count(pieces) > OF_ONE * len(shown(clean.text))) == (str(clean) in HARMED), pieces


def test_all_documents_together(outcomes: dict[str, Outcome]) -> None:
    whole = [clean for clean in DOCUMENTS if str(clean) not in HARMED]
    gone = sum(count(lost(outcomes[str(clean)])) for clean in whole)
    assert gone <= OF_ALL * sum(len(shown(clean.text)) for clean in whole)
