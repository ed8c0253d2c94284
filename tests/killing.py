"""Runs that die at a chosen moment, and are begun again until they come to their end.

`test_kill.py` starts this file as a program of its own: it imports everything once and forks a process for every start of
a run, since a fresh Python would take ten times as long as the run. The plugin below is what the runs are made of.
"""

from __future__ import annotations

import contextlib
import functools
import gc
import hashlib
import json
import multiprocessing
import os
import shutil
import signal
import sys
import time
import traceback
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil
import pyarrow as pa

from ingest import Component, CorpusStep, Document, Dropped, Part, Reader, Reason, Step, hookimpl
from ingest.config import Config, Source, load
from ingest.output import folder as files
from ingest.plan import make_plan
from ingest.run import run

FOLDERS = ("corpus", "dropped", "quarantine", "removed")
KINDS = (*FOLDERS, "ids", "marker")
"""What is written for every shard."""
MOMENTS = ("made", "half", "written", "renamed")
"""An empty file under its temporary name, one with half of its bytes, one with all, and one under its final name."""


# The plugin


class Numbers(Reader):
    """Give the lines of a file, whose text is ready."""

    name = "numbers"
    suffixes = (".numbers",)

    def read(self, part: Part) -> Iterator[Document]:
        with part.file.open() as stream:
            for number, line in enumerate(stream):
                yield Document(f"{part.file.name}#{number}", line.decode().rstrip(), content=line)


class Trial(Step):
    """Drop some documents, fail on some and edit some."""

    name = "trial"

    def apply(self, doc: Document) -> Document | Dropped:
        number = int(doc.text.split()[1])
        if number % 11 == 3:
            return Dropped(doc, Reason("third", str(number)))
        if number % 29 == 4:
            raise ValueError(f"document {number}")
        return doc.replace(text=doc.text.replace("word ", "", 1)) if number % 7 == 5 else doc


class Common(CorpusStep):
    """Count words over the corpus, and take the documents out whose last word stands nowhere else."""

    name = "common"

    def keys(self, doc: Document) -> list[str]:
        return doc.text.split()[-1:]

    def judge(self, doc: Document, counts: Sequence[int]) -> Document | Dropped:
        return doc if counts[0] > 1 else Dropped(doc, Reason("rare"))


@hookimpl
def register_components() -> list[type[Component]]:
    Trap.arm()
    return [Numbers, Trial, Common]


@dataclass
class Trap:
    """Kills its process at the n-th time that a moment of writing comes round.

    It is handed over in the environment, so that worker processes have it as well.
    """

    kind: str
    moment: str
    count: int
    token: str = ""
    """For worker processes alone: a file to make before, so that only one of them dies."""

    @classmethod
    def arm(cls) -> None:
        """Set the traps for this process that the environment holds."""
        for trap in (cls(**given) for given in json.loads(os.environ.get("TRAPS", "[]"))):
            if bool(trap.token) == (multiprocessing.parent_process() is not None):
                trap.set()

    def set(self) -> None:
        """Put the moments into the functions that write."""
        replace, remove = os.replace, os.remove
        start, write, check = files.OutputFile.__init__, files.OutputFile.write, files.OutputFile.check

        def starting(stream: Any, file: Any) -> None:
            start(stream, file)
            self.pass_by(file.name, "made")

        def writing(stream: Any, data: bytes) -> int:
            def half() -> None:
                write(stream, bytes(data)[: len(data) // 2])
                stream.flush()

            self.pass_by(stream._stream.name, "half", half)
            return write(stream, data)

        def checking(stream: Any) -> None:
            check(stream)
            self.pass_by(stream._stream.name, "written")

        def replacing(source: str, target: str) -> None:
            replace(source, target)
            self.pass_by(target, "renamed")

        def removing(path: str) -> None:
            remove(path)
            self.pass_by(path, "removed")

        files.OutputFile.__init__, files.OutputFile.write = starting, writing
        files.OutputFile.check, os.replace, os.remove = checking, replacing, removing

    def pass_by(self, path: str, moment: str, first: Callable[[], None] = lambda: None) -> None:
        """Count down if it is the moment."""
        if moment == self.moment and self.kind in (kind_of(path), "any"):
            self.count -= 1
            if not self.count and self._is_ours():
                first()
                os.kill(os.getpid(), signal.SIGKILL)

    def _is_ours(self) -> bool:
        if self.token:
            try:
                os.close(os.open(self.token, os.O_CREAT | os.O_EXCL))
            except FileExistsError:
                return False
        return True


def kind_of(path: str) -> str:
    """Say what a file of the output is, under whichever name."""
    folder, name = os.path.split(path)
    if os.path.basename(folder) == "shards":
        return "ids" if name.endswith(".ids") else "marker"
    return os.path.basename(folder) if os.path.basename(folder) in FOLDERS else name.rpartition("-")[2]


# The program


def main() -> None:
    """Do the jobs that stdin holds, in a folder of the given name, and print what came of each, as lines of JSON."""
    # What a killed process wrote is not lost, so that nothing has to be waited for.
    os.fsync = lambda _: None
    gc.disable()
    # Arrow looks for pandas with its first array.
    pa.array([1])
    for line in sys.stdin:
        print(json.dumps(Job(**json.loads(line), output=sys.argv[1]).do()), flush=True)


@functools.cache
def loaded(path: str, output: str) -> Config:
    """Load a config that writes to another folder."""
    source = Source.from_file(path)
    return load(Source(source.text, source.path, source.base, (("write", "path", output),)))


@dataclass
class Job:
    """One run, from its first start to its end."""

    config: str
    deaths: list[dict[str, Any]]
    """One for each start: `traps`, or the `victims` to kill once there are so many `markers`, some `seconds` later."""
    output: str

    def __post_init__(self) -> None:
        self.folder = Path(self.config).parent / self.output

    def do(self) -> dict[str, Any]:
        """Kill it as it is told, go on until it is done, and give what it wrote."""
        fates = []
        for death in [*self.deaths, {}]:
            status = self.start(death)
            if status == -signal.SIGKILL or hits_workers(death):
                fates += describe(death)
            if status != -signal.SIGKILL:
                break
        result = {"fates": fates, "status": status, **outcome(self.folder)}
        shutil.rmtree(self.folder)
        return result

    def start(self, death: dict[str, Any]) -> int:
        """Start the run, and give the status of its process, negative for the signal that it died of."""
        config = loaded(self.config, self.output)
        if not (child := os.fork()):
            os._exit(_run(config, death.get("traps", [])))
        if "victims" in death:
            self._kill(child, **death)
        return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])

    def _kill(self, child: int, victims: str, markers: int, seconds: float) -> None:
        parent = psutil.Process(child)
        while len(list(self.folder.glob("shards/*.json"))) < markers and parent.status() != psutil.STATUS_ZOMBIE:
            time.sleep(0.002)
        time.sleep(seconds)
        workers = [process for process in parent.children() if "spawn_main" in " ".join(process.cmdline())]
        for process in {"parent": [parent], "worker": workers[:1], "both": [parent, *workers]}[victims]:
            with contextlib.suppress(psutil.NoSuchProcess):
                process.kill()


def _run(config: Config, traps: list[dict[str, Any]]) -> int:
    try:
        os.environ["TRAPS"] = json.dumps(traps)
        Trap.arm()
        report = run(make_plan(config))
    except BaseException:
        traceback.print_exc()
        return 3
    return 0 if report.clean else 1


def hits_workers(death: dict[str, Any]) -> bool:
    """Say whether the run is to go on by itself."""
    return death.get("victims") == "worker" or any("token" in trap for trap in death.get("traps", []))


def describe(death: dict[str, Any]) -> list[str]:
    """Name the moments of a death."""
    if "victims" in death:
        return [f"{death['victims']} at any time"]
    return [f"{trap['kind']} {trap['moment']}{' in a worker' if 'token' in trap else ''}" for trap in death["traps"]]


def outcome(folder: Path) -> dict[str, Any]:
    """Give the hashes of what came of the documents, and what the report says of it."""
    names = sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file())
    report = json.loads((folder / "report.json").read_bytes()) if "report.json" in names else {}
    return {
        "hashes": {
            name: hashlib.sha256((folder / name).read_bytes()).hexdigest()
            for name in names
            if name.startswith(FOLDERS) or name.endswith(".ids")
        },
        "others": [name for name in names if not name.startswith(FOLDERS) and not name.endswith(".ids")],
        "report": {key: report.get(key) for key in ("counts", "files", "shards", "repeated_ids")},
        "lost_workers": report.get("lost_workers"),
    }


if __name__ == "__main__":
    main()
