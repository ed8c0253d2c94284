"""The command in a process of its own: pipes, encodings, interrupts."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from ingest.cli import run_command

COMMAND = [sys.executable, "-m", "ingest"]


@pytest.mark.parametrize("arguments", [["plugins"], ["schema"], ["plugins", "--json"]])
def test_a_reader_that_goes_away_is_no_error(arguments: list[str]) -> None:
    reader, writer = os.pipe()
    os.close(reader)
    done = subprocess.run([*COMMAND, *arguments], stdout=writer, stderr=subprocess.PIPE, text=True, check=False)
    os.close(writer)
    assert (done.returncode, done.stderr) == (0, "")


def test_a_terminal_that_lacks_characters_gets_their_escapes(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("日本語 text with enough words\n", encoding="utf-8")
    environment = os.environ | {"PYTHONIOENCODING": "ascii", "COLUMNS": "60"}
    done = subprocess.run(
        [*COMMAND, "preview", "a.txt"], cwd=tmp_path, env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    assert "\\u65e5\\u672c\\u8a9e text" in done.stdout


def test_the_bare_command_shows_its_help(capsys: pytest.CaptureFixture[str]) -> None:
    assert run_command([]) == 2
    assert "Usage: ingest" in capsys.readouterr().err
    assert run_command(["--version"]) == 0
    assert capsys.readouterr().out.startswith("ingest 0.")


def test_an_interrupt_exits_with_130(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    def interrupt(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("ingest.config.load", interrupt)
    assert run_command(["check", "."]) == 130
    assert capsys.readouterr().err.strip().endswith("interrupted")


@pytest.mark.parametrize(
    "arguments", [["new-plugin", "x", "-d", "file"], ["init", "file/x.toml"], ["init", "no/x.toml"]]
)
def test_a_place_that_cant_be_written_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], arguments: list[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "file").write_text("")
    assert run_command(arguments) == 2
    assert "can't write" in capsys.readouterr().err


@pytest.mark.parametrize("name", ["n_a_m_e", "Ünder", "a-b c", "match"])
def test_a_new_plugin_may_have_any_name_that_is_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], name: str
) -> None:
    monkeypatch.chdir(tmp_path)
    status = run_command(["new-plugin", name])
    assert status == (2 if name == "Ünder" else 0)
    for config in tmp_path.glob("*.toml"):
        assert run_command(["preview", str(config)]) == 0
