"""What is read in which order, and how it is cut into shards."""

from __future__ import annotations

import os

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from support import Project

from ingest.errors import ConfigError
from ingest.plan import Plan, make_plan

CONFIG = '[read]\npaths = ["in"]\n[write]\npath = "out"\n[run]\nexecutor = "serial"\n'
READER = """\
from ingest import Document, Part, Reader, hookimpl

class Odd(Reader):
    name = "odd"
    suffixes = (".odd",)

    {method}

    def read(self, part):
        yield Document(id=part.file.name, content="text")

@hookimpl
def register_components():
    return [Odd]
"""


def plan_of(project: Project, more: str = "") -> Plan:
    return make_plan(project.load(CONFIG + more))


def shards(plan: Plan) -> list[list[str]]:
    return [[task.part.file.name for task in shard.tasks] for shard in plan.shards]


def readers(plan: Plan) -> dict[str, str]:
    return {task.part.file.name: task.reader for shard in plan.shards for task in shard.tasks}


def test_the_order_is_that_of_the_names_whatever_order_the_files_came_in(project: Project) -> None:
    for name in ("b/2.txt", "c.txt", "a.txt", "b/10.txt", "B.txt"):
        project.write(f"in/{name}", "text")
    assert shards(plan_of(project)) == [["in/B.txt", "in/a.txt", "in/b/10.txt", "in/b/2.txt", "in/c.txt"]]
    assert [shard.number for shard in plan_of(project, "shard_files = 2\n").shards] == [0, 1, 2]


def test_shards_are_full_at_so_many_files_or_bytes(project: Project) -> None:
    for name, size in (("a", 10), ("b", 10), ("c", 50), ("d", 1), ("e", 1), ("f", 1), ("g", 0)):
        project.write(f"in/{name}.txt", "x" * size)
    cut = shards(plan_of(project, "shard_bytes = 20\nshard_files = 3\n"))
    assert ["".join(name[3] for name in shard) for shard in cut] == ["ab", "c", "def", "g"]


@pytest.mark.parametrize(
    ("name", "content", "reader"),
    [
        ("a.txt", b"<html><body>x</body></html>", "text"),
        ("a.HTML", b"text", "html"),
        ("a.jsonl.gz", b"broken", "jsonl"),
        ("noname", b"<!doctype html><p>x", "html"),
        ("noname", b'{"text": "x"}\n{"text": "y"}\n', "jsonl"),
        ("a.unknown", b"some words", "text"),
        ("empty", b"", "text"),
        ("binary.bin", b"\x00\xff\xfe", "text"),
    ],
)
def test_the_suffix_tells_the_reader_and_else_the_content(
    project: Project, name: str, content: bytes, reader: str
) -> None:
    project.write(f"in/{name}", content)
    assert readers(plan_of(project)) == {f"in/{name}": reader}


def test_the_configured_reader_takes_every_file(project: Project) -> None:
    project.write("in/a.html", "<p>")
    project.write("in/b.csv", "text\nx\n")
    plan = make_plan(project.load(CONFIG.replace("[write]", 'reader = "text"\n[write]')))
    assert readers(plan) == {"in/a.html": "text", "in/b.csv": "text"}
    assert plan.count_by_reader() == {"text": (2, 10)}


def test_a_file_that_cant_be_looked_into_is_planned_as_unreadable(project: Project) -> None:
    project.write("in/a.txt", "text")
    (project.folder / "in/b").symlink_to("nowhere")
    project.write("in/c.parquet", b"PAR1 and nothing else")
    project.write("in/d.gz", b"\x1f\x8bbroken")
    tasks = [task for shard in plan_of(project).shards for task in shard.tasks]
    told = {task.part.file.name: task.unreadable.message for task in tasks if task.unreadable}
    assert list(told) == ["in/b", "in/c.parquet", "in/d.gz"]
    assert "No such file" in told["in/b"]


def test_a_table_without_the_columns_costs_itself_where_others_are_fine(project: Project) -> None:
    project.write("in/a.csv", "id,body\n1,x\n")
    project.write("in/b.txt", "text")
    [first, second] = [task.unreadable for shard in plan_of(project).shards for task in shard.tasks]
    assert first is not None
    assert first.message.startswith("has no column 'text' or 'html'; it has id, body; name the column")
    assert second is None


@pytest.mark.parametrize(
    ("files", "options", "message"),
    [
        ({"a.csv": "id,body\n"}, "", "in/a.csv has no column 'text' or 'html'; it has id, body"),
        (
            {"a.csv": "text\n", "b.txt": "x"},
            '[read.csv]\ntext = "txet"\n',
            "in/a.csv has no column 'txet'; it has text",
        ),
    ],
)
def test_a_config_that_fits_no_file_is_told(
    project: Project, files: dict[str, str], options: str, message: str
) -> None:
    for name, content in files.items():
        project.write(f"in/{name}", content)
    with pytest.raises(ConfigError, match=message):
        plan_of(project, options)


def test_an_option_that_fits_some_files_is_no_mistake(project: Project) -> None:
    project.write("in/a.csv", "body\nx\n")
    project.write("in/b.csv", "text\nx\n")
    plan = plan_of(project, '[read.csv]\ntext = "body"\n')
    told = [task.unreadable and task.unreadable.message for shard in plan.shards for task in shard.tasks]
    assert told[0] is None
    assert told[1] is not None
    assert told[1].startswith("has no column 'body'; it has text")


@pytest.mark.parametrize(
    ("method", "message"),
    [
        ("def split(self, file): return [5]", "TypeError: the reader 'odd' gave int, expected Part"),
        ("def split(self, file): raise KeyError('x')", "KeyError: 'x'"),
        ("def split(self, file): return None", "TypeError: 'NoneType' object is not iterable"),
    ],
)
def test_a_reader_that_breaks_the_rules_makes_its_files_unreadable(project: Project, method: str, message: str) -> None:
    project.write("odd.py", READER.format(method=method))
    project.write("in/a.odd", "x")
    project.write("in/b.txt", "x")
    plan = plan_of(project, '[plugins]\nfiles = ["odd.py"]\n')
    told = [task.unreadable and task.unreadable.message for shard in plan.shards for task in shard.tasks]
    assert told == [message, None]


def test_a_folder_with_no_file_is_told(project: Project) -> None:
    (project.folder / "in").mkdir()
    with pytest.raises(ConfigError, match="can't find the input: 'in' is a folder without files") as caught:
        plan_of(project)
    assert "relative paths start at the folder of the config" in str(caught.value)


def test_a_filter_that_leaves_nothing_is_told(project: Project) -> None:
    project.write("in/a.txt", "x")
    with pytest.raises(ConfigError, match="no file is left to read\n    check"):
        make_plan(project.load(CONFIG.replace("[write]", 'exclude = ["*"]\n[write]')))


@pytest.fixture
def links(project: Project) -> Project:
    (project.folder / "in/real").mkdir(parents=True)
    (project.folder / "link").symlink_to(project.folder / "in/real")
    project.write("in/a.txt", "text")
    project.write("in/real/corpus/part-00000.parquet", "from a run before")
    project.write("in/real-notes/b.txt", "text")
    return project


@pytest.mark.parametrize("output", ["in/real", "./in/../in/real/", "link", "in/real/../../link"])
def test_the_output_folder_is_not_read_however_it_is_named(links: Project, output: str) -> None:
    for source in ("in", "."):
        text = CONFIG.replace('"out"', f'"{output}"').replace('"in"', f'"{source}"')
        names = [os.path.relpath(file.url, links.folder) for file in make_plan(links.load(text)).files]
        assert names[-2:] == ["in/a.txt", "in/real-notes/b.txt"]
        assert not any("parquet" in name for name in names)


def test_an_input_that_is_the_output_is_told(project: Project) -> None:
    project.write("in/a.txt", "text")
    with pytest.raises(ConfigError, match="the 1 files that were found lie in the output folder in"):
        make_plan(project.load(CONFIG.replace('"out"', '"in"')))


@pytest.mark.parametrize("more", ["", "shard_files = 1\n"])
def test_the_limit_is_for_the_file_and_not_for_its_parts(project: Project, more: str) -> None:
    (project.folder / "in").mkdir()
    for name in "ab":
        table = pa.table({"text": [f"{name}{number}" for number in range(20)]})
        pq.write_table(table, project.folder / f"in/{name}.parquet", row_group_size=3)
    report = project.run(CONFIG + "limit = 4\n" + more + '[[steps]]\nuse = "decode"\n')
    assert report.counts.read == 8
    assert [row["text"] for row in project.rows()] == ["a0", "a1", "a2", "a3", "b0", "b1", "b2", "b3"]


def test_parts_of_a_large_file_go_to_several_shards(project: Project) -> None:
    (project.folder / "in").mkdir()
    table = pa.table({"text": [str(number) * 50 for number in range(40)]})
    pq.write_table(table, project.folder / "in/a.parquet", row_group_size=10)
    plan = plan_of(project, "shard_files = 1\n")
    assert [[(task.part.start, task.part.stop) for task in shard.tasks] for shard in plan.shards] == [
        [(0, 1)],
        [(1, 2)],
        [(2, 3)],
        [(3, 4)],
    ]
    assert all(shard.size > 0 for shard in plan.shards)
