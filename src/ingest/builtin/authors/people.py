"""Authors found in several places, brought together."""

from __future__ import annotations

from collections.abc import Sequence

from ingest.builtin.authors.contacts import add_contacts
from ingest.builtin.authors.names import fold
from ingest.document import Author

__all__ = ["merge_authors"]

_TITLES = ("dr", "prof", "mr", "mrs", "ms", "mme", "herr", "frau")


def merge_authors(known: Sequence[Author], found: Sequence[Author]) -> tuple[Author, ...]:
    """Give all authors, each once, in order; the contacts of the same person are united.

    The same person is who has the same name, case, accents, punctuation and a title in front aside.
    """
    people: dict[str, Author] = {}
    for author in (*known, *found):
        key = _key(author.name)
        first = people.get(key)
        people[key] = author if first is None else add_contacts(first, (*author.emails, *author.handles))
    return tuple(people.values())


def _key(name: str) -> str:
    words = fold(name).split()
    while len(words) > 2 and words[0] in _TITLES:
        del words[0]
    return " ".join(words)
