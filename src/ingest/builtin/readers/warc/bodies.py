"""Bodies of HTTP messages, with their codings undone."""

from __future__ import annotations

import io
import re
from collections.abc import Callable, Mapping
from functools import partial

from ingest.builtin.readers.warc.inflate import GZIP, RAW, ZLIB, InflateError, inflater

__all__ = ["unpack_body"]

_CHUNK_SIZE = re.compile(rb"([0-9A-Fa-f]{1,8})[ \t]*(?:;[^\r\n]*)?\r?\n")
_LINE_END = re.compile(rb"\r?\n")
_CONTROL = re.compile(rb"[\x00-\x08\x0e-\x1a\x1c-\x1f]")


def unpack_body(body: bytes, headers: Mapping[str, str], limit: int, *, cut: bool) -> bytes:
    """Undo the transfer and content codings that the headers name: chunked, gzip, deflate, br and zstd.

    Many archives store bodies unpacked under the headers of the packed ones. A body that does not begin as its coding
    would have it is taken to be free of it.

    Args:
        body: the body as it is stored.
        headers: those of the message, by lower-case name.
        limit: the most bytes that it may unpack to.
        cut: whether the body is known to be only the beginning of one; its end may be missing then.

    Raises:
        ValueError: the body is broken or unpacks to more than the limit.
    """
    for coding in _codings(headers):
        body = _unchunked(body, cut) if coding == "chunked" else _CODINGS[coding](body, limit, cut)
    return body


def _codings(headers: Mapping[str, str]) -> list[str]:
    """Give the codings in the order in which to undo them. Unknown names are mostly mistakes, such as `UTF-8`."""
    stated = f"{headers.get('content-encoding', '')},{headers.get('transfer-encoding', '')}".lower()
    names = [name.strip() for name in stated.split(",")]
    return [name for name in reversed(names) if name in _CODINGS or name == "chunked"]


def _unchunked(body: bytes, cut: bool) -> bytes:
    pieces: list[bytes] = []
    position = 0
    while size := _CHUNK_SIZE.match(body, position):
        start, count = size.end(), int(size[1], 16)
        if count == 0:
            return b"".join(pieces)
        pieces.append(body[start : start + count])
        line_end = _LINE_END.match(body, start + count)
        if line_end is None:
            break
        position = line_end.end()
    if not pieces:
        return body
    if position == len(body) or cut:
        return b"".join(pieces)
    raise ValueError(f"its chunked body is broken in the chunk at byte {position}")


def _inflated(wrapper: int, body: bytes, limit: int, cut: bool) -> bytes:
    """Unpack all members of gzip, or the one stream of another wrapper."""
    pieces: list[bytes] = []
    left = limit
    while body and (not pieces or (wrapper == GZIP and body.startswith(b"\x1f\x8b"))):
        unpacker = inflater(wrapper)
        try:
            pieces.append(unpacker.decompress(body, left + 1))
        except InflateError as error:
            raise ValueError(f"its packed body is broken: {error}") from error
        left -= len(pieces[-1])
        if left < 0:
            raise _too_large(limit)
        if not (unpacker.eof or cut):
            raise ValueError("its packed body ends early")
        body = unpacker.unused_data
    return b"".join(pieces)


def _gunzipped(body: bytes, limit: int, cut: bool) -> bytes:
    return _inflated(GZIP, body, limit, cut) if body.startswith(b"\x1f\x8b") else body


def _undeflated(body: bytes, limit: int, cut: bool) -> bytes:
    # The standard means the wrapper of zlib, many servers send none.
    wrapped = len(body) > 1 and body[0] & 15 == 8 and int.from_bytes(body[:2], "big") % 31 == 0
    return _or_plain(partial(_inflated, ZLIB if wrapped else RAW), body, limit, cut)


def _unbrotlied(body: bytes, limit: int, cut: bool) -> bytes:
    return _or_plain(partial(_streamed, "brotli"), body, limit, cut)


def _unzstded(body: bytes, limit: int, cut: bool) -> bytes:
    return _streamed("zstd", body, limit, cut) if body.startswith(b"\x28\xb5\x2f\xfd") else body


def _streamed(codec: str, body: bytes, limit: int, cut: bool) -> bytes:
    # Imported late: few archives need it, and it is slow to load.
    import pyarrow as pa

    pieces: list[bytes] = []
    left = limit
    try:
        with pa.CompressedInputStream(io.BytesIO(body), codec) as stream:
            while left >= 0 and (piece := stream.read(min(left + 1, 1 << 20))):
                pieces.append(piece)
                left -= len(piece)
    except OSError as error:
        if not (cut and pieces):
            raise ValueError(f"its packed body is broken: {error}") from error
    if left < 0:
        raise _too_large(limit)
    return b"".join(pieces)


def _or_plain(unpack: Callable[[bytes, int, bool], bytes], body: bytes, limit: int, cut: bool) -> bytes:
    """Unpack what has no mark to begin with; what can't be unpacked and has no byte but those of text is text."""
    try:
        return unpack(body, limit, cut)
    except ValueError:
        if _CONTROL.search(body, 0, 1024) is None:
            return body
        raise


def _too_large(limit: int) -> ValueError:
    return ValueError(f"its packed body holds more than {limit} bytes")


_CODINGS: dict[str, Callable[[bytes, int, bool], bytes]] = {
    "gzip": _gunzipped,
    "x-gzip": _gunzipped,
    "deflate": _undeflated,
    "br": _unbrotlied,
    "zstd": _unzstded,
}
