"""Mask personal data that is left in the text and is not the author's."""

from __future__ import annotations

import hashlib
import ipaddress
import re
from collections.abc import Iterator
from typing import Literal

from ingest import Component, Document, Edit, Reason, Step, hookimpl

_EMAIL = re.compile(r"(?<![\w.+-])[\w.+-]{1,64}@(?:[\w-]{1,63}\.){1,5}[^\W\d_]{2,24}(?![\w@])")
_IPV4 = re.compile(r"(?<![\d.])\d{1,3}(?:\.\d{1,3}){3}(?![\d.]\d|\d)")
_IPV6 = re.compile(r"(?<![\w:])[0-9A-Fa-f]{0,4}(?::[0-9A-Fa-f]{0,4}){2,7}(?![\w:])")
_IBAN = re.compile(r"(?<!\w)[A-Z]{2}\d{2}(?: ?[A-Z0-9]{4}){2,7}(?: ?[A-Z0-9]{1,3})?(?!\w)")
_CARD = re.compile(r"(?<![\d.,-])\d(?:[ -]?\d){12,18}(?![\d.,-]?\d)")
# Only what says that it is a phone number: a country code, or a word in front. Other rows of digits are dates, prices,
# order numbers.
_PHONE = re.compile(
    r"(?:(?<![\w+])\+\d{1,3}[ ./-]?(?:\(0?\d{1,4}\)[ ./-]?)?\d{1,4}(?:[ ./-]?\d{2,4}){2,4}"
    r"|(?:(?<=tel )|(?<=tel: )|(?<=tel\. )|(?<=phone: )|(?<=phone )|(?<=telefon: )|(?<=telefon )|(?<=fax: )|(?<=call ))"
    r"\(?\d{2,5}\)?(?:[ ./-]?\d{2,5}){1,4})(?![\w-])",
    re.IGNORECASE,
)


class MaskPersonalData(Step):
    """Mask e-mail addresses, phone numbers, IP addresses, IBANs and card numbers in the text."""

    name = "mask_personal_data"

    policy: Literal["mask", "hash", "remove"] = "mask"
    """`mask` puts `<EMAIL>` and the like in, `hash` a short hash that is the same for the same data, `remove` nothing."""
    salt: str = ""
    """Secret for `hash`. Without one, the hash of a known address can be found by trying."""
    keep_authors: bool = True
    """Leave the e-mail addresses of the document's own authors."""

    def apply(self, doc: Document) -> Document:
        kept = {email.casefold() for author in doc.authors for email in author.emails} if self.keep_authors else set()
        edits: list[Edit] = []
        for start, end, code in sorted(_find(doc.text)):
            if (edits and start < edits[-1].end) or doc.text[start:end].casefold() in kept:
                continue
            # The reason goes into reports and the audit, so it must not repeat the data.
            edits.append(Edit(start, end, Reason(code), self._stand_in(doc.text[start:end], code)))
        return doc.edited(edits)

    def _stand_in(self, data: str, code: str) -> str:
        if self.policy == "remove":
            return ""
        if self.policy == "mask":
            return f"<{code.upper()}>"
        digest = hashlib.blake2b(data.casefold().encode("utf-8", "replace"), key=self.salt.encode()[:64], digest_size=6)
        return f"<{code.upper()}:{digest.hexdigest()}>"


def _find(text: str) -> Iterator[tuple[int, int, str]]:
    """Give start, end and kind of everything that looks like personal data and passes its check."""
    for match in _EMAIL.finditer(text):
        yield match.start(), match.end(), "email"
    for match in _IBAN.finditer(text):
        if _is_iban(match[0]):
            yield match.start(), match.end(), "iban"
    for match in _CARD.finditer(text):
        if _is_card(match[0]):
            yield match.start(), match.end(), "card"
    for match in _PHONE.finditer(text):
        yield match.start(), match.end(), "phone"
    for pattern in (_IPV4, _IPV6):
        for match in pattern.finditer(text):
            if _is_address(match[0]):
                yield match.start(), match.end(), "ip"


def _is_iban(text: str) -> bool:
    """Check the two digits behind the country, as ISO 13616 does: the rearranged number is 1 modulo 97."""
    letters = text.replace(" ", "")
    return 15 <= len(letters) <= 34 and int("".join(str(int(c, 36)) for c in letters[4:] + letters[:4])) % 97 == 1


def _is_card(text: str) -> bool:
    """Check length, first digit, and the last one as Luhn's formula (ISO/IEC 7812-1) does."""
    digits = [int(c) for c in text if c.isdigit()]
    if len(digits) not in (15, 16, 19) or digits[0] not in (3, 4, 5, 6):
        return False
    doubled = [sum(divmod(2 * digit, 10)) for digit in digits[-2::-2]]
    return len(set(digits)) > 1 and (sum(digits[-1::-2]) + sum(doubled)) % 10 == 0


def _is_address(text: str) -> bool:
    # A version (1.2.3.4) looks the same; the first part of an address that people use is rarely below 10.
    if "." in text and int(text.partition(".")[0]) < 10:
        return False
    if ":" in text and text.count(":") < 7 and "::" not in text:
        return False
    try:
        return len(text) > 4 and ipaddress.ip_address(text).is_global
    except ValueError:
        return False


@hookimpl
def register_components() -> list[type[Component]]:
    """Offer the step."""
    return [MaskPersonalData]
