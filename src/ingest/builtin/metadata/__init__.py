"""What the markup of a page says about it."""

from ingest.builtin.metadata.step import Metadata

__all__ = ["Metadata"]
