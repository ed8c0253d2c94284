"""Contacts out of the text, by a policy."""

from __future__ import annotations

import hmac
import os
from collections.abc import Callable
from typing import Annotated, ClassVar, Literal, Self

from pydantic import Field, model_validator

from ingest.builtin.addresses import KINDS, Found, Kind, find_addresses
from ingest.component import check_extra
from ingest.document import Author, Document, Edit, Handle, Reason
from ingest.step import Step

__all__ = ["Redact"]

Policy = Literal["keep", "mask", "hash"]
# The hash is written in letters that are no digits, so that nothing in it looks like a number.
_LETTERS = str.maketrans("0123456789abcdef", "abcdefghijklmnop")
HASH_LENGTH = 16
SHORTEST_KEY = 16


class Redact(Step):
    """Mask or hash the contacts that are left in the text, by kind. Stands last.

    It finds e-mail addresses (also `name [at] example [dot] org` and those with letters beyond ASCII), `@handles` and links
    to accounts on social networks, phone numbers and IP addresses. The title, the site, the names of authors and the values
    of `metadata` are treated like the text; `id`, `url` and `file_path` stay. What it takes out is not in `removed/`
    either, whatever the audit; `docs/redaction.md` says where else a contact may stand.
    """

    name = "redact"
    confidential: ClassVar[bool] = True

    email: Policy = "mask"
    """E-mail addresses: `keep` them, put the `masks` in their place, or a `hash`, which is the mask with sixteen letters
    that are equal for equal addresses."""
    handle: Policy = "mask"
    """Handles, and links to the accounts that go by them."""
    phone: Policy = "keep"
    """Phone numbers; needs `pip install 'ingest[phones]'`."""
    ip: Policy = "keep"
    """Public IP addresses."""
    authors: Policy = "keep"
    """The contacts of the document's own authors, in the text and in the column `authors`."""
    masks: dict[Kind, Annotated[str, Field(min_length=1)]] = {}
    """What to put in the place of each kind instead of `<EMAIL>`, `<HANDLE>`, `<PHONE>` and `<IP>`."""
    region: Annotated[str, Field(pattern="^[A-Z]{2}$")] | None = None
    """Country, such as `"DE"`, whose phone numbers are found without a country code; by default only those with one."""
    key_variable: str = ""
    """Name of the environment variable that holds the key for `hash`, sixteen characters or more. The key itself stands in
    no config, report or file; with the same key the same contact has the same hash in every run."""

    @model_validator(mode="after")
    def _check_phones(self) -> Self:
        if self.phone != "keep":
            check_extra("phonenumbers", "phones")
        return self

    @model_validator(mode="after")
    def _check_masks(self) -> Self:
        for kind, mask in self.masks.items():
            if find_addresses(f" {mask} ", frozenset(("email", "handle", "ip"))):
                raise ValueError(
                    f"masks.{kind} = {mask!r} is an address itself; choose a mask that isn't, such as <{kind.upper()}>"
                )
        return self

    @model_validator(mode="after")
    def _check_key(self) -> Self:
        if "hash" not in (self.email, self.handle, self.phone, self.ip, self.authors):
            return self
        if not self.key_variable:
            raise ValueError(
                '"hash" needs a key: name the environment variable that holds it, key_variable = "INGEST_KEY"'
            )
        if len(os.environ.get(self.key_variable, "")) < SHORTEST_KEY:
            raise ValueError(
                f'key_variable = "{self.key_variable}": the environment variable is not set or shorter than {SHORTEST_KEY} '
                f"characters; set it, for example to what `openssl rand -hex 32` gives"
            )
        return self

    def apply(self, doc: Document) -> Document:
        policy_of = self._policies(doc)
        edits = [
            Edit(found.start, found.end, Reason(found.code), stand_in, withheld=True)
            for found in self._find(doc.text)
            if (stand_in := self._stand_in(found, policy_of(found))) is not None
        ]
        result = doc.edited(edits)
        # Strings beside the text have no edits. The text is clean already, and this leaves it as it is.
        result = result.map_strings(lambda text: text if text is result.text else self._redacted(text, policy_of))
        authors = tuple(self._author(author) for author in result.authors)
        return result if authors == result.authors else result.replace(authors=authors)

    def _policies(self, doc: Document) -> Callable[[Found], Policy]:
        """Give what says how to treat an address: the authors' own by the policy for them."""
        own = {email.casefold() for author in doc.authors for email in author.emails}
        own |= {handle.handle.casefold() for author in doc.authors for handle in author.handles}
        by_kind: dict[Kind, Policy] = {kind: getattr(self, kind) for kind in KINDS}
        return lambda found: self.authors if found.value in own else by_kind[found.kind]

    def _find(self, text: str) -> list[Found]:
        kinds = frozenset(kind for kind in KINDS if getattr(self, kind) != "keep")
        if self.authors != "keep":
            kinds |= {"email", "handle"}
        return find_addresses(text, kinds, self.region)

    def _redacted(self, text: str, policy_of: Callable[[Found], Policy]) -> str:
        pieces: list[str] = []
        position = 0
        for found in self._find(text):
            if (stand_in := self._stand_in(found, policy_of(found))) is not None:
                pieces += (text[position : found.start], stand_in)
                position = found.end
        return "".join([*pieces, text[position:]])

    def _stand_in(self, found: Found, policy: Policy) -> str | None:
        return None if policy == "keep" else self._mask(found.kind, found.value, policy)

    def _mask(self, kind: Kind, value: str, policy: Policy) -> str:
        mask = self.masks.get(kind, f"<{kind.upper()}>")
        if policy == "mask":
            return mask
        key = os.environ[self.key_variable].encode()
        digest = hmac.digest(key, f"{kind}:{value}".encode("utf-8", "surrogatepass"), "sha256").hex()
        letters = digest[:HASH_LENGTH].translate(_LETTERS)
        return f"{mask[:-1]}:{letters}>" if mask.endswith(">") else f"{mask}:{letters}"

    def _author(self, author: Author) -> Author:
        if self.authors == "keep":
            return author
        emails = tuple(self._mask("email", email.casefold(), self.authors) for email in author.emails)
        handles = tuple(
            Handle(handle.network, self._mask("handle", handle.handle.casefold(), self.authors))
            for handle in author.handles
        )
        return Author(author.name, tuple(dict.fromkeys(emails)), tuple(dict.fromkeys(handles)))
