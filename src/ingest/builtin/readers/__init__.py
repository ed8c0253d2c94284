"""The built-in readers."""

from ingest.builtin.readers.csv import CsvReader
from ingest.builtin.readers.epub import EpubReader
from ingest.builtin.readers.html import HtmlReader
from ingest.builtin.readers.jsonl import JsonLinesReader
from ingest.builtin.readers.mail import EmlReader, MboxReader
from ingest.builtin.readers.parquet import ParquetReader
from ingest.builtin.readers.text import TextReader
from ingest.builtin.readers.warc import WarcReader

READERS = (
    TextReader,
    HtmlReader,
    JsonLinesReader,
    CsvReader,
    ParquetReader,
    EmlReader,
    MboxReader,
    EpubReader,
    WarcReader,
)

__all__ = [
    "READERS",
    "CsvReader",
    "EmlReader",
    "EpubReader",
    "HtmlReader",
    "JsonLinesReader",
    "MboxReader",
    "ParquetReader",
    "TextReader",
    "WarcReader",
]
