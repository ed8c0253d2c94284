"""Runs with steps that see the corpus first."""

from __future__ import annotations

import hashlib
import json
import os
import shlex
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import fsspec
import pyarrow.parquet as pq
import pytest
from support import Project

from ingest.cli import run_command
from ingest.counting import idle_steps
from ingest.errors import WriteError
from ingest.plan import make_plan
from ingest.report import Report
from ingest.run import run

CONFIG = '[read]\npaths = ["in"]\n[write]\npath = "out"\n'
STEPS = '[[steps]]\nuse = "decode"\n[[steps]]\nuse = "template"\n'
REVERSED = """
from ingest import Executor, hookimpl

class Backwards(Executor):
    "Run the shards in this process, the last one first."
    name = "backwards"

    def map(self, function, shards):
        return map(function, reversed(shards))

@hookimpl
def register_components():
    return [Backwards]
"""

COUNTING_READER = """
from typing import ClassVar
from ingest import Reader, Unreadable, hookimpl

class Counted(Reader):
    "Give records that can't be read."
    name = "counted"
    given: ClassVar[int] = 0

    def read(self, part):
        for number in range(1000):
            type(self).given += 1
            yield Unreadable(f"{part.file.name}#{number}", "broken")

@hookimpl
def register_components():
    return [Counted]
"""
OWN_PROCESS = """
from ingest import CorpusStep, hookimpl

class Own(CorpusStep):
    "Count, and do something where nobody has counted."
    name = "own"

    def keys(self, doc):
        return [doc.id]

    def judge(self, doc, counts):
        return doc

    def process(self, docs):
        return [doc.replace(text="uncounted " + doc.text) for doc in docs]

@hookimpl
def register_components():
    return [Own]
"""
OWN_PROCESS_STEPS = '[plugins]\nfiles = ["step.py"]\n[[steps]]\nuse = "decode"\n[[steps]]\nuse = "own"\n'


def page(site: int, number: int) -> dict[str, str]:
    own = hashlib.sha256(f"{site} {number}".encode()).hexdigest()
    text = f"Home of {site}\nTides\nShop\nThe story {own}\ngoes on to {own[:9]}\nand ends {own[:5]}.\nImprint\nPrivacy of {site}\n"
    return {"id": f"{site}-{number}", "url": f"https://www.site{site}.example/{number}", "text": text}


def body(site: int, number: int) -> str:
    return "\n".join(page(site, number)["text"].split("\n")[3:6]) + "\n"


def write_pages(project: Project, pages: list[dict[str, str]], files: int = 5) -> None:
    for number in range(files):
        lines = [json.dumps(row) + "\n" for row in pages[number::files]]
        project.write(f"in/{number}.jsonl", "".join(lines))


def texts(project: Project) -> dict[str, str]:
    return {row["id"]: row["text"] for row in project.rows()}


def left_over(project: Project) -> list[str]:
    return sorted(path.name for path in project.output.rglob("*") if path.name == "counts" or ".tmp" in path.name)


def digests(folder: Path) -> dict[str, str]:
    files = [path for path in folder.rglob("*") if path.is_file() and path.suffix != ".json"]
    return {str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest() for path in sorted(files)}


PAGES = [page(site, number) for number in range(8) for site in range(3)]


def test_the_bytes_are_the_same_for_any_number_of_workers_any_order_any_batch_and_any_memory(project: Project) -> None:
    write_pages(project, PAGES)
    project.write("backwards.py", REVERSED)
    found, tables = [], []
    for settings in (
        "executor = 'serial'\nbatch_size = 64\n",
        "workers = 2\nbatch_size = 1\n",
        "workers = 4\nbatch_size = 3\n",
        "workers = 1\ncount_memory = 65_536\nexecutor = 'backwards'\n",
    ):
        plugin = "[plugins]\nfiles = ['backwards.py']\n" if "backwards" in settings else ""
        run_part = f'[run]\nshard_files = 1\naudit = "full"\n{settings}'
        report = project.run(CONFIG + run_part + plugin + STEPS)
        found.append(digests(project.output))
        tables.append(report.counted["template"].sha256)
        assert left_over(project) == []
    assert len(project.results()) == 10
    assert found[0] == found[1] == found[2] == found[3]
    assert len(set(tables)) == 1
    assert texts(project) == {row["id"]: body(*map(int, row["id"].split("-"))) for row in PAGES}


def test_what_becomes_of_a_document_does_not_depend_on_where_it_stands(project: Project) -> None:
    write_pages(project, PAGES)
    project.run(CONFIG + "[run]\nexecutor = 'serial'\n" + STEPS)
    first = texts(project)
    write_pages(project, sorted(PAGES, key=lambda row: hashlib.sha256(row["id"].encode()).digest()), files=3)
    for number in range(3, 5):
        (project.folder / f"in/{number}.jsonl").unlink()
    report = project.run(CONFIG + "[run]\nexecutor = 'serial'\n" + STEPS)
    assert texts(project) == first
    assert report.counts.read == 24


def test_the_report_says_what_was_counted_and_the_audit_why_a_line_went(
    project: Project, capsys: pytest.CaptureFixture[str]
) -> None:
    write_pages(project, [*PAGES, {"text": "No page of the web.", "id": "x", "url": ""}])
    config = str(project.write("config.toml", CONFIG + '[run]\nexecutor = "serial"\naudit = "full"\n' + STEPS))
    assert run_command(["run", config]) == 0
    report = json.loads((project.output / "report.json").read_text())
    counted = report["counted"]["template"]
    # Of each site the site itself, five lines that all of its pages hold, and three of every page.
    assert (counted["documents"], counted["failed"]) == (24, 0)
    assert (counted["keys"], counted["shared"]) == (3 * (1 + 5 + 24), 3 * 6)
    assert counted["seconds"] > 0
    assert report["counts"]["removed_pieces"]["template/template"] == 24 * 5
    values = {(row["code"], row["value"]) for row in project.rows("removed") if row["step"] == "template"}
    assert values == {("template", "8/8")}
    assert "for template: 90 keys in 24 documents, 18 of them in more than" in capsys.readouterr().err


COUNTING = """
from ingest import CorpusStep, Document, Dropped, Reason, hookimpl

class Common(CorpusStep):
    "Drop documents with a word that many hold."
    name = "common"
    most: int = 2

    def keys(self, doc):
        {keys}
        return doc.text.split()

    def judge(self, doc, counts):
        return Dropped(doc, Reason("common", str(max(counts)))) if max(counts) > self.most else doc

@hookimpl
def register_components():
    return [Common]
"""


def run_words(project: Project, steps: str, keys: str = "pass", words: str = "ab ab ab bc cd") -> Report:
    """Run a step over documents of some letters, which are their words."""
    project.write("common.py", COUNTING.format(keys=keys))
    lines = [json.dumps({"text": " ".join(letters), "id": str(n)}) + "\n" for n, letters in enumerate(words.split())]
    project.write("in/a.jsonl", "".join(lines))
    plugin = '[run]\nexecutor = "serial"\n[plugins]\nfiles = ["common.py"]\n[[steps]]\nuse = "decode"\n'
    return project.run(CONFIG + plugin + steps)


def test_a_step_behind_another_one_counts_only_what_that_one_leaves(project: Project) -> None:
    twice = '[[steps]]\nuse = "common"\nmost = 3\n[[steps]]\nuse = "common"\nmost = 1\n'
    report = run_words(project, twice)
    # b stands in four documents, which go; then c stands in one, and d as well.
    assert list(texts(project)) == ["4"]
    assert dict(report.counts.dropped) == {"common/common": 4}
    assert {label: counted.documents for label, counted in report.counted.items()} == {"common": 5, "common#2": 1}


def test_a_second_document_of_the_same_id_is_not_counted(project: Project) -> None:
    report = run_words(project, '[[steps]]\nuse = "common"\nmost = 1\n', words="ab cd")
    assert report.counts.written == 2
    project.write("in/b.jsonl", '{"id": "9", "text": "e"}\n{"id": "9", "text": "c"}\n')
    report = run(make_plan(project.load((project.folder / "config.toml").read_text().replace('"out"', '"out2"'))))
    assert report.counts.written == 3
    assert dict(report.counts.quarantined) == {"read/RepeatedId": 1}


def test_what_the_step_fails_on_is_in_quarantine_and_on_record_as_not_counted(project: Project) -> None:
    report = run_words(
        project, '[[steps]]\nuse = "common"\nmost = 3\n', keys="if 'd' in doc.text: raise ValueError('no')"
    )
    assert dict(report.counts.quarantined) == {"common/ValueError": 1}
    assert report.counted["common"].failed == 1
    assert not report.clean
    assert report.counts.balanced()


@pytest.mark.parametrize(("keys", "error"), [("[5]", "AttributeError"), ("doc.text", "TypeError"), ("5", "TypeError")])
def test_keys_that_are_no_list_of_strings_cost_only_the_document(project: Project, keys: str, error: str) -> None:
    report = run_words(project, '[[steps]]\nuse = "common"\nmost = 3\n', keys=f"if 'd' in doc.text: return {keys}")
    assert dict(report.counts.quarantined) == {f"common/{error}": 1}
    assert report.counted["common"].failed == 1


def test_documents_that_fail_in_front_of_the_step_are_not_counted(project: Project) -> None:
    drop = '[[steps]]\nuse = "length"\nmin_chars = 4\n'
    report = run_words(project, drop + '[[steps]]\nuse = "common"\nmost = 1\n', words="ab a a b cd")
    assert report.counted["common"].documents == 0
    project.write("in/b.jsonl", '{"id": "y", "text": "a b c d e"}\n{"id": "z", "text": "f g h"}\n')
    report = run(make_plan(project.load((project.folder / "config.toml").read_text().replace('"out"', '"out2"'))))
    assert (report.counted["common"].documents, report.counts.written) == (2, 2)


def test_ten_thousand_tiny_documents(project: Project) -> None:
    rows = [{"id": str(n), "url": f"http://s/{n}", "text": f"Menu\nabout {n:x}q\n"} for n in range(10_000)]
    write_pages(project, rows, files=2)
    settings = (
        "[run]\nexecutor = 'serial'\ncount_memory = 65_536\n[[steps]]\nuse = 'decode'\n[[steps]]\nuse = 'template'\n"
    )
    report = project.run(CONFIG + settings)
    assert report.counts.removed_pieces["template/template"] == 10_000
    assert left_over(project) == []


@pytest.mark.parametrize("workers", [1, 2])
def test_a_disk_that_takes_no_more_ends_the_counting_with_a_clear_message(project: Project, workers: int) -> None:
    pytest.importorskip("resource")
    lines = "".join(f"line {hashlib.sha256(str(number).encode()).hexdigest()}\n" for number in range(20_000))
    write_pages(project, [{"id": "x", "url": "http://s/1", "text": lines}, page(1, 1)], files=2)
    project.write("config.toml", CONFIG + f"[run]\nworkers = {workers}\nshard_files = 1\n" + STEPS)
    # No file may be longer than 100 blocks: the same error as of a full disk, without the right to mount one.
    command = f"ulimit -f 100; exec {shlex.quote(sys.executable)} -m ingest run config.toml -q"
    done = subprocess.run(["sh", "-c", command], cwd=project.folder, capture_output=True, text=True, check=False)
    assert done.returncode == 3
    message = "error: can't write counts of the corpus to "
    assert done.stderr.startswith(message)
    assert done.stderr.endswith("out/counts: File too large; name a folder with more room as [run] scratch\n")
    assert project.results() == []
    assert left_over(project) == []


SLOW = """
import time
from ingest import CorpusStep, hookimpl

class Slow(CorpusStep):
    name = "slow"

    def keys(self, doc):
        if "trap" in doc.text:
            open({marker!r}, "w").close()
            time.sleep(60)
        return doc.text.split()

    def judge(self, doc, counts):
        return doc

@hookimpl
def register_components():
    return [Slow]
"""


def start_slow(project: Project, workers: int) -> subprocess.Popen[str]:
    """Start a run and give it when it hangs in the first pass, with something on disk."""
    marker = project.folder / "reached"
    project.write("slow.py", SLOW.format(marker=str(marker)))
    for name in "abcdef":
        project.write(f"in/{name}.txt", "trap" if name == "d" else f"text {name}")
    settings = f'[run]\nworkers = {workers}\nshard_files = 1\n[plugins]\nfiles = ["slow.py"]\n'
    config = project.write("config.toml", CONFIG + settings + '[[steps]]\nuse = "decode"\n[[steps]]\nuse = "slow"\n')
    process = subprocess.Popen(
        [sys.executable, "-m", "ingest", "run", str(config)], stderr=subprocess.PIPE, text=True, start_new_session=True
    )
    deadline = time.monotonic() + 60
    while not (marker.exists() and left_over(project)[1:]) and time.monotonic() < deadline:
        time.sleep(0.05)
    return process


@pytest.mark.parametrize(("sent", "workers"), [(signal.SIGINT, 1), (signal.SIGTERM, 2)])
def test_an_interrupted_first_pass_leaves_nothing(project: Project, sent: signal.Signals, workers: int) -> None:
    process = start_slow(project, workers)
    assert left_over(project)[0].startswith(".tmp-01-")
    os.kill(process.pid, sent)
    _, err = process.communicate(timeout=30)
    assert process.returncode == 130, err
    assert project.results() == []
    assert left_over(project) == []


def test_what_a_killed_first_pass_leaves_the_next_run_clears_away(project: Project) -> None:
    process = start_slow(project, 1)
    process.kill()
    process.communicate()
    assert left_over(project)[-1] == "counts"
    project.write("in/d.txt", "text d")
    config = str(project.folder / "config.toml")
    assert run_command(["run", config, "-q"]) == 2  # the input is another one
    assert run_command(["run", config, "-q", "--fresh"]) == 0
    assert left_over(project) == []


def test_counts_lie_in_the_scratch_folder_if_there_is_one_and_go_from_there(
    project: Project, capsys: pytest.CaptureFixture[str]
) -> None:
    write_pages(project, PAGES)
    seen = "import os\n\n@hookimpl\ndef shard_finished(plan):\n    print(os.listdir('SCRATCH'), os.path.isdir('OUT'))\n"
    seen = seen.replace("SCRATCH", str(project.folder / "fast")).replace("OUT", str(project.output / "counts"))
    project.write("seen.py", "from ingest import hookimpl\n" + seen)
    settings = '[run]\nexecutor = "serial"\nscratch = "fast"\n[plugins]\nfiles = ["seen.py"]\n'
    config = str(project.write("config.toml", CONFIG + settings + STEPS))
    assert run_command(["run", config, "-q"]) == 3
    assert "can't make a folder for counts in" in capsys.readouterr().err
    (project.folder / "fast").mkdir()
    assert run_command(["run", config, "-q"]) == 0
    assert capsys.readouterr().out.startswith("['ingest-counts-")
    assert list((project.folder / "fast").iterdir()) == []


def test_a_remote_output_has_its_counts_on_the_local_disk(project: Project) -> None:
    write_pages(project, PAGES)
    report = project.run(CONFIG.replace('"out"', '"memory://counting/out"') + "[run]\nexecutor = 'serial'\n" + STEPS)
    assert report.counts.removed_pieces["template/template"] == 24 * 5
    filesystem = fsspec.filesystem("memory")
    assert not any("counts/" in name or ".tmp" in name for name in filesystem.find("/counting/out"))
    with filesystem.open("/counting/out/corpus/part-00000.parquet") as stream:
        assert pq.read_table(stream).num_rows == 24


def test_a_preview_lets_the_document_pass_and_says_why(project: Project, capsys: pytest.CaptureFixture[str]) -> None:
    write_pages(project, PAGES)
    config = str(project.write("config.toml", CONFIG + STEPS))
    assert run_command(["preview", config]) == 0
    out = capsys.readouterr().out
    assert "template: not shown, it goes by counts over the whole corpus, which only a run makes" in out
    assert "Home of 0\nTides\nShop\n" in out


def test_check_warns_of_a_step_that_would_find_nothing_to_count(
    project: Project, capsys: pytest.CaptureFixture[str]
) -> None:
    project.write("in/a.txt", "A text without a url.")
    write_pages(project, PAGES)
    config = str(project.write("config.toml", CONFIG + STEPS))
    assert run_command(["check", config]) == 0
    out = " ".join(capsys.readouterr().out.split())
    assert "warning template finds nothing to count in the first documents of the reader 'text'" in out
    assert "'jsonl' and" not in out
    (project.folder / "in/a.txt").unlink()
    assert run_command(["check", config]) == 0
    assert "warning" not in capsys.readouterr().out


def test_check_reads_no_more_than_the_first_records_though_none_can_be_read(project: Project) -> None:
    project.write("in/a.jsonl", "{}\n" * 1000)
    project.write("reader.py", COUNTING_READER)
    config = CONFIG.replace("[write]", 'reader = "counted"\n[write]') + "[plugins]\nfiles = ['reader.py']\n" + STEPS
    plan = make_plan(project.load(config))
    assert list(idle_steps(plan, sample=10)) == []
    assert type(plan.config.readers["counted"]).given == 10


def test_check_lives_with_a_step_that_ends_the_process(project: Project, capsys: pytest.CaptureFixture[str]) -> None:
    project.write("in/a.txt", "words")
    project.write("step.py", OWN_PROCESS.replace("return [doc.id]", "raise SystemExit(9)"))
    config = str(project.write("config.toml", CONFIG + OWN_PROCESS_STEPS))
    assert run_command(["check", config]) == 0
    assert "finds nothing to count" not in capsys.readouterr().out


def test_a_preview_shows_what_a_counting_step_does_without_counts(
    project: Project, capsys: pytest.CaptureFixture[str]
) -> None:
    project.write("in/a.txt", "words")
    project.write("step.py", OWN_PROCESS)
    config = str(project.write("config.toml", CONFIG + OWN_PROCESS_STEPS))
    assert run_command(["preview", config]) == 0
    out = capsys.readouterr().out
    assert "not shown" not in out
    assert out.rstrip().endswith("uncounted words")


@pytest.mark.parametrize("gone", ["out", "out/counts"])
def test_an_output_folder_that_goes_while_the_run_counts_is_told_as_such(project: Project, gone: str) -> None:
    write_pages(project, PAGES)
    plan = make_plan(project.load(CONFIG + "[run]\nexecutor = 'serial'\n" + STEPS))
    with pytest.raises(WriteError, match=r"can't write counts of the corpus to .*counts: No such file"):
        run(plan, on_counted=lambda _: shutil.rmtree(project.folder / gone))
