"""What the head and the markup of a page say about it."""

from ingest.builtin.metadata.step import Metadata

__all__ = ["Metadata"]
