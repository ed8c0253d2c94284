"""A folder that fsspec reaches, local or behind a URL, with failures that come up in one way whatever the service."""

from __future__ import annotations

import contextlib
import posixpath
import shutil
from collections.abc import Iterator, Sequence
from datetime import datetime
from glob import has_magic
from typing import IO, Any, cast

from fsspec.core import url_to_fs
from fsspec.implementations.local import LocalFileSystem

__all__ = ["Store"]

# Bytes that go to the service in one request; larger objects take several. S3 asks for at least 5 MiB.
_PART = 16 * 2**20
# Requests to have under way at once, and objects that S3 deletes at once.
_TOGETHER = 256
_CHUNK = 2**18


class Store:
    """A folder on the local disk or behind an fsspec URL. What it raises over requests that fail is an `OSError`.

    It believes no listing that was made before: others may write there.

    Args:
        location: absolute path or URL.

    Raises:
        ImportError, ValueError: there is no such kind of place, or what it takes to reach it is not installed.
    """

    def __init__(self, location: str) -> None:
        self._filesystem, self.root = cast(tuple[Any, str], url_to_fs(location))
        self.local = isinstance(self._filesystem, LocalFileSystem)
        self.url: str = self.root if self.local else self._filesystem.unstrip_protocol(self.root)
        # Paths of object stores begin with a bucket, and there is nothing else that has to be made.
        self._has_folders = self.root.startswith("/")

    def is_file(self) -> bool:
        """Say whether a file has the name of the folder."""
        try:
            with _plain_errors():
                return bool(self._filesystem.info(self.root)["type"] == "file")
        except FileNotFoundError:
            return False

    def make(self) -> None:
        """Make the folder, where there is such a thing. A bucket is never made: its name may be a slip."""
        if self.local or self._has_folders:
            with _plain_errors():
                self._filesystem.makedirs(self.root, exist_ok=True)

    def sizes(self) -> dict[str, int]:
        """Give all files below the folder by name, with their sizes in bytes."""
        with _plain_errors():
            self._filesystem.invalidate_cache()
            found = self._filesystem.find(self.root, detail=True)
        names = ((posixpath.relpath(place, self.root), info) for place, info in found.items())
        # Some tools make an object with the name of the folder.
        return {name: int(info["size"] or 0) for name, info in sorted(names) if name != "."}

    def read(self, name: str) -> bytes:
        """Give the content of a small file."""
        with _plain_errors():
            return bytes(self._filesystem.cat_file(self._place(name)))

    def read_all(self, names: Sequence[str]) -> Iterator[bytes]:
        """Give the content of many small files, in their order; a service is asked for some hundred at once."""
        for start in range(0, len(names), _TOGETHER):
            places = [self._place(name) for name in names[start : start + _TOGETHER]]
            with _plain_errors():
                contents = self._filesystem.cat_ranges(places, None, None, on_error="raise")
            yield from map(bytes, contents)

    def open(self, name: str) -> IO[bytes]:
        """Open a file for reading. It can be sought."""
        with _plain_errors():
            self._filesystem.invalidate_cache()
            return cast(IO[bytes], self._filesystem.open(self._place(name), "rb"))

    def put(self, name: str, content: IO[bytes]) -> None:
        """Make an object of a stream. It comes into being, whole, with the last request for it, or never."""
        with _plain_errors():
            self._make_parent(name)
            file = self._filesystem.open(self._place(name), "wb", block_size=_PART)
            try:
                shutil.copyfileobj(content, file, _CHUNK)
                file.close()
            except BaseException:
                _abandon(file)
                raise

    def put_small(self, name: str, content: bytes, *, new: bool = False) -> None:
        """Write a small object in one request; if it has to be `new`, only where there is none of that name.

        Raises:
            FileExistsError: there is one; by far not all services look.
            OSError: the service can't look, or the request failed.
        """
        with _plain_errors():
            self._make_parent(name)
            self._filesystem.pipe_file(self._place(name), content, mode="create" if new else "overwrite")

    def modified(self, name: str) -> datetime:
        """Say when an object was written, by the clock of the service."""
        with _plain_errors():
            self._filesystem.invalidate_cache()
            return cast(datetime, self._filesystem.modified(self._place(name)))

    def remove(self, names: Sequence[str]) -> None:
        """Remove files; those that are gone already are no matter."""
        places = [self._place(name) for name in names]
        with _plain_errors():
            if len(places) < 2 or self.local or has_magic(self.root):
                for place in places:
                    with contextlib.suppress(FileNotFoundError):
                        self._filesystem.rm_file(place)
                return
            for start in range(0, len(places), _TOGETHER):
                with contextlib.suppress(FileNotFoundError):
                    self._filesystem.rm(places[start : start + _TOGETHER])

    def pending_uploads(self) -> dict[str, list[str]]:
        """Give what S3 keeps of objects whose writing was broken off, as ids of uploads by name. Nobody sees it, but it costs."""
        if not hasattr(self._filesystem, "abort_mpu"):
            return {}
        bucket, prefix, _ = self._filesystem.split_path(self.root)
        start = f"{prefix}/" if prefix else ""
        with _plain_errors():
            answer = self._filesystem.call_s3("list_multipart_uploads", Bucket=bucket, Prefix=start)
        found: dict[str, list[str]] = {}
        for upload in answer.get("Uploads", ()):
            found.setdefault(upload["Key"].removeprefix(start), []).append(upload["UploadId"])
        return found

    def abort_upload(self, name: str, upload: str) -> None:
        """Have S3 throw away one of these."""
        bucket, key, _ = self._filesystem.split_path(self._place(name))
        with _plain_errors():
            self._filesystem.abort_mpu(bucket, key, upload)

    def _make_parent(self, name: str) -> None:
        if self._has_folders:
            self._filesystem.makedirs(posixpath.dirname(self._place(name)), exist_ok=True)

    def _place(self, name: str) -> str:
        return posixpath.join(self.root, name)


@contextlib.contextmanager
def _plain_errors() -> Iterator[None]:
    """Every service has errors of its own, such as for a host that can't be reached or for no credentials."""
    try:
        yield
    except OSError:
        raise
    except Exception as error:
        raise OSError(f"{type(error).__name__}: {error}") from error


def _abandon(file: Any) -> None:
    """Let go of an object that is not whole: it must not be completed when its stream goes."""
    with contextlib.suppress(Exception):
        file.discard()
    with contextlib.suppress(AttributeError):
        file.closed = True
