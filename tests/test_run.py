"""A run as a whole: what it writes, that it adds up, and what it does when the world breaks."""

from __future__ import annotations

import hashlib
import json
import multiprocessing
import os
import pickle
import shlex
import shutil
import signal
import subprocess
import sys
import time
from collections import defaultdict
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from support import Project, digests, running_in

from ingest.cli import run_command
from ingest.document import Document, Edit, Reason, apply_edits
from ingest.errors import ConfigError, IngestError, PluginError, Problem, WorkerError, WriteError
from ingest.pipeline import Pipeline
from ingest.plan import Shard, make_plan
from ingest.report import ShardReport
from ingest.run import run
from ingest.shards import read_shard

SAMPLES = Path(__file__).parents[1] / "samples"
CONFIG = '[read]\npaths = ["in"]\n[write]\npath = "out"\n[run]\nexecutor = "serial"\n'


MACHINES: tuple[tuple[int, int, dict[str, str]], ...] = (
    (1, 64, {"PYTHONHASHSEED": "0", "LC_ALL": "C", "PYTHONCOERCECLOCALE": "0", "PYTHONUTF8": "0", "TZ": "Asia/Tokyo"}),
    (2, 3, {"PYTHONHASHSEED": "1", "LC_ALL": "C.UTF-8", "TZ": "UTC"}),
    (4, 1, {"PYTHONHASHSEED": "2", "LC_ALL": "tr_TR.UTF-8", "TZ": "America/Los_Angeles"}),
)
"""Workers, documents that go through the steps together, and environment."""


def test_the_bytes_are_the_same_for_any_number_of_workers_on_any_machine(project: Project) -> None:
    (project.folder / "samples").symlink_to(SAMPLES)
    project.write("more/ñandú ı.txt", "Ein Gürteltier geht über den Weg, und noch eines.")
    started = []
    for workers, batch, environment in MACHINES:
        config = project.write(
            f"{workers}/config.toml",
            f'[read]\npaths = ["../samples", "../more"]\n[write]\npath = "out"\n'
            f'[run]\nworkers = {workers}\nbatch_size = {batch}\nshard_files = 5\naudit = "full"\n',
        )
        # Relative paths start at the config, wherever one stands.
        place, name = (config.parent, "config.toml") if workers == 1 else (project.folder, f"{workers}/config.toml")
        command = [sys.executable, "-m", "ingest", "run", name, "-q"]
        started.append(subprocess.Popen(command, cwd=place, env=os.environ | environment))
    assert [process.wait(120) for process in started] == [0, 0, 0]
    outputs = [digests(project.folder / f"{workers}/out") for workers, _, _ in MACHINES]
    found = [{name: digest for name, digest in files.items() if not name.endswith(".json")} for files in outputs]
    assert len(found[0]) > 10
    assert found[0] == found[1] == found[2]


def test_the_count_balances_and_every_document_is_somewhere(project: Project) -> None:
    project.write("in/good.txt", "A text that stays.")
    project.write("in/empty.txt", "")
    project.write("in/lines.jsonl", '{"text": "one"}\nbroken\n{"text": "two"}\n{"no": 1}\n')
    report = project.run(CONFIG)
    counts = report.counts
    assert (counts.read, counts.written, counts.n_dropped, counts.n_quarantined) == (6, 3, 1, 2)
    assert counts.balanced()
    assert not report.clean
    assert [row["file_path"] for row in project.rows("quarantine")] == ["in/lines.jsonl#16", "in/lines.jsonl#39"]
    assert [row["code"] for row in project.rows("dropped")] == ["empty"]


def test_the_schema_and_the_footer_are_those_of_the_documentation(project: Project) -> None:
    project.write("in/a.txt", "A text that stays.")
    project.run(CONFIG)
    file = pq.ParquetFile(project.output / "corpus/part-00000.parquet")
    assert file.schema_arrow.names == [
        "id", "text", "url", "file_path", "date", "published", "title", "site", "authors", "language",
        "language_score", "charset", "n_chars_raw", "n_chars", "metadata", "extraction_quality",
    ]  # fmt: skip
    column = file.metadata.row_group(0).column(1)
    assert column.compression == "ZSTD"
    assert column.has_offset_index
    footer = file.metadata.metadata
    assert footer[b"ingest.config_sha256"].decode() == project.load(CONFIG).hash
    assert {b"ingest.schema_version", b"ingest.version"} <= set(footer)


def test_row_groups_are_cut_by_size(project: Project) -> None:
    for number in range(9):
        project.write(f"in/{number}.txt", "Word after word. " * 100)
    project.run(CONFIG + "[write.parquet]\nrow_group_bytes = 4000\n")
    assert pq.ParquetFile(project.output / "corpus/part-00000.parquet").num_row_groups == 3


def test_a_folder_with_something_in_it_is_refused_and_overwriting_spares_what_is_foreign(
    project: Project, capsys: pytest.CaptureFixture[str]
) -> None:
    project.write("in/a.txt", "text one")
    config = str(project.write("config.toml", CONFIG))
    foreign = project.write("out/corpus/mine.parquet.bak", "mine")
    assert run_command(["run", config]) == 2
    assert "the output folder is not empty" in capsys.readouterr().err
    project.run(CONFIG)
    project.write("in/a.txt", "text two")
    assert run_command(["run", config, "--fresh", "-q"]) == 0
    assert [row["text"] for row in project.rows()] == ["text two"]
    assert foreign.read_text() == "mine"


def test_a_second_run_does_not_read_what_the_first_one_wrote(project: Project) -> None:
    project.write("in/a.txt", "text")
    text = '[read]\npaths = ["."]\ninclude = ["*.txt", "*.parquet"]\n[write]\npath = "in/out"\n'
    assert project.run(text).counts.read == 1
    assert project.run(text).counts.read == 1


def test_an_output_that_is_a_file_or_cant_be_made_is_told(project: Project, capsys: pytest.CaptureFixture[str]) -> None:
    project.write("in/a.txt", "text")
    project.write("out", "a file")
    config = str(project.write("config.toml", CONFIG))
    assert run_command(["run", config]) == 2
    assert "is a file; name a folder" in capsys.readouterr().err
    assert run_command(["run", config, "-o", str(project.folder / "out" / "below")]) == 2


def noise() -> str:
    return "".join(hashlib.sha256(str(number).encode()).hexdigest() + " word.\n" for number in range(20_000))


def test_a_full_disk_leaves_no_torn_file_and_the_run_goes_on_when_there_is_room(
    project: Project, capsys: pytest.CaptureFixture[str]
) -> None:
    if os.geteuid() != 0 or subprocess.run(["mount", "--version"], capture_output=True, check=False).returncode:
        pytest.skip("needs the right to mount a small file system")
    project.output.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=100k", "tmpfs", str(project.output)], capture_output=True, check=False
    )
    if mounted.returncode:
        pytest.skip("mounting is not allowed here")
    try:
        project.write("in/a.txt", "a small text")
        project.write("in/b.txt", noise())
        text = CONFIG + 'shard_files = 1\n[[steps]]\nuse = "decode"\n'
        config = str(project.write("config.toml", text))
        assert run_command(["run", config, "-q"]) == 3
        assert "No space left on device" in capsys.readouterr().err
        assert project.results() == ["corpus/part-00000.parquet"]
        subprocess.run(["mount", "-o", "remount,size=20m", str(project.output)], check=True)
        assert project.run(text, fresh=False).shards_before == 1
        found = digests(project.output / "corpus")
        subprocess.run(["mount", "-o", "remount,ro", str(project.output)], check=True)
        assert run_command(["run", config, "-q"]) == 2
        assert "out: can't write there: Read-only file system" in capsys.readouterr().err
    finally:
        subprocess.run(["umount", str(project.output)], check=True)
    project.run(text)
    assert digests(project.output / "corpus") == found


def test_an_output_folder_that_is_removed_under_the_run_is_told(project: Project) -> None:
    for name in "ab":
        project.write(f"in/{name}.txt", "text")
    plan = make_plan(project.load(CONFIG + "shard_files = 1\n"))

    def remove(*_: object) -> None:
        shutil.rmtree(project.output, ignore_errors=True)

    with pytest.raises(WriteError, match="out: was removed while the run was at work"):
        run(plan, remove)


MEDDLING = """\
from ingest import Step, hookimpl

class Meddler(Step):
    "Truncate the file that is being read."
    name = "meddler"

    def apply(self, doc):
        if doc.text == "first":
            open({path!r}, "w").close()
        return doc

@hookimpl
def register_components():
    return [Meddler]
"""


def test_input_that_changes_under_the_run_is_on_record(project: Project) -> None:
    for name in ("a", "cut", "other", "z"):
        project.write(f"in/{name}.txt", f"text of {name}")
    shrinking = project.write("in/shrinking.jsonl", '{"text": "first"}\n{"text": "second"}\n')
    project.write("meddler.py", MEDDLING.format(path=str(shrinking)))
    steps = '[[steps]]\nuse = "decode"\n[[steps]]\nuse = "meddler"\n'
    text = CONFIG + "shard_files = 1\nbatch_size = 1\n[plugins]\nfiles = ['meddler.py']\n" + steps
    plan = make_plan(project.load(text))

    def change(shard: Shard, _: ShardReport) -> None:
        if shard.number == 0:
            project.write("in/cut.txt", "text")
            os.replace(project.write("in/new", "TEXT OF OTHER"), project.folder / "in/other.txt")

    report = run(plan, change)
    failed = {row["file_path"]: row["error"] for row in project.rows("quarantine")}
    assert failed == dict.fromkeys(("in/cut.txt", "in/other.txt", "in/shrinking.jsonl"), "Changed")
    assert [row["text"] for row in project.rows()] == ["text of a", "first", "second", "text of z"]
    assert report.counts.balanced()


def test_what_vanishes_or_cant_be_opened_is_quarantined_and_the_rest_is_written(project: Project) -> None:
    project.write("in/a.txt", "text a")
    gone = project.write("in/b.txt", "text b")
    (project.folder / "in/c.txt").symlink_to(project.folder / "nowhere")
    project.write("in/d.txt.gz", b"no gzip at all")
    project.write("in/e.txt", "text e")
    plan = make_plan(project.load(CONFIG))
    gone.unlink()
    report = run(plan)
    assert [row["text"] for row in project.rows()] == ["text a", "text e"]
    assert [row["file_path"] for row in project.rows("quarantine")] == ["in/b.txt", "in/c.txt", "in/d.txt.gz"]
    assert report.counts.balanced()


def test_an_id_that_comes_twice_is_caught_inside_a_shard_and_across_shards(project: Project) -> None:
    project.write("in/a.jsonl", '{"id": "x", "text": "first"}\n{"id": "x", "text": "second"}\n')
    project.write("in/b.jsonl", '{"id": "x", "text": "third"}\n')
    report = project.run(CONFIG + "shard_files = 1\n")
    assert [row["text"] for row in project.rows()] == ["first", "third"]
    assert dict(report.counts.quarantined) == {"read/RepeatedId": 1}
    assert report.repeated_ids == ["x"]
    assert not report.clean


def test_with_the_full_audit_every_text_can_be_followed_back(project: Project) -> None:
    for path in sorted(SAMPLES.rglob("*.txt")):
        project.write(f"in/{path.name}", path.read_bytes())
    text = CONFIG + 'audit = "full"\n'
    project.run(text)
    edits: dict[tuple[str, str], list[Edit]] = defaultdict(list)
    for row in project.rows("removed"):
        edit = Edit(row["start"], row["end"], Reason(row["code"], row["value"]), row["inserted"])
        edits[row["id"], row["step"]].append(edit)
    config = project.load(text)
    checked = 0
    for shard in make_plan(config).shards:
        for doc in read_shard(shard, config):
            assert isinstance(doc, Document)
            for label, result, change in Pipeline(config).follow(doc):
                # What `decode` put in is the text after it.
                if change is not None and change.before:
                    assert isinstance(result, Document)
                    assert apply_edits(change.before, edits[doc.id, label]) == result.text
                    checked += 1
    assert checked > 30


def test_the_audit_counts_or_keeps_quiet(project: Project) -> None:
    project.write("in/a.txt", "Skip to content\nA line of prose that is long enough to be the body of this page.\n")
    counted = project.run(CONFIG).counts
    assert counted.removed_pieces["widgets/skip_link"] == 1
    assert not (project.output / "removed").exists()
    quiet = project.run(CONFIG.replace('"out"', '"out2"') + 'audit = "off"\n').counts
    assert not quiet.removed_pieces
    assert quiet.written == counted.written == 1


def test_the_limit_holds_for_every_file(project: Project) -> None:
    for name in "ab":
        project.write(f"in/{name}.jsonl", "".join(f'{{"text": "{name}{number}"}}\n' for number in range(5)))
    project.run(CONFIG + "limit = 2\n")
    assert [row["text"] for row in project.rows()] == ["a0", "a1", "b0", "b1"]


def test_ten_thousand_small_files_are_no_trouble(project: Project) -> None:
    (project.folder / "in").mkdir()
    for number in range(10_000):
        (project.folder / f"in/{number:05}.txt").write_text(f"text {number}")
    steps = '[[steps]]\nuse = "decode"\n'
    report = project.run(CONFIG + steps)
    assert report.counts.written == 10_000
    assert len(list((project.output / "corpus").iterdir())) == 10


def test_a_document_of_thirty_megabytes_goes_through(project: Project) -> None:
    project.write("in/a.txt", "A sentence of some length that is repeated over and over.\n" * 520_000)
    steps = "".join(f'[[steps]]\nuse = "{name}"\n' for name in ("decode", "normalise", "running_headers", "tidy"))
    report = project.run(CONFIG + 'audit = "full"\n' + steps)
    assert report.counts.written == 1


KILLING = """\
import os, signal, time
from ingest import Document, Step, hookimpl

class Trap(Step):
    name = "trap"
    def apply(self, doc):
        if "trap" in doc.text:
            {deed}
        return doc

@hookimpl
def register_components():
    return [Trap]
"""


def trap(project: Project, deed: str, workers: int) -> Path:
    project.write("trap.py", KILLING.format(deed=deed))
    for name in "abcdef":
        project.write(f"in/{name}.txt", "trap" if name == "d" else f"text {name}")
    return project.write(
        "config.toml",
        '[read]\npaths = ["in"]\n[plugins]\nfiles = ["trap.py"]\n[[steps]]\nuse = "decode"\n[[steps]]\nuse = "trap"\n'
        f'[write]\npath = "out"\n[run]\nworkers = {workers}\nshard_files = 1\n',
    )


def whole(folder: Path) -> list[Path]:
    """Give the files under final names; each must be readable."""
    files = [path for path in folder.rglob("part-*.parquet") if not path.name.startswith(".tmp-")]
    for file in files:
        pq.read_table(file)
    return files


def processes_of(group: int) -> bytes:
    return subprocess.run(["pgrep", "-g", str(group)], capture_output=True, check=False).stdout


@pytest.mark.parametrize(("sent", "workers"), [(signal.SIGINT, 1), (signal.SIGTERM, 2), (signal.SIGHUP, 2)])
def test_an_interrupted_run_ends_in_order(project: Project, sent: signal.Signals, workers: int) -> None:
    marker = project.folder / "reached"
    config = trap(project, f"open({str(marker)!r}, 'w').close(); time.sleep(60)", workers)
    process = subprocess.Popen(
        [sys.executable, "-m", "ingest", "run", str(config)], stderr=subprocess.PIPE, text=True, start_new_session=True
    )
    deadline = time.monotonic() + 30
    while not marker.exists() and time.monotonic() < deadline:
        time.sleep(0.05)
    os.kill(process.pid, sent)
    _, err = process.communicate(timeout=20)
    assert process.returncode == 130, err
    assert "interrupted" in err
    assert "Traceback" not in err
    deadline = time.monotonic() + 10
    while (left := processes_of(process.pid)) and time.monotonic() < deadline:
        time.sleep(0.1)
    assert left == b""
    whole(project.output)


# What plugins may do wrong without taking the run down

READER = """\
from ingest import Document, Reader, Unreadable, Writer, hookimpl

class Odd(Reader):
    name = "odd"
    suffixes = (".odd",)

    def read(self, part):
        yield Document(id=f"{{part.file.name}}-first", content="text")
        {body}

class Plain(Writer):
    name = "plain"

    def write(self, docs, folder, shard, footer, columns):
        name = f"corpus/part-{{shard:05d}}.txt"
        with folder.create(name) as stream:
            for doc in docs:
                stream.write(f"{{doc.text}}\\n".encode())
                {writing}
        return [name]

@hookimpl
def register_components():
    return [Odd, Plain]

{hook}
"""


def with_plugin(project: Project, body: str = "pass", writing: str = "pass", hook: str = "", more: str = "") -> str:
    project.write("odd.py", READER.format(body=body, writing=writing, hook=hook))
    return CONFIG + more + '[plugins]\nfiles = ["odd.py"]\n[[steps]]\nuse = "decode"\n'


@pytest.mark.parametrize(
    ("body", "message"),
    [
        ("yield {'id': 'x'}", "the reader gave dict, expected Document or Unreadable"),
        ("yield None", "the reader gave NoneType, expected Document or Unreadable"),
        ("yield Document(id=5)", "the reader gave a document whose id is int, expected str"),
        ("yield Document(id=['x'])", "the reader gave a document whose id is list, expected str"),
        ("yield Document(id='x', content=None)", "the reader gave a document whose content is NoneType"),
        ("raise KeyError('x')", "KeyError: 'x'"),
        ("raise SystemExit(0)", "SystemExit: 0"),
        ("yield Unreadable(part.file.name, 'a broken record', b'bytes')", "a broken record"),
    ],
)
def test_a_reader_that_breaks_the_rules_loses_only_the_rest_of_its_file(
    project: Project, body: str, message: str
) -> None:
    project.write("in/a.odd", "x")
    project.write("in/b.txt", "another")
    report = project.run(with_plugin(project, body))
    assert [row["text"] for row in project.rows()] == ["text", "another"]
    (row,) = project.rows("quarantine")
    assert row["file_path"] == "in/a.odd"
    assert row["message"].startswith(message)
    assert report.counts.balanced()


def test_a_reader_that_gives_one_document_twice_has_the_second_quarantined(project: Project) -> None:
    project.write("in/a.odd", "x")
    report = project.run(with_plugin(project, "doc = Document(id='x', content='y'); yield doc; yield doc"))
    assert (report.counts.written, dict(report.counts.quarantined)) == (2, {"read/RepeatedId": 1})


def test_what_can_not_be_read_has_no_id_that_a_document_could_repeat(project: Project) -> None:
    project.write("in/a.odd", "x")
    report = project.run(with_plugin(project, "yield Unreadable('a', 'b'); yield Document(id='', content='y')"))
    assert (report.counts.written, dict(report.counts.quarantined)) == (2, {"read/Unreadable": 1})


def test_the_report_is_written_whatever_the_ids_are(project: Project) -> None:
    project.write("in/a.odd", "x")
    report = project.run(with_plugin(project, "yield Document(id='\\ud800', content='y')"))
    assert dict(report.counts.quarantined) == {"write/UnicodeEncodeError": 1}
    assert json.loads((project.output / "report.json").read_text())["counts"]["balanced"] is True


def test_input_that_has_a_field_of_ours_with_nonsense_in_it_is_no_trouble(project: Project) -> None:
    for number, value in enumerate(('"many"', '"²"', "1e999", f'"{"9" * 5000}"', "null", '"12"')):
        project.write(f"in/{number}.jsonl", f'{{"text": "words", "undecodable_bytes": {value}}}\n')
    more = '[read.jsonl]\nmetadata = ["undecodable_bytes"]\n'
    report = project.run(CONFIG + more + '[[steps]]\nuse = "decode"\n')
    assert (report.counts.written, report.counts.bytes_undecodable) == (6, 12)


def test_a_writer_that_fails_is_named_and_its_message_is_kept_to_itself(
    project: Project, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    project.write("in/a.txt", "text")
    text = with_plugin(project, writing="raise ValueError(doc.text + ' of a document')")
    config = str(project.write("config.toml", text.replace('"out"', '"out"\nwriter = "plain"')))
    assert run_command(["run", config, "-q"]) == 3
    err = capsys.readouterr().err
    assert err == "error: the writer 'plain' of plugin 'odd' failed on shard 0: ValueError at odd.py:19\n"
    assert project.results() == []
    monkeypatch.setenv("INGEST_DEBUG", "1")
    assert run_command(["run", config, "-q"]) == 3
    assert "text of a document" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("writing", "message"),
    [
        ("break", "stopped before the last document of shard 0; it has to take all of them"),
        (
            "name = 'corpus/part-00007.txt'",
            "names 'corpus/part-00007.txt', which it did not write through `folder.create`",
        ),
    ],
)
def test_a_writer_that_leaves_documents_out_or_names_what_it_did_not_write_is_found_out(
    project: Project, capsys: pytest.CaptureFixture[str], writing: str, message: str
) -> None:
    for name in "abc":
        project.write(f"in/{name}.txt", f"text {name}")
    text = with_plugin(project, writing=writing).replace('"out"', '"out"\nwriter = "plain"')
    assert run_command(["run", str(project.write("config.toml", text)), "-q"]) == 3
    assert message in capsys.readouterr().err
    assert not list((project.output / "shards").glob("*.json"))


def test_a_writer_of_a_plugin_has_repeated_ids_found_and_its_old_files_replaced(project: Project) -> None:
    for name in "abc":
        project.write(f"in/{name}.jsonl", '{"id": "x", "text": "one"}\n')
    text = with_plugin(project, more="shard_files = 1\n").replace('"out"', '"out"\nwriter = "plain"')
    report = project.run(text)
    assert len(report.repeated_ids) == 1
    assert report.repeated_ids[0].startswith("(id with the hash ")
    assert not report.clean
    (project.folder / "in/c.jsonl").unlink()
    project.run(text)
    assert sorted(path.name for path in (project.output / "corpus").iterdir()) == ["part-00000.txt", "part-00001.txt"]


def test_a_hook_that_fails_ends_the_run_with_its_workers(project: Project) -> None:
    marker = project.folder / "reached"
    hook = "@hookimpl\ndef shard_finished(plan, report):\n    raise ValueError('no')\n"
    body = f"open({str(marker)!r}, 'w').close(); __import__('time').sleep(60)"
    project.write("in/a.txt", "text")
    project.write("in/b.odd", "x")
    text = with_plugin(project, body, hook=hook, more="shard_files = 1\n").replace('executor = "serial"', "workers = 2")
    started = time.monotonic()
    with pytest.raises(PluginError, match="plugin 'odd': its hook shard_finished failed: ValueError: no"):
        project.run(text)
    assert time.monotonic() - started < 20
    assert multiprocessing.active_children() == []


def test_a_plugin_that_does_not_load_in_a_worker_is_told_as_in_the_main_process(
    project: Project, capsys: pytest.CaptureFixture[str]
) -> None:
    hook = "import multiprocessing\nif multiprocessing.parent_process():\n    raise ValueError('only here')\n"
    for name in "ab":
        project.write(f"in/{name}.txt", "text")
    text = with_plugin(project, hook=hook, more="shard_files = 1\n").replace('executor = "serial"', "workers = 2")
    config = str(project.write("config.toml", text))
    assert run_command(["run", config, "-q"]) == 2
    assert capsys.readouterr().err == "error: plugin 'odd': its import failed: ValueError: only here\n"


@pytest.mark.parametrize(
    "error",
    [
        PluginError("name", "message"),
        ConfigError([Problem("key", "message", 3, "hint")], "path"),
        WriteError("message"),
        WorkerError("message"),
    ],
)
def test_errors_come_back_from_a_worker_as_they_were(error: IngestError) -> None:
    copy = pickle.loads(pickle.dumps(error))
    assert (type(copy), str(copy)) == (type(error), str(error))


def test_workers_end_when_the_main_process_is_killed(project: Project) -> None:
    marker = project.folder / "reached"
    config = trap(project, f"open({str(marker)!r}, 'w').close(); time.sleep(60)", workers=2)
    process = subprocess.Popen([sys.executable, "-m", "ingest", "run", str(config)], start_new_session=True)
    deadline = time.monotonic() + 30
    while not marker.exists() and time.monotonic() < deadline:
        time.sleep(0.05)
    process.kill()
    process.wait()
    deadline = time.monotonic() + 10
    while running_in(process.pid) and time.monotonic() < deadline:
        time.sleep(0.1)
    assert running_in(process.pid) == []
    whole(project.output)


@pytest.mark.parametrize("sent", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_to_the_whole_group_ends_the_run_in_order(project: Project, sent: signal.Signals) -> None:
    marker = project.folder / "reached"
    config = trap(project, f"open({str(marker)!r}, 'w').close(); time.sleep(60)", workers=2)
    process = subprocess.Popen(
        [sys.executable, "-m", "ingest", "run", str(config)], stderr=subprocess.PIPE, text=True, start_new_session=True
    )
    deadline = time.monotonic() + 30
    while not marker.exists() and time.monotonic() < deadline:
        time.sleep(0.05)
    os.killpg(process.pid, sent)
    _, err = process.communicate(timeout=20)
    assert process.returncode == 130, err
    told = ["6 shards to do, 34 bytes of input", "interrupted; the same command goes on where it was"]
    assert [line for line in err.splitlines() if line] == told
    whole(project.output)


def test_an_output_that_cant_be_written_is_told(project: Project, capsys: pytest.CaptureFixture[str]) -> None:
    project.write("in/a.txt", "text")
    project.write("out/corpus", "a file where a folder has to be")
    config = str(project.write("config.toml", CONFIG))
    assert run_command(["run", config, "-q"]) == 2
    assert "the output folder is not empty" in capsys.readouterr().err
    assert run_command(["run", config, "-q", "-o", "/proc/nothing"]) == 2


def test_with_nothing_for_the_corpus_there_is_still_one_with_its_schema(project: Project) -> None:
    project.write("in/a.txt", "")
    report = project.run(CONFIG)
    assert (report.counts.written, report.counts.n_dropped, report.clean) == (0, 1, True)
    assert pq.read_table(project.output / "corpus").num_rows == 0


def test_the_types_of_the_corpus_are_those_of_the_documentation(project: Project) -> None:
    project.write("in/a.txt", "A text that stays.")
    project.run(CONFIG)
    schema = pq.read_schema(project.output / "corpus/part-00000.parquet")
    types = {
        field.name: str(field.type).replace("element: ", "item: ").replace(" ('metadata')", "") for field in schema
    }
    strings = ("id", "text", "url", "file_path", "date", "published", "title", "site", "language", "charset")
    handles = "list<item: struct<network: string, handle: string>>"
    assert types == {
        **dict.fromkeys(strings, "string"),
        "authors": f"list<item: struct<name: string, emails: list<item: string>, handles: {handles}>>",
        "language_score": "double",
        "n_chars_raw": "int64",
        "n_chars": "int64",
        "metadata": "list<item: struct<key: string, value: string>>",
        "extraction_quality": "double",
    }


def test_rows_stand_in_the_order_of_the_input(project: Project) -> None:
    for name in "abc":
        project.write(f"in/{name}.jsonl", "".join(f'{{"text": "{name}{number}"}}\n' for number in range(30)))
    text = CONFIG.replace('executor = "serial"', "workers = 3\nbatch_size = 7\nshard_files = 1")
    report = project.run(text + '[[steps]]\nuse = "decode"\n')
    assert [row["text"] for row in project.rows()] == [f"{name}{number}" for name in "abc" for number in range(30)]
    assert project.results() == [f"corpus/part-0000{number}.parquet" for number in range(3)]
    assert set(project.results()) <= set(report.files)


@pytest.mark.parametrize("workers", [1, 2])
def test_a_disk_that_takes_no_more_leaves_no_torn_file_and_the_run_can_go_on(project: Project, workers: int) -> None:
    pytest.importorskip("resource")
    project.write("in/a.txt", "a small text")
    project.write("in/b.txt", noise())
    text = CONFIG + 'shard_files = 1\n[[steps]]\nuse = "decode"\n'
    project.write("config.toml", text.replace('executor = "serial"', f"workers = {workers}"))
    # No file may be longer than 100 blocks: the same error as of a full disk, without the right to mount one.
    command = f"ulimit -f 100; exec {shlex.quote(sys.executable)} -m ingest run config.toml -q"
    done = subprocess.run(["sh", "-c", command], cwd=project.folder, capture_output=True, text=True, check=False)
    assert done.returncode == 3
    assert done.stderr == "error: can't write the output: File too large\n"
    assert set(project.results()) <= {"corpus/part-00000.parquet"}
    whole(project.output)
    project.run(text, fresh=False)
    resumed = digests(project.output / "corpus")
    project.run(text)
    assert digests(project.output / "corpus") == resumed


def test_a_document_of_wrong_types_from_a_reader_costs_itself_and_not_the_rest_of_the_file(project: Project) -> None:
    project.write("in/a.odd", "x")
    body = "yield Document('1', content='one')\n        yield Document('2', content='two', url=5)\n        yield Document('3', content='three')"
    report = project.run(with_plugin(project, body))
    assert {"one", "three"} <= {row["text"] for row in project.rows()}
    assert report.counts.n_quarantined == 1
    assert report.counts.balanced()


def test_the_audit_does_not_touch_the_corpus(project: Project) -> None:
    project.write("in/a.txt", "Skip to content\nA line of prose that is long enough to be the body of this page.\n")
    found = []
    for audit in ("off", "counts", "full"):
        project.run(CONFIG.replace('"out"', f'"{audit}"') + f'audit = "{audit}"\n')
        found.append((project.folder / audit / "corpus/part-00000.parquet").read_bytes())
    assert found[0] == found[1] == found[2]


@pytest.mark.parametrize("steps", ["decode", "template"])
@pytest.mark.parametrize(
    ("given", "problem"),
    [("shards[1:]", "gave no result for shard 0"), ("[*shards, shards[1]]", "gave more than one result for shard 1")],
)
def test_an_executor_that_does_not_run_every_shard_once_fails_the_run(
    project: Project, given: str, problem: str, steps: str
) -> None:
    for number in range(3):
        project.write(f"in/{number}.txt", "words")
    project.write("executor.py", LOSING.replace("GIVEN", given))
    run_part = "[run]\nexecutor = 'losing'\nshard_files = 1\n[plugins]\nfiles = ['executor.py']\n"
    with pytest.raises(WorkerError, match=f"the executor 'losing' {problem}"):
        project.run(f'[read]\npaths = ["in"]\n[write]\npath = "out"\n{run_part}[[steps]]\nuse = "{steps}"\n')
    assert not (project.output / "report.json").exists()


LOSING = """
from ingest import Executor, hookimpl

class Losing(Executor):
    "Run some of the shards."
    name = "losing"

    def map(self, function, shards):
        return map(function, GIVEN)

@hookimpl
def register_components():
    return [Losing]
"""
