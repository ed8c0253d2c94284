"""Runs that are killed, whenever it may be, and come to the same end as one that is not."""

from __future__ import annotations

import json
import os
import random
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import killing
import pytest
from support import Project

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork and SIGKILL")

DOCUMENTS, SHARDS = 2_000, 10
CONFIG = """\
[read]
paths = ["in"]
[write]
path = "out"
[run]
audit = "full"
shard_files = 1
{run}
[plugins]
files = ["{plugin}"]
[[steps]]
use = "trial"
"""
SERIAL, PROCESSES = 'executor = "serial"', "workers = 2"
COUNTING = '[[steps]]\nuse = "common"\n'
Death = Job = dict[str, Any]


def test_a_killed_run_that_is_begun_again_ends_like_one_that_was_not(project: Project) -> None:
    seed = random.SystemRandom().getrandbits(32)
    lots = random.Random(seed)
    prepare(project)
    jobs = [*systematic(lots), *at_random(lots), *with_workers(lots)]
    undisturbed = [job("serial"), job("counting")]
    plain, counted, *results = do(project, [*undisturbed, *jobs])
    assert (plain["status"], plain["report"]["counts"]["read"], plain["report"]["shards"]) == (1, DOCUMENTS, SHARDS)
    assert {name.partition("/")[0] for name in plain["hashes"]} == {*killing.FOLDERS, "shards"}
    assert len(results) >= 100
    for job_, result in zip(jobs, results, strict=True):
        expected = counted if "counting" in job_["config"] else plain
        told = f"seed {seed}, {job_}: {result['fates']}"
        assert result["status"] == expected["status"], told
        assert result["hashes"] == expected["hashes"], told
        assert result["others"] == expected["others"], told
        assert result["report"] == expected["report"], told
        assert result["lost_workers"] >= sum("in a worker" in fate for fate in result["fates"]), told
    fates = Counter(fate for result in results for fate in result["fates"])
    kinds = (*killing.KINDS, "report.json", "run.json", "inputs.parquet", "counted.json")
    assert {f"{kind} {moment}" for kind in kinds for moment in killing.MOMENTS} <= set(fates), f"seed {seed}"
    assert fates["any removed"] > 10, f"seed {seed}"


def systematic(lots: random.Random) -> Iterator[Job]:
    """Die at every moment of every kind of file, then, with what that left, while it is cleared away."""
    moments = [(kind, moment) for kind in killing.KINDS for moment in killing.MOMENTS]
    for kind, moment in moments * 2:
        yield job("serial", trap(kind, moment, lots.randint(1, SHARDS)), trap("any", "removed", lots.randint(2, 3)))
    for moment in killing.MOMENTS:
        for kind in ("report.json", "run.json", "inputs.parquet"):
            yield job("serial", trap(kind, moment))
        yield job("counting", trap("counted.json", moment), trap("marker", moment))


def at_random(lots: random.Random) -> Iterator[Job]:
    """Die whenever it happens to be."""
    for number in range(36):
        deaths = [any_time(lots, "parent", most) for most in (SHARDS // 2, SHARDS)]
        yield job("counting" if number % 4 == 0 else "serial", *deaths)


def with_workers(lots: random.Random) -> Iterator[Job]:
    """Kill the parent, worker processes, or all together; a run that lost workers only goes on by itself."""
    yield job("processes", any_time(lots, "both", 4), any_time(lots, "worker", 7))
    yield job("processes", any_time(lots, "parent", 4))
    for first, second in ((("corpus", "half"), ("removed", "renamed")), (("dropped", "written"), ("ids", "renamed"))):
        traps = [trap(*moment, count, token="-".join(moment)) for count, moment in enumerate((first, second), start=1)]
        yield job("processes", {"traps": [entry for one in traps for entry in one["traps"]]})


def trap(kind: str, moment: str, count: int = 1, **more: str) -> Death:
    return {"traps": [{"kind": kind, "moment": moment, "count": count, **more}]}


def any_time(lots: random.Random, victims: str, markers: int) -> Death:
    return {"victims": victims, "markers": lots.randint(0, markers - 1), "seconds": lots.uniform(0, 0.05)}


def job(recipe: str, *deaths: Death) -> Job:
    return {"config": f"{recipe}.toml", "deaths": deaths}


def prepare(project: Project) -> None:
    each = DOCUMENTS // SHARDS
    for shard in range(SHARDS):
        texts = (f"Document {number} word and w{number % 1900}" for number in range(shard * each, (shard + 1) * each))
        project.write(f"in/{shard}.numbers", "".join(f"{text}\n" for text in texts))
    plugin = Path(killing.__file__).as_posix()
    for recipe, run, more in (("serial", SERIAL, ""), ("counting", SERIAL, COUNTING), ("processes", PROCESSES, "")):
        project.write(f"{recipe}.toml", CONFIG.format(run=run, plugin=plugin) + more)


def do(project: Project, jobs: list[Job]) -> list[Job]:
    """Do the jobs on two processors, and give what came of each, in their order."""
    lines = [json.dumps({**job, "config": str(project.folder / job["config"])}) for job in jobs]
    with ThreadPoolExecutor() as pool:
        halves = list(pool.map(lambda half: _do(project, f"out{half}", lines[half::2]), range(2)))
    return [halves[number % 2][number // 2] for number in range(len(jobs))]


def _do(project: Project, output: str, lines: list[str]) -> list[dict[str, Any]]:
    command = [sys.executable, killing.__file__, output]
    done = subprocess.run(
        command, input="\n".join(lines), capture_output=True, text=True, check=False, cwd=project.folder, timeout=300
    )
    assert done.returncode == 0, done.stderr
    return [json.loads(line) for line in done.stdout.splitlines()]
