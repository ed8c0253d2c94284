"""Zip and tar archives: folders of files that stand in one file.

Nothing is unpacked to where a name says. A name is only text, and members are read from memory or an unnamed file.
"""

from ingest.input.archives.cuts import Cuts
from ingest.input.archives.entry import Budget, Entry
from ingest.input.archives.member import Member
from ingest.input.archives.reading import list_entries, read_members, wants
from ingest.input.archives.zips import LargeDirectoryError, open_zip

__all__ = [
    "Budget",
    "Cuts",
    "Entry",
    "LargeDirectoryError",
    "Member",
    "list_entries",
    "open_zip",
    "read_members",
    "wants",
]
