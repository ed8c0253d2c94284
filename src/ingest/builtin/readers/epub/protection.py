"""What of a book is encrypted."""

from __future__ import annotations

from collections.abc import Iterable

from ingest.builtin.readers.epub.elements import Element
from ingest.builtin.readers.epub.package import locate

__all__ = ["encrypted"]

# Fonts are made unusable outside of the book by these. They hide no text.
_OBFUSCATIONS = ("http://www.idpf.org/2008/embedding", "http://ns.adobe.com/pdf/enc#RC")


def encrypted(elements: Iterable[Element]) -> set[str]:
    """Give the names of the encrypted files, from the elements of `META-INF/encryption.xml`."""
    found = set()
    method = ""
    for element in elements:
        if element.name == "EncryptedData":
            method = ""
        elif element.name == "EncryptionMethod":
            method = method or element.get("Algorithm")
        elif element.name == "CipherReference" and method not in _OBFUSCATIONS:
            found.add(locate("", element.get("URI")))
    return found
