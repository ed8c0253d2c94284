"""The readers for e-mail."""

from ingest.builtin.readers.mail.eml import EmlReader
from ingest.builtin.readers.mail.mbox import MboxReader

__all__ = ["EmlReader", "MboxReader"]
