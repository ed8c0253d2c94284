"""`ingest verify`, `ingest explain` and `ingest compare`, as people see them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from ingest.cli import run_command

Capture = pytest.CaptureFixture[str]
CONFIG = """
[read]
paths = ["docs"]
[write]
path = "out"
[run]
executor = "serial"
audit = "full"
[[steps]]
use = "decode"
[[steps]]
use = "normalise"
[[steps]]
use = "tidy"
"""


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "docs").mkdir()
    (tmp_path / "docs/a.txt").write_text("\n\nA [bold] text\x1b[31m of all.\n\n\n\nIts end.\n")
    (tmp_path / "c.toml").write_text(CONFIG)
    assert run_command(["run", "c.toml", "-q"]) == 0
    return tmp_path


def test_verify_prints_one_line_for_each_check_and_every_problem_with_what_to_do(folder: Path, capsys: Capture) -> None:
    assert run_command(["verify", "out"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert [line.split()[:2] for line in lines] == [
        ["ok", name] for name in ("shards", "files", "leftovers", "balance", "rows", "ids", "schema", "texts")
    ]
    (folder / "out/removed/part-00000.parquet").unlink()
    assert run_command(["verify", "out"]) == 1
    out = capsys.readouterr().out
    assert "wrong  files" in out
    assert "removed/part-00000.parquet: is missing\n             restore it from a copy" in out
    assert run_command(["verify", "out", "--json"]) == 1
    checks = {check["name"]: check for check in json.loads(capsys.readouterr().out)}
    assert checks["files"]["problems"][0]["where"] == "removed/part-00000.parquet"
    assert run_command(["verify", "docs"]) == 2
    assert "no run was begun there" in capsys.readouterr().err


def test_explain_tells_the_steps_with_what_they_removed(capsys: Capture) -> None:
    assert run_command(["explain", "out", "a.txt"]) == 0
    out = capsys.readouterr().out
    assert "file_path   docs/a.txt" in out
    assert "decode  41 characters" in out
    assert "normalise  41 → 40 characters  normalise\n    …⏎⏎A [bold] text<U+001B>[31m of all" in out
    assert "tidy  40 → 35 characters  tidy 3" in out
    assert "written     35 characters\ncorpus/part-00000.parquet, row 0" in out
    assert "\x1b" not in out
    assert run_command(["explain", "out", "docs/aa.txt"]) == 2
    assert "close are: docs/a.txt" in capsys.readouterr().err


def test_explain_says_what_is_not_on_record(capsys: Capture) -> None:
    assert run_command(["run", "c.toml", "-q", "--audit", "counts", "--fresh"]) == 0
    assert run_command(["explain", "out", "a.txt"]) == 0
    assert 'not on record: the run had audit = "counts"' in capsys.readouterr().out


def test_compare_says_what_differs(folder: Path, capsys: Capture) -> None:
    assert run_command(["run", "c.toml", "-q", "-o", "other", "--audit", "counts"]) == 0
    assert run_command(["compare", "out", "other"]) == 0
    assert "the same" in capsys.readouterr().out
    (folder / "c.toml").write_text(CONFIG.replace('use = "tidy"', 'use = "length"\nmin_chars = 100'))
    assert run_command(["run", "c.toml", "-q", "-o", "other", "--fresh"]) == 0
    assert run_command(["compare", "out", "other"]) == 1
    out = capsys.readouterr().out
    assert "config    steps.length: none → {" in out
    assert "written → dropped (length/too_short)" in out
    assert "from the step tidy on" in out
    assert run_command(["compare", "out", "other", "--json", "-n", "0"]) == 1
    comparison = json.loads(capsys.readouterr().out)
    assert (comparison["same"], comparison["kinds"], comparison["differences"]) == (False, {"outcome": 1}, [])
