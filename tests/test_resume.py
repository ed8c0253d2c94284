"""A run that did not come to its end goes on with the same command, and with no other."""

from __future__ import annotations

import json
import re

import pytest
from support import Project, digests

from ingest.cli import run_command
from ingest.errors import OutputError
from ingest.plan import make_plan
from ingest.report import Report
from ingest.run import run

PLUGIN = """\
import json
import os
from ingest import Document, Step, hookimpl

class Diary(Step):
    "Write down every document, and stop at one that says so."
    name = "diary"

    def apply(self, doc):
        with open({diary!r}, "a") as stream:
            stream.write(doc.text + "\\n")
        if doc.text == "five" and os.path.exists({stop!r}):
            raise KeyboardInterrupt
        return doc

@hookimpl
def register_components():
    return [Diary]
"""
CONFIG = """\
[read]
paths = ["in"]
[write]
path = "out"
[run]
executor = "serial"
shard_files = 1
[plugins]
files = ["diary.py"]
[[steps]]
use = "decode"
[[steps]]
use = "length"
min_chars = 2
min_words = 1
[[steps]]
use = "diary"
"""
WORDS = ("one", "two", "three", "four", "five", "six")


@pytest.fixture
def begun(project: Project) -> Project:
    """A run of six shards that was stopped in the fifth."""
    for number, word in enumerate(WORDS):
        project.write(f"in/{number}.txt", word)
    project.write("stop", "")
    project.write("diary.py", PLUGIN.format(diary=str(project.folder / "diary"), stop=str(project.folder / "stop")))
    with pytest.raises(KeyboardInterrupt):
        project.run(CONFIG)
    assert diary(project) == list(WORDS[:5])
    (project.folder / "stop").unlink()
    return project


def diary(project: Project) -> list[str]:
    """Give what the steps were given since this was last asked."""
    path = project.folder / "diary"
    texts = path.read_text().split() if path.exists() else []
    path.write_text("")
    return texts


def again(project: Project, text: str = CONFIG) -> Report:
    return project.run(text, fresh=False)


def undisturbed(project: Project) -> dict[str, str]:
    """Give the hashes of what a run writes that nothing gets in the way of."""
    project.run(CONFIG.replace('"out"', '"whole"'))
    diary(project)
    return {name: digest for name, digest in digests(project.folder / "whole").items() if not name.endswith(".json")}


def written(project: Project) -> dict[str, str]:
    return {name: digest for name, digest in digests(project.output).items() if not name.endswith(".json")}


def test_the_same_command_does_what_is_left_and_then_nothing(begun: Project) -> None:
    report = again(begun)
    assert diary(begun) == ["five", "six"]
    assert (report.shards, report.shards_before, report.counts.written) == (6, 4, 6)
    assert written(begun) == undisturbed(begun)
    report = again(begun)
    assert diary(begun) == []
    assert (report.shards, report.shards_before, report.counts.written) == (6, 6, 6)


@pytest.mark.parametrize(
    ("before", "after", "told"),
    [
        ("min_chars = 2", "min_chars = 3", "is that of another config:\n    steps[2].min_chars was 2, is 3"),
        ("shard_files = 1", "shard_files = 2", "is that of another config:\n    run.shard_files was 1, is 2"),
        ("shard_files = 1", 'shard_files = 1\naudit = "full"', 'audit was "counts", is "full"'),
        ('[[steps]]\nuse = "diary"\n', "", "is that of another config:"),
    ],
)
def test_another_config_is_refused_with_what_is_different(begun: Project, before: str, after: str, told: str) -> None:
    found = digests(begun.output)
    with pytest.raises(OutputError, match=re.escape(told)) as caught:
        again(begun, CONFIG.replace(before, after))
    assert "--fresh" in str(caught.value)
    assert digests(begun.output) == found


@pytest.mark.parametrize(
    ("name", "content", "told"),
    [
        ("in/2.txt", "three and more", "in/2.txt had 5 bytes, has 14"),
        ("in/2.txt", "eerht", "in/2.txt was changed"),
        ("in/6.txt", "seven", "in/6.txt is new"),
        ("in/2.txt", None, "in/2.txt is gone"),
    ],
)
def test_other_input_is_refused_with_what_is_different(
    begun: Project, name: str, content: str | None, told: str
) -> None:
    if content is None:
        (begun.folder / name).unlink()
    else:
        begun.write(name, content)
    with pytest.raises(OutputError, match=f"the run that was begun here read other input:\n    {told}\n"):
        again(begun)


def test_a_plugin_that_was_changed_is_refused(begun: Project) -> None:
    plugin = begun.folder / "diary.py"
    plugin.write_text(plugin.read_text() + "# one more line\n")
    with pytest.raises(OutputError, match=r"the plugin .diary. is another one"):
        again(begun)


def test_a_run_that_is_refused_leaves_the_finished_one_as_it_is(begun: Project) -> None:
    again(begun)
    report = (begun.output / "report.json").read_bytes()
    config = str(begun.write("config.toml", CONFIG.replace("min_chars = 2", "min_chars = 3")))
    assert run_command(["run", config, "-q"]) == 2
    assert (begun.output / "report.json").read_bytes() == report


def test_fresh_starts_over_and_leaves_what_is_foreign(begun: Project) -> None:
    foreign = [begun.write(name, "mine") for name in ("out/notes.txt", "out/shards/part-1.txt", "out/corpus/part.txt")]
    begun.run(CONFIG.replace("min_chars = 2", "min_chars = 5"))
    assert diary(begun) == ["three"]
    assert [file.read_text() for file in foreign] == ["mine"] * 3


def test_shards_whose_files_are_not_what_they_were_are_done_again(begun: Project) -> None:
    again(begun)
    diary(begun)
    (begun.output / "corpus/part-00001.parquet").unlink()
    torn = begun.output / "corpus/part-00003.parquet"
    torn.write_bytes(torn.read_bytes()[:100])
    (begun.output / "shards/part-00005.json").unlink()
    report = again(begun)
    assert diary(begun) == ["two", "four", "six"]
    assert report.shards_before == 3
    assert written(begun) == undisturbed(begun)


def test_what_a_dead_run_left_is_taken_away(begun: Project) -> None:
    left = [
        begun.write(f"out/{name}", "torn")
        for name in (
            "corpus/.tmp-0123abcd-part-00004.parquet",
            "dropped/part-00004.parquet",
            "shards/.tmp-0123abcd-part-00004.json",
            ".tmp-0123abcd-report.json",
            "counts/.tmp-00-00001.keys",
        )
    ]
    again(begun)
    assert [path for path in left if path.exists()] == []
    assert written(begun) == undisturbed(begun)


def test_files_of_an_attempt_that_came_to_nothing_are_not_in_the_corpus(begun: Project) -> None:
    def leave(*_: object) -> None:
        begun.write("out/corpus/de/part-00002.parquet", "")

    run(make_plan(begun.load(CONFIG)), leave)
    assert written(begun) == undisturbed(begun)


@pytest.mark.parametrize("content", ["", "{", "[]", '{"shards": 6, "counts": 5}', "null"])
@pytest.mark.parametrize("name", ["run.json", "inputs.parquet", "shards/part-00001.json"])
def test_a_damaged_record_is_told_with_what_to_do(
    begun: Project, name: str, content: str, capsys: pytest.CaptureFixture[str]
) -> None:
    begun.write(f"out/{name}", content)
    if name == "inputs.parquet":
        # Looked into only to tell what is different.
        begun.write("in/6.txt", "seven")
    assert run_command(["run", str(begun.folder / "config.toml"), "-q"]) == 2
    err = capsys.readouterr().err
    assert name in err
    assert "damaged" in err
    assert "--fresh" in err


def test_a_second_run_at_the_same_time_is_refused_and_the_first_is_none_the_worse(
    begun: Project, capsys: pytest.CaptureFixture[str]
) -> None:
    statuses = []

    def meddle(*_: object) -> None:
        statuses.append(run_command(["run", str(begun.folder / "config.toml"), "-q", "--fresh"]))

    report = run(make_plan(begun.load(CONFIG)), meddle)
    assert statuses == [2] * 6
    assert (
        capsys.readouterr().err.count("another run is writing there; wait for it to end, or name another folder") == 6
    )
    assert report.shards == 6
    assert diary(begun) == ["five", "six"]
    assert written(begun) == undisturbed(begun)


def test_a_complete_run_that_is_given_again_keeps_its_report(
    project: Project, capsys: pytest.CaptureFixture[str]
) -> None:
    project.write("in/a.txt", "A text that stays.")
    text = '[read]\npaths = ["in"]\n[write]\npath = "out"\n[run]\nexecutor = "serial"\n'
    config = str(project.write("config.toml", text))
    assert run_command(["run", config, "-q"]) == 0
    report = json.loads((project.output / "report.json").read_text())
    assert run_command(["run", config]) == 0
    assert "nothing to do: 1 of 1 shards were done before" in " ".join(capsys.readouterr().err.split())
    again = json.loads((project.output / "report.json").read_text())
    assert again == report | {"shards_before": 1}
