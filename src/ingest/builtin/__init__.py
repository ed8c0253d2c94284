"""The built-in components, offered through the same hook as everybody else's."""

from __future__ import annotations

from ingest.builtin.authors import Authors
from ingest.builtin.boilerplate import Boilerplate
from ingest.builtin.decode import Decode
from ingest.builtin.extract import Extract
from ingest.builtin.filters import Languages, Length
from ingest.builtin.language import Language
from ingest.builtin.metadata import Metadata
from ingest.builtin.normalise import Normalise
from ingest.builtin.pages import RunningHeaders
from ingest.builtin.phrase_filters import PHRASE_FILTERS
from ingest.builtin.readers import READERS
from ingest.builtin.redact import Redact
from ingest.builtin.repair import Repair
from ingest.builtin.repetition import Repetition
from ingest.builtin.template import Template
from ingest.builtin.tidy import Tidy
from ingest.builtin.title import Title
from ingest.builtin.writers import WRITERS
from ingest.component import Component
from ingest.executors import EXECUTORS
from ingest.hookspecs import hookimpl

STEPS = (
    Decode,
    Extract,
    Metadata,
    Repair,
    Normalise,
    RunningHeaders,
    Title,
    Authors,
    Repetition,
    Boilerplate,
    *PHRASE_FILTERS,
    Template,
    Tidy,
    Language,
    Length,
    Languages,
    Redact,
)


@hookimpl
def register_components() -> list[type[Component]]:
    """Offer the built-in readers, steps, writers and executors."""
    return [*READERS, *STEPS, *WRITERS, *EXECUTORS]
