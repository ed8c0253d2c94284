"""E-mail addresses and handles: where they stand in a text, and whose they are."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from urllib.parse import unquote

from ingest.builtin.authors.names import fold
from ingest.builtin.authors.profiles import profile
from ingest.builtin.authors.words import PARTICLES, ROLES
from ingest.document import Author, Handle

__all__ = [
    "UNKNOWN",
    "Contact",
    "add_contacts",
    "address",
    "belongs",
    "belongs_wholly",
    "find_contacts",
    "is_namesakes",
    "is_role",
    "network_near",
    "site_label",
]

UNKNOWN = "unknown"
"""Network of a handle such as `@dana` where the text doesn't say which network it is on."""

# Bounded repeats, so that no text takes more than linear time.
_EMAIL = re.compile(
    r"(?<![\w.+\-@/])[A-Za-z0-9À-ÿ_][\w.+\-']{0,63}@(?:[A-Za-z0-9À-ÿ][A-Za-z0-9À-ÿ\-]{0,62}\.){1,5}[A-Za-z]{2,18}"
    r"(?![\w@]|-\w)"
)
_AT = r"\s{0,2}(?:\[\s?(?:at|ät|ett|arroba|@)\s?\]|\(\s?(?:at|ät|ett|arroba|@)\s?\)|\{\s?at\s?\}|\|\s?(?:at|ett)\s?\||<\s?at\s?>|\s@\s)\s{0,2}"
_DOT = r"(?:\.|\s{0,2}(?:\[\s?(?:dot|punkt|\.)\s?\]|\(\s?(?:dot|punkt|\.)\s?\)|\{\s?dot\s?\})\s{0,2}|\s(?:dot|punkt)\s)"
_HIDDEN = re.compile(
    rf"(?<![\w.+\-@/])([A-Za-z0-9][\w+\-]{{0,40}}(?:{_DOT}[\w+\-]{{1,40}}){{0,3}}){_AT}"
    rf"([A-Za-z0-9][\w\-]{{0,62}}(?:{_DOT}[A-Za-z0-9][\w\-]{{0,62}}){{0,3}}{_DOT}[A-Za-z]{{2,18}})(?![\w@])",
    re.IGNORECASE,
)
_HIDING = ("[", "(", "{", "|", "<", " @ ")
_HEX = re.compile(r"(?:[0-9a-fA-F]{2}){5,200}")
_DOTS = re.compile(_DOT, re.IGNORECASE)
_HANDLE = re.compile(
    r"(?<![\w@./+\-])@([A-Za-z0-9_][A-Za-z0-9_]{1,29}(?:[.\-][A-Za-z0-9_]{1,29}){0,4})(@[\w\-]{1,60}(?:\.[\w\-]{1,30}){1,3})?"
    r"(?![\w@])"
)
_URL = re.compile(r"(?:https?://)?(?:[\w\-]{1,60}\.){1,4}[A-Za-z]{2,12}/[^\s<>\"'()\[\]{}]{1,200}")
_NETWORKS = (
    ("twitter", re.compile(r"\btwitter\b|\btweet|(?<![\w.])X(?![\w.@])|твиттер", re.IGNORECASE)),
    ("instagram", re.compile(r"\binstagram\b|\binsta\b|\bIG\b|инстаграм", re.IGNORECASE)),
    ("bluesky", re.compile(r"\bbluesky\b|\bbsky\b", re.IGNORECASE)),
    ("mastodon", re.compile(r"\bmastodon\b", re.IGNORECASE)),
    ("threads", re.compile(r"\bthreads\b", re.IGNORECASE)),
    ("tiktok", re.compile(r"\btiktok\b", re.IGNORECASE)),
    ("facebook", re.compile(r"\bfacebook\b", re.IGNORECASE)),
    ("linkedin", re.compile(r"\blinkedin\b", re.IGNORECASE)),
    ("youtube", re.compile(r"\byoutube\b", re.IGNORECASE)),
    ("github", re.compile(r"\bgithub\b", re.IGNORECASE)),
)
_PLACEHOLDERS = frozenset("handle username user example en import media font-face charset".split())
# A surname that is hardly part of another word.
LONG_SURNAME = 5
# The start of a first name that is a nickname.
SHORTEST_NICKNAME = 5
# A middle name that is used as a surname, as of Spanish names the first one of two.
SHORTEST_MIDDLE = 4
_UMLAUTS = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "å": "aa", "ø": "oe"})


@dataclass(frozen=True, slots=True)
class Contact:
    """An e-mail address or a handle found in a text, and its place there."""

    start: int
    end: int
    value: str | Handle
    """The address, lower case kept as found and obfuscation undone, or the handle."""

    @property
    def label(self) -> str:
        """The address or the bare handle."""
        return self.value.handle if isinstance(self.value, Handle) else self.value


def find_contacts(text: str) -> list[Contact]:
    """Give all e-mail addresses, profile links and @handles in the text, in order, without overlaps."""
    taken = [*_emails(text), *_profiles(text)]
    spans = [(contact.start, contact.end) for contact in taken]
    if "@" in text:
        taken += [
            contact
            for contact in _handles(text)
            if not any(start < contact.end and contact.start < end for start, end in spans)
        ]
    return sorted(taken, key=lambda contact: contact.start)


def _emails(text: str) -> Iterator[Contact]:
    if "@" in text:
        for match in _EMAIL.finditer(text):
            yield Contact(match.start(), match.end(), match[0].rstrip("."))
    if any(mark in text for mark in _HIDING):
        for match in _HIDDEN.finditer(text):
            yield Contact(match.start(), match.end(), f"{_undotted(match[1])}@{_undotted(match[2])}")


def _undotted(text: str) -> str:
    return _DOTS.sub(".", text)


def _profiles(text: str) -> Iterator[Contact]:
    if "/" in text:
        for match in _URL.finditer(text):
            url = match[0].rstrip(".,;:!?")
            if handle := profile(url):
                yield Contact(match.start(), match.start() + len(url), handle)


def _handles(text: str) -> Iterator[Contact]:
    previous = 0
    for match in _HANDLE.finditer(text):
        name = match[1]
        if not name.isdigit() and name.lower() not in _PLACEHOLDERS:
            network = (
                "mastodon"
                if match[2]
                else network_near(
                    text[max(previous, match.start() - 60) : match.start()], text[match.end() : match.end() + 25]
                )
            )
            yield Contact(match.start(), match.end(), Handle(network, name + (match[2] or "")))
        previous = match.end()


def network_near(before: str, after: str) -> str:
    """Give the network named last in what stands before a handle, else the first one named right behind it."""
    named = [(last.end(), network) for network, rule in _NETWORKS for last in rule.finditer(before)]
    if named:
        return max(named)[1]
    behind = [
        (match.start(), network)
        for network, rule in _NETWORKS
        if (match := rule.search(after.split("@", maxsplit=1)[0]))
    ]
    return min(behind)[1] if behind else UNKNOWN


def address(mailto: str) -> str | None:
    """Give the e-mail address in a `mailto:` link, a bare address, or a link that Cloudflare hides it in."""
    _, protected, code = mailto.partition("email-protection#")
    text = _uncloaked(code) if protected else unquote(mailto.strip())
    if text[:7].lower() == "mailto:":
        text = text[7:]
    text = text.split("?", 1)[0]
    if "<" in text:  # "Dana Whitlock <dana@ledger.example>"
        text = text.partition("<")[2]
    match = _EMAIL.match(text.strip(" <>\"'/"))
    return match[0] if match else None


def _uncloaked(code: str) -> str:
    """Give what Cloudflare's scripts show for a code: bytes in hexadecimal, of which the first is the key of the others."""
    if not _HEX.fullmatch(code):
        return ""
    key, *letters = bytes.fromhex(code)
    return bytes(letter ^ key for letter in letters).decode("utf-8", "replace")


def is_role(email: str) -> bool:
    """Tell whether the address is that of an office, such as `tips@` or `newsdesk@`."""
    local = email.partition("@")[0].casefold()
    return local in ROLES or any(part in ROLES for part in re.split(r"[._+\-]", local)) or local.isdigit()


def belongs(contact: str | Handle, name: str) -> bool:
    """Tell whether the address or handle holds the person's first or last name, or initial and surname."""
    label = contact.handle if isinstance(contact, Handle) else contact.partition("@")[0]
    parts = fold(label).split()
    letters = "".join(char for char in "".join(parts) if not char.isdigit())
    return any(_holds(letters, parts, words) or _holds_middle(letters, words) for words in _spellings(name))


def belongs_wholly(contact: str | Handle, name: str) -> bool:
    """Tell whether the address or handle holds more than a first name, so that it can't be that of a namesake."""
    label = contact.handle.partition("@")[0] if isinstance(contact, Handle) else contact.partition("@")[0]
    letters = "".join(char for char in fold(label) if not char.isdigit() and char != " ")
    return any(_holds_surname(letters, words) for words in _spellings(name))


def is_namesakes(contact: str | Handle, name: str) -> bool:
    """Tell whether an address is a surname of the person beside another first name: `ben.whitlock@` for Dana Whitlock.

    A name that begins with the same letter may be a short form of the person's.
    """
    if isinstance(contact, Handle):
        return False
    parts = [part for part in fold(contact.partition("@")[0]).split() if not part.isdigit()]
    return any(_is_namesakes(parts, words) for words in _spellings(name))


def _is_namesakes(parts: list[str], words: list[str]) -> bool:
    first, *others, last = (words[0], *words[1:]) if len(words) > 1 else ("", words[0])
    if not first or len(parts) != 2 or last not in parts:
        return False
    other = parts[1] if parts[0] == last else parts[0]
    return len(other) > 2 and all(other[0] != word[0] for word in (first, *others))


def _holds_surname(letters: str, words: list[str]) -> bool:
    first, last = words[0], words[-1]
    if len(words) < 2 or letters == first:
        return False
    if len(last) >= LONG_SURNAME and last in letters:
        return True
    joined = (first[:1] + last, last + first[:1]) if len(last) > 1 else ()
    return (
        letters.startswith(joined)
        or (len(last) > 1 and first in letters and last in letters)
        or first + last[:1] == letters
    )


def _holds_middle(letters: str, words: list[str]) -> bool:
    """Tell whether the letters are a middle name with the first one or its initial, as of Spanish names with two surnames."""
    middles = [word for word in words[1:-1] if len(word) >= SHORTEST_MIDDLE and word not in PARTICLES]
    return any(letters in (words[0][:1] + word, words[0] + word, word + words[0][:1]) for word in middles)


def _spellings(name: str) -> list[list[str]]:
    """Give the words of a name, umlauts in two ways."""
    german = fold(name.casefold().translate(_UMLAUTS)).split()
    plain = fold(name).split()
    return [words for words in ([plain] if plain == german else [plain, german]) if words]


def _holds(letters: str, parts: list[str], words: list[str]) -> bool:
    first, last = words[0], words[-1]
    if any(len(word) >= 4 and word in letters for word in {first, last}):
        return True
    if any(
        len(word) >= 2 and (word in parts or (len(word) == 3 and letters.startswith(word))) for word in {first, last}
    ):
        return True
    if letters in (first[:1] + last, last + first[:1], first + last[:1], "".join(words)):
        return True
    return _joined_prefixes(letters, first, last) or (len(letters) >= SHORTEST_NICKNAME and first.startswith(letters))


def _joined_prefixes(letters: str, first: str, last: str) -> bool:
    # "joshwal" for Joshua Walter: the start of the first name, then the start of the last.
    return any(
        len(letters) - cut >= 3 and first.startswith(letters[:cut]) and last.startswith(letters[cut:])
        for cut in range(1, min(len(letters), len(first) + 1))
    )


def site_label(host_or_email: str) -> str:
    """Give the name part of a host or of an address's domain: `ledger` for `www.ledger.co.uk`."""
    labels = host_or_email.rpartition("@")[2].casefold().split("/")[0].split(":")[0].split(".")
    labels = [label for label in labels if label not in ("www", "m", "mail", "")]
    if len(labels) >= 3 and len(labels[-1]) == 2 and labels[-2] in ("co", "com", "org", "net", "ac", "gov", "or", "ne"):
        return labels[-3]
    return labels[-2] if len(labels) >= 2 else "".join(labels)


def add_contacts(author: Author, contacts: Iterable[str | Handle]) -> Author:
    """Give the author with more contacts, those already known (whatever the case) left out."""
    emails, handles = list(author.emails), list(author.handles)
    for contact in contacts:
        if isinstance(contact, str):
            if contact.casefold() not in (email.casefold() for email in emails):
                emails.append(contact)
        else:
            _add_handle(handles, contact)
    return Author(author.name, tuple(emails), tuple(handles))


def _add_handle(handles: list[Handle], new: Handle) -> None:
    for number, old in enumerate(handles):
        if old.handle.casefold() == new.handle.casefold() and UNKNOWN in (old.network, new.network):
            handles[number] = new if old.network == UNKNOWN else old
            return
        if old.handle.casefold() == new.handle.casefold() and old.network == new.network:
            return
    handles.append(new)
