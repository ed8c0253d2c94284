"""What the docs show works as shown."""

from __future__ import annotations

import inspect
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
from support import Project

from ingest import hookspecs

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")
PLUGINS = (ROOT / "docs/plugins.md").read_text(encoding="utf-8")


def blocks(page: str, language: str) -> list[str]:
    return re.findall(rf"```{language}\n(.*?)```", page, re.DOTALL)


@pytest.mark.parametrize("page", [README, PLUGINS], ids=["README", "plugins"])
def test_the_plugin_that_is_shown_runs_with_the_config_that_is_shown(project: Project, page: str) -> None:
    code = next(block for block in blocks(page, "python") if "class Shouting" in block)
    config = next(block for block in blocks(page, "toml") if "shouting" in block)
    project.write("shouting.py", code)
    project.write("in/loud.txt", "BUY NOW, BUY ALL OF IT")
    project.write("in/quiet.txt", "Nothing to buy here.")
    decode = '[[steps]]\nuse = "decode"\n'
    whole = '[read]\npaths = ["in"]\n[write]\npath = "out"\n[run]\nexecutor = "serial"\n' + decode + config
    report = project.run(whole)
    assert dict(report.counts.dropped) == {"shouting/capitals": 1}


def test_the_other_plugin_that_is_shown_loads(project: Project) -> None:
    code = next(block for block in blocks(PLUGINS, "python") if "class Ellipses" in block)
    project.write("three.py", code)
    uses = "".join(f'[[steps]]\nuse = "{name}"\n' for name in ("ellipses", "hashtags", "shelf"))
    config = project.load('[read]\npaths = ["a"]\n[write]\npath = "b"\n[plugins]\nfiles = ["three.py"]\n' + uses)
    assert config.labels == ("ellipses", "hashtags", "shelf")


def test_the_step_that_counts_first_is_shown_as_it_works(project: Project) -> None:
    project.write("common_title.py", next(block for block in blocks(PLUGINS, "python") if "class CommonTitle" in block))
    titles = ["Not found"] * 3 + ["Herons"]
    lines = [f'{{"id": "{number}", "title": "{title}", "text": "words"}}\n' for number, title in enumerate(titles)]
    project.write("in/a.jsonl", "".join(lines))
    steps = '[[steps]]\nuse = "decode"\n[[steps]]\nuse = "common_title"\nmax_documents = 2\n'
    read = '[read]\npaths = ["in"]\n[read.jsonl]\ntitle = "title"\n'
    whole = read + '[write]\npath = "out"\n[run]\nexecutor = "serial"\n[plugins]\nfiles = ["common_title.py"]\n'
    assert dict(project.run(whole + steps).counts.dropped) == {"common_title/common_title": 3}
    assert [row["title"] for row in project.rows()] == ["Herons"]


def test_the_test_that_is_shown_passes(tmp_path: Path) -> None:
    code = next(block for block in blocks(PLUGINS, "python") if "class Shouting" in block)
    test = next(block for block in blocks(PLUGINS, "python") if "check_step(" in block)
    (tmp_path / "shouting.py").write_text(code)
    (tmp_path / "test_it.py").write_text(test)
    done = subprocess.run([sys.executable, "-m", "pytest", "-q"], cwd=tmp_path, capture_output=True, check=False)
    assert done.returncode == 0, done.stdout


def test_the_config_of_the_readme_is_right(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CRAWL", "/data")
    text = next(block for block in blocks(README, "toml") if "[read.jsonl]" in block)
    assert tomllib.loads(text)
    assert project.load(text).labels[-1] == "length"


def test_every_hook_has_a_heading_that_is_its_signature() -> None:
    for name, hook in vars(hookspecs).items():
        if hasattr(hook, "ingest_spec"):
            arguments = ", ".join(inspect.signature(hook).parameters)
            assert f"### `{name}({arguments})`" in PLUGINS


def test_the_generated_pages_are_up_to_date() -> None:
    done = subprocess.run(
        [sys.executable, str(ROOT / "docs/generate.py"), "--check"], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout
