"""The lines that say when a page was published."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from ingest.builtin.metadata.dates import dates_in_text
from ingest.builtin.metadata.opening import Opening

__all__ = ["Dateline", "datelines", "is_change"]

# Most words beside the dates in a line that is there to tell them: an author, a section, the time to read.
MOST_WORDS = 6
# Lines behind a headline that are right behind it.
NEAR = 5
_WORDS = re.compile(r"[^\W\d_]+")
# Themes put the moment of the last change beside the date that readers see, hidden from them.
_MACHINE = re.compile(r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(?:[+-]\d{2}:\d{2}|Z)?")
_CHANGED = re.compile(
    r"\b(?:updated?|modified|edited|revised|reviewed|aktualisier(?:t|ung)|geändert|änderung|bearbeitet|mise? à jour|modifié"
    r"|actualizad[oa]|aggiornat[oa]|atualizad[oa]|bijgewerkt|oppdatert|uppdaterad|opdateret|päivitetty|zaktualizowano"
    r"|aktualizacja|обновлено|оновлено|güncellen\w+)\b|更新",
    re.IGNORECASE,
)
# When somebody joined a forum, which stands in front of what they wrote, and when a thread had its last post.
_OTHER = re.compile(
    r"\b(?:joined|registered|founded|member since|registriert|mitglied seit|beigetreten|dabei seit|inscrit|inscription"
    r"|registrado|miembro desde|iscritto|geregistreerd|dołączył|зарегистрирован|last (?:post|reply)|letzte[rn]? (?:beitrag|antwort)"
    r"|dernier message|último mensaje|ultimo messaggio)\b",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Dateline:
    """A line with dates."""

    days: tuple[str, ...]
    near: bool
    """Whether it stands right behind the headline or in front of it."""
    alone: bool
    """Whether there is little but dates in the line."""
    changed: bool
    """Whether the line says that its first date is that of the last change."""


def datelines(found: Sequence[Opening]) -> Iterator[Dateline]:
    """Give the lines with dates around a place in the page, those next to it first."""
    near = [pair for behind, before in found for pair in (*_pairs(behind)[:NEAR], *_pairs(before))]
    far = [pair for behind, _ in found for pair in _pairs(behind)[NEAR:]]
    for lines, is_near in ((near, True), (far, False)):
        for previous, line in lines:
            if (dateline := _dateline(line, previous, near=is_near)) is not None:
                yield dateline


def is_change(text: str) -> bool:
    """Say whether a text calls the date behind it that of the last change."""
    return _CHANGED.search(text) is not None


def _pairs(lines: Sequence[str]) -> list[tuple[str, str]]:
    """Give each line with the one in front of it, which may be its label."""
    return list(zip(["", *lines], lines, strict=False))


def _dateline(line: str, previous: str, *, near: bool) -> Dateline | None:
    line = _MACHINE.sub("|", line)
    dates = dates_in_text(line)
    if not dates or _OTHER.search(line):
        return None
    start, end = dates[0][0], dates[-1][1]
    words = len(_WORDS.findall(line[:start])) + len(_WORDS.findall(line[end:]))
    changed = is_change(line[:start] if start else previous[-30:])
    return Dateline(tuple(day for *_, day in dates), near, words <= MOST_WORDS, changed)
