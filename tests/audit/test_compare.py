"""In what two runs differ."""

from __future__ import annotations

import pytest
from support import Project

from ingest.audit import Comparison, SavedRun, compare

CONFIG = """
[read]
paths = ["docs"]
[read.jsonl]
title = "title"
[write]
path = "out"
[run]
executor = "serial"
audit = "full"
shard_files = 1
[[steps]]
use = "decode"
[[steps]]
use = "normalise"
[[steps]]
use = "tidy"
[[steps]]
use = "length"
min_chars = 20
"""
DOCS = {
    "a": '{"id": "a", "text": "A text that is long enough.\\n\\n\\n\\nIts end.", "title": "One"}',
    "b": '{"id": "b", "text": "Not longer than this one.", "title": "Two"}',
    "c": '{"id": "c", "text": "Another text,\\u00a0with an odd space.", "title": "Three"}',
}


@pytest.fixture
def first(project: Project) -> SavedRun:
    for name, record in DOCS.items():
        project.write(f"docs/{name}.jsonl", record + "\n")
    project.run(CONFIG)
    return SavedRun(str(project.output))


def second(project: Project, config: str = CONFIG) -> SavedRun:
    project.run(config.replace('"out"', '"other"'))
    return SavedRun(str(project.folder / "other"))


def shown(comparison: Comparison) -> list[tuple[str, str, str, str]]:
    return [(entry.id, entry.kind, entry.detail, entry.step) for entry in comparison.differences]


def test_two_runs_of_the_same_are_the_same_however_they_are_cut(project: Project, first: SavedRun) -> None:
    comparison = compare(first, second(project, CONFIG.replace("shard_files = 1", "shard_files = 3")))
    assert comparison.same
    assert comparison.documents == (3, 3)
    assert list(comparison.config) == ["run.shard_files"]


def test_another_option_shows_with_the_documents_and_the_step_it_changed(project: Project, first: SavedRun) -> None:
    other = CONFIG.replace('"normalise"', '"normalise"\nspaces = false').replace("min_chars = 20", "min_chars = 26")
    comparison = compare(first, second(project, other))
    assert comparison.config == {"steps.normalise.spaces": (True, False), "steps.length.min_chars": (20, 26)}
    assert comparison.kinds == {"outcome": 1, "text": 1}
    assert shown(comparison) == [
        ("b", "outcome", "written → dropped (length/too_short)", ""),
        ("c", "text", "text", "normalise"),
    ]
    assert comparison.first_steps == {"normalise": 1}
    assert comparison.counters["dropped length/too_short"] == (0, 1)


def test_other_input_shows_as_documents_that_came_went_or_have_other_fields(project: Project, first: SavedRun) -> None:
    project.write("docs/a.jsonl", DOCS["a"].replace("One", "Eins"))
    project.write("docs/b.jsonl", DOCS["b"].replace('"b"', '"d"'))
    comparison = compare(first, second(project))
    assert shown(comparison) == [
        ("b", "only in the first", "written", ""),
        ("d", "only in the second", "written", ""),
        ("a", "fields", "title", ""),
    ]
    assert not compare(first, first).differences
    assert len(compare(first, second(project), limit=1).differences) == 1


def test_runs_of_another_audit_are_compared_by_what_both_have_on_record(project: Project, first: SavedRun) -> None:
    comparison = compare(first, second(project, CONFIG.replace('"full"', '"counts"')))
    assert comparison.same
    assert comparison.config == {"audit": ("full", "counts")}
