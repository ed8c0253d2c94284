"""What the tests of the readers share: files to read, and a way to read them."""

from __future__ import annotations

import bz2
import gzip
import lzma
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from ingest.document import Document
from ingest.endpoints import Reader, Unreadable
from ingest.input.files import InputFile

Items = list[Document | Unreadable]


def zstd(data: bytes) -> bytes:
    sink = pa.BufferOutputStream()
    with pa.CompressedOutputStream(sink, "zstd") as stream:
        stream.write(data)
    return bytes(sink.getvalue())


PACKERS: dict[str, Callable[[bytes], bytes]] = {
    "": bytes, ".gz": gzip.compress, ".zst": zstd, ".bz2": bz2.compress, ".xz": lzma.compress,
}  # fmt: skip


@pytest.fixture
def pack() -> Callable[[bytes, str], bytes]:
    return lambda data, suffix: PACKERS[suffix](data)


@pytest.fixture
def make(tmp_path: Path) -> Callable[[str, bytes], InputFile]:
    def make_file(name: str, content: bytes) -> InputFile:
        path = tmp_path / name
        path.write_bytes(content)
        return InputFile(str(path), name, len(content))

    return make_file


@pytest.fixture
def collect() -> Callable[[Reader, InputFile], tuple[Items, Exception | None]]:
    """Read a file as a run does: what came, and the error that ended it."""

    def collect_items(reader: Reader, file: InputFile) -> tuple[Items, Exception | None]:
        items: Items = []
        try:
            for part in reader.split(file):
                for item in reader.read(part):
                    items.append(item)
        except Exception as error:
            return items, error
        return items, None

    return collect_items


@pytest.fixture
def read(make: Any, collect: Any) -> Callable[[Reader, str, bytes], Items]:
    """Write a file and read all of it."""

    def read_file(reader: Reader, name: str, content: bytes) -> Items:
        items, error = collect(reader, make(name, content))
        if error is not None:
            raise error
        return list(items)

    return read_file
