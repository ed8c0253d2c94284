"""What is in quarantine is tried again, and joins the corpus if it succeeds."""

from __future__ import annotations

import contextlib
import gzip
import json
import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest
from fsspec.implementations.local import LocalFileSystem
from support import Project

from ingest.cli import run_command
from ingest.document import Document
from ingest.errors import OutputError
from ingest.ledger import read_markers
from ingest.output.folder import OutputFolder
from ingest.plan import tasks_of
from ingest.report import Report
from ingest.retry import retry

PLUGIN = """\
from ingest import Annotator, Author, Document, Reader, hookimpl

class Picky(Annotator):
    '''Fail on some.'''
    name = "picky"
    def annotate(self, doc):
        if {bad} in doc.text:
            raise ValueError("no")
        return doc.with_metadata(seen="yes")

class Rich(Reader):
    '''Give documents with all that a reader may fill in.'''
    name = "rich"
    suffixes = (".rich",)
    def read(self, part):
        yield Document("r1", url="http://a/", file_path=part.file.name, date="2020-01-01", published="2019", title="T",
            authors=(Author("A", ("a@b.example",)),), metadata={{"k": "v"}}, content=b"b\\xe4d", declared_charset="latin1")
        yield Document("r2", content="bad \\ud83d\\ude00", title="\\ud800")

@hookimpl
def register_components():
    return [Picky, Rich]
"""
CONFIG = """\
[read]
paths = ["in"]
[write]
path = "out"
[run]
executor = "serial"
audit = "full"
shard_files = 2
[plugins]
files = ["picky.py"]
[[steps]]
use = "decode"
[[steps]]
use = "picky"
"""


def prepare(project: Project, bad: str = "'bad'") -> None:
    project.write("picky.py", PLUGIN.format(bad=bad))


def again(project: Project) -> Report:
    report = retry(str(project.output))
    assert report.counts.balanced()
    assert all(marker.counts.balanced() for marker in read_markers(OutputFolder(str(project.output))))
    named = {file.name for marker in read_markers(OutputFolder(str(project.output))) for file in marker.files}
    assert set(project.results()) <= named
    return report


def test_documents_that_failed_join_the_corpus_from_their_bytes_once_the_plugin_is_mended(project: Project) -> None:
    prepare(project)
    for name in "abcde":
        project.write(f"in/{name}.txt", f"bad {name}" if name in "bd" else f"good {name}")
    first = project.run(CONFIG)
    assert (first.counts.written, first.counts.n_quarantined) == (3, 2)
    for name in "abcde":
        (project.folder / f"in/{name}.txt").unlink()  # the bytes are in quarantine
    prepare(project, "'nothing'")
    report = again(project)
    assert (report.counts.read, report.counts.written, report.clean) == (5, 5, True)
    assert sorted(row["text"] for row in project.rows()) == ["bad b", "bad d", "good a", "good c", "good e"]
    assert not list((project.output / "quarantine").iterdir())
    assert report.counts.changed["decode"] == 5
    assert again(project).counts == report.counts


def test_a_document_is_tried_as_its_reader_gave_it(project: Project) -> None:
    prepare(project, "''")
    project.write("in/a.rich", "x")
    assert project.run(CONFIG).counts.n_quarantined == 2
    failed = project.rows("quarantine")
    prepare(project, "'nothing'")
    report = again(project)
    assert report.counts.quarantined == {"picky/UnicodeEncodeError": 1} or report.counts.n_quarantined == 1
    (row,) = project.rows()
    assert (row["id"], row["text"], row["url"], row["date"], row["title"]) == (
        "r1",
        "bäd",
        "http://a/",
        "2020-01-01",
        "T",
    )
    assert row["authors"] == [{"name": "A", "emails": ["a@b.example"], "handles": []}]
    assert row["metadata"] == {"k": "v", "seen": "yes"}
    assert [entry["id"] for entry in failed] == ["r1", "r2"]


def test_what_fails_again_stays_in_quarantine_as_it_was(project: Project) -> None:
    prepare(project)
    project.write("in/a.txt", "bad a")
    project.write("in/b.jsonl", '{"id": "x", "text": "good"}\n{broken\n{"id": "x", "text": "twice"}\n')
    project.run(CONFIG)
    before = project.rows("quarantine")
    assert [row["error"] for row in before] == ["ValueError", "Unreadable", "RepeatedId"]
    for _ in range(2):
        report = again(project)
        assert report.counts.n_quarantined == 3
        assert project.rows("quarantine") == before
        assert [row["text"] for row in project.rows()] == ["good"]


def test_the_second_of_an_id_gets_its_turn_only_if_the_first_has_gone(project: Project) -> None:
    prepare(project)
    project.write("in/a.jsonl", '{"id": "x", "text": "bad one"}\n{"id": "x", "text": "two"}\n')
    assert project.run(CONFIG).counts.quarantined == {"picky/ValueError": 1, "read/RepeatedId": 1}
    prepare(project, "'nothing'")
    assert again(project).counts.quarantined == {"read/RepeatedId": 1}
    assert [row["text"] for row in project.rows()] == ["bad one"]


def test_an_id_that_the_shard_has_already_is_not_written_again(project: Project) -> None:
    prepare(project)
    project.write("in/a.jsonl", '{"id": "x", "text": "good"}\n')
    (project.folder / "in/b.jsonl").symlink_to("nowhere")
    project.run(CONFIG)
    (project.folder / "in/nowhere").write_text('{"id": "x", "text": "again"}\n')
    report = again(project)
    assert (report.counts.quarantined, report.repeated_ids) == ({"read/RepeatedId": 1}, [])


def test_a_file_that_was_missing_is_read_when_it_is_there(project: Project) -> None:
    prepare(project)
    project.write("in/a.txt", "good a")
    (project.folder / "in/b.jsonl").symlink_to("nowhere")
    assert project.run(CONFIG).counts.quarantined == {"read/Unreadable": 1}
    assert again(project).counts.quarantined == {"read/Unreadable": 1}
    (project.folder / "in/nowhere").write_text('{"text": "one"}\n{"text": "two"}\n')
    report = again(project)
    assert (report.counts.read, report.counts.written, report.clean) == (3, 3, True)
    assert [row["text"] for row in project.rows()] == ["good a", "one", "two"] or len(project.rows()) == 3


def test_the_rest_of_a_damaged_file_is_left_alone_when_the_file_is_another_one(project: Project) -> None:
    prepare(project)
    whole = gzip.compress(b"".join(b'{"text": "%d"}\n' % number for number in range(5000)))
    project.write("in/a.jsonl.gz", whole[: len(whole) // 2])
    first = project.run(CONFIG)
    assert first.counts.n_quarantined == 1
    project.write("in/a.jsonl.gz", whole)
    report = again(project)
    # Half of it is in the corpus already; which half, the new file does not say.
    assert report.counts.n_quarantined == 1
    assert report.counts.written == first.counts.written


def test_what_a_killed_retry_left_is_taken_away(project: Project) -> None:
    prepare(project)
    project.write("in/a.txt", "bad a")
    project.run(CONFIG)
    for name in ("corpus/de/part-00000-r1.parquet", "quarantine/part-00000-r0.parquet", "shards/part-00000-r7.ids"):
        project.write(f"out/{name}", "")
    again(project)
    assert not (project.output / "shards/part-00000-r7.ids").exists()


def test_a_retry_that_is_killed_at_any_moment_and_given_again_ends_like_one_that_was_not(
    project: Project, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    prepare(project)
    for name in "abc":
        project.write(f"in/{name}.txt", f"bad {name}")
    project.write("in/d.jsonl", '{"text": "bad"}\n{broken\n{"text": "good"}\n')
    project.run(CONFIG)
    prepare(project, "'bad b'")
    shutil.copytree(project.output, tmp_path / "before")
    again(project)
    whole = outcome(project)
    moments = 0
    while True:
        shutil.rmtree(project.output)
        shutil.copytree(tmp_path / "before", project.output)
        with monkeypatch.context() as deadly, contextlib.suppress(KeyboardInterrupt):
            die_at(moments, deadly)
            again(project)
            break
        again(project)
        assert outcome(project) == whole, moments
        moments += 1
    assert moments > 20


def die_at(moment: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Stop before or after one of the calls that give a file its name, or take one away."""
    left = iter(range(moment, -1, -1))

    def deadly(deed: Callable[..., None]) -> Callable[..., None]:
        def do(*arguments: Any) -> None:
            if next(left, None) == 0:
                raise KeyboardInterrupt
            deed(*arguments)
            if next(left, None) == 0:
                raise KeyboardInterrupt

        return do

    monkeypatch.setattr("os.replace", deadly(os.replace))
    monkeypatch.setattr(LocalFileSystem, "rm_file", deadly(LocalFileSystem.rm_file))


def outcome(project: Project) -> list[Any]:
    """Give all rows in any order, and the counters: the names of files say how often their shard was tried."""
    rows = [sorted(map(str, project.rows(kind))) for kind in ("corpus", "quarantine", "removed")]
    return [*rows, json.loads((project.output / "report.json").read_bytes())["counts"]]


def test_an_unfinished_run_or_none_is_refused(project: Project, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(OutputError, match="holds no run"):
        retry(str(project.folder / "none"))
    assert not (project.folder / "none").exists()
    prepare(project)
    for name in "abc":
        project.write(f"in/{name}.txt", "bad")
    project.run(CONFIG)
    (project.output / "shards/part-00001.json").unlink()
    assert run_command(["retry", str(project.output)]) == 2
    assert "the run is not finished, 1 of 2 shards are done" in capsys.readouterr().err


def test_the_command_tells_what_is_left_and_gives_the_report(
    project: Project, capsys: pytest.CaptureFixture[str]
) -> None:
    prepare(project)
    project.write("in/a.txt", "bad")
    project.run(CONFIG)
    assert run_command(["retry", str(project.output), "--json", "-q"]) == 1
    assert json.loads(capsys.readouterr().out)["counts"]["quarantined"] == {"picky/ValueError": 1}
    prepare(project, "'nothing'")
    assert run_command(["retry", str(project.output)]) == 0
    assert "written" in capsys.readouterr().err
    assert json.loads((project.output / "report.json").read_text())["counts"]["written"] == 1


def test_a_retried_run_that_was_moved_writes_where_it_is(project: Project, tmp_path: Path) -> None:
    prepare(project)
    project.write("in/a.txt", "bad")
    project.run(CONFIG)
    prepare(project, "'nothing'")
    moved = project.output.rename(project.folder / "moved")
    assert retry(str(moved)).counts.written == 1
    assert pq.read_table(moved / "corpus").num_rows == 1
    assert not project.output.exists()


@pytest.mark.parametrize(
    ("fault", "how"), [("read_task", "ends at once"), ("read_task", "raises"), ("tasks_of", "cuts otherwise")]
)
def test_what_can_not_be_come_by_stays_in_quarantine_and_nothing_is_read_twice(
    project: Project, monkeypatch: pytest.MonkeyPatch, fault: str, how: str
) -> None:
    def fails(*_: object) -> Iterator[Document]:
        if how == "raises":
            raise OSError("the disk is tired")
        yield from ()

    prepare(project)
    lines = ["{broken first", '{"text": "one"}', "{broken", '{"text": "bad"}', "{broken too", '{"text": "two"}']
    project.write("in/a.jsonl", "\n".join(lines))
    project.run(CONFIG)
    before = project.rows("quarantine")
    assert [row["error"] for row in before] == ["Unreadable", "Unreadable", "ValueError", "Unreadable"]
    with monkeypatch.context() as broken:
        broken.setattr(f"ingest.{'retry' if fault == 'tasks_of' else 'shards'}.{fault}", fails)
        assert again(project).counts.read == 6
    assert project.rows("quarantine") == before
    prepare(project, "'nothing'")
    assert again(project).counts.read == 6
    assert sorted(row["text"] for row in project.rows()) == ["bad", "one", "two"]


def test_a_part_is_read_once_for_all_that_is_in_quarantine_of_it(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    prepare(project)
    project.write("in/a.jsonl", '{broken\n{"text": "bad"}\n' * 20)
    project.run(CONFIG)
    cut: list[object] = []
    for module in ("retry", "plan"):
        monkeypatch.setattr(
            f"ingest.{module}.tasks_of", lambda *arguments, **_: cut.append(arguments) or tasks_of(*arguments)
        )
    assert again(project).counts.n_quarantined == 40
    assert len(cut) == 1
