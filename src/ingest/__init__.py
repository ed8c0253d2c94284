"""Turn raw documents into a clean Parquet corpus.

The names in `__all__` are what a plugin needs; `ingest.testing` holds the tools to test one.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from ingest.component import Component
    from ingest.document import Author, Document, Dropped, Edit, Handle, Reason
    from ingest.endpoints import Part, Reader, Unreadable, Writer
    from ingest.errors import (
        ConfigError,
        IngestError,
        OutputError,
        PluginError,
        ReadError,
        StepError,
        WorkerError,
        WriteError,
    )
    from ingest.executor import Executor
    from ingest.hookspecs import hookimpl
    from ingest.input.files import InputFile
    from ingest.step import Annotator, Cleaner, CorpusStep, Filter, LineFilter, Step

__all__ = [
    "Annotator",
    "Author",
    "Cleaner",
    "Component",
    "ConfigError",
    "CorpusStep",
    "Document",
    "Dropped",
    "Edit",
    "Executor",
    "Filter",
    "Handle",
    "IngestError",
    "InputFile",
    "LineFilter",
    "OutputError",
    "Part",
    "PluginError",
    "ReadError",
    "Reader",
    "Reason",
    "Step",
    "StepError",
    "Unreadable",
    "WorkerError",
    "WriteError",
    "Writer",
    "hookimpl",
]

_HOMES = {
    "component": ("Component",),
    "document": ("Author", "Document", "Dropped", "Edit", "Handle", "Reason"),
    "endpoints": ("Part", "Reader", "Unreadable", "Writer"),
    "errors": (
        "ConfigError",
        "IngestError",
        "OutputError",
        "PluginError",
        "ReadError",
        "StepError",
        "WorkerError",
        "WriteError",
    ),
    "executor": ("Executor",),
    "input.files": ("InputFile",),
    "hookspecs": ("hookimpl",),
    "step": ("Annotator", "Cleaner", "CorpusStep", "Filter", "LineFilter", "Step"),
}


def __getattr__(name: str) -> Any:
    """Import a public name when it is first asked for, so that `ingest --help` need not wait for all of them."""
    for module, names in _HOMES.items():
        if name in names:
            return getattr(importlib.import_module(f"ingest.{module}"), name)
    raise AttributeError(f"module 'ingest' has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted(__all__)
