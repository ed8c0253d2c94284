"""Input files: found, named and opened."""

from __future__ import annotations

import os
import time
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import fsspec
import pytest

from ingest.errors import ReadError
from ingest.input.files import InputFile, find_files


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    root = tmp_path / "data"
    for name in ("b.txt", "a.html", "sub/c.txt", "sub/deep/d.txt", ".hidden/e.txt", "sub/.f.txt"):
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(name)
    return root


@pytest.fixture
def memory() -> Iterator[Any]:
    filesystem = fsspec.filesystem("memory")
    for name in ("/data/b.txt", "/data/a.html", "/data/sub/c.txt", "/data/.g/h.txt", "/data/[x] %20#1.txt"):
        filesystem.pipe(name, name.encode())
    yield filesystem
    filesystem.store.clear()
    filesystem.pseudo_dirs[:] = [""]


def content(file: InputFile) -> bytes:
    with file.open() as stream:
        return stream.read()


def names(paths: list[str], base: Path | str = "", **patterns: list[str]) -> list[str]:
    files = find_files(paths, patterns.get("include", []), patterns.get("exclude", []), str(base))
    return [file.name for file in files]


def test_folders_are_walked_in_a_fixed_order_without_hidden_files(folder: Path) -> None:
    wanted = ["data/a.html", "data/b.txt", "data/sub/c.txt", "data/sub/deep/d.txt"]
    assert names(["data"], folder.parent) == wanted
    assert names(["data/"], folder.parent) == wanted
    assert names(["./data/../data"], folder.parent) == wanted


@pytest.mark.parametrize(
    ("path", "wanted"),
    [
        ("data/*.txt", ["data/b.txt"]),
        ("data/**/*.txt", ["data/b.txt", "data/sub/c.txt", "data/sub/deep/d.txt"]),
        ("data/**", ["data/a.html", "data/b.txt", "data/sub/c.txt", "data/sub/deep/d.txt"]),
        ("data/su?", ["data/sub/c.txt", "data/sub/deep/d.txt"]),
        ("*/[ab].*", ["data/a.html", "data/b.txt"]),
        ("data/.hidden", ["data/.hidden/e.txt"]),
        ("data/.*/*.txt", ["data/.hidden/e.txt"]),
        ("data/sub/.f.txt", ["data/sub/.f.txt"]),
    ],
)
def test_globs_and_hidden_files_by_name(folder: Path, path: str, wanted: list[str]) -> None:
    assert names([path], folder.parent) == wanted


def test_include_and_exclude_look_at_the_path_below_the_folder(folder: Path) -> None:
    assert names(["data"], folder.parent, include=["*.txt"], exclude=["sub/deep/*"]) == ["data/b.txt", "data/sub/c.txt"]
    assert names(["data"], folder.parent, include=["**/*.html"]) == ["data/a.html"]
    assert names(["data"], folder.parent, exclude=["*"]) == []


def test_a_file_that_is_named_twice_is_found_once(folder: Path) -> None:
    paths = ["data/b.txt", "data", str(folder / "b.txt"), "data/*.txt", f"file://{folder}/b.txt"]
    assert names(paths, folder.parent)[0] == "data/b.txt"
    assert len(names(paths, folder.parent)) == 4


def test_names_stay_as_given_wherever_the_run_is_started(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(folder / "sub")
    assert names(["data/sub"], folder.parent) == names(["data/sub"], f"{folder}/..")
    assert names(["../b.txt"], folder / "sub") == ["../b.txt"]
    assert names(["."]) == ["c.txt", "deep/d.txt"]
    assert names([str(folder / "sub")], "elsewhere") == [f"{folder}/sub/c.txt", f"{folder}/sub/deep/d.txt"]


@pytest.mark.parametrize(
    "name", ["[a] b.txt", "ü 日本.txt", "50%20#1.txt", "a::b.txt", "a*?.txt", "c\\d.txt", "~x.txt"]
)
def test_odd_names_are_found_by_name_and_in_folders(tmp_path: Path, name: str) -> None:
    (tmp_path / "[odd]").mkdir()
    (tmp_path / "[odd]" / name).write_text("x")
    for path in ("[odd]", f"[odd]/{name}", "[odd]/*.txt", "."):
        [file] = find_files([path], [], [], str(tmp_path))
        assert file.name == f"[odd]/{name}"
        assert content(file) == b"x"


def test_a_name_that_is_no_unicode_gets_one_that_is(tmp_path: Path) -> None:
    with open(os.path.join(os.fsencode(tmp_path), b"\xff.txt"), "wb") as stream:
        stream.write(b"x")
    [file] = find_files(["."], [], [], str(tmp_path))
    assert file.name == "\\xff.txt"
    assert file.head() == b"x"


@pytest.mark.parametrize("path", ["gone", "gone/*.txt", "data/*.pdf", "data/b.txt/x", "empty", "", "memory://gone"])
def test_a_path_that_matches_nothing_is_an_error(folder: Path, path: str) -> None:
    (folder.parent / "empty").mkdir()
    with pytest.raises(ReadError, match=r"matches no file|is a folder without files"):
        names([path], folder.parent)


def test_a_dangling_link_is_found_and_fails_when_it_is_read(folder: Path) -> None:
    (folder / "broken.txt").symlink_to(folder / "nowhere")
    (folder / "self.txt").symlink_to("self.txt")
    found = find_files(["data"], [], [], str(folder.parent))
    assert [file.name for file in found if file.size == 0] == ["data/broken.txt", "data/self.txt"]
    for file in (found[2], found[3]):
        with pytest.raises(OSError, match=r"No such file|Too many levels"):
            file.open()


def test_loops_of_links_end_and_each_folder_is_walked_once(folder: Path) -> None:
    (folder / "again").symlink_to(folder / "sub")
    (folder / "sub/loop").symlink_to(folder)
    wanted = ["data/a.html", "data/b.txt", "data/sub/c.txt", "data/sub/deep/d.txt"]
    assert names(["data"], folder.parent) == wanted
    assert names(["data/**"], folder.parent) == wanted


def test_a_linked_folder_and_a_linked_file_are_followed(folder: Path, tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    (tmp_path / "in/link").symlink_to(folder / "sub")
    (tmp_path / "in/one.txt").symlink_to(folder / "b.txt")
    assert names(["in"], tmp_path) == ["in/link/c.txt", "in/link/deep/d.txt", "in/one.txt"]


def test_a_pipe_is_found_and_fails_when_it_is_read(folder: Path) -> None:
    os.mkfifo(folder / "pipe")
    [file] = find_files(["data/pipe"], [], [], str(folder.parent))
    assert file.name in names(["data"], folder.parent)
    with pytest.raises(ReadError, match="is a pipe, a socket or a device, and no file"):
        file.open()


@pytest.mark.skipif(os.geteuid() == 0, reason="root may list every folder")
def test_a_folder_that_cant_be_listed_is_an_error(folder: Path) -> None:
    (folder / "sub").chmod(0)
    with pytest.raises(ReadError, match="can't list the folder"):
        names(["data"], folder.parent)


def test_a_home_folder_is_found(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(folder))
    assert names(["~/b.txt"]) == ["~/b.txt"]


def test_ten_thousand_files_are_found_at_once(tmp_path: Path) -> None:
    for group in range(100):
        (tmp_path / f"{group:02}").mkdir()
        for number in range(100):
            (tmp_path / f"{group:02}/{number:02}.txt").touch()
    started = time.perf_counter()
    found = names(["."], tmp_path, include=["*.txt"], exclude=["*.html"])
    assert time.perf_counter() - started < 3
    assert len(found) == 10_000
    assert found == sorted(found)


# URLs


@pytest.mark.parametrize(
    ("path", "wanted"),
    [
        ("memory://data", ["[x] %20#1.txt", "a.html", "b.txt", "sub/c.txt"]),
        ("memory://data/", ["[x] %20#1.txt", "a.html", "b.txt", "sub/c.txt"]),
        ("memory://data/*.html", ["a.html"]),
        ("memory://data/**/*.txt", ["[x] %20#1.txt", "b.txt", "sub/c.txt"]),
        ("memory://data/b.txt", ["b.txt"]),
        ("memory://data/[x] %20#1.txt", ["[x] %20#1.txt"]),
    ],
)
@pytest.mark.usefixtures("memory")
def test_urls_are_searched_like_paths(path: str, wanted: list[str]) -> None:
    found = find_files([path], [], [])
    assert [file.name for file in found] == [f"memory://data/{name}" for name in wanted]
    assert [content(file).decode() for file in found] == [f"/data/{name}" for name in wanted]
    assert all(file.size == len(content(file)) for file in found)


@pytest.mark.usefixtures("memory")
def test_a_url_that_is_named_twice_is_found_once() -> None:
    assert len(names(["memory://data", "memory:///data/b.txt", "memory://data/*.txt"])) == 4


@pytest.mark.usefixtures("memory")
def test_include_and_exclude_work_on_urls() -> None:
    assert names(["memory://data"], include=["*.txt"], exclude=["sub/*", "[[]x*"]) == ["memory://data/b.txt"]


def test_files_inside_an_archive_are_found(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "x.zip", "w") as archive:
        archive.writestr("in/a.txt", "packed")
    [file] = find_files(["zip://**/*.txt::x.zip"], [], [], str(tmp_path))
    assert file.name == "zip://in/a.txt::x.zip"
    assert content(file) == b"packed"


def test_the_own_errors_of_a_file_system_become_read_errors(tmp_path: Path) -> None:
    (tmp_path / "x.zip").write_bytes(b"no archive")
    with pytest.raises(ReadError, match=r"can't list 'zip://\*::x\.zip': BadZipFile: "):
        names(["zip://*::x.zip"], tmp_path)


# What tells that a file was changed


def test_a_local_file_that_is_changed_has_another_status(folder: Path) -> None:
    [file] = find_files(["data/b.txt"], [], [], str(folder.parent))
    assert file.status() == (file.size, file.stamp)
    os.utime(folder / "b.txt", ns=(1, 1))
    assert file.status() == (file.size, "1")
    (folder / "b.txt").unlink()
    with pytest.raises(FileNotFoundError):
        file.status()


def test_a_remote_file_that_is_changed_has_another_status(memory: Any) -> None:
    [file] = find_files(["memory://data/b.txt"], [], [])
    assert file.status() == (file.size, file.stamp)
    memory.pipe("/data/b.txt", b"/data/B.txt")
    size, stamp = file.status()
    assert (size, stamp != file.stamp) == (file.size, True)


# What a name tells


@pytest.mark.parametrize(
    ("name", "suffix", "compression"),
    [
        ("a.jsonl.gz", ".jsonl", "gzip"),
        ("A.TXT.ZST", ".txt", "zstd"),
        ("a.csv.bz2", ".csv", "bz2"),
        ("a.xz", "", "xz"),
        ("a.b/c", "", None),
        ("a.html", ".html", None),
        (".gz", "", None),
    ],
)
def test_the_name_tells_format_and_compression(name: str, suffix: str, compression: str | None) -> None:
    file = InputFile(f"/{name}", name, 0)
    assert (file.suffix, file.compression) == (suffix, compression)
