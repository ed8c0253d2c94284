"""Executors of plugins, and whoever else calls the function of a run: each call is watched over."""

from __future__ import annotations

import multiprocessing
import os
import pickle
import signal
import subprocess
import sys
import time

import psutil
import pytest
from support import Project, digests, running_in

from ingest.plan import make_plan
from ingest.run import ShardRunner, run
from ingest.workers.supervisor import Limits, Supervised

EXECUTORS = """\
import ctypes
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from ingest import Document, Executor, Step, hookimpl

class Pool(Executor):
    "Eight threads, however many processors there are."
    name = "pool"

    def map(self, function, shards):
        with ThreadPoolExecutor(8) as pool:
            yield from pool.map(function, shards)

class Loop(Executor):
    "One after the other, in the main thread."
    name = "loop"

    def map(self, function, shards):
        return map(function, shards)

class Fresh(Executor):
    "A thread of its own for every shard."
    name = "fresh"

    def map(self, function, shards):
        for shard in shards:
            results = []
            thread = threading.Thread(target=lambda: results.append(function(shard)))
            thread.start()
            thread.join()
            yield results[0]

class Crash(Step):
    name = "crash"

    def apply(self, doc):
        if doc.text == "crash":
            ctypes.string_at(0)
        return doc

LOADED = []

class Heavy(Step):
    name = "heavy"

    def apply(self, doc):
        if not LOADED:
            time.sleep(1)
            LOADED.append("a model")
        return doc

@hookimpl
def register_components():
    return [Pool, Loop, Fresh, Crash, Heavy]
"""
CONFIG = """\
[read]
paths = ["in"]
[write]
path = "out"
[run]
executor = "{executor}"
workers = 1
shard_files = 1
[plugins]
files = ["executors.py"]
[[steps]]
use = "decode"
[[steps]]
use = "crash"
"""


@pytest.fixture
def shards(project: Project) -> Project:
    """Input of three shards."""
    project.write("executors.py", EXECUTORS)
    for name in ("one", "two", "three"):
        project.write(f"in/{name}.txt", name)
    return project


@pytest.mark.skipif(sys.platform != "linux", reason="deaths have other names elsewhere")
def test_an_executor_of_a_few_lines_has_limits_and_goes_on_where_it_was(shards: Project) -> None:
    shards.write("in/two.txt", "crash")

    def interrupt(*_: object) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        run(make_plan(shards.load(CONFIG.format(executor="serial"))), interrupt)
    report = run(make_plan(shards.load(CONFIG.format(executor="pool"))))
    assert multiprocessing.active_children() == []
    assert report.shards_before == 1
    assert sorted(row["text"] for row in shards.rows()) == ["one", "three"]
    (failed,) = shards.rows("quarantine")
    assert (failed["file_path"], failed["step"], failed["error"]) == ("in/two.txt", "crash", "Crash")
    assert (report.lost_workers, report.clean) == (2, False)


def test_the_first_document_of_a_worker_has_time_to_load_a_model_wherever_it_stands(project: Project) -> None:
    project.write("executors.py", EXECUTORS)
    project.write("in/a.jsonl", "{broken\n")
    project.write("in/b.jsonl", '{broken\n{"text": "first"}\n{"text": "second"}\n')
    config = CONFIG.format(executor="loop").replace("[run]", "[run]\ndocument_seconds = 0.5")
    report = project.run(config.replace('"crash"', '"heavy"'))
    assert (report.counts.written, report.counts.n_quarantined, report.lost_workers) == (2, 2, 0)


def test_a_worker_that_is_killed_while_it_has_nothing_to_do_is_replaced(shards: Project) -> None:
    (shards.folder / "in/three.txt").unlink()

    def kill_all(*_: object) -> None:
        for process in multiprocessing.active_children():
            process.kill()

    report = run(make_plan(shards.load(CONFIG.format(executor="loop"))), kill_all)
    assert (report.counts.written, report.lost_workers, report.clean) == (2, 1, True)


def test_workers_do_not_outlive_the_threads_that_called_for_them(shards: Project) -> None:
    alive = []
    descriptors = []

    def look(*_: object) -> None:
        alive.append(len(multiprocessing.active_children()))
        descriptors.append(len(os.listdir("/proc/self/fd")) if os.path.isdir("/proc/self/fd") else 0)

    report = run(make_plan(shards.load(CONFIG.format(executor="fresh"))), look)
    assert (report.counts.written, report.clean) == (3, True)
    assert max(alive) <= 1
    assert descriptors[1] == descriptors[2]
    assert multiprocessing.active_children() == []


def test_the_function_of_a_run_can_be_sent_to_another_machine(shards: Project) -> None:
    config = shards.load(CONFIG.format(executor="loop"))
    plan = make_plan(config)
    runner = ShardRunner(config.source, (), "", config=config)
    functions = [runner, Supervised(runner, Limits(60, 2**31))]
    code = (
        "import pickle, sys\n"
        "functions, shard = pickle.load(sys.stdin.buffer)\n"
        "for function in functions:\n"
        "    print(function(shard).counts.written, [file.sha256 for file in function(shard).files])\n"
        "functions[1].close()\n"
    )
    sent = pickle.dumps((functions, plan.shards[0]))
    done = subprocess.run([sys.executable, "-c", code], input=sent, stdout=subprocess.PIPE, check=True)
    first, second = done.stdout.decode().splitlines()
    assert first == second
    assert first == f"1 {[file.sha256 for file in runner(plan.shards[0]).files]}"


# What may go wrong around the processes

SCRIPT = """\
from ingest.config import Source, load
from ingest.plan import make_plan
from ingest.run import run

run(make_plan(load(Source.from_file("config.toml"))))
"""


@pytest.mark.skipif(os.name == "nt", reason="needs signals and the shell of Unix")
def test_trouble_around_the_start_of_workers(shards: Project) -> None:
    config = CONFIG.format(executor="processes")
    shards.write("config.toml", config)
    shards.write("script.py", SCRIPT)
    command = f"{sys.executable} -m ingest run config.toml -w 1"
    closed = start(shards, f"exec {command} -o closed <&- >&- 2>&-")
    unguarded = start(shards, f"exec {sys.executable} script.py")
    interrupted = start(shards, f"exec {command} -q -o interrupted")
    deadline = time.monotonic() + 30
    while not has_workers(interrupted.pid) and time.monotonic() < deadline:
        time.sleep(0.05)
    os.killpg(interrupted.pid, signal.SIGINT)
    _, err = interrupted.communicate(timeout=30)
    # Nobody but the main process takes notice, even where a worker is still at its imports.
    assert (interrupted.returncode, err.strip()) == (130, "interrupted; the same command goes on where it was")
    assert not running_in(interrupted.pid)
    _, err = unguarded.communicate(timeout=60)
    assert unguarded.returncode == 1
    assert 'put what it does below a line `if __name__ == "__main__":`' in err
    closed.communicate(timeout=60)
    assert closed.returncode == 0
    shards.run(config.replace("processes", "serial"))
    assert digests(shards.folder / "closed/corpus") == digests(shards.output / "corpus")


def has_workers(process: int) -> bool:
    return any("spawn_main" in " ".join(child.cmdline()) for child in psutil.Process(process).children())


def start(project: Project, command: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        ["sh", "-c", command],
        cwd=project.folder,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
