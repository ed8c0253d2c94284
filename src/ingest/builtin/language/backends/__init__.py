"""The backends, each loaded when it is first asked and once in a process."""

from __future__ import annotations

import functools

from ingest.builtin.language.answer import Backend

__all__ = ["load"]


@functools.cache
def load(name: str) -> Backend:
    """Give the backend of that name, one of the values of the option `backend`."""
    if name == "langdetect":
        from ingest.builtin.language.backends.langdetect import Langdetect

        return Langdetect()
    if name in ("lingua", "lingua-low"):
        from ingest.builtin.language.backends.lingua import Lingua

        return Lingua(low=name == "lingua-low")
    from ingest.builtin.language.backends.ngrams import NGrams
    from ingest.builtin.language.backends.supplement import load_supplement

    return NGrams(load_supplement() if name == "extended" else None)
