"""Runs that read from and write to an object store, with a server that speaks S3."""

from __future__ import annotations

import io
import logging
import os
import signal
import subprocess
import sys
import threading
import time
import urllib.request
from collections.abc import Iterator
from typing import Any

import pyarrow.parquet as pq
import pytest
from moto.server import ThreadedMotoServer
from s3fs import S3FileSystem
from support import Project

from ingest.cli import run_command
from ingest.errors import OutputError, WriteError
from ingest.output import lock
from ingest.output.folder import LOCK, OutputFolder
from ingest.output.lock import locked
from ingest.output.store import Store
from ingest.plan import make_plan
from ingest.run import run

TEXT = """
[read]
paths = ["in"]
[write]
path = "s3://bucket/out"
[run]
executor = "serial"
shard_files = 2
[[steps]]
use = "decode"
"""
SLOW = """
import time
from ingest import Annotator, hookimpl

class Slow(Annotator):
    "Take time."
    name = "slow"

    def annotate(self, doc):
        time.sleep(0.1)
        return doc

@hookimpl
def register_components():
    return [Slow]
"""
NOWHERE = "http://127.0.0.1:9"


@pytest.fixture(scope="session")
def server() -> Iterator[str]:
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    found = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    found.start()
    host, port = found.get_host_and_port()
    yield f"http://{host}:{port}"
    found.stop()


@pytest.fixture
def store(server: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[S3FileSystem]:
    """Give an object store with an empty bucket, which the environment leads to, and a view on it of the test's own."""
    post(server, "reset", b"")
    reach(monkeypatch, server)
    found = S3FileSystem(endpoint_url=server, key="key", secret="secret", use_listings_cache=False)
    found.mkdir("bucket")
    yield found
    S3FileSystem.clear_instance_cache()


def reach(monkeypatch: pytest.MonkeyPatch, url: str) -> None:
    S3FileSystem.clear_instance_cache()
    settings = {"ENDPOINT_URL": url, "ACCESS_KEY_ID": "key", "SECRET_ACCESS_KEY": "secret", "MAX_ATTEMPTS": "1"}
    for name, value in (settings | {"DEFAULT_REGION": "us-east-1", "EC2_METADATA_DISABLED": "true"}).items():
        monkeypatch.setenv(f"AWS_{name}", value)


def post(server: str, command: str, data: bytes) -> None:
    headers = {"Content-Type": "application/octet-stream"}
    urllib.request.urlopen(urllib.request.Request(f"{server}/moto-api/{command}", data, headers, method="POST")).close()


def write_input(project: Project) -> None:
    for number in range(12):
        project.write(f"in/{number:02}.txt", f"The text of file {number}.")


def objects(store: S3FileSystem) -> dict[str, bytes]:
    """Give what a run is to have in its folder whatever happened on the way: all but reports, and seconds in them."""
    names = store.find("bucket/out")
    return {name.removeprefix("bucket/out/"): store.cat_file(name) for name in names if not name.endswith(".json")}


def files(project: Project) -> dict[str, bytes]:
    found = [file for file in project.output.rglob("*") if file.is_file() and file.suffix != ".json"]
    return {file.relative_to(project.output).as_posix(): file.read_bytes() for file in found if file.name != LOCK}


def local(project: Project) -> dict[str, bytes]:
    """Give the same run's files on the local disk."""
    project.run(TEXT.replace("s3://bucket/out", "out"))
    return files(project)


def test_a_run_from_bucket_to_bucket_on_two_workers_gives_the_bytes_of_a_local_one_on_one(
    project: Project, store: S3FileSystem
) -> None:
    write_input(project)
    store.put(f"{project.folder}/in", "bucket/", recursive=True)
    text = TEXT.replace('"in"', '"s3://bucket/in"')
    report = project.run(text.replace('executor = "serial"', "workers = 2"))
    assert (report.counts.written, report.clean) == (12, True)
    there = objects(store)
    assert [name for name in there if name.startswith("corpus/")] == [f"corpus/part-0000{n}.parquet" for n in range(6)]
    project.run(text.replace("s3://bucket/out", "out"))
    assert there == files(project)
    assert pq.read_table("bucket/out/corpus", filesystem=store).num_rows == 12
    assert not store.exists(f"bucket/out/{LOCK}")


def test_a_killed_run_goes_on_where_it_was(project: Project, store: S3FileSystem) -> None:
    write_input(project)
    project.write("slow.py", SLOW)
    text = f'{TEXT}[[steps]]\nuse = "slow"\n[plugins]\nfiles = ["slow.py"]\n'
    config = project.write("config.toml", text)
    process = subprocess.Popen([sys.executable, "-m", "ingest", "run", str(config), "-q"], start_new_session=True)
    deadline = time.monotonic() + 60
    while len(store.find("bucket/out/shards")) < 2 and time.monotonic() < deadline:
        time.sleep(0.05)
    os.killpg(process.pid, signal.SIGKILL)
    process.wait()
    assert store.exists(f"bucket/out/{LOCK}")
    # The system knows that the process is dead, so that nobody has to wait.
    assert 0 < project.run(text, fresh=False).shards_before < 6
    there = objects(store)
    project.run(text.replace("s3://bucket/out", "out"))
    assert there == files(project)


def test_what_vanished_since_is_made_anew_and_uploads_that_were_broken_off_are_taken_away(
    project: Project, store: S3FileSystem
) -> None:
    write_input(project)
    project.run(TEXT)
    there = objects(store)
    store.rm_file("bucket/out/corpus/part-00003.parquet")
    store.pipe_file("bucket/out/corpus/part-00004.parquet", b"torn")
    for key in ("out/corpus/part-00003.parquet", "out/mine", "outer/corpus/part-00003.parquet"):
        store.call_s3("create_multipart_upload", Bucket="bucket", Key=key)
    report = project.run(TEXT, fresh=False)
    assert report.shards_before == 4
    assert objects(store) == there
    pending = sorted(upload["Key"] for upload in store.list_multipart_uploads("bucket"))
    assert pending == ["out/mine", "outer/corpus/part-00003.parquet"]


def test_fresh_removes_what_a_run_wrote_and_nothing_else(project: Project, store: S3FileSystem) -> None:
    write_input(project)
    project.run(TEXT)
    store.pipe_file("bucket/out/corpus/mine.txt", b"mine")
    project.run(TEXT.replace("shard_files = 2", "shard_files = 12"))
    names = [name.removeprefix("bucket/out/") for name in store.find("bucket/out")]
    assert [name for name in names if "corpus" in name] == ["corpus/mine.txt", "corpus/part-00000.parquet"]


class Failing(io.BytesIO):
    """A stream that fails near its end."""

    def read(self, size: int | None = -1) -> bytes:
        if self.tell() > 17 * 2**20:
            raise OSError("can't be read any more")
        return super().read(size)


def break_off(folder: OutputFolder) -> None:
    with folder.create("corpus/part-00009.parquet") as stream:
        stream.write(b"some")
        raise KeyError


def test_an_error_in_the_middle_of_an_object_leaves_nothing(store: S3FileSystem) -> None:
    with pytest.raises(OSError, match="any more"):
        Store("s3://bucket/out").put("corpus/part-00000.parquet", Failing(bytes(20 * 2**20)))
    folder = OutputFolder("s3://bucket/out")
    with pytest.raises(KeyError):
        break_off(folder)
    assert store.find("bucket") == []
    assert store.list_multipart_uploads("bucket") == []
    with folder.create("large") as stream:
        stream.write(b"a" * (18 * 2**20))
    assert store.size("bucket/out/large") == folder.written["large"].bytes == 18 * 2**20


@pytest.mark.parametrize(
    ("path", "url", "problem"),
    [
        ("s3://nobucket/out", "", "can't write there: The specified bucket does not exist"),
        ("s3://bucket/out", NOWHERE, f'Could not connect to the endpoint URL: "{NOWHERE}/bucket/out'),
        ("s3://bucket/in/00.txt", "", "is a file; name a folder"),
    ],
)
def test_a_store_that_cant_be_used_is_told_before_anything_is_read(
    project: Project,
    store: S3FileSystem,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    path: str,
    url: str,
    problem: str,
) -> None:
    write_input(project)
    store.pipe_file("bucket/in/00.txt", b"text")
    config = project.write("config.toml", TEXT.replace("s3://bucket/out", path))
    if url:
        reach(monkeypatch, url)
    assert run_command(["run", str(config), "-q"]) == 2
    err = capsys.readouterr().err
    assert err.startswith(f"error: {path}: ")
    assert problem in err
    assert store.ls("") == ["bucket"]
    assert store.find("bucket") == ["bucket/in/00.txt"]


def test_wrong_credentials_are_told(
    project: Project, server: str, store: S3FileSystem, capsys: pytest.CaptureFixture[str]
) -> None:
    write_input(project)
    config = project.write("config.toml", TEXT)
    post(server, "reset-auth", b"0")
    try:
        assert run_command(["run", str(config), "-q"]) == 2
    finally:
        post(server, "reset-auth", b"inf")
    assert capsys.readouterr().err.startswith("error: s3://bucket/out: can't write there: ")
    assert store.find("bucket") == []


def test_a_run_that_loses_the_connection_fails_and_can_be_gone_on_with(
    project: Project, server: str, store: S3FileSystem, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Both servers have the same objects.
    lost = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    lost.start()
    host, port = lost.get_host_and_port()
    reach(monkeypatch, f"http://{host}:{port}")
    write_input(project)
    done: list[Any] = []

    def stop(*of_shard: Any) -> None:
        done.append(of_shard)
        if len(done) == 2:
            lost.stop()

    with pytest.raises(WriteError, match=r"can't write .*EndpointConnectionError: Could not connect"):
        run(make_plan(project.load(TEXT)), stop)
    reach(monkeypatch, server)
    assert project.run(TEXT, fresh=False).shards_before == 2
    assert objects(store) == local(project)


def test_a_second_run_is_refused_and_told_whose_the_folder_is(store: S3FileSystem) -> None:
    folder = OutputFolder("s3://bucket/out")
    with locked(folder):
        assert folder.files() == []
        told = rf"(?s)process {os.getpid()} on .*, since .* wait 1\d\d s .*out/\.lock"
        with pytest.raises(OutputError, match=told), locked(OutputFolder("s3://bucket/out")):
            raise AssertionError
    assert store.find("bucket") == []
    with pytest.raises(KeyError), locked(folder):
        raise KeyError
    assert store.find("bucket") == []


def test_of_many_that_want_the_lock_at_once_one_gets_it(store: S3FileSystem) -> None:
    outcomes: list[str] = []
    start, over = threading.Barrier(4), threading.Barrier(4)

    def attempt() -> None:
        folder = OutputFolder("s3://bucket/out")
        start.wait()
        try:
            with locked(folder):
                outcomes.append("got it")
                over.wait()
        except OutputError as error:
            outcomes.append(str(error).split(":")[2].strip())
            over.wait()

    threads = [threading.Thread(target=attempt) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == ["another run is writing there"] * 3 + ["got it"]


def test_a_lock_lives_as_long_as_it_is_written_anew(store: S3FileSystem) -> None:
    with locked(OutputFolder("s3://bucket/out"), refresh=0.2):
        first = store.modified(f"bucket/out/{LOCK}")
        deadline = time.monotonic() + 10
        while store.modified(f"bucket/out/{LOCK}") == first and time.monotonic() < deadline:
            time.sleep(0.1)
        assert store.modified(f"bucket/out/{LOCK}") > first


def test_a_run_whose_lock_is_taken_over_writes_no_more(store: S3FileSystem, monkeypatch: pytest.MonkeyPatch) -> None:
    held = OutputFolder("s3://bucket/out")
    with locked(held, refresh=60):
        held.write("run.json", b"{}")
        monkeypatch.setattr(lock, "_machine", lambda: "another")
        other = OutputFolder("s3://bucket/out")
        # As if it had given no sign of life for long.
        with locked(other, dead_after=0):
            with pytest.raises(WriteError, match=r"no longer this run's, another run took it over"):
                held.write("shards/part-00000.json", b"{}")
            other.write("shards/part-00001.json", b"{}")
        with pytest.raises(WriteError, match=r"its lock \.lock was removed"):
            held.write("shards/part-00000.json", b"{}")
    assert held.files() == ["run.json", "shards/part-00001.json"]


def test_a_worker_writes_nothing_once_the_lock_is_lost(project: Project, store: S3FileSystem) -> None:
    write_input(project)

    def lose(*of_shard: Any) -> None:
        store.pipe_file(f"bucket/out/{LOCK}", b"another")

    with pytest.raises(WriteError, match="another run took it over"):
        run(make_plan(project.load(TEXT)), lose)
    assert len(store.find("bucket/out/shards")) == 2
    assert store.cat_file(f"bucket/out/{LOCK}") == b"another"


def test_other_file_systems_of_fsspec_take_a_corpus_too(project: Project) -> None:
    write_input(project)
    text = TEXT.replace("s3://bucket", "memory://remote")
    assert project.run(text).counts.written == 12
    assert project.run(text, fresh=False).shards_before == 6
    folder = OutputFolder("memory://remote/out")
    with locked(folder), pytest.raises(OutputError, match="another run is writing there"), locked(folder):
        raise AssertionError
    with pytest.raises(KeyError):
        break_off(folder)
    names = [name for name in folder.files() if name.startswith("corpus/")]
    there = {name: folder.read(name) for name in names}
    assert there == {name: content for name, content in local(project).items() if name.startswith("corpus/")}
