"""An installed plugin: the example package in an environment of its own, used through a config."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import venv
from collections.abc import Callable
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

ROOT = Path(__file__).parents[1]
PACKAGE = ROOT / "plugins/ingest-plugin-example"
CONFIG = """\
[read]
paths = ["in"]

[[steps]]
use = "decode"

[[steps]]
use = "language"

[[steps]]
use = "alpha_ratio"

[[steps]]
use = "readability"

[write]
path = "out"

[run]
executor = "threads"
workers = 2
shard_files = 1
"""
Command = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture(scope="module")
def ingest(tmp_path_factory: pytest.TempPathFactory) -> Command:
    """Give the command `ingest` of a fresh environment with the project and the package in it."""
    folder = tmp_path_factory.mktemp("environment")
    venv.create(folder, with_pip=True)
    scripts = folder / ("Scripts" if sys.platform == "win32" else "bin")
    install = [str(scripts / "python"), "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    subprocess.run([*install, "--no-deps", str(ROOT), str(PACKAGE)], check=True)
    # What both need is taken from here: to install it once more would take half a minute.
    (installed,) = folder.glob("[Ll]ib/**/site-packages")
    (installed / "needs.pth").write_text(str(Path(pa.__file__).parents[1]), encoding="utf-8")

    def run(*arguments: str, cwd: Path, **environment: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [str(scripts / "ingest"), *arguments],
            cwd=cwd,
            env=os.environ | environment,
            capture_output=True,
            text=True,
            encoding="utf-8",
            check=False,
        )

    return run


def test_the_package_works_through_its_entry_point(ingest: Command, tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    (tmp_path / "in/a.txt").write_text("The cat sat on the mat. The dog ran to the door and back again.")
    (tmp_path / "in/b.txt").write_text("Der Hund lief zur Tür, und die Katze sah ihm dabei zu.")
    (tmp_path / "in/c.txt").write_text("1234 5678 - 90 == 12 ++ 33 :: 7 a")
    (tmp_path / "config.toml").write_text(CONFIG)
    done = ingest("run", "config.toml", cwd=tmp_path)
    assert (done.returncode, done.stdout) == (0, ""), done.stderr
    tables = [pq.read_table(file) for file in sorted((tmp_path / "out/corpus").iterdir())]
    assert {str(table.schema.field("readability").type) for table in tables} == {"double"}
    rows = [row for table in tables for row in table.to_pylist()]
    # 15 words, 16 syllables, 2 sentences.
    assert [row["readability"] for row in rows] == [
        pytest.approx(206.835 - 1.015 * 7.5 - 84.6 * 16 / 15, abs=0.01),
        None,
    ]
    # Shards on threads give what shards one after the other give.
    files = {file.name: file.read_bytes() for file in (tmp_path / "out/corpus").iterdir()}
    (tmp_path / "config.toml").write_text(CONFIG.replace("threads", "serial"))
    assert ingest("run", "config.toml", cwd=tmp_path).returncode == 0
    assert {file.name: file.read_bytes() for file in (tmp_path / "out/corpus").iterdir()} == files

    listed = {(one["kind"], one["name"]): one for one in json.loads(ingest("plugins", "--json", cwd=tmp_path).stdout)}
    step = listed["step", "readability"]
    assert (step["plugin"], step["source"], step["version"]) == ("example", "ingest-plugin-example", "0.1.0")
    assert listed["step", "alpha_ratio"]["options"]["min_ratio"]["default"] == 0.5

    for folder in ("out", "out/corpus"):
        lines = ingest("corpus-stats", folder, cwd=tmp_path).stdout.splitlines()
        n_chars = sum(len(row["text"]) for row in rows)
        assert lines == ["documents\t2", f"characters\t{n_chars}", "language de\t1", "language en\t1"]
    missing = ingest("corpus-stats", "none", cwd=tmp_path)
    assert (missing.returncode, missing.stdout) == (2, "")
    assert "corpus-stats" in ingest("--help", cwd=tmp_path).stdout


def test_it_can_be_left_out(ingest: Command, tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    (tmp_path / "in/a.txt").write_text("text")
    (tmp_path / "config.toml").write_text(CONFIG)
    off = ingest("run", "config.toml", cwd=tmp_path, INGEST_LOAD_PLUGINS="")
    assert off.returncode == 2
    assert "there is no step 'readability'" in off.stderr
    assert "corpus-stats" not in ingest("--help", cwd=tmp_path, INGEST_LOAD_PLUGINS="").stdout
    unknown = ingest("run", "config.toml", cwd=tmp_path, INGEST_LOAD_PLUGINS="exampel")
    assert unknown.returncode == 2
    assert "no installed package offers it" in unknown.stderr
    (tmp_path / "config.toml").write_text(CONFIG + '\n[plugins]\ndisable = ["example"]\n')
    assert "there is no step 'readability'" in ingest("run", "config.toml", cwd=tmp_path).stderr
