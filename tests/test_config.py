"""What a config may say, and what people are told when it is wrong."""

from __future__ import annotations

from pathlib import Path

import pytest
from support import Project

from ingest.config import Source, load
from ingest.errors import ConfigError
from ingest.plan import make_plan
from ingest.positions import key_lines
from ingest.run import run

GOOD = '[read]\npaths = ["in"]\n\n[write]\npath = "out"\n'


def problems(project: Project, text: str) -> list[str]:
    with pytest.raises(ConfigError) as caught:
        project.load(text)
    return [problem.render("c.toml") for problem in caught.value.problems]


def test_all_problems_are_reported_at_once_with_line_key_value_and_nearest_name(project: Project) -> None:
    text = """\
[read]
path = ["in"]

[[steps]]
use = "lenght"

[[steps]]
use = "length"
min_char = 5
max_chars = "many"

[wirte]
path = "out"

[run]
workers = -1
"""
    assert problems(project, text) == [
        'c.toml: write: the table [write] is missing\n    add [write] with path = "FOLDER"',
        "c.toml:1: read.paths: is missing\n    add paths = ...",
        "c.toml:2: read.path: unknown key\n    did you mean 'paths'?",
        "c.toml:5: steps[1].use: there is no step 'lenght'\n    did you mean 'length'?",
        "c.toml:9: steps[2].min_char: unknown option\n    did you mean 'min_chars'?",
        'c.toml:10: steps[2].max_chars: expected a whole number, found "many"',
        "c.toml:12: wirte: unknown key\n    did you mean 'write'?",
        "c.toml:16: run.workers: input should be greater than or equal to 0, found -1",
    ]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("[read\n", "c.toml:1: not valid TOML: Expected ']' at the end of a table declaration"),
        (GOOD + "[[steps]]\nmin_chars = 3\n", "steps[1]: a step needs its name"),
        (GOOD + '[steps]\nuse = "length"\n', "steps: expected an array of tables"),
        (GOOD + '[[steps]]\nuse = "languages"\n', "steps[1].allow: is missing"),
        (GOOD + '[[steps]]\nuse = "languages"\nallow = ["english"]\n', "steps[1].allow[1]: string should match"),
        (GOOD + '[[steps]]\nuse = "languages"\nallow = []\n', "steps[1].allow: list should have at least 1 item"),
        (GOOD + '[[steps]]\nuse = "length"\nmin_chars = 9\nmax_chars = 3\n', "max_chars = 3 is below min_chars = 9"),
        (GOOD + '[[steps]]\nuse = "decode"\nfallback = "utf-9"\n', "'utf-9' is not a charset of the WHATWG"),
        (GOOD + '[run]\nexecutor = "spork"\n', "run.executor: there is no executor 'spork'"),
        (GOOD.replace("[write]", '[write]\nwriter = "parkett"'), "write.writer: there is no writer 'parkett'"),
        (GOOD.replace("[write]", 'reader = "jsonnl"\n[write]'), "read.reader: there is no reader 'jsonnl'"),
        (GOOD.replace("[write]", '[read.jsonl]\ntxt = "a"\n[write]'), "read.jsonl.txt: unknown option"),
        (GOOD.replace('"in"', '"${NO_SUCH_PLACE}/in"'), "the environment variable NO_SUCH_PLACE is not set"),
        (
            GOOD + '[write.parquet]\ncompression = "snappy"\ncompression_level = 3\n',
            "write.parquet: compression = 'snappy' has no compression_level; leave it out",
        ),
        (GOOD + '[run]\naudit = "some"\n', "run.audit: input should be 'off', 'counts' or 'full', found \"some\""),
    ],
)
def test_a_mistake_is_told(project: Project, text: str, message: str) -> None:
    assert message in "\n".join(problems(project, text))


def test_a_config_that_cant_be_read_is_told(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="can't read the config: No such file"):
        Source.from_file(tmp_path / "none.toml")
    with pytest.raises(ConfigError, match="can't read the config: Is a directory"):
        Source.from_file(tmp_path)
    (tmp_path / "latin.toml").write_bytes("# é".encode("latin-1"))
    with pytest.raises(ConfigError, match="not UTF-8"):
        Source.from_file(tmp_path / "latin.toml")


def test_a_byte_order_mark_is_no_mistake(project: Project) -> None:
    project.load("\ufeff" + GOOD)


def test_without_steps_the_default_recipe_runs(project: Project) -> None:
    labels = project.load(GOOD).labels
    assert labels[0] == "decode"
    assert labels[-1] == "length"
    assert project.load("steps = []\n" + GOOD).labels == ()


def test_a_step_may_stand_twice_and_is_told_apart(project: Project) -> None:
    config = project.load(GOOD + '[[steps]]\nuse = "length"\n[[steps]]\nuse = "length"\nmin_chars = 9\n')
    assert config.labels == ("length", "length#2")


def test_variables_stand_in_for_paths(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PLACE", "/data")
    assert project.load(GOOD.replace('"in"', '"${PLACE}/in"')).read.paths == ["/data/in"]


def test_the_hash_follows_what_decides_the_corpus_and_nothing_else(project: Project) -> None:
    base = project.load(GOOD).hash
    assert project.load(GOOD.replace('"out"', '"elsewhere"') + "[run]\nworkers = 3\n").hash == base
    assert project.load('[write]\npath = "out"\n[read]\npaths = ["in"]\n').hash == base
    assert project.load(GOOD + '[[steps]]\nuse = "decode"\n').hash != base
    assert project.load(GOOD.replace('"in"', '"other"')).hash != base


def test_the_command_line_wins_over_the_file(project: Project) -> None:
    source = project.source(GOOD)
    config = load(Source(source.text, source.path, source.base, overrides=(("run", "workers", 7),)))
    assert config.run.workers == 7


def test_key_lines_know_tables_arrays_dotted_keys_and_multiline_strings() -> None:
    source = 'a = """\n[no]\nb = 1\n"""\n[t]\nx.y = 1\n"q k" = 2\n[[s]]\nn = 1\n[s.sub]\nm = 2\n[[s]]\nn = 3\n  [[s.deep]]\n  o = 4\n'
    lines = key_lines(source)
    assert lines[("a",)] == 1
    assert ("no",) not in lines
    assert lines[("t", "x", "y")] == 6
    assert lines[("t", "q k")] == 7
    assert lines[("s", 0, "n")] == 9
    assert lines[("s", 0, "sub", "m")] == 11
    assert lines[("s", 1, "n")] == 13
    assert lines[("s", 1, "deep", 0, "o")] == 15


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("run = 5\n" + GOOD, ["c.toml:1: run: expected a table, found 5"]),
        ('read = "in"\n[write]\npath = "out"\n', ['c.toml:1: read: expected a table, found "in"']),
        ("steps = 5\n" + GOOD, ["c.toml:1: steps: expected an array of tables\n    write each step as [[steps]]"]),
        (
            'steps = ["decode", 5]\n' + GOOD,
            [f'c.toml:1: steps[{n}]: a step needs its name\n    write, for instance, use = "length"' for n in (1, 2)],
        ),
        (
            GOOD + '[[steps]]\nuse = 5\n',
            ['c.toml:6: steps[1]: a step needs its name\n    write, for instance, use = "length"'],
        ),
        (
            GOOD.replace('["in"]', '[\n  "in",\n  5,\n]'),
            ["c.toml:2: read.paths[2]: expected a string, found 5"],
        ),
        (
            GOOD + '[[steps]]\nuse = "length"\nmin_chars = true\n[[steps]]\nuse = "length"\nmin_chars = -3\n',
            ["c.toml:11: steps[2].min_chars: input should be greater than or equal to 0, found -3"],
        ),
        (GOOD + "[write.parquett]\n", ["c.toml:6: write.parquett: unknown key\n    did you mean 'parquet'?"]),
        (GOOD + "[write.parquet]\nrow_group_bytes = 0\n", [
            "c.toml:7: write.parquet.row_group_bytes: input should be greater than or equal to 1, found 0"
        ]),
        (GOOD + '[plugins]\nfile = ["a.py"]\n', ["c.toml:7: plugins.file: unknown option\n    did you mean 'files'?"]),
    ],
)  # fmt: skip
def test_sections_that_are_no_tables_and_other_shapes_are_told_exactly(
    project: Project, text: str, wanted: list[str]
) -> None:
    found = problems(project, text)
    assert [line for line in found if "unknown key" not in line or line in wanted] == wanted


def test_a_writer_with_wrong_options_is_not_called_unknown_as_well(project: Project) -> None:
    (problem,) = problems(project, GOOD + '[write.parquet]\ncompression = "zip"\n')
    assert "write.parquet.compression" in problem


def test_the_line_is_right_behind_lists_and_comments_of_any_shape(project: Project) -> None:
    text = 'x = [\n  ["read"],\n] # """\n' + GOOD + "[run]\nworkers = -1\n"
    assert problems(project, text)[-1].startswith("c.toml:10: run.workers: ")


def test_paths_start_at_the_folder_of_the_config(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    project.write("conf/c.toml", GOOD)
    project.write("conf/in/a.txt", "text with words")
    monkeypatch.chdir(project.folder)
    plan = make_plan(load(Source.from_file("conf/c.toml")))
    assert [file.name for file in plan.files] == ["in/a.txt"]
    assert run(plan).counts.written == 1
    assert (project.folder / "conf/out/corpus").is_dir()


@pytest.mark.parametrize(
    ("more", "same"),
    [
        ('[[steps]]\nuse = "length"\nmax_chars = 9\nmin_chars = 1\n', True),
        ('[[steps]]\nuse = "length"\nmax_chars = 9\n', True),
        ('[[steps]]\nuse = "length"\nmax_chars = 8\n', False),
        ('[[steps]]\nuse = "length"\nmax_chars = 9\n[[steps]]\nuse = "decode"\n', False),
        ('[[steps]]\nuse = "length"\nmax_chars = 9\n[run]\nworkers = 7\nbatch_size = 3\nexecutor = "serial"\n', True),
        ('[[steps]]\nuse = "length"\nmax_chars = 9\n[run]\naudit = "counts"\n', True),
        ('[[steps]]\nuse = "length"\nmax_chars = 9\n[run]\nlimit = 3\n', False),
        ('[[steps]]\nuse = "length"\nmax_chars = 9\n[read.jsonl]\ntext = "body"\n', False),
    ],
)
def test_the_hash_is_of_what_was_meant_and_not_of_how_it_was_written(project: Project, more: str, same: bool) -> None:
    base = project.load(GOOD + '[[steps]]\nmin_chars = 1\nuse = "length"\nmax_chars = 9\n').hash
    assert (project.load(GOOD + more).hash == base) is same


def test_the_hash_follows_the_variables_in_paths(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    hashes = set()
    for place in ("one", "two"):
        monkeypatch.setenv("PLACE", place)
        hashes.add(project.load(GOOD.replace('"in"', '"${PLACE}"')).hash)
    assert len(hashes) == 2


LANES = """\
from ingest import Executor, hookimpl

class Lanes(Executor):
    "Run the shards in lanes."
    name = "lanes"
    width: int = 1
    "How wide."

    def map(self, function, shards):
        return map(function, shards)

@hookimpl
def register_components():
    return [Lanes]
"""


def test_executors_have_options_of_their_own(project: Project) -> None:
    project.write("lanes.py", LANES)
    plugin = '[plugins]\nfiles = ["lanes.py"]\n'
    config = project.load(GOOD + '[run]\nexecutor = "lanes"\n[run.lanes]\nwidth = 3\n' + plugin)
    assert config.executor.model_dump()["width"] == 3
    with pytest.raises(ConfigError, match=r"run\.lanes\.wide: unknown option\n    did you mean 'width'"):
        project.load(GOOD + "[run.lanes]\nwide = 3\n" + plugin)
    with pytest.raises(ConfigError, match=r"run\.worker: unknown key\n    did you mean 'workers'"):
        project.load(GOOD + "[run]\nworker = 3\n")
