"""The built-in writers."""

from ingest.builtin.writers.parquet import Parquet

WRITERS = (Parquet,)

__all__ = ["WRITERS", "Parquet"]
