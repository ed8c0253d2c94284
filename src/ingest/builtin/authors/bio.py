"""What a box about authors says: whom it introduces, and with which contacts."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from ingest.builtin.authors.contacts import Contact, belongs, find_contacts, is_role
from ingest.builtin.authors.names import fold, is_name
from ingest.builtin.authors.words import JOBS, WRITERS

__all__ = [
    "LONGEST",
    "Bio",
    "gives_contacts",
    "goes_on_about",
    "has_job",
    "has_writer",
    "introduces",
    "known_subjects",
    "leading_name",
    "owners",
    "strangers",
]

LONGEST = 1500
LONGEST_STRANGER = 900
LONGEST_CONTACT_LINE = 300
# What stands between a name and a job, or says where somebody writes, and how far from the start of a text.
HEAD_CHARS = 110
_VERBS = tuple(
    f" {word} "
    for word in "is are ist sind est sont es son è sono é são jest är er cover covers writes reports berichtet schreibt écrit "
    "couvre escribe cubre scrive escreve schrijft pisze пишет — – -".split()
)
_LEAD = re.compile(
    r"(?:about (?:the )?authors?|about|written by|über (?:den|die) autor(?:in)?|zur person|à propos de l.auteure?"
    r"|sobre (?:el autor|la autora|o autor|a autora)|(?:l.)?autore|o autorze|об авторе|over de auteur|yazar hakkında"
    r"|(?:write to|contact|follow|e-?mail|reach|meet|schreiben sie(?: an)?|kontakt(?: zu)?|contactez|contacto|contatti)"
    r"(?: the author)?)\s*[:：–—-]?\s*",
    re.IGNORECASE,
)
_CUE = re.compile(
    r"\bcan be reached\b|\b(?:reach|find|email|message) (?:her|him|them|me)\b|\bfollow (?:her|him|them|me)\b|\bcontact (?:her|him|them|me)\b"
    r"|\bwrite to (?:her|him|them|me)\b|\b(?:on|auf|sur|en|su|no|na|op) (?:twitter|x|mastodon|bluesky|instagram)\b"
    r"|\b(?:covers?|writes?|reports?|blogs|teaches|tweets|works|lives)\b|\b(?:berichtet|schreibt|bloggt|arbeitet|lebt)\b"
    r"|\b(?:écrit|couvre|collabore|tient|vit)\b|\b(?:escribe|cubre|colabora|conduce|vive)\b|\b(?:scrive|collabora|cura)\b"
    r"|\b(?:escreve|cobre|assina)\b|\b(?:schrijft|woont|werkt)\b|\b(?:pisze|zajmuje się|prowadzi)\b"
    r"|\b(?:пишет|работает|ведёт|ведет)\b|\b(?:yazıyor|yazar|yaşıyor|çalışıyor|çevirmendir|yazarıdır)\b"
    r"|\b(?:skriver|bor|píše|žije)\b|है।?$|हैं।?$|است\.?$|です。?$|\b(?:kontakt|contact|contatt[oi]|contato|contacto|correo|courriel|mail|почта)\s*[:：]|\be-?mail\b|\btwitter\s*:|\bfolgen\b",
    re.IGNORECASE,
)
# How a line goes on that gives the contacts of whom the line above has introduced, or of the author.
_CONTACT_LINE = re.compile(
    r"(?:she|he|they|sie|er|elle|il|ella|él|ela|ele|zij|hij|ona|on|она|он)\s|(?:you can |to |please )?(?:reach|contact|follow|find|e-?mail|write to|inquiries|enquiries)\b"
    r"|(?:e-?mail|mail|twitter|x|mastodon|bluesky|instagram|contact|kontakt|contacto|contatti|contato|correo|courriel)\s*[:：]"
    r"|folgen? sie|folgt|contactez|suivez|sígue|seguilo|seguila|siga|volg|[@\w.+-]+@?[\w.-]+$",
    re.IGNORECASE,
)
# What makes a line about a stranger a box although it has no address of that person.
_STAFF = re.compile(
    r"^,?\s*(?:is|are|ist|sind|est|sont|es|son|è|sono|é|são|jest|är|er)\s+(?P<job>[^.]{2,80})"
    r"|^,?\s*(?:covers|cover|writes|reports|berichtet|schreibt|écrit|couvre|escribe|cubre|scrive|escreve|schrijft|pisze|пишет)\b"
    r"[^.]{0,80}\s(?:for|at|für|pour|para|per|voor|dla|для)\s+(?:(?:the|d[aei][srnmt]|l[aeo]s?|el|il|os?|het|several|various"
    r"|local|national)\s|l['’])?(?=[«„“\"]?(?-i:[^\W\d_a-zß-öø-ÿа-яё]))"
    r"|^,?\s*[—–-]\s*(?P<title>[^.]{2,60})"
)
_IS = re.compile(
    r",?\s*(?:is|are|has been|ist|est|es|è|é|jest|är|er)\s+(?:an?|the|ein|eine|un|une|una|um|uma|een)\s", re.IGNORECASE
)
_QUOTING = re.compile(
    r"^[\s,]*(?:said|says|told|added|sagte|sagt|a dit|dijo|ha detto|disse|zei|powiedział\w*|сказал\w*)\b"
)
# An embedded post: "— Dana Whitlock (@quayside) March 3, 2024".
_POST = re.compile(r"[—–-]{1,4}\s{0,4}[^()@]{2,60}\(@\w{1,30}\)")
# Who speaks for others, and has an address for that.
_SPOKEN_FOR = re.compile(
    r"\bspokes(?:man|woman|person)|\bpress (?:officer|secretary|contact)|\bmedia (?:contact|relations)|pressesprecher"
    r"|\bporte-parole|\bportavoz|\bportavoce|\bporta-voz|\bwoordvoerder|\brzeczni|пресс-секретар|\btickets?\b|\brsvp\b"
    r"|\bregist(?:er|ration)\b|\banmeld",
    re.IGNORECASE,
)
_ADDRESSES = frozenset(
    "mr mrs ms miss herr frau monsieur madame mme m senor senora sr sra signor signora pan pani господин госпожа".split()
)
_JOINED = re.compile(r"\s{0,4},?\s{1,4}(?:and|und|et|y|e|en|i|och|og|и)\s{1,4}|\s{0,4},\s{0,4}")
_WORD = re.compile(r"[^\W\d_]+")
# Folded, and followed by the first name: "I'm Dana, a ...".
_I_AM = re.compile(
    r"(?:(?:hi|hello|hallo|hola|ciao) )?(?:i m|i am|my name is|ich bin|mein name ist|je suis|(?:yo )?soy|sono|eu sou|ik ben|jestem) "
)
_FIRST_PERSON = re.compile(
    r"(?:I(?:['’]m| am)|Ich bin|Je suis|(?:Yo )?[Ss]oy|Sono|Eu sou|Ik ben|Jestem|She|He|They|Sie|Er|Elle|Il|Ella|Él|Ela|Ele|Zij|Hij"
    r"|Ona|Она|Он)\b"
)


@dataclass(frozen=True, slots=True)
class Bio:
    """A box about authors: its lines, whom it names, and the contacts in it."""

    first: int
    last: int
    text: str
    names: tuple[str, ...]
    contacts: tuple[Contact, ...]


def known_subjects(text: str, known: Sequence[str], *, plainly: bool) -> tuple[str, ...]:
    """Give the names of the people whom a text introduces if it begins with a known author; none if it does not.

    Args:
        text: the text of what may be a box.
        known: the names of the authors.
        plainly: the text must say at once who that is, since it stands where bodies are.
    """
    if _POST.match(text):
        return ()
    lead = _LEAD.match(text)
    rest = (text[lead.end() :] if lead else text).lstrip(' —–-•*([“"')
    for name in known:
        end = _end_of_name(rest, name)
        if not end:
            continue
        behind = rest[end:]
        if _QUOTING.match(behind) or (plainly and not _plainly(behind)) or not (lead or _introduces(behind)):
            return ()
        return (name, *_joined_names(behind))
    return ()


def _end_of_name(text: str, name: str) -> int:
    """Give where a name at the start of a text ends, a middle initial or title allowed; 0 if another text starts there."""
    wanted = fold(name).split()
    found: list[str] = []
    end = 0
    for match in re.finditer(r"\S+", text[: len(name) + 20]):
        word = fold(match[0])
        end = match.end()
        for part in word.split():
            if len(found) < len(wanted) and part == wanted[len(found)]:
                found.append(part)
            elif not (found and len(part) == 1):
                return 0
        if len(found) == len(wanted):
            return end - (len(match[0]) - len(match[0].rstrip(".,:;–—()")))
    return 0


def introduces(text: str, author: str) -> bool:
    """Say whether a text that starts with an author's name is about the author."""
    return _introduces(text[len(author) :])


def _introduces(behind: str) -> bool:
    if not behind.strip(" .,:–—-"):
        return True
    return bool(_CUE.search(behind) or has_job(behind) or find_contacts(behind) or _IS.match(behind))


def _plainly(behind: str) -> bool:
    """Say whether a job or a verb follows a name at once."""
    return bool(_IS.match(behind) or _STAFF.match(behind) or not behind.strip(" .,:–—-") or find_contacts(behind[:80]))


def goes_on_about(line: str, name: str) -> bool:
    """Say whether a line begins with the person's name or a part of it, or with a pronoun, and says who that is."""
    folded = fold(line[:120])
    first, last = fold(name).split()[0], fold(name).split()[-1]
    if (i_am := _I_AM.match(folded)) and folded[i_am.end() :].startswith(first + " "):
        return True
    if end := _end_of_name(line, name):
        return not _QUOTING.match(line[end:]) and _introduces(line[end:])
    words = line.split(maxsplit=1)
    if len(words) < 2 or _QUOTING.match(words[1]):
        return False
    if _FIRST_PERSON.match(line):
        return introduces(line, words[0])
    return fold(words[0]) in (first, last) and introduces(line, words[0])


def gives_contacts(line: str) -> bool:
    """Say whether a line offers contacts of whoever has been introduced above it, and nothing else."""
    return bool(len(line) <= LONGEST_CONTACT_LINE and _CONTACT_LINE.match(line) and find_contacts(line))


def strangers(text: str, heading: str | None = None) -> tuple[str, ...]:
    """Give the names that a text begins with, or the one that its heading is, if it is plainly a box about writers.

    A stranger's name is not enough: there must be an address that is this person's and a word that offers it, or a job
    that makes the person a writer.
    """
    if len(text) > LONGEST_STRANGER or not _may_introduce(text) or _POST.match(text):
        return ()
    lead = _LEAD.match(text)
    rest = (text[lead.end() :] if lead else text).lstrip(' —–-•*([“"')
    name = heading or leading_name(rest)
    if name is None or _is_addressed(name) or _QUOTING.match(rest[len(name) :]) or _SPOKEN_FOR.search(text):
        return ()
    names = (name, *_joined_names(rest[len(name) :]))
    own = [contact for contact in find_contacts(text) if not _is_office(contact)]
    offered = lead or _CUE.search(text) or has_job(text)
    if offered and any(belongs(contact.value, one) for contact in own for one in names):
        return names
    staff = _STAFF.search(rest[len(" and ".join(names)) :] if len(names) > 1 else rest[len(name) :])
    if staff is None:
        return ()
    job = staff["job"] or staff["title"]
    return names if job is None or has_writer(job) else ()


def _is_addressed(name: str) -> bool:
    """Say whether a name is one that people in stories go by, such as `Mr. Ode`, and no box introduces anybody by."""
    first, *others = name.split()
    return len(others) == 1 and fold(first) in _ADDRESSES


def _may_introduce(text: str) -> bool:
    """Say whether a text has a contact, or near its start a verb or dash behind which a job can stand: cheap."""
    start = text[:HEAD_CHARS]
    return "@" in text or "/" in text or any(word in start for word in _VERBS)


def owners(text: str, contacts: Sequence[Contact], known: Sequence[str]) -> tuple[str, ...]:
    """Give the known authors whose names the contacts hold, unless the text offers the contacts of somebody's speaker."""
    if _SPOKEN_FOR.search(text):
        return ()
    own = [contact for contact in contacts if not _is_office(contact)]
    return tuple(name for name in known if any(belongs(contact.value, name) for contact in own))


def _joined_names(behind: str) -> tuple[str, ...]:
    """Give the names that follow the first one: "Dana Whitlock and Ben Ode cover ports"."""
    names: list[str] = []
    while (join := _JOINED.match(behind)) and (name := leading_name(behind[join.end() :])):
        names.append(name)
        behind = behind[join.end() + len(name) :]
    return tuple(names)


def has_job(text: str) -> bool:
    """Say whether the start of a text names a job."""
    return any(fold(word) in JOBS for word in _WORD.findall(text[:300]))


def has_writer(text: str) -> bool:
    """Say whether a text names the job of somebody who writes."""
    return any(fold(word) in WRITERS for word in _WORD.findall(text[:300]))


def _is_office(contact: Contact) -> bool:
    return isinstance(contact.value, str) and is_role(contact.value)


def leading_name(text: str) -> str | None:
    """Give the longest name of two to four words that the text starts with."""
    words = text.split(maxsplit=5)[:5]
    for count in range(min(4, len(words)), 1, -1):
        candidate = " ".join(words[:count]).rstrip(" .,:;–—")
        if is_name(candidate) and not any(mark in " ".join(words[: count - 1]) for mark in ",:;"):
            return candidate
    return None
