"""`ingest check` and `ingest preview`: they look, and write nothing."""

from __future__ import annotations

import gzip
import importlib.util
import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from ingest.cli import run_command

Capture = pytest.CaptureFixture[str]
CONFIG = '[read]\npaths = ["docs"]\n[write]\npath = "clean"\n'


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "docs").mkdir()
    (tmp_path / "docs/a.txt").write_text("The first text of all.\n")
    (tmp_path / "docs/b.txt").write_text("The second text of all.\n")
    (tmp_path / "c.toml").write_text(CONFIG)
    return tmp_path


def test_check_shows_the_output_folder_of_the_config(capsys: Capture) -> None:
    assert run_command(["check", "c.toml"]) == 0
    assert "write     clean (parquet)" in capsys.readouterr().out
    assert run_command(["check", "c.toml", "-o", "other"]) == 0
    assert "/other (parquet)" in capsys.readouterr().out


def test_check_without_an_output_folder_does_not_make_one_up(capsys: Capture) -> None:
    assert run_command(["check", "docs"]) == 0
    out = capsys.readouterr().out
    assert "2 files" in out
    assert "write" not in out


def test_check_finds_that_a_config_has_no_output_as_run_does(folder: Path, capsys: Capture) -> None:
    (folder / "c.toml").write_text('[read]\npaths = ["docs"]\n')
    for command in ("check", "run"):
        assert run_command([command, "c.toml"]) == 2
        assert "the table [write] is missing" in capsys.readouterr().err
    assert run_command(["run", "c.toml", "-o", "out", "-q", "-w", "1"]) == 0


@pytest.mark.parametrize("command", ["check", "preview"])
def test_a_folder_called_corpus_is_input_like_any_other(folder: Path, capsys: Capture, command: str) -> None:
    (folder / "docs").rename(folder / "corpus")
    assert run_command([command, "corpus"]) == 0
    assert run_command([command, "corpus/b.txt"]) == 0
    assert capsys.readouterr().err == ""


def test_check_and_preview_leave_out_what_a_run_wrote(folder: Path, capsys: Capture) -> None:
    (folder / "c.toml").write_text(CONFIG.replace('"docs"', '"."').replace("[write]", 'exclude = ["*.toml"]\n[write]'))
    assert run_command(["run", "c.toml", "-q", "-w", "1"]) == 0
    assert run_command(["check", "c.toml"]) == 0
    assert "2 files for the reader 'text'" in capsys.readouterr().out
    assert run_command(["preview", "c.toml", "-n", "3"]) == 2
    assert "the input holds 2 documents" in capsys.readouterr().err


def test_check_opens_what_it_finds(folder: Path, capsys: Capture) -> None:
    (folder / "docs/c.txt").symlink_to("nowhere")
    (folder / "docs/d.txt.gz").write_bytes(gzip.compress(b"some text")[:-5])
    (folder / "docs/e.parquet").write_bytes(b"PAR1")
    os.mkfifo(folder / "docs/f.txt")
    assert run_command(["check", "docs"]) == 1
    lines = [line for line in capsys.readouterr().out.splitlines() if line.startswith("unreadable")]
    told = {line.split()[1]: line.count("docs/") for line in lines}
    assert sorted(told) == [f"docs/{name}:" for name in ("c.txt", "d.txt.gz", "e.parquet", "f.txt")]
    assert told["docs/e.parquet:"] == 1


def test_check_counts_what_is_in_archives(folder: Path, capsys: Capture) -> None:
    with zipfile.ZipFile(folder / "docs/x.zip", "w") as archive:
        archive.writestr("c.txt", "text")
        archive.writestr("d.html", "<p>page")
    assert run_command(["check", "docs"]) == 0
    out = capsys.readouterr().out
    assert "1 files for the reader 'html'" in out
    assert "3 files for the reader 'text'" in out


def test_preview_finds_a_document_by_number_path_and_id(capsys: Capture) -> None:
    for arguments in (["-n", "2"], ["b.txt"], ["docs/b.txt"], ["./b.txt"]):
        assert run_command(["preview", "c.toml", *arguments]) == 0
        out = capsys.readouterr().out
        assert "The second text of all." in out
    found = out.partition(" id ")[2].split()[0]
    assert run_command(["preview", "docs", found]) == 0
    assert "The second text of all." in capsys.readouterr().out


def test_preview_says_which_documents_are_close(capsys: Capture) -> None:
    assert run_command(["preview", "c.toml", "docs/bb.txt"]) == 2
    assert "close are: docs/b.txt, docs/a.txt" in " ".join(capsys.readouterr().err.split())
    assert run_command(["preview", "c.toml", "a", "b"]) == 2


def test_preview_goes_past_what_cant_be_read(folder: Path, capsys: Capture) -> None:
    (folder / "docs/0.txt").symlink_to("nowhere")
    assert run_command(["preview", "docs", "b.txt"]) == 0
    out, err = capsys.readouterr()
    assert "The second text of all." in out
    assert "unreadable: docs/0.txt" in err


def test_preview_hands_no_commands_of_a_document_to_the_terminal(folder: Path, capsys: Capture) -> None:
    (folder / "docs/e.jsonl").write_text('{"text": "one \\u001b[31mtwo\\u009b5n \\u0007", "t": "a\\u001b[2Jb"}\n')
    (folder / "c.toml").write_text(CONFIG + '[read.jsonl]\ntitle = "t"\nmetadata = ["t"]\n[[steps]]\nuse = "decode"\n')
    assert run_command(["preview", "c.toml", "e.jsonl#0"]) == 0
    out = capsys.readouterr().out
    assert "one ·[31mtwo·5n ·" in out
    assert not set("\x1b\x9b\x07") & set(out)


@pytest.mark.parametrize("text", ["[bold]x[/bold] [/]", "[/red]", "\\[x]", "[link=file:///]x[/link]"])
def test_preview_shows_brackets_as_they_are(folder: Path, capsys: Capture, text: str) -> None:
    (folder / "docs/[b].txt").write_text(text + " and more words")
    assert run_command(["preview", "docs", "[b].txt"]) == 0
    out = capsys.readouterr().out
    assert text in out
    assert "docs/[b].txt" in out


def test_preview_tells_of_a_failure_and_of_edits(folder: Path, capsys: Capture) -> None:
    (folder / "p.py").write_text(
        "from ingest import Filter, hookimpl\nclass P(Filter):\n    '''Fail.'''\n    name = 'p'\n"
        "    def reject(self, doc):\n        raise ValueError('[no]')\n"
        "@hookimpl\ndef register_components():\n    return [P]\n"
    )
    (folder / "c.toml").write_text(
        CONFIG + '[plugins]\nfiles = ["p.py"]\n[[steps]]\nuse = "decode"\n[[steps]]\nuse = "p"\n'
    )
    assert run_command(["preview", "c.toml"]) == 0
    assert "failed: ValueError: [no] (p.py:6)" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("step", "module", "extra"),
    [
        ('use = "language"\nbackend = "lingua"\n', "lingua", "lingua"),
        ('use = "redact"\nphone = "mask"\n', "phonenumbers", "phones"),
    ],
)
def test_an_option_that_needs_an_extra_is_told_before_anything_runs(
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    step: str,
    module: str,
    extra: str,
) -> None:
    found = importlib.util.find_spec
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None if name == module else found(name))
    (tmp_path / "a.txt").write_text("text")
    config = tmp_path / "c.toml"
    config.write_text(f'[read]\npaths = ["a.txt"]\n[write]\npath = "out"\n[[steps]]\nuse = "decode"\n[[steps]]\n{step}')
    assert run_command(["check", str(config)]) == 2
    err = capsys.readouterr().err
    assert f"needs the package '{module}', which is not installed: pip install 'ingest[{extra}]'" in err
    assert "c.toml:" in err


@pytest.mark.parametrize(
    ("deed", "seen"), [("while True:\n            pass", "Timeout"), ("ctypes.string_at(0)", "Segmentation fault")]
)
def test_a_preview_of_a_step_that_hangs_or_crashes_says_where_and_ends(folder: Path, deed: str, seen: str) -> None:
    (folder / "bad.py").write_text(
        "import ctypes\nfrom ingest import Cleaner, hookimpl\nclass Bad(Cleaner):\n    '''Bad.'''\n    name = 'bad'\n"
        f"    def clean(self, doc):\n        {deed}\n"
        "@hookimpl\ndef register_components():\n    return [Bad]\n"
    )
    options = '[run]\ndocument_seconds = 1\n[plugins]\nfiles = ["bad.py"]\n[[steps]]\nuse = "bad"\n'
    (folder / "c.toml").write_text(CONFIG + options)
    done = subprocess.run(
        [sys.executable, "-m", "ingest", "preview", "c.toml"], capture_output=True, text=True, check=False, timeout=60
    )
    assert done.returncode != 0
    assert seen in done.stderr
    assert "bad.py" in done.stderr
