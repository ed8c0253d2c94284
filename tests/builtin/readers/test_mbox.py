"""Mailboxes."""

from __future__ import annotations

import random
import tracemalloc
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ingest.builtin.readers import MboxReader
from ingest.builtin.readers.ids import document_id
from ingest.endpoints import Part, Unreadable
from ingest.errors import ReadError

READER = MboxReader()
FROM = b"From jane@weir.example Mon Oct  1 09:30:00 2001\n"
ONE = FROM + b"Subject: one\n\nfirst\n\n"
TWO = b"From -\nSubject: two\n\nsecond\n\n"


def contents(items: list[Any]) -> list[Any]:
    return [item.message if isinstance(item, Unreadable) else item.content for item in items]


@pytest.mark.parametrize("suffix", ["", ".gz", ".zst", ".bz2", ".xz"])
def test_every_message_is_a_document_at_its_place(read: Any, pack: Any, suffix: str) -> None:
    name = f"a.mbox{suffix}"
    items = read(READER, name, pack(ONE + TWO, suffix))
    assert [(item.title, item.content) for item in items] == [("one", b"first\n"), ("two", b"second\n")]
    assert [item.file_path for item in items] == [f"{name}#0", f"{name}#{len(ONE)}"]
    assert items[1].id == document_id(name, len(ONE))


def test_line_ends_of_windows_and_what_stands_in_front_of_the_first_message_are_no_trouble(read: Any) -> None:
    content = b"\xef\xbb\xbf\r\n" + (ONE + TWO).replace(b"\n", b"\r\n")
    assert contents(read(READER, "a.mbox", content)) == [b"first\r\n", b"second\r\n"]


def test_a_paragraph_that_begins_so_is_no_message(read: Any) -> None:
    text = b"\nFrom here on it is dry,\nfrom there it is wet.\n"
    assert contents(read(READER, "a.mbox", ONE.rstrip() + text + b"\n" + TWO)) == [b"first" + text, b"second\n"]


def test_quoted_lines_lose_one_sign(read: Any) -> None:
    [doc] = read(READER, "a.mbox", ONE + b">From a\n>>From b\n> From c\n")
    assert doc.content == b"first\n\nFrom a\n>From b\n> From c\n"


def test_a_message_that_is_too_large_costs_itself_and_is_not_held(make: Any, collect: Any) -> None:
    file = make("a.mbox", ONE + FROM + b"\n" + b"x" * 20_000_000 + b"\n\n" + TWO)
    tracemalloc.start()
    items, error = collect(MboxReader(max_bytes=1000), file)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert error is None
    assert (contents(items)[0::2], items[1].file_path) == ([b"first\n", b"second\n"], f"a.mbox#{len(ONE)}")
    limit = "has 20000051 bytes, more than the limit of 1000; to read it, raise [read.mbox] max_bytes"
    assert items[1].message == f"the message {limit}"
    assert peak < 2_000_000


def test_what_is_no_message_is_unreadable_with_its_bytes(read: Any) -> None:
    first, second = read(READER, "a.mbox", b"just text\n\n" + ONE)
    assert first == Unreadable("a.mbox#0", "no message, since it does not begin with a `From ` line", b"just text\n\n")
    assert second.content == b"first\n"


@pytest.mark.parametrize("content", [b"", b"\n\r\n"])
def test_without_messages_there_are_no_documents(read: Any, content: bytes) -> None:
    assert read(READER, "a.mbox", content) == []


def test_a_damaged_file_gives_the_messages_in_front(read: Any, pack: Any) -> None:
    content = ONE * 50 + FROM + random.Random(0).randbytes(200_000)
    *messages, broken = read(READER, "a.mbox.gz", pack(content, ".gz")[:-3000])
    assert contents(messages) == [b"first\n"] * 50
    assert broken.file_path == f"a.mbox.gz#{50 * len(ONE)}"
    assert broken.message == "the gzip stream at byte 0 is damaged: it ends early"
    assert len(broken.content) > 190_000
    assert content.endswith(broken.content + content[50 * len(ONE) + len(broken.content) :])


@pytest.mark.parametrize(("suffix", "kind"), [(".gz", "gzip"), (".xz", "xz")])
def test_a_damaged_stream_costs_no_message_of_another_one(read: Any, pack: Any, suffix: str, kind: str) -> None:
    torn = pack(FROM + random.Random(0).randbytes(3000), suffix)[:-100]
    one, two = pack(ONE * 2, suffix), pack(b"the rest of it\n\n" + TWO + ONE, suffix)
    items = read(READER, f"a.mbox{suffix}", one + torn + two + torn)
    place = 2 * len(ONE) + len(items[2].content)
    assert contents(items) == [
        *[b"first\n"] * 2,
        f"the {kind} stream at byte {len(one)} is damaged: it ends early",
        "no message, since it does not begin with a `From ` line",
        *[b"second\n", b"first\n"],
        f"the {kind} stream at byte {len(one + torn + two)} is damaged: it ends early",
    ]
    assert [item.file_path.partition("#")[2] for item in items[2:5]] == [
        str(2 * len(ONE)),
        str(place),
        str(place + len(b"the rest of it\n\n")),
    ]
    assert items[3].content == b"the rest of it\n\n"


PIECES = st.sampled_from(
    [b"\n", b"\r\n", b"From ", FROM, b"Subject: x\n", b"x", b">From ", b"y" * 700, ONE, TWO, b"From \xff Jan 1:11"]
)


@settings(max_examples=50)
@given(st.lists(PIECES, max_size=30).map(b"".join), st.integers(1, 400))
def test_the_parts_of_a_file_give_what_the_whole_gives(make: Any, content: bytes, size: int) -> None:
    file = make("a.mbox", content)
    whole = list(READER.read(Part(file)))
    parts = MboxReader(part_bytes=size).split(file)
    assert sum(part.size for part in parts) == len(content)
    assert [item for part in parts for item in READER.read(part)] == whole


def test_a_part_reads_little_beyond_its_end(make: Any) -> None:
    file = make("a.mbox", ONE * 6000)
    [first, *others] = MboxReader(part_bytes=50_000).split(file)
    opened: list[Any] = []

    class Watched:
        suffix, compression, name = file.suffix, file.compression, file.name

        def open(self) -> Any:
            opened.append(file.open())
            return opened[-1]

    part = Part(Watched(), first.start, first.stop)  # type: ignore[arg-type]
    last = [(item, opened[0].tell()) for item in _all(READER.read(part))][-1]
    assert last[1] < 200_000
    assert len(others) > 5


def _all(items: Iterator[Any]) -> Iterator[Any]:
    yield from items


def test_a_server_that_gives_a_file_only_from_its_start_will_do(make: Any) -> None:
    file = make("a.mbox", ONE + TWO)

    class Served:
        suffix, compression, name = file.suffix, file.compression, file.name

        def open(self) -> Any:
            stream = file.open()

            class Forward(type(stream)):  # type: ignore[misc]
                def seek(self, *_: Any) -> int:
                    raise ValueError("Cannot seek streaming HTTP file")

            return Forward(stream.detach())

    items = list(READER.read(Part(Served(), 5, None)))  # type: ignore[arg-type]
    assert [item.title for item in items] == ["two"]


@given(st.binary(max_size=300), st.sampled_from(["a.mbox", "a.mbox.xz"]))
def test_any_bytes_raise_nothing_but_what_a_run_records(make: Any, collect: Any, content: bytes, name: str) -> None:
    _, error = collect(READER, make(name, FROM + content))
    assert error is None or isinstance(error, ReadError)
