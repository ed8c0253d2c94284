"""Input files: found once, in a fixed order, opened through fsspec and decompressed on the way."""

from __future__ import annotations

import io
import os
import posixpath
import stat
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from fnmatch import fnmatchcase
from typing import IO, Any, cast

from ingest.errors import ReadError
from ingest.input.bounds import BOUNDS, Bounds
from ingest.input.unpacking import START, Origin, Resumable, Unpacked, Unpacking

__all__ = ["COMPRESSIONS", "InputFile", "find_files", "is_wanted", "matches", "printable"]

COMPRESSIONS = {".gz": "gzip", ".zst": "zstd", ".bz2": "bz2", ".xz": "xz"}

_SHORT = {".tgz": ".tar.gz", ".tzst": ".tar.zst", ".tbz": ".tar.bz2", ".tbz2": ".tar.bz2", ".txz": ".tar.xz"}
_BUFFER = 1 << 16


@dataclass(frozen=True, slots=True)
class InputFile:
    """A file that a run reads. A plain value: it opens nothing until asked."""

    url: str
    """Absolute path or fsspec URL to open it by."""
    name: str
    """Path as it goes into `file_path` and into document ids: below the path that the config gave."""
    size: int
    """Bytes as they are stored; 0 where that can't be told."""
    stamp: str = ""
    """What changes when the content does: the time of the last change in ns, or the tag that a service gives it.
    Empty where there is none."""
    below: str = ""
    """Path below the folder that the config gave, which `include` and `exclude` look at."""
    bounds: Bounds = BOUNDS
    """How much it may unpack to."""

    @property
    def compression(self) -> str | None:
        """`gzip`, `zstd`, `bz2` or `xz`, told by the last suffix; `None` for a plain file."""
        return COMPRESSIONS.get(posixpath.splitext(_spelt_out(self.name))[1])

    @property
    def suffix(self) -> str:
        """The suffix that tells the format, lower case: `.jsonl` for `a.jsonl.gz`."""
        stem, suffix = posixpath.splitext(_spelt_out(self.name))
        return posixpath.splitext(stem)[1] if suffix in COMPRESSIONS else suffix

    @property
    def is_archive(self) -> bool:
        """Whether it is named as an archive. Office documents and books are zip files, but no archives."""
        return self.suffix in (".zip", ".tar")

    @property
    def is_local(self) -> bool:
        """Whether it lies on a disk of this machine, where seeking and reading again cost little."""
        return os.path.isabs(self.url)

    def status(self) -> tuple[int, str]:
        """Ask again for size and stamp, which differ from the ones here if the file was changed since.

        Raises:
            OSError: the file is gone.
        """
        if self.is_local:
            status = os.stat(self.url)
            return status.st_size, str(status.st_mtime_ns)
        filesystem, path = _filesystem(self.url)
        filesystem.invalidate_cache()
        info = filesystem.info(path)
        return info.get("size") or 0, _stamp(info)

    def open_raw(self) -> io.BufferedReader:
        """Open the bytes as they are stored. The file can be sought.

        Raises:
            OSError, ReadError: there is no such file, or it is none.
        """
        if self.is_local:
            # To open a pipe would wait for somebody to write into it.
            if not stat.S_ISREG(os.stat(self.url).st_mode):
                raise ReadError("is a pipe, a socket or a device, and no file")
            return open(self.url, "rb")
        filesystem, path = _filesystem(self.url)
        return _Remote(filesystem.open(path, "rb"), filesystem)

    def open(self) -> io.BufferedReader:
        """Open the bytes, decompressed as the suffix says. Only a file that is stored plain can be sought.

        Its methods raise `ReadError` where the compressed stream is damaged, or unpacks to too much.
        """
        stored = self.open_raw()
        if self.compression is None:
            return stored
        return io.BufferedReader(Unpacked(self._unpacking(stored), stored), _BUFFER)

    def open_lines(self, start: int = 0, origin: Origin = START) -> Resumable:
        """Open the bytes, decompressed, from an offset on. At a damage they end, and can go on behind it.

        Args:
            start: offset in the decompressed bytes.
            origin: a place at or in front of it where decompressing can begin.
        """
        stored = self.open_raw()
        if self.compression is None:
            stored.seek(start)
            return Resumable(stored)
        stream = Resumable(Unpacked(self._unpacking(stored, origin), stored, resumable=True))
        stream.skip(start - origin.unpacked)
        return stream

    def unpack(self) -> Iterator[tuple[Origin, bytes]]:
        """Give the decompressed bytes in chunks, each with a place where decompressing can begin; pass over damages."""
        with self.open_raw() as stored:
            unpacking = self._unpacking(stored)
            for chunk in unpacking:
                if isinstance(chunk, bytes):
                    yield unpacking.origin, chunk

    def _unpacking(self, stored: IO[bytes], origin: Origin = START) -> Unpacking:
        return Unpacking(stored, self.compression or "", self.bounds.max_ratio, origin)

    def head(self, size: int = 4096) -> bytes:
        """Give the first bytes, decompressed; fewer where there is a damage behind them.

        Raises:
            OSError, ReadError: there are none to be had.
        """
        with self.open_lines() as stream:
            head = stream.read(size)
            if not head and (damage := stream.resume()) is not None:
                raise damage
            return head


def _spelt_out(name: str) -> str:
    """Give the name in lower case, `a.tar.gz` for `a.tgz`."""
    stem, suffix = posixpath.splitext(name.lower())
    return stem + _SHORT.get(suffix, suffix)


class _Remote(io.BufferedReader):
    """Keeps the file system alive: that of a zip file closes its files when it goes."""

    def __init__(self, stream: Any, filesystem: Any) -> None:
        super().__init__(stream, _BUFFER)
        self._filesystem = filesystem


def find_files(
    paths: Sequence[str], include: Sequence[str], exclude: Sequence[str], base: str = "", bounds: Bounds = BOUNDS
) -> list[InputFile]:
    """Find the files of a run, each once, in the order of `paths` and by name inside a folder.

    A symbolic link that leads nowhere counts as a file, and so does a pipe: reading it fails and is put on record. A folder that links
    lead to as well is walked once, by its own name where it has one below the path.

    Args:
        paths: files, folders (walked recursively), globs, or fsspec URLs such as `s3://bucket/folder`.
        include: globs on the path below the folder; `*` also crosses `/`. Empty means every file. An archive is
            found whether it matches or not, as its members may.
        exclude: globs that win over `include`. Files and folders that start with a dot are left out anyway,
            unless a path names them.
        base: folder that relative local paths start from.
        bounds: how much each file may unpack to.

    Raises:
        ReadError: a path matches nothing, or a folder can't be listed.
    """
    found: dict[str, InputFile] = {}
    for path in paths:
        found_there = _search(path, base)
        if not found_there:
            is_folder = not _is_url(path) and os.path.isdir(os.path.join(base, os.path.expanduser(path)))
            raise ReadError(
                f"{path!r} is a folder without files" if path and is_folder else f"{path!r} matches no file"
            )
        for match in sorted(found_there, key=lambda match: match.key):
            inside = match.file.is_archive and not matches(match.below, exclude)
            if inside or is_wanted(match.below, include, exclude):
                found.setdefault(match.key, replace(match.file, below=match.below, bounds=bounds))
    return list(found.values())


def _search(path: str, base: str) -> list[_Match]:
    if not path:
        # Such as from a variable that is empty; it must not mean the whole folder of the config.
        return []
    if not _is_url(path):
        return list(_find_local(path, base))
    try:
        return list(_find_remote(path, base))
    except (ImportError, OSError, ValueError):
        raise
    except Exception as error:
        # Every service has errors of its own, such as for wrong credentials.
        raise ReadError(f"can't list {path!r}: {type(error).__name__}: {error}") from error


@dataclass(frozen=True, slots=True)
class _Match:
    """A file that a path led to."""

    key: str
    """What tells it from all others, however it was named."""
    below: str
    """Path below the folder that the path starts from."""
    file: InputFile


def _is_url(path: str) -> bool:
    return "://" in path and not path.startswith(("file://", "/"))


def is_wanted(below: str, include: Sequence[str], exclude: Sequence[str]) -> bool:
    """Say whether a path is one that `include` and `exclude` leave in."""
    return (not include or matches(below, include)) and not matches(below, exclude)


def matches(below: str, patterns: Sequence[str]) -> bool:
    """Say whether a path matches one of the globs."""
    # `**/` may also stand for no folder at all, which fnmatch does not know.
    return any(fnmatchcase(below, pattern) or fnmatchcase(below, pattern.replace("**/", "")) for pattern in patterns)


def _is_glob(text: str) -> bool:
    return any(char in text for char in "*?[")


def _is_hidden(name: str) -> bool:
    return name.startswith(".")


def _split_glob(path: str) -> tuple[str, str]:
    """Cut a path in front of its first piece with a wildcard."""
    pieces = path.split("/")
    first = next((number for number, piece in enumerate(pieces) if _is_glob(piece)), len(pieces))
    folder = "/".join(pieces[:first])
    return folder or ("/" if path.startswith("/") else ""), "/".join(pieces[first:])


# Local files. fsspec would leave out dangling links and folders it can't list, and hang on a loop of links.


def _find_local(path: str, base: str) -> Iterator[_Match]:
    given = posixpath.normpath(_slashed(path).removeprefix("file://"))

    def locate(shown: str) -> str:
        return os.path.abspath(os.path.join(base, os.path.expanduser(shown)))

    start = locate(given)
    if not os.path.lexists(start):
        folder, pieces = _split_glob(given)
        starts = list(_expand(locate(folder), pieces.split("/"))) if pieces else []
    else:
        folder, starts = given if os.path.isdir(start) else posixpath.dirname(given), [start]
    for place, status in {place: status for start in starts for place, status in _files_at(start)}.items():
        below = printable(_slashed(os.path.relpath(place, locate(folder))))
        name = posixpath.normpath(posixpath.join(printable(folder), below))
        size, stamp = (status.st_size, str(status.st_mtime_ns)) if status else (0, "")
        yield _Match(place, below, InputFile(place, name, size, stamp))


def _slashed(path: str) -> str:
    """Give a path with `/` on Windows too, so that names and ids are the same everywhere."""
    return path.replace(os.sep, "/")


def _expand(folder: str, pieces: Sequence[str]) -> Iterator[str]:
    """Give the files and folders below the folder that match the pieces of a glob."""
    if not pieces:
        yield folder
        return
    head, *rest = pieces
    if not os.path.isdir(folder):
        return
    if head == "**" and not rest:
        yield folder  # with all that is in it
    elif head == "**":
        for place, _ in _walk(folder):
            yield from _expand(place, rest)
    else:
        for entry in _entries(folder, hidden=_is_hidden(head)):
            if entry.name == head or fnmatchcase(entry.name, head):
                yield from _expand(entry.path, rest)


def _files_at(start: str) -> Iterator[tuple[str, os.stat_result | None]]:
    """Give the file, or all files of the folder, with their status.

    Links that lead nowhere, pipes, sockets and devices are among them: to read them fails, and is put on record.
    """
    if not os.path.isdir(start):
        places = [start]
    else:
        places = [entry.path for _, entries in _walk(start) for entry in entries if not _is_folder(entry.path)]
    for place in places:
        yield place, _status(place)


def _walk(start: str) -> Iterator[tuple[str, list[os.DirEntry[str]]]]:
    """Give every folder with its entries, each folder once: links are followed after all that has its own name."""
    seen: set[tuple[int, int]] = set()
    pending = [start]
    while pending:
        links: list[str] = []
        while pending:
            folder = pending.pop()
            status = os.stat(folder)
            if (status.st_dev, status.st_ino) in seen:
                continue
            seen.add((status.st_dev, status.st_ino))
            entries = _entries(folder)
            yield folder, entries
            folders = [entry for entry in entries if _is_folder(entry.path)]
            links += [entry.path for entry in folders if entry.is_symlink()]
            pending += [entry.path for entry in folders if not entry.is_symlink()]
        pending = sorted(links, reverse=True)


def _entries(folder: str, *, hidden: bool = False) -> list[os.DirEntry[str]]:
    try:
        with os.scandir(folder) as entries:
            return [entry for entry in entries if hidden or not _is_hidden(entry.name)]
    except OSError as error:
        raise ReadError(f"can't list the folder {folder!r}: {error.strerror}") from error


def _is_folder(place: str) -> bool:
    status = _status(place)
    return status is not None and stat.S_ISDIR(status.st_mode)


def _status(place: str) -> os.stat_result | None:
    """Give the status of what the place leads to, `None` for a link that leads nowhere."""
    try:
        return os.stat(place)
    except OSError:
        return None


def printable(name: str) -> str:
    """Give a name that is valid Unicode: Linux allows any bytes, Parquet and the hash of a name don't."""
    return name.encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace")


# Everything else, through fsspec


def _find_remote(path: str, base: str) -> Iterator[_Match]:
    """Find the files of a URL; of a chain such as `zip://*.txt::archive.zip` the first URL is searched."""
    before, scheme, given, after = _split_chain(path)
    stored = _locate_chained(after, base)
    filesystem, root = _filesystem(f"{before}{scheme}://{given}{stored}")
    folder, pieces = _split_glob(given)
    if not pieces or filesystem.exists(root):
        folder, pieces = posixpath.split(given) if filesystem.isfile(root) else (given, "")
        starts = {root: filesystem.info(root) if pieces else {}}
    else:
        starts = filesystem.glob(root, detail=True)
    anchor = _filesystem(f"{before}{scheme}://{folder}{stored}")[1]
    for start, info in starts.items():
        files = {start: info} if info.get("type") == "file" else filesystem.find(start, detail=True)
        for place, file in files.items():
            below = place.removeprefix(anchor).lstrip("/")
            if pieces.startswith(".") or "/." in pieces or not any(map(_is_hidden, below.split("/"))):
                url = f"{before}{scheme}://{posixpath.join(folder, below)}"
                entry = InputFile(url + stored, url + after, file.get("size") or 0, _stamp(file))
                yield _Match(filesystem.unstrip_protocol(place) + stored, below, entry)


# What file systems call the state of a file, the surest first.
_STAMPS = ("ETag", "etag", "md5Hash", "CRC", "LastModified", "last_modified", "mtime", "updated", "modified", "created")


def _stamp(info: Mapping[str, Any]) -> str:
    return next((str(info[key]) for key in _STAMPS if info.get(key)), "")


def _filesystem(url: str) -> tuple[Any, str]:
    # Imported late: most runs read local files only.
    from fsspec.core import url_to_fs

    return cast(tuple[Any, str], url_to_fs(url))


def _split_chain(path: str) -> tuple[str, str, str, str]:
    """Cut `simplecache::s3://bucket/a` into what stands before the first URL, its scheme and path, and what follows."""
    links = path.split("::")
    first = next(number for number, link in enumerate(links) if "://" in link)
    scheme, _, given = links[first].partition("://")
    before = "".join(f"{link}::" for link in links[:first])
    return before, scheme, given, "".join(f"::{link}" for link in links[first + 1 :])


def _locate_chained(after: str, base: str) -> str:
    """Give the end of a chain with the local path that it may end in, below `base`."""
    if not after or "://" in after.rpartition("::")[2]:
        return after
    chain, _, place = after.rpartition("::")
    return f"{chain}::{posixpath.join(base, posixpath.expanduser(place))}"
