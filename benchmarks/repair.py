"""What the guard in front of ftfy saves: MB/s of `repair` and of ftfy with the same options, in turn, same texts.

    python benchmarks/repair.py [--rounds N]

The texts are the bundled samples by language, repeated to a megabyte; the results must be equal. CPU time of one
process, the best of the rounds.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable
from pathlib import Path

import ftfy

from ingest.builtin.decode import Decode
from ingest.builtin.extract import Extract
from ingest.builtin.repair import fixer_config, repair
from ingest.document import Document

SAMPLES = Path(__file__).parents[1] / "samples"
TEXTS = {
    "English, ASCII": "other/reservoirs.txt",
    "English, curly quotes": "news/ferry-timetable.txt",
    "German": "news/flutmauer.html",
    "French": "news/filature.txt",
    "Russian": "news/ledokol.html",
    "Persian": "news/ketabkhane.html",
    "Chinese": "blog/chahu.html",
    "Japanese": "news/tsukimi-eki.html",
    "English, mojibake": "news/bakery-strike.txt",
}
SIZE = 1_000_000


def text_of(name: str) -> str:
    """Give the text of a sample, repeated to a megabyte."""
    path = SAMPLES / name
    kind = "text/plain" if path.suffix == ".txt" else "text/html"
    doc = Decode().apply(Document(id=name, content=path.read_bytes(), media_type=kind))
    assert isinstance(doc, Document)
    doc = Extract().apply(doc)
    assert isinstance(doc, Document)
    return (doc.text + "\n") * max(1, SIZE // len(doc.text.encode()))


def seconds(function: Callable[[str], str], text: str) -> float:
    """Give the CPU seconds of one call."""
    started = time.process_time()
    function(text)
    return time.process_time() - started


def main() -> None:
    """Measure and print a table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--rounds", type=int, default=5)
    rounds = parser.parse_args().rounds
    config = fixer_config(entities=False)
    print("| text | ftfy, MB/s | repair, MB/s | ratio |\n|---|---|---|---|")
    for label, name in TEXTS.items():
        text = text_of(name)
        assert repair(text) == ftfy.fix_text(text, config), name
        # In turn, so that both meet the same load of the machine.
        pairs = [(seconds(lambda t: ftfy.fix_text(t, config), text), seconds(repair, text)) for _ in range(rounds)]
        plain, guarded = (min(times) for times in zip(*pairs, strict=True))
        size = len(text.encode()) / 1e6
        print(f"| {label} | {size / plain:.1f} | {size / guarded:.1f} | {plain / guarded:.1f} |")


if __name__ == "__main__":
    main()
