"""`ingest run`: what it prints where, and its exit status."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from ingest.cli import run_command

Capture = pytest.CaptureFixture[str]


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "in").mkdir()
    (tmp_path / "in/a.txt").write_text("A text with some words in it.\n")
    (tmp_path / "c.toml").write_text('[read]\npaths = ["in"]\n[write]\npath = "out"\n[run]\nexecutor = "serial"\n')
    return tmp_path


def test_a_clean_run_exits_with_zero_and_one_with_failures_with_one(folder: Path, capsys: Capture) -> None:
    assert run_command(["run", "c.toml"]) == 0
    (folder / "in/b.txt").symlink_to("nowhere")
    assert run_command(["run", "c.toml", "--fresh"]) == 1
    err = " ".join(capsys.readouterr().err.split())
    assert "quarantined 1 read Unreadable" in err
    assert "quarantine Unreadable in step 'read', first on 'in/b.txt'" in err


def test_repeated_ids_are_told_and_exit_with_one(folder: Path, capsys: Capture) -> None:
    for name in "bc":
        (folder / f"in/{name}.jsonl").write_text('{"id": "[x]", "text": "words"}\n')
    (folder / "c.toml").write_text((folder / "c.toml").read_text() + "shard_files = 1\n")
    assert run_command(["run", "c.toml"]) == 1
    assert "ids that stand more than once: [x]" in capsys.readouterr().err


def test_json_is_all_that_stdout_gets(capsys: Capture) -> None:
    assert run_command(["run", "c.toml", "--json"]) == 0
    out, err = capsys.readouterr()
    report = json.loads(out)
    assert report["counts"]["written"] == 1
    assert report["workers"] == 1
    assert report["files"] == ["corpus/part-00000.parquet", "shards/part-00000.ids"]
    assert "written" in err


def test_quiet_is_silent(capsys: Capture) -> None:
    assert run_command(["run", "c.toml", "-q"]) == 0
    assert capsys.readouterr() == ("", "")


def test_options_of_the_command_line_win_over_the_config(folder: Path, capsys: Capture) -> None:
    (folder / "in/b.jsonl").write_text('{"text": "one"}\n{"text": "two"}\n')
    arguments = ["run", "c.toml", "-o", "elsewhere", "--limit", "1", "--audit", "full", "-w", "1", "-q", "--json"]
    assert run_command(arguments) == 0
    assert json.loads(capsys.readouterr().out)["counts"]["read"] == 2
    assert (folder / "elsewhere/corpus").is_dir()
    assert not (folder / "out").exists()


@pytest.mark.parametrize(
    ("text", "arguments", "message"),
    [
        (
            'run = 5\n[read]\npaths = ["in"]\n[write]\npath = "x"\n',
            ["-w", "1"],
            "c.toml:1: run: expected a table, found 5",
        ),
        ('write = "x"\n[read]\npaths = ["in"]\n', ["-o", "y"], 'c.toml:1: write: expected a table, found "x"'),
        ('[read]\npaths = ["in"]\n', ["--fresh"], "write: the table [write] is missing"),
    ],
)
def test_an_option_on_top_of_a_wrong_config_tells_what_is_wrong(
    folder: Path, capsys: Capture, text: str, arguments: list[str], message: str
) -> None:
    (folder / "c.toml").write_text(text)
    assert run_command(["run", "c.toml", *arguments]) == 2
    assert message in capsys.readouterr().err


@pytest.mark.parametrize(
    "name", ["with space.txt", "[a].txt", "del\x7f.txt", 'q"uote\\.txt', "lin\ne.txt", "é 日本.txt"]
)
def test_files_of_any_name_can_be_given(folder: Path, name: str) -> None:
    (folder / name).write_text("A text with some words in it.\n")
    assert run_command(["run", name, "-o", "out", "-q", "-w", "1"]) == 0


def test_the_summary_takes_no_markup_from_documents(folder: Path, capsys: Capture) -> None:
    (folder / "p.py").write_text(
        "from ingest import Annotator, hookimpl\nclass P(Annotator):\n    '''Set.'''\n    name = 'p'\n"
        "    def annotate(self, doc):\n        return doc.replace(language='[/red]', charset='[/]')\n"
        "@hookimpl\ndef register_components():\n    return [P]\n"
    )
    config = (folder / "c.toml").read_text()
    (folder / "c.toml").write_text(
        config + '[plugins]\nfiles = ["p.py"]\n[[steps]]\nuse = "decode"\n[[steps]]\nuse = "p"\n'
    )
    assert run_command(["run", "c.toml"]) == 0
    assert "languages   [/red] 1" in capsys.readouterr().err


def test_something_that_calls_exit_is_a_failure(folder: Path, capsys: Capture) -> None:
    (folder / "p.py").write_text(
        "import sys\nfrom ingest import hookimpl\n@hookimpl\ndef run_started(plan):\n    sys.exit(0)\n"
    )
    (folder / "c.toml").write_text((folder / "c.toml").read_text() + '[plugins]\nfiles = ["p.py"]\n')
    assert run_command(["run", "c.toml"]) == 3
    assert "something called sys.exit(0)" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("output", "message"),
    [
        ("", "write.path: is empty; name a folder for the output"),
        ("a\\u0000b", "a path can't hold the character U+0000"),
        ("no-such-scheme://a/b", "can't write there: Protocol not known"),
        ("${EMPTY}", "write.path: is empty; name a folder for the output"),
        ("${UNSET}", "the environment variable UNSET is not set"),
        ("c.toml", "c.toml: is a file; name a folder for the output"),
        ("c.toml/below", "can't write there"),
        ("gone", "gone: can't write there"),
        ("in", "the 1 files that were found lie in the output folder"),
    ],
)
def test_an_output_folder_that_is_none_is_told(
    folder: Path, capsys: Capture, monkeypatch: pytest.MonkeyPatch, output: str, message: str
) -> None:
    monkeypatch.setenv("EMPTY", "")
    (folder / "gone").symlink_to("nowhere")
    (folder / "c.toml").write_text((folder / "c.toml").read_text().replace('"out"', f'"{output}"'))
    assert run_command(["run", "c.toml"]) == 2
    assert message in capsys.readouterr().err


def test_an_empty_name_for_the_output_is_not_the_folder_one_stands_in(folder: Path, capsys: Capture) -> None:
    for source in ("in", "c.toml"):
        assert run_command(["run", source, "-o", "", "--fresh"]) == 2
        assert "write.path: is empty; name a folder for the output" in capsys.readouterr().err
    assert sorted(path.name for path in folder.iterdir()) == ["c.toml", "in"]


def test_a_limit_without_bounds_is_none(capsys: Capture) -> None:
    assert run_command(["run", "c.toml", "--limit", "9" * 30, "-q"]) == 0


def test_a_config_that_is_nested_too_deeply_is_told(folder: Path, capsys: Capture) -> None:
    (folder / "c.toml").write_text("a = " + "[" * 20_000 + "]" * 20_000)
    assert run_command(["run", "c.toml"]) == 2
    assert "c.toml: nested too deeply" in capsys.readouterr().err


def test_an_empty_folder_is_told(folder: Path, capsys: Capture) -> None:
    (folder / "in/a.txt").unlink()
    assert run_command(["run", "c.toml"]) == 2
    assert "'in' is a folder without files" in capsys.readouterr().err
