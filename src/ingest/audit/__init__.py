"""What a run left on record: is it whole, what happened to a document, and how do two runs differ."""

from ingest.audit.compare import Comparison, compare
from ingest.audit.explain import StepStory, Story, UnknownDocumentError, explain
from ingest.audit.saved import SavedRun
from ingest.audit.verify import Check, verify

__all__ = [
    "Check",
    "Comparison",
    "SavedRun",
    "StepStory",
    "Story",
    "UnknownDocumentError",
    "compare",
    "explain",
    "verify",
]
