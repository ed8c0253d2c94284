"""The commands, as people call them."""

from __future__ import annotations

import json
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from ingest.cli import COMMANDS, run_command
from ingest.config import Source, load

SAMPLES = Path(__file__).parents[2] / "samples"
Capture = pytest.CaptureFixture[str]


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "in").mkdir()
    (tmp_path / "in/page.txt").write_text(
        "A fine headline | The Paper\nA fine headline\nBy Dana Whitlock\n\n"
        "The harbour was quiet on Monday, and the cranes stood still until the evening.\n\nShow commentsHide Comments\n"
    )
    return tmp_path


def test_run_with_a_folder_uses_the_default_recipe(folder: Path, capsys: Capture) -> None:
    assert run_command(["run", "in", "-o", "out", "-w", "1"]) == 0
    out, err = capsys.readouterr()
    assert out == ""
    for piece in ("read 1", "written 1", "widgets comment_action", "languages en 1", "charsets utf-8 1", "out/corpus"):
        assert piece in " ".join(err.split())
    report = json.loads((folder / "out/report.json").read_text())
    assert report["counts"]["balanced"] is True
    assert report["counts"]["removed_pieces"]["widgets/comment_action"] == 1


def test_run_prints_json_on_demand_and_nothing_when_quiet(capsys: Capture) -> None:
    assert run_command(["run", "in", "-o", "out", "-w", "1", "--json", "-q"]) == 0
    out, err = capsys.readouterr()
    assert json.loads(out)["counts"]["written"] == 1
    assert err == ""


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["run", "in"], "name the output folder with -o FOLDER"),
        (["run", "a.toml", "in"], "name one config, or inputs, not both"),
        (["run", "nowhere", "-o", "out"], "'nowhere' matches no file"),
        (["run", "in", "-o", "out", "--workers", "x"], "'x' is not a valid integer"),
        (["run"], "Missing argument"),
        (["rnu"], "Did you mean 'run'?"),
        (["check", "none.toml"], "can't read the config"),
        (["plugins", "lenght"], "did you mean 'length'?"),
        (["preview", "in", "page.text"], "close are: in/page.txt"),
        (["preview", "in", "-n", "5"], "the input holds 1 documents"),
        (["new-plugin", "1st"], "can't be a plugin's name"),
        (["new-plugin", "class"], "can't be a plugin's name"),
        (["new-plugin", "length"], "there is a step 'length' already"),
    ],
)
def test_wrong_usage_says_what_to_do_and_exits_with_two(capsys: Capture, arguments: list[str], message: str) -> None:
    assert run_command(arguments) == 2
    assert message in " ".join(capsys.readouterr().err.split())


def test_check_counts_the_input_and_writes_nothing(folder: Path, capsys: Capture) -> None:
    before = sorted(folder.rglob("*"))
    assert run_command(["check", "in"]) == 0
    out = capsys.readouterr().out
    assert "1 files for the reader 'text'" in out
    assert sorted(folder.rglob("*")) == before


def test_check_tells_of_a_file_that_cant_be_read(folder: Path, capsys: Capture) -> None:
    (folder / "in/bad.parquet").write_bytes(b"PAR1 but not really")
    assert run_command(["check", "in"]) == 1
    assert "in/bad.parquet" in capsys.readouterr().out


def test_preview_tells_the_way_of_a_document(capsys: Capture) -> None:
    assert run_command(["preview", "in/page.txt"]) == 0
    out = capsys.readouterr().out
    for piece in (
        "title = A fine headline",
        "A fine headline | The Paper   headline",
        "Show commentsHide Comments   comment_action",
        "By Dana Whitlock   byline",
        "authors = Dana Whitlock",
        "nothing to do",
        "The harbour was quiet on Monday",
    ):
        assert piece in out, piece


def test_preview_finds_a_document_by_its_path_and_shows_why_one_is_dropped(capsys: Capture) -> None:
    assert run_command(["preview", str(SAMPLES), "other/photo.html"]) == 0
    assert "dropped: binary, png" in capsys.readouterr().out


def test_plugins_lists_everything_and_shows_options(capsys: Capture) -> None:
    assert run_command(["plugins"]) == 0
    out = capsys.readouterr().out
    assert all(name in out for name in ("steps", "readers", "jsonl", "cookies", "processes", "ingest.builtin"))
    assert run_command(["plugins", "parquet"]) == 0
    out = capsys.readouterr().out
    assert "reader of ingest.builtin" in out
    assert "writer of ingest.builtin" in out
    assert run_command(["plugins", "length", "--json"]) == 0
    (record,) = json.loads(capsys.readouterr().out)
    assert record["options"]["min_chars"] == {
        "type": "whole number",
        "default": 1,
        "required": False,
        "description": "Fewest characters to accept.",
    }


def test_the_schema_knows_every_key_of_a_fresh_config(folder: Path, capsys: Capture) -> None:
    assert run_command(["schema"]) == 0
    schema = json.loads(capsys.readouterr().out)
    assert run_command(["init", "--input", "in"]) == 0
    config = tomllib.loads((folder / "ingest.toml").read_text())
    assert set(config) <= set(schema["properties"])
    by_name = {entry["properties"]["use"]["const"]: entry for entry in schema["properties"]["steps"]["items"]["oneOf"]}
    for step in config["steps"]:
        assert set(step) <= set(by_name[step["use"]]["properties"])
    assert by_name["languages"]["required"] == ["use", "allow"]
    assert schema["properties"]["read"]["properties"]["jsonl"]["additionalProperties"] is False


def test_init_writes_a_config_that_runs_and_spares_what_is_there(folder: Path, capsys: Capture) -> None:
    assert run_command(["init", "--input", "in"]) == 0
    assert run_command(["check", "ingest.toml"]) == 0
    assert run_command(["run", "ingest.toml", "-q", "-w", "1"]) == 0
    assert (
        load(Source.from_file(folder / "ingest.toml")).labels
        == load(Source('[read]\npaths=["a"]\n[write]\npath="b"')).labels
    )
    assert run_command(["init"]) == 2
    assert "--force replaces it" in capsys.readouterr().err
    assert run_command(["init", "--force"]) == 0


def test_a_new_plugin_works_and_passes_its_own_test(folder: Path, capsys: Capture) -> None:
    assert run_command(["new-plugin", "Two Words"]) == 0
    assert sorted(path.name for path in folder.glob("*two_words*")) == [
        "test_two_words.py",
        "two_words.py",
        "two_words.toml",
    ]
    done = subprocess.run([sys.executable, "-m", "pytest", "-q", "test_two_words.py"], capture_output=True, check=False)
    assert done.returncode == 0, done.stdout
    assert run_command(["preview", "two_words.toml"]) == 0
    assert "class TwoWords(LineFilter):   word" in capsys.readouterr().out
    assert run_command(["new-plugin", "Two Words"]) == 2


def test_help_is_there_for_all_and_fast_for_the_first(capsys: Capture) -> None:
    for name in COMMANDS:
        assert run_command([name, "--help"]) == 0
    assert "Usage: ingest run" in capsys.readouterr().out
    code = (
        "import sys; from ingest.cli import run_command; run_command(['--help']);"
        "print(sorted({'pydantic', 'pyarrow', 'rich', 'fsspec'} & set(sys.modules)), file=sys.stderr)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stderr.strip() == "[]"


def test_the_module_runs_like_the_command() -> None:
    done = subprocess.run([sys.executable, "-m", "ingest", "--version"], capture_output=True, text=True, check=True)
    assert done.stdout.startswith("ingest 0.")


def test_an_error_nobody_foresaw_keeps_documents_out_of_the_message(
    capsys: Capture, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise RuntimeError("text of {} document".format("a"))

    monkeypatch.setattr("ingest.plan.find_files", fail)
    assert run_command(["run", "in", "-o", "out"]) == 3
    err = capsys.readouterr().err
    assert "ingest failed with RuntimeError" in err
    assert "text of a document" not in err
    monkeypatch.setenv("INGEST_DEBUG", "1")
    assert run_command(["run", "in", "-o", "out"]) == 3
    assert "text of a document" in capsys.readouterr().err
