"""Authors named in the text: bylines, author boxes and contacts."""

from ingest.builtin.authors.step import Authors

__all__ = ["Authors"]
