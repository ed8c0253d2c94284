"""Documents that kill whatever touches them: each goes to quarantine, and everything else is written."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from typing import Any

import pytest
from support import Project, digests, running_in

PLUGIN = r'''
import ctypes, os, re, sys, time
from ingest import CorpusStep, Document, Dropped, Reader, Reason, Step, hookimpl

def hoard():
    held = []
    while True:
        held.append(b"x" * 10**7)
        time.sleep(0.01)

def rest():
    while True:
        time.sleep(0.01)

def chatter():
    print("printed")
    os.write(1, b"written\n")
    os.system("echo from a program")
    return True

DEEDS = {
    "loop": rest,
    "memory": hoard,
    "native": lambda: re.match("(a+)+$", "a" * 50 + "b"),
    "crash": lambda: ctypes.string_at(0),
    "exit": lambda: os._exit(7),
    "leave": lambda: sys.exit(3),
    "raise": lambda: [][0],
    "chatter": chatter,
}

class Sick(Step):
    """Do what the document says."""
    name = "sick"

    def apply(self, doc):
        if doc.text == "healthy":
            return Dropped(doc, Reason("healthy"))
        if doc.text == "nonsense":
            return "nonsense"
        if doc.text in DEEDS:
            DEEDS[doc.text]()
        return doc

class Together(Step):
    """Crash over one document of a batch."""
    name = "together"

    def process(self, docs):
        if any(doc.text == "batch" for doc in docs):
            ctypes.string_at(0)
        return docs

class Census(CorpusStep):
    """Crash while the keys are counted."""
    name = "census"

    def keys(self, doc):
        if doc.text == "census":
            ctypes.string_at(0)
        return [doc.text]

    def judge(self, doc, counts):
        return doc

class Brittle(Reader):
    """Give the lines of a file, up to one that can't be got over."""
    name = "brittle"
    suffixes = (".brittle",)

    def read(self, part):
        with part.file.open() as stream:
            for number, line in enumerate(stream):
                text = line.decode().strip()
                if text in DEEDS:
                    DEEDS[text]()
                yield Document(f"{part.file.name}#{number}", content=text, file_path=f"{part.file.name}#{number}")

@hookimpl
def register_components():
    return [Sick, Together, Census, Brittle]
'''
CONFIG = """\
[read]
paths = ["in"]
[write]
path = "out"
[run]
shard_files = 6
document_seconds = 1.5
document_memory = 200_000_000
[plugins]
files = ["poison.py"]
[[steps]]
use = "decode"
"""
SICK = '[[steps]]\nuse = "sick"\n[[steps]]\nuse = "together"\n'
SECONDS = "took more than 1.5 seconds ([run] document_seconds)"
CENSUS = '[[steps]]\nuse = "census"\n'
REST = ", and what stands behind was not read"
FAILURES = {
    "batch": ("together", "Crash", "the worker process died of SIGSEGV"),
    "crash": ("sick", "Crash", "the worker process died of SIGSEGV"),
    "exit": ("sick", "Crash", "the worker process ended with status 7"),
    "leave": ("sick", "SystemExit", "3"),
    "loop": ("sick", "TimeLimit", SECONDS),
    "memory": ("sick", "MemoryLimit", "took more than 200,000,000 bytes of memory ([run] document_memory)"),
    "native": ("sick", "TimeLimit", SECONDS),
    "nonsense": ("sick", "nonsense", "returned str, expected Document or Dropped"),
    "raise": ("sick", "IndexError", "list index out of range"),
}
READING = {
    "crash": ("read", "Crash", "the worker process died of SIGSEGV" + REST),
    "loop": ("read", "TimeLimit", SECONDS + REST),
}
DEADLY = [how for how in [*FAILURES.values(), *READING.values()] if how[1] in ("Crash", "TimeLimit", "MemoryLimit")]

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="deaths have other names elsewhere")


def test_every_poison_costs_itself_alone(project: Project) -> None:
    for name in (*FAILURES, "chatter"):
        # The good one comes first: while a worker loads its models, limits are wide.
        project.write(f"in/{name}-good.txt", f"a good text beside {name}")
        project.write(f"in/{name}.txt", name)
    for name in READING:
        project.write(f"in/read-{name}.brittle", f"first\nsecond\n{name}\nlost\n")
    report, told = run(project, CONFIG + SICK, workers=2)
    # What a plugin prints goes elsewhere than the report.
    assert {"printed", "written", "from a program"} <= set(told.splitlines())
    assert failures(project) == {
        **{f"in/{poison}.txt": (*how, poison.encode()) for poison, how in FAILURES.items()},
        **{f"in/read-{poison}.brittle": (*how, b"") for poison, how in READING.items()},
    }
    assert report["counts"]["balanced"] is True
    assert report["lost_workers"] >= 2 * len(DEADLY)
    found = digests(project.output / "corpus")
    # Where each poison is taken out without any harm, the corpus is the same.
    for name in FAILURES:
        project.write(f"in/{name}.txt", "healthy")
    for name in READING:
        project.write(f"in/read-{name}.brittle", "first\nsecond\n")
    project.run((CONFIG + SICK).replace("[run]", '[run]\nexecutor = "serial"'))
    assert digests(project.output / "corpus") == found


def test_a_poison_in_the_pass_that_counts_costs_itself_alone(project: Project) -> None:
    for name in ("census", "crash", "good", "well"):
        project.write(f"in/{name}.txt", name)
    report, _ = run(project, CONFIG + CENSUS + SICK, workers=1)
    death = ("Crash", "the worker process died of SIGSEGV")
    assert failures(project) == {
        "in/census.txt": ("census", *death, b"census"),
        "in/crash.txt": ("sick", *death, b"crash"),
    }
    assert (report["counted"]["census"]["documents"], report["counted"]["census"]["failed"]) == (3, 1)
    # Two by each in the last pass, and two by the one that dies of its keys.
    assert report["lost_workers"] >= report["counted"]["census"]["lost_workers"] + 2 >= 4
    assert [row["text"] for row in project.rows()] == ["good", "well"]


def run(project: Project, config: str, workers: int) -> tuple[dict[str, Any], str]:
    """Run it as a program; give the report that it prints and what it writes to stderr."""
    project.write("poison.py", PLUGIN)
    path = project.write("config.toml", config)
    # Each new worker would look for pandas, and take half of its time for that.
    project.write("less/pandas.py", "raise ImportError")
    paths = os.pathsep.join([str(project.folder / "less"), *filter(None, [os.environ.get("PYTHONPATH")])])
    done = subprocess.Popen(
        [sys.executable, "-m", "ingest", "run", str(path), "--json", "-q", "--workers", str(workers)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
        env=os.environ | {"PYTHONPATH": paths},
    )
    out, err = done.communicate(timeout=120)
    assert done.returncode == 1, err
    assert not running_in(done.pid)
    return json.loads(out), err


def failures(project: Project) -> dict[str, Any]:
    """Give what is in quarantine: step, error, message and bytes by the place that it came from."""
    rows = project.rows("quarantine")
    found = {row["file_path"]: (row["step"], row["error"], row["message"], row["content"]) for row in rows}
    assert len(found) == len(rows)
    return found
