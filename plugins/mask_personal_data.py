"""Mask personal data that is left in the text and is not the author's."""

from __future__ import annotations

import hashlib
import ipaddress
import re
from collections.abc import Callable, Iterator
from typing import Literal, Self

from pydantic import model_validator

from ingest import Component, Document, Edit, Reason, Step, hookimpl

Span = tuple[int, int]

_EMAIL = re.compile(r"(?<![\w.+-])[\w.+-]{1,64}@(?:[\w-]{1,63}\.){1,5}[^\W\d_]{2,24}(?![\w@])")
_IPV4 = re.compile(r"(?<![\w.-])\d{1,3}(?:\.\d{1,3}){3}(?!\.?\d|\w)")
# Addresses that are in use begin with 2 or 3, which names in programs such as `a::b` don't.
_IPV6 = re.compile(r"(?<![\w:.])[23][0-9A-Fa-f]{3}(?::[0-9A-Fa-f]{0,4}){2,7}(?![\w:])")
_IBAN = re.compile(r"(?<!\w)(?=([A-Z]{2}\d{2}(?: ?[A-Z0-9]){11,30}))")
# Groups as on the card, or no groups at all, so that rows of other numbers are none.
_CARD = re.compile(
    r"(?<![\w.,+-])(?:\d{14,16}|\d{19}|\d{4}([ -])\d{4}\1\d{4}\1\d{4}(?:\1\d{3})?"
    r"|\d{4}([ -])\d{6}\2\d{4,5})(?![.,-]?\d|\w)"
)
# Only what says that it is a phone number: a country code, a word in front, or the brackets of North America. Other
# rows of digits are dates, prices, order numbers.
_INTERNATIONAL = re.compile(r"(?<![\w+])\+[1-9](?:(?:[ \xa0./-]|\)[ -]?|[ -]?\()?\d){6,16}(?![ .-]?\d|\w)")
_NATIONAL = re.compile(
    r"(?<!\w)(?:tel|tél|tlf|phone|telephone|téléphone|telefon|telefono|teléfono|telefone|telefoon|puhelin|fax|mobile|mobil"
    r"|handy|móvil|cellulare|portable|whatsapp|тел|телефон|電話|电话|call (?:us |me )?(?:at|on))"
    r"(?:\.|[ -](?:no|nr|number)\.?)?(?:\s{0,2}[:：])?\s{0,2}"
    r"(?P<number>\(?\d(?:(?:[ \xa0./-]|\)[ -]?|[ -]?\()?\d){5,13})(?![ .-]?\d|\w)",
    re.IGNORECASE,
)
_BRACKETS = re.compile(r"(?<![\w(])(?P<number>\([2-9]\d\d\) ?[2-9]\d\d-\d{4})(?![\w-])")
# A date, two years, a round number.
_NO_PHONE = re.compile(
    r"\d{1,2}([./ -])\d{1,2}\1\d{4}|\d{4}([./ -])\d{1,2}\2\d{1,2}|(?:(?:18|19|20)\d\d[ /-]?){2}"
    r"|\d{1,3}(?:[ .]?\d{3})*[ .]?000"
)
# The country codes of ITU-T E.164.
_COUNTRY = re.compile(
    r"1|7|2[07]|3[0-469]|4[0134-9]|5[1-8]|6[0-6]|8[1246]|9[0-58]"
    r"|2[1234569]\d|3[578]\d|42\d|5[09]\d|6[789]\d|8[058]\d|9[679]\d"
)
# Lengths that the registry of ISO 13616 gives.
_IBAN_LENGTHS = {
    15: "NO", 16: "BE", 18: "DK FI FO GL NL SD", 19: "MK SI", 20: "AT BA EE KZ LT LU MN XK", 21: "CH HR LI LV",
    22: "BG BH CR DE GB GE IE ME RS VA", 23: "AE GI IL IQ SO", 24: "AD CZ ES MD PK RO SA SE SK TN VG", 25: "LY PT ST",
    26: "IS TR", 27: "BI DJ FR GR IT MC MR SM", 28: "AL AZ BY CY DO GT HU LB NI PL SV", 29: "BR EG PS QA UA",
    30: "JO KW MU", 31: "MT SC", 32: "LC", 33: "RU",
}  # fmt: skip
_IBAN_LENGTH = {country: length for length, countries in _IBAN_LENGTHS.items() for country in countries.split()}
# First digits and lengths that card networks use (ISO/IEC 7812).
_NETWORK = re.compile(
    r"4\d{15}(?:\d{3})?|5[1-5]\d{14}|2(?:2[2-9]|[3-6]\d|7[01])\d{13}|3[47]\d{13}|3(?:0[0-5]|[68]\d)\d{11}"
    r"|(?:6011|65\d\d|64[4-9]\d|35[2-8]\d)\d{12}|62\d{14}(?:\d{3})?|(?:50|5[6-9]|67)\d{14}"
)
_VERSION_IN_FRONT = re.compile(
    r"(?:\b(?:version|versions|ver|release|build|firmware|kernel|chapter|section|paragraph|clause|figure|table|item|no|§)"
    r"|\bv|§|[a-z]/)[ .:]{0,2}$",
    re.IGNORECASE,
)
_ADDRESS_IN_FRONT = re.compile(
    r"(?:\b(?:ip|ipv4|address|addr|adresse|host|server|ping|client)\b[ :=(\[]{0,3}|//|@)$", re.I
)
# How far to look for those words.
_LOOK_BACK = 20


class MaskPersonalData(Step):
    """Mask e-mail addresses, phone numbers, public IP addresses, IBANs and payment card numbers in the text.

    It would rather miss a phone number than take a date, a version or an order number for one.
    """

    name = "mask_personal_data"

    policy: Literal["mask", "hash", "remove"] = "mask"
    """What goes in its place: with `mask` `<EMAIL>` and the like, with `hash` the same and a short hash, which is equal
    for equal data, with `remove` nothing."""
    salt: str = ""
    """Secret for `hash`, which needs one: without it, the hash of a known address or number is found by trying."""
    keep_authors: bool = True
    """Leave the e-mail addresses of the document's own authors."""

    @model_validator(mode="after")
    def _check_salt(self) -> Self:
        if self.policy == "hash" and not self.salt:
            raise ValueError('policy = "hash" needs a salt')
        return self

    def apply(self, doc: Document) -> Document:
        kept = {email.casefold() for author in doc.authors for email in author.emails} if self.keep_authors else set()
        edits: list[Edit] = []
        position = 0
        # Of two that overlap the first one counts, and of two that start together the longer one.
        for start, end, code in sorted(_find(doc.text), key=lambda found: (found[0], -found[1])):
            if start < position:
                continue
            position = end
            if (data := doc.text[start:end]).casefold() not in kept:
                # The reason goes into reports and the audit, so it does not repeat the data.
                edits.append(Edit(start, end, Reason(code), self._stand_in(data, code)))
        return doc.edited(edits)

    def _stand_in(self, data: str, code: str) -> str:
        if self.policy == "remove":
            return ""
        if self.policy == "mask":
            return f"<{code.upper()}>"
        # However the digits are grouped, it is the same number.
        same = data.casefold() if code in ("email", "ip") else "".join(filter(str.isalnum, data))
        key = hashlib.sha256(self.salt.encode()).digest()
        return f"<{code.upper()}:{hashlib.blake2b(same.encode(), key=key, digest_size=6).hexdigest()}>"


def _find(text: str) -> Iterator[tuple[int, int, str]]:
    """Give start, end and kind of everything that looks like personal data and passes its check."""
    for code, pattern, check in _RULES:
        for match in pattern.finditer(text):
            if (span := check(match)) is not None:
                yield (*span, code)


def _email(match: re.Match[str]) -> Span | None:
    return match.span()


def _iban(match: re.Match[str]) -> Span | None:
    """Check length and number as ISO 13616 does: with its first four characters last it is 1 modulo 97."""
    text = match[1]
    places = [place for place, char in enumerate(text, 1) if char != " "]
    length = _IBAN_LENGTH.get(text[:2])
    if length is None or len(places) < length:
        return None
    end = places[length - 1]
    row = text[:end].replace(" ", "")
    passes = int("".join(str(int(char, 36)) for char in row[4:] + row[:4])) % 97 == 1
    return (match.start(), match.start() + end) if passes and text[end : end + 1] in ("", " ") else None


def _card(match: re.Match[str]) -> Span | None:
    """Check the first digits, and the last one as Luhn's formula does."""
    row = "".join(filter(str.isdigit, match[0]))
    if not _NETWORK.fullmatch(row):
        return None
    digits = [int(char) for char in row]
    doubled = [sum(divmod(2 * digit, 10)) for digit in digits[-2::-2]]
    return match.span() if (sum(digits[-1::-2]) + sum(doubled)) % 10 == 0 else None


def _international(match: re.Match[str]) -> Span | None:
    """Check the country code, and that the number is as long as it can be."""
    # In +49 (0)30 the zero is not dialled, so it does not count; no other zero follows the code, but in Italy.
    row = "".join(filter(str.isdigit, match[0].replace("(0)", "")))
    country = _COUNTRY.match(row)
    if country is None or (row[country.end() : country.end() + 1] == "0" and country[0] != "39"):
        return None
    fits = len(row) == 11 if country[0] in ("1", "7") else 9 <= len(row) <= 15
    return match.span() if fits else None


def _national(match: re.Match[str]) -> Span | None:
    """Check that there are enough digits, and that they are nothing else."""
    n_digits = sum(map(str.isdigit, match["number"]))
    return match.span("number") if 7 <= n_digits <= 12 and not _NO_PHONE.fullmatch(match["number"]) else None


def _ipv4(match: re.Match[str]) -> Span | None:
    """Check that it is public, and not rather a version or a section, going by the words in front."""
    front = match.string[max(0, match.start() - _LOOK_BACK) : match.start()]
    if not _ADDRESS_IN_FRONT.search(front) and (
        _VERSION_IN_FRONT.search(front) or max(map(int, match[0].split("."))) < 100
    ):
        return None
    return match.span() if _is_public(match[0]) else None


def _ipv6(match: re.Match[str]) -> Span | None:
    """Check that it is public. The long form has eight groups, a short one `::`; others are no addresses."""
    return match.span() if _is_public(match[0]) else None


def _is_public(text: str) -> bool:
    try:
        return ipaddress.ip_address(text).is_global
    except ValueError:
        return False


_RULES: tuple[tuple[str, re.Pattern[str], Callable[[re.Match[str]], Span | None]], ...] = (
    ("email", _EMAIL, _email),
    ("iban", _IBAN, _iban),
    ("card", _CARD, _card),
    ("phone", _INTERNATIONAL, _international),
    ("phone", _NATIONAL, _national),
    ("phone", _BRACKETS, _national),
    ("ip", _IPV4, _ipv4),
    ("ip", _IPV6, _ipv6),
)


@hookimpl
def register_components() -> list[type[Component]]:
    """Offer the step."""
    return [MaskPersonalData]
