"""The built-in executors."""

from ingest.executors.processes import Processes
from ingest.executors.serial import Serial

EXECUTORS = (Serial, Processes)

__all__ = ["EXECUTORS", "Processes", "Serial"]
