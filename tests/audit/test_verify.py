"""`verify` finds whatever is done to a run."""

from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from support import Project

from ingest.audit import SavedRun, verify
from ingest.retry import retry

CONFIG = """
[read]
paths = ["docs"]
[write]
path = "out"
[run]
executor = "serial"
audit = "full"
shard_files = 2
[[steps]]
use = "decode"
[[steps]]
use = "extract"
[[steps]]
use = "normalise"
[[steps]]
use = "widgets"
[[steps]]
use = "tidy"
[[steps]]
use = "length"
min_chars = 20
[[steps]]
use = "tidy"
[[steps]]
use = "redact"
"""
PAGE = "<html><body><p>The gantry cranes at the <b>north quay</b> stood still for six weeks, the harbour said.</p></body></html>"


FAILS = """
from ingest import Cleaner, hookimpl

class Fails(Cleaner):
    'Fail on some texts.'

    name = "fails"

    def clean(self, doc):
        if doc.text.startswith("fail"):
            raise ValueError("no")
        return doc.text.upper()

@hookimpl
def register_components():
    return [Fails]
"""
FAILING = '[[steps]]\nuse = "fails"\n[plugins]\nfiles = ["fails.py"]\n'


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give the folder of a run with everything in it: corpus, dropped, quarantine, removed."""
    project = Project(tmp_path_factory.mktemp("made"))
    project.write("docs/a.html", PAGE)
    project.write(
        "docs/b.txt", "A first line of text.\r\n\r\n\r\n\r\nShare this\r\nA second line,\u00a0with a space.\r\n"
    )
    project.write("docs/c.txt", "Too short\r\n")
    project.write("docs/d.txt", "Nothing at all is to be done to this line of text.")
    project.write(
        "docs/e.jsonl", '{"id": "e1", "text": "Write to me at dana@ledger.example,\\r\\n please."}\n{"broken\n'
    )
    report = project.run(CONFIG)
    assert report.counts.n_quarantined == 1
    assert report.counts.n_dropped == 1
    return project.output


@pytest.fixture
def out(made: Path, tmp_path: Path) -> Path:
    """Give a copy of the run to spoil."""
    shutil.copytree(made, tmp_path / "out")
    return tmp_path / "out"


def found(out: Path) -> dict[str, list[str]]:
    """Give the problems by check."""
    checks = list(verify(SavedRun(str(out))))
    return {
        check.name: [f"{entry.where}: {entry.what}" for entry in check.problems] for check in checks if check.n_problems
    }


def test_a_run_as_it_was_written_is_right_and_says_how_much_was_looked_at(out: Path) -> None:
    checks = {check.name: check for check in verify(SavedRun(str(out)))}
    assert not any(check.n_problems for check in checks.values())
    assert checks["shards"].count == 3
    assert checks["balance"].note == "4 written, 1 dropped, 1 quarantined"
    assert checks["texts"].count == 4
    assert checks["texts"].note == "1 end where something is withheld"
    assert checks["leftovers"].count == len(
        [path for path in out.rglob("*") if path.is_file() and path.name != ".lock"]
    )


def test_a_run_without_a_full_audit_is_checked_for_all_else(project: Project) -> None:
    project.write("docs/a.txt", "One line of text that is long enough.")
    project.run(CONFIG.replace('"full"', '"counts"'))
    *others, texts = verify(SavedRun(str(project.output)))
    assert not any(check.n_problems for check in (*others, texts))
    assert 'audit = "counts"' in texts.note


@pytest.mark.parametrize("writing", ["", "[write.parquet]\nfile_bytes = 10_000_000\n"])
def test_a_run_whose_quarantine_was_tried_again_is_right(project: Project, writing: str) -> None:
    project.write(
        "docs/a.jsonl",
        '{"id": "a", "text": "A first line of text."}\n{"id": "b", "text": "fail: a second line of text"}\n',
    )
    project.write("fails.py", FAILS)
    assert project.run(CONFIG + FAILING + writing).counts.n_quarantined == 1
    project.write("fails.py", FAILS.replace("if ", "if not doc and "))
    assert retry(str(project.output)).counts.n_quarantined == 0
    assert found(project.output) == {}


def marked(out: Path) -> list[str]:
    """Name the files that markers name."""
    markers = [json.loads(path.read_bytes()) for path in sorted((out / "shards").glob("*.json"))]
    return [file["name"] for marker in markers for file in marker["files"]]


def test_a_flipped_byte_is_found_wherever_it_is(out: Path) -> None:
    for name in marked(out):
        good = (out / name).read_bytes()
        for place in {0, len(good) // 3, len(good) // 2, len(good) - 1} if good else set():
            bad = bytearray(good)
            bad[place] ^= 1
            (out / name).write_bytes(bad)
            files = next(check for check in verify(SavedRun(str(out))) if check.name == "files")
            assert [problem.where for problem in files.problems] == [name]
        (out / name).write_bytes(good)
    assert found(out) == {}


# Forgeries: the file is changed, and the marker says what the file is then, so that only a look into it can tell.


def forge(out: Path, kind: str, change: Callable[[list[dict[str, Any]]], object], shard: int = 0) -> None:
    name = f"{kind}/part-{shard:05d}.parquet"
    table = pq.read_table(out / name)
    rows = table.to_pylist()
    change(rows)
    pq.write_table(pa.Table.from_pylist(rows, table.schema), out / name)
    mark(out, name, shard)


def mark(out: Path, name: str, shard: int = 0) -> None:
    content = (out / name).read_bytes()
    path = out / f"shards/part-{shard:05d}.json"
    marker = json.loads(path.read_bytes())
    (entry,) = (file for file in marker["files"] if file["name"] == name)
    entry |= {"bytes": len(content), "sha256": hashlib.sha256(content).hexdigest()}
    path.write_text(json.dumps(marker))


def edit(column: str, value: Any, row: int = 0) -> Callable[[list[dict[str, Any]]], None]:
    def change(rows: list[dict[str, Any]]) -> None:
        assert rows[row][column] != value
        rows[row][column] = value

    return change


def rewrite(old: str, new: str, column: str = "text") -> Callable[[list[dict[str, Any]]], None]:
    """Put words in the place of others of the same length, in the first row that has them."""

    def change(rows: list[dict[str, Any]]) -> None:
        row = next(row for row in rows if old in (row[column] or ""))
        row[column] = row[column].replace(old, new, 1)

    return change


@pytest.mark.parametrize(
    ("kind", "shard", "change", "check", "what"),
    [
        ("corpus", 0, list.pop, "rows", "says written = 2, the rows of its files make 1"),
        ("corpus", 0, lambda rows: rows.append(rows[0]), "rows", "says written = 2, the rows of its files make 3"),
        ("corpus", 0, list.pop, "texts", "its text is nowhere"),
        ("corpus", 0, edit("id", "other"), "rows", "not those whose hashes are on record"),
        ("corpus", 0, edit("n_chars", 3), "rows", "n_chars is not the length"),
        ("corpus", 0, edit("n_chars_raw", 3), "texts", "n_chars_raw says 3"),
        ("corpus", 0, rewrite("gantry", "pantry"), "texts", "is not the one on record"),
        ("corpus", 2, rewrite("please", "plea5e"), "texts", "is not the one on record"),
        ("corpus", 1, rewrite("Nothing", "Nowhere"), "texts", "is not the one on record"),
        ("dropped", 1, list.clear, "rows", "the rows of its files make 0"),
        ("dropped", 1, edit("code", "too_long"), "rows", "dropped of length/too_long = 0"),
        ("dropped", 1, rewrite("short", "shirt"), "texts", "is not the one on record"),
        ("quarantine", 2, lambda rows: rows.append(rows[0]), "rows", "the rows of its files make 2"),
        ("removed", 0, lambda rows: rows.pop(1), "texts", ""),
        ("removed", 0, lambda rows: rows.insert(1, rows[1]), "texts", "does not fit the text"),
        ("removed", 0, list.reverse, "texts", ""),
        ("removed", 0, edit("start", 1, 1), "texts", "does not fit the text"),
        ("removed", 0, rewrite("<b>", "<i>", "removed"), "texts", "is not the one on record"),
        ("removed", 0, edit("inserted", "x", 1), "texts", "does not stand in the text"),
        ("removed", 0, edit("hash_after", "0" * 16, 1), "texts", "not all of the same text"),
        ("removed", 0, edit("code", "other", 1), "rows", "removed_pieces of extract/other = 0"),
        ("removed", 0, edit("step", "other", 1), "rows", "changed of other = 0"),
        ("removed", 1, list.clear, "rows", "changed of decode = 2"),
    ],
)
def test_a_forgery_is_found_by_looking_into_the_files(
    out: Path, kind: str, shard: int, change: Callable[[list[dict[str, Any]]], object], check: str, what: str
) -> None:
    forge(out, kind, change, shard)
    problems = found(out)
    assert "files" not in problems
    assert any(what in problem for problem in problems[check]), problems


def test_every_counter_of_a_marker_is_checked(out: Path) -> None:
    path = out / "shards/part-00000.json"
    good = path.read_bytes()
    counts = json.loads(good)["counts"]
    for name, value in counts.items():
        if name == "balanced":
            continue
        bad = json.loads(good)
        if isinstance(value, dict):
            key = next(iter(value), "x/y")
            bad["counts"][name][key] = value.get(key, 0) + 1
        else:
            bad["counts"][name] += 1
        path.write_text(json.dumps(bad))
        assert found(out).keys() & {"balance", "rows"}, name
    path.write_bytes(good)
    report = json.loads((out / "report.json").read_bytes())
    report["counts"]["read"] += 1
    (out / "report.json").write_text(json.dumps(report))
    assert found(out) == {"balance": ["report.json: says read = 7, the markers of the shards make 6"]}


def test_what_is_missing_and_what_is_foreign_is_told(out: Path) -> None:
    (out / "removed/part-00000.parquet").unlink()
    (out / "corpus/.tmp-0badcafe-part-00009.parquet").write_bytes(b"half")
    (out / "corpus/part-00009.parquet").write_bytes(b"whose")
    assert found(out) == {
        "files": ["removed/part-00000.parquet: is missing"],
        "leftovers": [
            "corpus/.tmp-0badcafe-part-00009.parquet: was being written when a run ended early",
            "corpus/part-00009.parquet: is named by no marker, so that no run has it on record",
        ],
    }


def test_a_run_that_is_not_finished_says_how_much_is_missing(out: Path) -> None:
    (out / "report.json").unlink()
    assert found(out) == {"shards": ["the run: is not finished: all shards are done, but there is no report.json"]}
    for path in (out / "shards").glob("part-00001.*"):
        path.unlink()
    problems = found(out)
    assert problems["shards"] == ["the run: is not finished: 1 of 3 shards have no marker, the first is 1"]
    (out / "shards/part-00000.json").write_text("{")
    assert "can't be read" in found(out)["shards"][0]


def test_a_file_of_another_schema_or_config_is_told(out: Path) -> None:
    name = "corpus/part-00001.parquet"
    table = pq.read_table(out / name)
    pq.write_table(table.drop_columns(["site"]), out / name)
    mark(out, name, 1)
    assert "site is missing, there string" in found(out)["schema"][0]
    pq.write_table(table.replace_schema_metadata({"ingest.config_sha256": "0" * 64}), out / name)
    mark(out, name, 1)
    assert "was written with the config 0000" in found(out)["schema"][0]


def test_ids_of_two_shards_are_told(project: Project) -> None:
    for name in ("a", "b", "c"):
        project.write(f"docs/{name}.jsonl", '{"id": "same", "text": "A line of text that is long enough."}\n')
    project.run(CONFIG)
    assert found(project.output) == {"ids": ["same: is the id of more than one document"]}
