"""Pages that break extractors, through the steps that read them: no error, no lost article, no time out of proportion."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest
from nasty import PAGES, SENTENCE

from ingest.builtin.decode import Decode
from ingest.builtin.extract import Extract
from ingest.builtin.metadata import Metadata
from ingest.document import Document, Dropped

# Four times the bytes may take four times as long, give or take what else the machine does.
MOST_TIMES = 12
# Less than this is lost in the noise.
LEAST_SECONDS = 0.2
MOST_MEMORY_TIMES = 100
TESTS = Path(__file__).parent.parent
URL = "https://weir.example/2024/03/18/opens"


def read(content: bytes) -> Document | Dropped:
    result: Document | Dropped = Document("1", content=content, media_type="text/html", url=URL)
    for step in (Decode(), Extract(), Metadata()):
        if isinstance(result, Document):
            result = step.apply(result)
    return result


def verdict(result: Document | Dropped) -> str:
    return result.reason.code if isinstance(result, Dropped) else result.media_type


def squeezed(text: str) -> str:
    return " ".join(text.replace("\0", "").split())


@pytest.mark.parametrize("name", PAGES)
def test_the_article_stays_and_time_is_in_proportion(name: str) -> None:
    nasty = PAGES[name]
    seconds = []
    for size in (max(1, nasty.size // 4), nasty.size):
        content = nasty.make(size)
        started = time.process_time()
        result = read(content)
        seconds.append(time.process_time() - started)
        if nasty.verdicts:
            assert verdict(result) in nasty.verdicts
        else:
            assert isinstance(result, Document)
            assert SENTENCE in squeezed(result.text)
            assert result.published == "2024-03-18"
    assert seconds[1] < MOST_TIMES * max(seconds[0], LEAST_SECONDS)


BIG = {
    "a million tags in 20 MB": "page('<p>some more words</p>' * 500_000 + '<p>' + 'word ' * 1_600_000)",
    "attributes in 20 MB": "page('<div ' + ' '.join(f'a{i}=1' for i in range(1_800_000)) + '>')",
}


@pytest.mark.parametrize("name", BIG)
def test_the_biggest_pages_take_memory_in_proportion(name: str) -> None:
    script = f"""
import resource
from nasty import SENTENCE, page
from content.test_nasty import read

def peak():
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024

content = {BIG[name]}
before = peak()
result = read(content)
assert SENTENCE in result.text
print(len(content) / 1e6, peak() - before)
"""
    environment = os.environ | {"PYTHONPATH": os.pathsep.join([str(TESTS), *sys.path])}
    done = subprocess.run([sys.executable, "-c", script], check=False, capture_output=True, text=True, env=environment)
    assert done.returncode == 0, done.stderr
    megabytes, grown = map(float, done.stdout.split())
    assert megabytes > 15
    # A million elements take a few hundred bytes each, and their text stands in several forms at once.
    assert grown < MOST_MEMORY_TIMES * megabytes
