"""The reader for electronic books."""

from ingest.builtin.readers.epub.reader import EpubReader

__all__ = ["EpubReader"]
