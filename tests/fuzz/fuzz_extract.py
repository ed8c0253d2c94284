"""Fuzz the steps that read markup.

python tests/fuzz/fuzz_extract.py CORPUS -max_total_time=600 -max_len=4096 -len_control=0 -timeout=10 -rss_limit_mb=2048

CORPUS is a folder that the fuzzer fills. An input that breaks something is written to the working folder; it belongs
into `tests/nasty.py` or the tests of the part that it broke.
"""

from __future__ import annotations

import sys
from pathlib import Path

import atheris

sys.path.insert(0, str(Path(__file__).parent.parent))

with atheris.instrument_imports(include=["ingest"]):
    from ingest.builtin.decode import Decode
    from ingest.builtin.extract import Extract
    from ingest.builtin.metadata import Metadata
    from ingest.content.thinning import thin
    from ingest.content.tree import parse
    from ingest.document import Document

from pieces import CLASSES, OPTIONS, TAGS, WORDS

# What a byte stands for in a page that is put together from pieces.
PIECES = [
    *(f"<{tag}>" for tag in TAGS),
    *(f"</{tag}>" for tag in TAGS),
    *(f"<{tag} class='{name}'>" for tag in ("div", "p", "a", "span", "li") for name in CLASSES),
    *(f"{word} " for word in WORDS),
    *(
        "<!--",
        "-->",
        "<",
        ">",
        "&amp;",
        "\0",
        "'",
        '"',
        "=",
        "<a href=x>",
        '<script type="application/ld+json">',
        "{",
        "}",
    ),
]
EXTRACT = [Extract.model_validate(options) for options in OPTIONS]


def read(content: bytes) -> None:
    """Run the steps over a page, with some of the options, until one drops it."""
    result = Document("1", content=content, media_type="text/html", url="https://weir.example/2024/03/18/x")
    for step in (Decode(), EXTRACT[len(content) % len(EXTRACT)], Metadata()):
        after = step.apply(result)
        if not isinstance(after, Document):
            return
        result = after


def test_one_input(data: bytes) -> None:
    """Read the input as a page, as pieces of one, or as pieces many times over."""
    kind, content = data[:1], data[1:]
    if kind < b"\x60":
        read(content)
        return
    markup = "".join(PIECES[byte % len(PIECES)] for byte in content[:2000])
    if kind < b"\xd0":
        read(markup.encode())
    else:
        markup *= 1 + 3000 // (1 + len(content))
        thin(markup)
        parse(markup)


if __name__ == "__main__":
    atheris.Setup(sys.argv, test_one_input)
    atheris.Fuzz()
