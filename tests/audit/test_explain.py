"""The story of one document, from what a run left."""

from __future__ import annotations

import pytest
from support import Project

from ingest.audit import SavedRun, UnknownDocumentError, explain
from ingest.errors import OutputError

CONFIG = """
[read]
paths = ["docs"]
[read.jsonl]
url = "url"
[write]
path = "out"
[run]
executor = "serial"
audit = "full"
shard_files = 1
[[steps]]
use = "decode"
[[steps]]
use = "tidy"
[[steps]]
use = "length"
min_chars = 20
[[steps]]
use = "redact"
[[steps]]
use = "tidy"
"""


@pytest.fixture
def run(project: Project) -> SavedRun:
    project.write("docs/a.txt", "\n\nA text that is long enough.\n\n\n\nIts end.\n")
    project.write("docs/b.txt", "Short.\n")
    project.write(
        "docs/c.jsonl", '{"id": "c1", "url": "https://a.example/c", "text": "\\nWrite to dana@ledger.example."}\n{"no\n'
    )
    project.run(CONFIG)
    return SavedRun(str(project.output))


def test_a_written_document_has_every_step_with_the_texts_around_it(run: SavedRun) -> None:
    (story,) = explain(run, "docs/a.txt")
    assert (story.kind, story.file, story.row_number) == ("corpus", "corpus/part-00000.parquet", 0)
    assert [step.step for step in story.steps] == ["decode", "tidy"]
    assert story.steps[0].before == ""
    assert story.steps[1].before == story.steps[0].after == "\n\nA text that is long enough.\n\n\n\nIts end.\n"
    assert story.steps[1].after == "A text that is long enough.\n\nIts end."
    assert explain(run, story.row["id"])[0].row == story.row


def test_a_dropped_and_a_quarantined_document_say_where_and_why(project: Project, run: SavedRun) -> None:
    (story,) = explain(run, "b.txt")
    assert (story.kind, story.row["step"], story.row["code"]) == ("dropped", "length", "too_short")
    assert [step.step for step in story.steps] == ["decode", "tidy"]
    (story,) = explain(run, project.rows("quarantine")[0]["file_path"])
    assert (story.kind, story.row["error"], story.steps) == ("quarantine", "Unreadable", [])


def test_what_is_withheld_hides_the_texts_before_it(run: SavedRun) -> None:
    (story,) = explain(run, "https://a.example/c")
    assert [(step.step, step.before) for step in story.steps] == [("decode", None), ("tidy", None), ("redact", None)]
    assert [row["removed"] for step in story.steps for row in step.rows] == ["", "\n", None]
    assert not story.mismatch


def test_an_unknown_document_is_told_with_those_that_are_close(run: SavedRun) -> None:
    with pytest.raises(
        UnknownDocumentError, match=r"no document has the id or path 'docs/aa.txt' among 4; close are: docs/a.txt"
    ):
        explain(run, "docs/aa.txt")


def test_a_folder_without_a_run_is_told(project: Project) -> None:
    with pytest.raises(OutputError, match=r"no run was begun there, since there is no run.json"):
        SavedRun(str(project.folder))
