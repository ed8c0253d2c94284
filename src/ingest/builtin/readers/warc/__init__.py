"""Web archives."""

from ingest.builtin.readers.warc.reader import WarcReader

__all__ = ["WarcReader"]
