"""Zip and tar archives: what is in them is read like files of a folder, whatever they are."""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import random
import struct
import tarfile
import time
import tracemalloc
import zipfile
from collections.abc import Callable
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from support import Project

from ingest.plan import make_plan
from ingest.shards import read_shard

CONFIG = '[read]\npaths = ["in"]\n{}\n[write]\npath = "out"\n[run]\nworkers = 1\n'

Contents = dict[str, bytes] | list[tuple[str, bytes]]


def pairs(contents: Contents) -> list[tuple[str, bytes]]:
    return list(contents.items()) if isinstance(contents, dict) else contents


def zipped(contents: Contents) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in pairs(contents):
            archive.writestr(name, content)
    return stream.getvalue()


def tarred(contents: Contents, *more: tarfile.TarInfo) -> bytes:
    stream = io.BytesIO()
    with tarfile.open(fileobj=stream, mode="w") as archive:
        for name, content in pairs(contents):
            info = tarfile.TarInfo(name)
            info.size = len(content)
            archive.addfile(info, io.BytesIO(content))
        for info in more:
            archive.addfile(info)
    return stream.getvalue()


def zstd(data: bytes) -> bytes:
    return bytes(pa.compress(data, "zstd", asbytes=True))


ARCHIVES: dict[str, Callable[[Contents], bytes]] = {
    ".zip": zipped,
    ".tar": tarred,
    ".tar.gz": lambda contents: gzip.compress(tarred(contents)),
    ".tgz": lambda contents: gzip.compress(tarred(contents)),
    ".tar.zst": lambda contents: zstd(tarred(contents)),
    ".tar.bz2": lambda contents: bz2.compress(tarred(contents)),
    ".tar.xz": lambda contents: lzma.compress(tarred(contents)),
    ".zip.gz": lambda contents: gzip.compress(zipped(contents)),
}


@pytest.fixture
def read(project: Project) -> Callable[..., tuple[dict[str, Any], dict[str, str]]]:
    """Give what is in the folder: contents by path, and messages by path."""

    def read_all(options: str = "") -> tuple[dict[str, Any], dict[str, str]]:
        config = project.load(CONFIG.format(options))
        items = [item for shard in make_plan(config).shards for item in read_shard(shard, config)]
        good = {item.file_path: item.content for item in items if hasattr(item, "id")}
        bad = {item.file_path: item.message for item in items if hasattr(item, "message")}
        assert len(good) + len(bad) == len(items)
        assert len({item.id for item in items if hasattr(item, "id")}) == len(good)
        return good, bad

    return read_all


def parquet(texts: list[str]) -> bytes:
    stream = io.BytesIO()
    pq.write_table(pa.table({"text": texts}), stream, row_group_size=2)
    return stream.getvalue()


@pytest.mark.parametrize("suffix", ARCHIVES)
def test_members_of_any_format_are_read_by_their_readers(project: Project, read: Any, suffix: str) -> None:
    contents = {
        "a.txt": b"text",
        "sub/b.html": b"<p>page",
        "c.jsonl.gz": gzip.compress(b'{"text": "one"}\n{"text": "two"}\n'),
        "d.parquet": parquet(["r0", "r1", "r2"]),
        "e.csv": b"text\nrow\n",
        "noname": b"<!doctype html><p>x",
        ".hidden/f.txt": b"no",
        "__MACOSX/._a.txt": b"no",
    }
    name = f"in/x{suffix}"
    project.write(name, ARCHIVES[suffix](contents))
    good, bad = read()
    assert bad == {}
    assert good == {
        f"{name}/a.txt": b"text", f"{name}/sub/b.html": b"<p>page",
        f"{name}/c.jsonl.gz#0": "one", f"{name}/c.jsonl.gz#16": "two",
        f"{name}/d.parquet#0": "r0", f"{name}/d.parquet#1": "r1", f"{name}/d.parquet#2": "r2",
        f"{name}/e.csv#0": "row", f"{name}/noname": b"<!doctype html><p>x",
    }  # fmt: skip


def test_the_plan_counts_members_by_reader(project: Project) -> None:
    project.write("in/x.tar", tarred({"a.txt": b"text", "b.html": b"<p>", "c": b"?"}))
    project.write("in/y.txt", "text")
    plan = make_plan(project.load(CONFIG.format("")))
    assert plan.count_by_reader() == {"archive": (1, 1), "html": (1, 3), "text": (2, 8)}


@pytest.mark.parametrize("suffix", [".zip", ".tar", ".tar.gz", ".tar.zst"])
def test_a_large_archive_is_many_parts_with_every_member_once(project: Project, read: Any, suffix: str) -> None:
    contents = {f"{number:04}.txt": b"text %d" % number for number in range(1000)}
    project.write(f"in/x{suffix}", ARCHIVES[suffix](contents))
    plan = make_plan(project.load(CONFIG.format("") + "shard_files = 1\n"))
    assert len(plan.shards) == 4
    assert sum(shard.size for shard in plan.shards) == pytest.approx(plan.files[0].size, abs=4)
    good, bad = read()
    assert list(good) == [f"in/x{suffix}/{name}" for name in contents]
    assert bad == {}


def test_names_are_only_text_and_do_not_lead_out(project: Project, read: Any) -> None:
    contents = dict.fromkeys(("../../up.txt", "/abs.txt", "./here/../dot.txt", "a\\b.txt", "ü\n.txt"), b"x")
    project.write("in/x.tar", tarred(contents))
    good, _ = read()
    assert list(good) == [f"in/x.tar/{name}" for name in ("up.txt", "abs.txt", "dot.txt", "a\\b.txt", "ü\n.txt")]


def test_links_devices_and_folders_are_no_members(project: Project, read: Any) -> None:
    project.write("in/secret.html", "<p>")
    odd = []
    for kind in (tarfile.SYMTYPE, tarfile.LNKTYPE, tarfile.CHRTYPE, tarfile.FIFOTYPE, tarfile.DIRTYPE):
        info = tarfile.TarInfo(f"odd-{kind.decode()}.txt")
        info.type, info.linkname = kind, "../secret.html"
        odd.append(info)
    project.write("in/x.tar", tarred({"a.txt": b"x"}, *odd))
    link = zipfile.ZipInfo("link.txt")
    link.create_system, link.external_attr = 3, 0o120777 << 16
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        archive.writestr(link, "../secret.html")
        archive.writestr("folder/", b"")
        archive.writestr("b.txt", b"x")
    project.write("in/y.zip", stream.getvalue())
    good, bad = read()
    assert (list(good), bad) == (["in/secret.html", "in/x.tar/a.txt", "in/y.zip/b.txt"], {})


@pytest.mark.filterwarnings("ignore:Duplicate name")
@pytest.mark.parametrize("suffix", [".zip", ".tar", ".tar.gz"])
def test_two_members_of_one_name_are_both_read(project: Project, read: Any, suffix: str) -> None:
    fill = [(f"fill/{number}.txt", b"") for number in range(600)]
    project.write(
        f"in/x{suffix}",
        ARCHIVES[suffix]([("d/a.txt.gz", gzip.compress(b"1")), *fill, ("d/a.txt.gz", gzip.compress(b"2"))]),
    )
    good, _ = read("exclude = ['*/fill/*']")
    assert good == {f"in/x{suffix}/d/a.txt.gz": b"1", f"in/x{suffix}/d/a~2.txt.gz": b"2"}


@pytest.mark.filterwarnings("ignore:Duplicate name")
@pytest.mark.parametrize("suffix", [".zip", ".tar"])
def test_no_two_members_have_one_path(project: Project, read: Any, suffix: str) -> None:
    names = ["a.txt", "a.txt", "a~2.txt", "../a.txt", "a~2.txt"]
    project.write(f"in/x{suffix}", ARCHIVES[suffix]([(name, b"%d" % place) for place, name in enumerate(names)]))
    good, _ = read()
    assert list(good.items()) == [
        (f"in/x{suffix}/{name}", b"%d" % place)
        for place, name in enumerate(["a.txt", "a~2.txt", "a~2~2.txt", "a~3.txt", "a~2~3.txt"])
    ]


@pytest.mark.parametrize(
    ("options", "wanted"),
    [
        ("include = ['*.txt']", ["in/x.zip/a.txt", "in/x.zip/y.tar/c.txt"]),
        ("include = ['*.zip']", ["in/x.zip/a.txt", "in/x.zip/b.html", "in/x.zip/y.tar/c.txt"]),
        ("include = ['x.zip/y.tar']", ["in/x.zip/y.tar/c.txt"]),
        ("exclude = ['*.tar', '*.html']", ["in/x.zip/a.txt"]),
        ("include = ['*.txt']\nexclude = ['*.tar/*']", ["in/x.zip/a.txt"]),
    ],
)
def test_include_and_exclude_look_into_archives(project: Project, read: Any, options: str, wanted: list[str]) -> None:
    project.write("in/x.zip", zipped({"a.txt": b"a", "b.html": b"b", "y.tar": tarred({"c.txt": b"c"})}))
    good, bad = read(options)
    assert (list(good), bad) == (wanted, {})


def test_the_configured_reader_takes_the_members(project: Project, read: Any) -> None:
    project.write("in/x.zip", zipped({"a.html": b"<p>", "b.csv": b"text"}))
    assert read('reader = "text"')[0] == {"in/x.zip/a.html": b"<p>", "in/x.zip/b.csv": b"text"}


def test_books_and_office_documents_are_no_archives(project: Project) -> None:
    for name in ("in/a.epub", "in/b.docx", "in/c"):
        project.write(name, zipped({"a.txt": b"x"}))
    plan = make_plan(project.load(CONFIG.format("")))
    assert "archive" not in {task.reader for shard in plan.shards for task in shard.tasks}


def test_a_run_over_archives_balances_and_is_the_same_for_any_number_of_workers(project: Project) -> None:
    lines = b"".join(b'{"text": "line %d of the story"}\n' % number for number in range(300))
    packed = gzip.compress(lines) + gzip.compress(lines)[:-9] + gzip.compress(lines)
    project.write("in/x.tar.gz", ARCHIVES[".tar.gz"]({f"{number}.txt": b"a text" for number in range(600)}))
    project.write("in/y.zip", zipped({"z.tar": tarred({"a.txt": b"x"}), "b.jsonl.gz": packed}))
    project.write("in/z.jsonl.gz", packed)
    found = []
    for workers in (1, 2):
        text = CONFIG.format("[read.jsonl]\npart_bytes = 1000").replace("workers = 1", f"workers = {workers}")
        report = project.run(text.replace('"out"', f'"out{workers}"') + 'shard_files = 2\n[[steps]]\nuse = "decode"\n')
        assert report.counts.balanced()
        # Of the damaged member all lines are there, as only its end is missing.
        assert (report.counts.written, report.counts.n_quarantined) == (600 + 1 + 2 * 900, 2)
        files = sorted((project.folder / f"out{workers}/corpus").iterdir())
        found.append([pq.read_table(file) for file in files])
    assert len(found[0]) > 5
    assert found[0] == found[1]


# What is broken


@pytest.mark.parametrize("suffix", [".tar", ".tar.gz", ".tar.zst", ".tar.bz2"])
def test_members_in_front_of_a_damage_are_read_and_the_damage_is_told_once(
    project: Project, read: Any, suffix: str
) -> None:
    noise = [random.Random(number).randbytes(20_000) for number in range(40)]
    packed = ARCHIVES[suffix]({f"{number:02}.txt": content for number, content in enumerate(noise)})
    project.write(f"in/x{suffix}", packed[: int(len(packed) * 0.8)])
    good, bad = read()
    assert list(good) == [f"in/x{suffix}/{number:02}.txt" for number in range(len(good))]
    assert list(good.values()) == noise[: len(good)]
    assert len(good) >= (0 if suffix == ".tar.bz2" else 25)
    assert list(bad) == [f"in/x{suffix}"]
    assert "the tar archive is damaged in or behind " in bad[f"in/x{suffix}"]


@pytest.mark.parametrize("suffix", [".tar", ".tar.gz"])
def test_archives_that_were_put_behind_each_other_are_all_read(project: Project, read: Any, suffix: str) -> None:
    pieces = [
        ARCHIVES[suffix]({f"{number}.txt": b"%d" % number for number in range(start, start + 300)})
        for start in (0, 300, 600)
    ]
    project.write(f"in/x{suffix}", b"".join(pieces))
    assert read() == ({f"in/x{suffix}/{number}.txt": b"%d" % number for number in range(900)}, {})
    project.write(f"in/x{suffix}", pieces[0] + pieces[1] + ARCHIVES[suffix]({})[:-20] + gzip.compress(b"x" * 600))
    good, bad = read()
    assert (len(good), list(bad)) == (600, [f"in/x{suffix}"])


def extended(kind: bytes, content: bytes) -> bytes:
    """Give a header that says something of the member behind it (`x`) or of all of them (`g`)."""
    info = tarfile.TarInfo("header")
    info.type, info.size = kind, len(content)
    return info.tobuf() + content + bytes(-len(content) % 512)


def sparse() -> bytes:
    """Give a member whose map of what is in it takes megabytes."""
    info = tarfile.TarInfo("s.txt")
    content = b"1000000000\n" + b"0\n" * 2**20
    info.size = len(content)
    pax = b"22 GNU.sparse.major=1\n22 GNU.sparse.minor=0\n"
    return extended(b"x", pax) + info.tobuf() + content + bytes(-len(content) % 512)


HEADERS = {
    "chain": extended(b"x", b"12 path=abc\n") * 2000,
    "sparse": sparse(),
    "common": extended(b"g", b"".join(b"13 k%06d=v\n" % number for number in range(50_000)))
    + tarred({"b": b""}) * 2000,
    "one after the other": extended(b"x", b"9 a=%s\n" % bytes(2**19)) * 3,
}


@pytest.mark.parametrize("case", HEADERS)
def test_headers_that_take_long_cost_no_member_in_front(project: Project, read: Any, case: str) -> None:
    project.write("in/x.tar", tarred({"a.txt": b"a"})[:1024] + HEADERS[case] + tarred({"c.txt": b"c"}))
    started = time.process_time()
    good, bad = read()
    assert time.process_time() - started < 2
    assert (good, list(bad)) == ({"in/x.tar/a.txt": b"a"}, ["in/x.tar"])


def test_what_looks_like_many_streams_behind_a_damage_takes_no_time(project: Project, read: Any) -> None:
    content = gzip.compress(tarred({"a.txt": b"a" * 70_000}))
    begins = b"\x1f\x8b\x08" + bytes(6) + b"\3" + b"\0\xff\xff\0\0"
    project.write("in/x.tar.gz", content[:-8] + bytes(8) + begins * 10_000 + b"\xff" * 70_000)
    started = time.process_time()
    good, bad = read()
    assert time.process_time() - started < 2
    assert (list(good), list(bad)) == (["in/x.tar.gz/a.txt"], ["in/x.tar.gz"])


def test_a_tar_that_goes_on_with_something_else_is_damaged(project: Project, read: Any) -> None:
    packed = tarred({"a.txt": b"x"})
    project.write("in/x.tar", packed[:1024] + b"no header" * 100)
    good, bad = read()
    assert good == {"in/x.tar/a.txt": b"x"}
    assert bad == {"in/x.tar": "the tar archive is damaged in or behind 'a.txt': no header at byte 1024"}


def test_a_damaged_member_of_a_zip_costs_itself(project: Project, read: Any) -> None:
    packed = bytearray(zipped({"a.txt": b"a" * 99, "b.txt": b"b" * 99, "c.txt": b"c" * 99}))
    packed[packed.index(b"b.txt") + 6] ^= 0xFF
    project.write("in/x.zip", bytes(packed))
    good, bad = read()
    assert list(good) == ["in/x.zip/a.txt", "in/x.zip/c.txt"]
    assert bad["in/x.zip/b.txt"].startswith("is damaged in its archive: ")


def test_what_is_there_of_a_damaged_member_of_a_zip_is_kept(project: Project) -> None:
    text = random.Random(0).randbytes(300_000).hex().encode()
    packed = bytearray(zipped({"a.txt": text}))
    packed[-3000] ^= 0xFF
    project.write("in/x.zip", bytes(packed))
    config = project.load(CONFIG.format(""))
    [item] = [item for shard in make_plan(config).shards for item in read_shard(shard, config)]
    assert len(item.content) > 400_000
    assert text.startswith(item.content)


@pytest.mark.parametrize(
    "content", [b"", b"PK\x03\x04 and nothing else", zipped({"a.txt": b"x"})[:-30]], ids=["empty", "start", "cut off"]
)
def test_a_zip_without_its_directory_is_unreadable(project: Project, read: Any, content: bytes) -> None:
    project.write("in/x.zip", content)
    project.write("in/y.txt", "text")
    good, bad = read()
    assert list(good) == ["in/y.txt"]
    assert bad["in/x.zip"].startswith("the zip archive is damaged: ")


def test_an_encrypted_member_is_told_as_such(project: Project, read: Any) -> None:
    packed = bytearray(zipped({"a.txt": b"a", "b.txt": b"b"}))
    directory = packed.index(b"PK\x01\x02")
    packed[directory + 8] |= 1
    project.write("in/x.zip", bytes(packed))
    good, bad = read()
    assert list(good) == ["in/x.zip/b.txt"]
    assert bad == {"in/x.zip/a.txt": "is encrypted; unpack the archive first"}


def test_a_member_that_its_reader_cant_take_costs_itself(project: Project, read: Any) -> None:
    project.write("in/x.zip", zipped({"a.parquet": b"PAR1", "b.csv": b"no body\n1\n", "c.txt": b"c"}))
    good, bad = read()
    assert list(good) == ["in/x.zip/c.txt"]
    assert sorted(bad) == ["in/x.zip/a.parquet", "in/x.zip/b.csv"]


# What is too much


@pytest.mark.parametrize(
    ("options", "path", "message"),
    [
        ("max_members = 2", "", "the archive has more than 2 members; to read it, raise [read] max_members"),
        (
            "max_member_bytes = 3",
            "/c.txt",
            "has 4 bytes, more than the limit of 3; to read it, raise [read] max_member_b",
        ),
        (
            "max_archive_bytes = 5",
            "",
            "the archive holds more than 5 bytes; to read it, raise [read] max_archive_bytes",
        ),
    ],
)
@pytest.mark.parametrize("suffix", [".zip", ".tar", ".tar.gz"])
def test_bounds_name_their_option(
    project: Project, read: Any, suffix: str, options: str, path: str, message: str
) -> None:
    project.write(f"in/x{suffix}", ARCHIVES[suffix]({"a.txt": b"a", "b.txt": b"b", "c.txt": b"cccc"}))
    _, bad = read(options)
    assert list(bad) == [f"in/x{suffix}{path}"]
    assert bad[f"in/x{suffix}{path}"].startswith(message)


def directory(size: int, form: str) -> bytes:
    """Give a zip file that is all directory: of entries without a name, with an end that says more or less of it."""
    entries = struct.pack("<4s4B4H3L5H2L", b"PK\1\2", 20, 3, 20, *[0] * 15) * size
    end, place = struct.pack("<HHLLH", size % 2**16, size % 2**16, len(entries), 0, 0), b"\0" * 4
    if form == "a second end in the end":
        place = b"PK\5\6"
    elif form == "large fields elsewhere":
        large = struct.pack("<4sQ2H2L4Q", b"PK\6\6", 44, 45, 45, 0, 0, size, size, len(entries), 0)
        decoy = large[:40] + bytes(16)
        entries += decoy + large + struct.pack("<4sLQL", b"PK\6\7", 0, len(entries), 1)
        end = struct.pack("<HHLLH", 0xFFFF, 0xFFFF, 0xFFFFFFFF, 0xFFFFFFFF, 0)
    return entries + b"PK\5\6" + place + end


@pytest.mark.parametrize("form", ["as usual", "a second end in the end", "large fields elsewhere"])
def test_a_directory_that_is_too_large_is_not_read(project: Project, read: Any, form: str) -> None:
    project.write("in/x.zip", directory(60_000, form))
    project.write("in/y.epub", directory(100_000, form))
    tracemalloc.start()
    _, bad = read("max_members = 1000")
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert bad == {
        "in/x.zip": "the archive has more than 1000 members; to read it, raise [read] max_members",
        "in/y.epub": "the book has too many files in it",
    }
    assert peak < 2_000_000


def test_archives_in_archives_are_read_to_a_depth(project: Project, read: Any) -> None:
    inner = zipped({"d.txt": b"d"})
    for suffix in (".tar.gz", ".zip", ".tar"):
        inner = ARCHIVES[suffix]({f"x{len(inner)}.zip" if inner[:2] == b"PK" else f"x{suffix}z": inner, "e.txt": b"e"})
    project.write("in/x.tar", inner)
    _, shallow = read("max_depth = 1")
    [message] = shallow.values()
    assert "is an archive in 1 others; to read it, raise [read] max_depth" in message


def test_a_bomb_of_archives_ends_quickly(project: Project, read: Any) -> None:
    content = zipped({"zeros.txt": bytes(2**26 + 1)})
    for _ in range(5):
        content = zipped({f"{number:02}.zip": content for number in range(4)})
    project.write("in/x.zip", content)
    started = time.process_time()
    good, bad = read()
    assert time.process_time() - started < 2
    assert good == {}
    assert len(bad) == 64


def test_a_member_that_unpacks_to_too_much_is_refused(project: Project, read: Any) -> None:
    project.write("in/x.zip", zipped({"zeros.txt": bytes(2**26 + 1), "a.txt": b"a"}))
    good, bad = read()
    assert list(good) == ["in/x.zip/a.txt"]
    assert bad == {"in/x.zip/zeros.txt": "unpacks to more than 1000 times its size; to read it, raise [read] max_ratio"}


def test_members_that_each_keep_within_the_ratio_are_refused_together(project: Project, read: Any) -> None:
    zeros = bytes(2**24)
    project.write("in/x.zip", zipped({f"{number}.txt": zeros for number in range(6)}))
    # One large, and five that take their bytes from it.
    content = bytearray(zipped({"0.txt": zeros}))
    directory_start = content.rindex(b"PK\1\2")
    end = content.rindex(b"PK\5\6")
    entries = bytes(content[directory_start:end]) * 6
    tail = struct.pack("<4s4xHHLLH", b"PK\5\6", 6, 6, len(entries), directory_start, 0)
    project.write("in/y.zip", bytes(content[:directory_start]) + entries + tail)
    good, bad = read("max_ratio = 1100")
    assert [path for path in good if path < "in/y"] == [f"in/x.zip/{number}.txt" for number in range(6)]
    refused = "the archive unpacks to more than 1100 times its size; to read it, raise [read] max_ratio"
    assert bad["in/y.zip"] == refused
    assert len(good) <= 10
