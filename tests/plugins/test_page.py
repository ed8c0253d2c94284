"""The plugins that docs/plugins.md shows, each in a run."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from support import Project

from ingest.cli import run_command
from ingest.step import Step
from ingest.testing import check_step, load_plugin

PAGE = (Path(__file__).parents[2] / "docs/plugins.md").read_text(encoding="utf-8")
BLOCKS: list[str] = re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL)
PLUGINS = [block for block in BLOCKS if "@hookimpl" in block]
CONFIG = """\
[read]
paths = ["in"]

[plugins]
files = ["shown.py"]

[[steps]]
use = "decode"

[[steps]]
use = "{step}"

[write]
path = "out"
"""


def shown(text: str) -> str:
    """Give the one plugin on the page that holds a text."""
    (block,) = [block for block in PLUGINS if text in block]
    return block


def run(project: Project, plugin: str, step: str = "tidy", more: str = "", workers: int = 1) -> int:
    project.write("shown.py", shown(plugin))
    text = CONFIG.format(step=step) + more
    config = project.write("config.toml", f"{text}\n[run]\nworkers = {workers}\naudit = 'full'\n")
    return run_command(["run", str(config)])


def test_every_block_is_a_plugin_or_the_test_of_one() -> None:
    assert [block for block in BLOCKS if block not in PLUGINS and "def test_" not in block] == []
    assert len(PLUGINS) == 9


@pytest.mark.parametrize("block", PLUGINS, ids=lambda block: re.findall(r"class (\w+)|$", block)[0] or "hooks")
def test_every_step_keeps_the_rules(tmp_path: Path, block: str) -> None:
    (tmp_path / "shown.py").write_text(block, encoding="utf-8")
    plugin = load_plugin(tmp_path / "shown.py")
    offered = plugin.register_components() if hasattr(plugin, "register_components") else []
    for component in offered:
        assert component.summary()
        if issubclass(component, Step):
            check_step(component())


def test_the_bases(project: Project) -> None:
    project.write("in/a.txt", "Wait...\n#one #two\nDone.")
    more = '[[steps]]\nuse = "hashtags"\n[[steps]]\nuse = "shelf"\n'
    assert run(project, "class Ellipses", "ellipses", more) == 0
    (row,) = project.rows()
    assert row["text"] == "Wait…\nDone."
    assert row["metadata"]["shelf"] == "in"


def test_edits_and_reasons(project: Project) -> None:
    project.write("in/a.txt", "Now $5 or €7.50.")
    assert run(project, "class Prices", "prices") == 0
    assert project.rows()[0]["text"] == "Now <PRICE> or <PRICE>."
    rows = [
        (row["code"], row["removed"], row["inserted"]) for row in project.rows("removed") if row["step"] == "prices"
    ]
    assert rows == [("price", "$5", "<PRICE>"), ("price", "€7.50", "<PRICE>")]


def test_a_typed_column(project: Project) -> None:
    project.write("in/a.txt", "one two three")
    assert run(project, "class WordCount", "word_count") == 0
    assert project.rows()[0]["n_words"] == 3
    (file,) = (project.output / "corpus").iterdir()
    assert str(pq.read_schema(file).field("n_words").type) == "int64"


def test_a_reader_in_two_worker_processes(project: Project) -> None:
    for name in "ab":
        project.write(f"in/{name}.cards", f"{name} one\n%\n \n%\n{name} two")
    assert run(project, "class Cards", workers=2) == 1
    assert [row["text"] for row in project.rows()] == ["a one", "a two", "b one", "b two"]
    assert [row["message"] for row in project.rows("quarantine")] == ["the card is empty"] * 2


def test_a_writer(project: Project) -> None:
    project.write("in/a.txt", "Grüße")
    assert run(project, "class Lines", more='writer = "lines"\n') == 0
    (line,) = (project.output / "corpus/part-00000.jsonl").read_text(encoding="utf-8").splitlines()
    assert json.loads(line)["text"] == "Grüße"
    config = project.folder / "config.toml"
    assert run_command(["run", str(config), "--fresh"]) == 0


def test_an_executor(project: Project) -> None:
    for name in "abc":
        project.write(f"in/{name}.txt", f"text {name}")
    text = CONFIG.format(step="tidy") + '[run]\nexecutor = "threads"\nworkers = 2\nshard_files = 1\n'
    project.write("shown.py", shown("class Threads"))
    assert run_command(["run", str(project.write("config.toml", text))]) == 0
    assert [row["text"] for row in project.rows()] == ["text a", "text b", "text c"]


def test_the_hooks(project: Project, capsys: pytest.CaptureFixture[str]) -> None:
    project.write("in/a.txt", "text")
    assert run(project, "def run_started") == 0
    err = capsys.readouterr().err
    for line in ("1 shards to do", "shard 0 wrote 1", "1 documents in out"):
        assert f"{line}\n" in err
