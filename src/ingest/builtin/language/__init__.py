"""Which language a document is in, and which its paragraphs are in."""

from ingest.builtin.language.step import Language

__all__ = ["Language"]
