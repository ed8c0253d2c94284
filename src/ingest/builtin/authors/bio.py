"""The box about the author, at the end of the body or behind it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from ingest.builtin.authors.contacts import Contact, belongs, find_contacts, is_role
from ingest.builtin.authors.names import fold, is_name
from ingest.builtin.authors.words import JOBS, WRITERS

__all__ = ["Bio", "bio_under", "find_bios", "introduces", "is_quoting"]

# Lines, blank ones left out, from the end; how long a box can be, and over how many lines it can be wrapped.
TAIL_LINES = 120
LONGEST = 900
LONGEST_CONTACT_LINE = 300
WRAPPED_LINES = 6
_WRAPPED_CHARS = 40
# Lines of prose that may follow the box of a known author, as a number and as a share: a page has more at its foot.
MOST_BEHIND = 4
SHARE_BEHIND = 0.2
_SENTENCE_END = re.compile(r"""[.!?…。！？।][\s"'”’»)]*$""")
_FOOT = re.compile(
    r"©|\(c\) \d{4}|\bcopyright\b|\brights reserved\b|\bnewsletter\b|\bsubscri|\bsign up\b|\bcookies?\b|\bprivacy\b|\badvertis"
    r"|\bdonat|\babonn|\binscri|\bsuscri|\bdatenschutz|\balle rechte\b|\btous droits\b|\bderechos\b|подпи",
    re.IGNORECASE,
)
_LEAD = re.compile(
    r"(?:about (?:the )?authors?|written by|über (?:den|die) autor(?:in)?|zur person|à propos de l.auteure?"
    r"|sobre (?:el autor|la autora|o autor|a autora)|(?:l.)?autore|o autorze|об авторе|over de auteur|yazar hakkında"
    r"|(?:write to|contact|follow|e-?mail|reach|meet|schreiben sie(?: an)?|kontakt(?: zu)?|contactez|contacto|contatti)"
    r"(?: the author)?)\s*[:：–—-]?\s*",
    re.IGNORECASE,
)
_CUE = re.compile(
    r"\bcan be reached\b|\breach (?:her|him|them|me)\b|\bfollow (?:her|him|them|me)\b|\bcontact (?:her|him|them|me)\b"
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
    r"(?:she|he|they|sie|er|elle|il|ella|él|ela|ele|zij|hij|ona|on|она|он)\s|(?:you can |to |please )?(?:reach|contact|follow|e-?mail|write to)\b"
    r"|(?:e-?mail|mail|twitter|x|mastodon|bluesky|instagram|contact|kontakt|contacto|contatti|contato|correo|courriel)\s*[:：]"
    r"|folgen sie|contactez|suivez|sígue|seguilo|seguila|siga|volg|[@\w.+-]+@?[\w.-]+$",
    re.IGNORECASE,
)
# What makes a line about a stranger a box although it has no address of that person.
_STAFF = re.compile(
    r"^,?\s*(?:is|are|ist|sind|est|sont|es|son|è|sono|é|são|jest|är|er)\s+(?P<job>[^.]{2,80})"
    r"|^,?\s*(?:covers|cover|writes|reports|berichtet|schreibt|écrit|couvre|escribe|cubre|scrive|escreve|schrijft|pisze|пишет)\b"
    r"[^.]{0,80}\s(?:for|at|für|pour|para|per|voor|dla|для)\s+(?=[«„“\"]?[^\W\d_])"
    r"|^,?\s*[—–-]\s*(?P<title>[^.]{2,60})"
)
_IS = re.compile(
    r",?\s*(?:is|are|has been|ist|est|es|è|é|jest|är|er)\s+(?:an?|the|ein|eine|un|une|una|um|uma|een)\s", re.IGNORECASE
)
_QUOTING = re.compile(
    r"^[\s,]*(?:said|says|told|added|sagte|sagt|a dit|dijo|ha detto|disse|zei|powiedział\w*|сказал\w*)\b"
)
# An embedded post: "— Dana Whitlock (@quayside) March 3, 2024".
_POST = re.compile(r"[—–-]+\s*[^()@]{2,60}\(@\w{1,30}\)")
# Who speaks for others, and has an address for that.
_SPOKEN_FOR = re.compile(
    r"\bspokes(?:man|woman|person)|\bpress (?:officer|secretary|contact)|\bmedia (?:contact|relations)|pressesprecher"
    r"|\bporte-parole|\bportavoz|\bportavoce|\bporta-voz|\bwoordvoerder|\brzeczni|пресс-секретар|\btickets?\b|\brsvp\b"
    r"|\bregist(?:er|ration)\b|\banmeld",
    re.IGNORECASE,
)
_JOINED = re.compile(r"\s*,?\s+(?:and|und|et|y|e|en|i|och|og|и)\s+|\s*,\s*")
_WORD = re.compile(r"[^\W\d_]+")


@dataclass(frozen=True, slots=True)
class Bio:
    """A box about authors: its lines, whom it names, and the contacts in it."""

    first: int
    last: int
    text: str
    names: tuple[str, ...]
    contacts: tuple[Contact, ...]


def find_bios(lines: Sequence[str], running: Sequence[bool], known: Sequence[str]) -> list[Bio]:
    """Find the author boxes at the end of the text.

    Going up from the end, lines that are no running text are passed over, and so is what stands at the foot of pages. The
    next running text that is no box ends the search, since from there on it is the body; only the box of a known author
    may have a little more behind it.

    Args:
        lines: the lines of the text.
        running: which lines are running text.
        known: names of authors that something else has told.
    """
    shown = [index for index in range(len(lines)) if lines[index].strip()][-TAIL_LINES:]
    allowed = min(MOST_BEHIND, int(SHARE_BEHIND * sum(running)))
    found: list[Bio] = []
    passed = 0
    place = len(shown) - 1
    while place > 0 and passed <= allowed:
        bio = _bio_that_ends(lines, shown, place, known, strangers=passed == 0)
        if bio is not None and fold(bio.text) == fold(bio.names[0]) and not _is_heading(bio, found, shown, passed):
            bio = None
        if bio is not None:
            found.append(bio)
            place = shown.index(bio.first)
        elif running[shown[place]] and not _is_foot(lines[shown[place]]):
            passed += 1
        place -= 1
    return _with_contact_lines(lines, found[::-1])


def _is_foot(line: str) -> bool:
    return len(line) <= LONGEST and _FOOT.search(line) is not None


def _is_heading(bio: Bio, found: Sequence[Bio], shown: Sequence[int], passed: int) -> bool:
    """Say whether a line that is a name only belongs to a box: it stands at the very end or on top of one."""
    following = shown[shown.index(bio.last) + 1 :][:1]
    return passed == 0 or (bool(found) and [found[-1].first] == following)


def bio_under(lines: Sequence[str], byline: int, known: Sequence[str]) -> Bio | None:
    """Give the box that stands right under a byline."""
    for index in range(byline + 1, min(len(lines), byline + 3)):
        text = lines[index].strip()
        if not text or len(text) > LONGEST_CONTACT_LINE:
            continue
        contacts = tuple(find_contacts(text))
        author = next((name for name in known if fold(text).startswith(fold(name))), None)
        if author is not None and contacts and introduces(text, author):
            return Bio(index, index, text, (author,), contacts)
        owners = _owners(text, contacts, known)
        return Bio(index, index, text, owners, contacts) if owners else None
    return None


def _with_contact_lines(lines: Sequence[str], bios: Sequence[Bio]) -> list[Bio]:
    """Join lines such as "Follow her on X: @dana" to the box above them."""
    result: list[Bio] = []
    for bio in bios:
        last = bio.last
        for index in range(bio.last + 1, min(len(lines), bio.last + 6)):
            line = lines[index].strip()
            if line and not (_CONTACT_LINE.match(line) and len(line) <= LONGEST_CONTACT_LINE and find_contacts(line)):
                break
            last = index if line else last
        taken = result and result[-1].last >= bio.first
        if taken:
            continue
        text = " ".join(line.strip() for line in lines[bio.first : last + 1] if line.strip())
        result.append(Bio(bio.first, last, text, bio.names, tuple(find_contacts(text))))
    return result


def _bio_that_ends(
    lines: Sequence[str], shown: Sequence[int], place: int, known: Sequence[str], *, strangers: bool
) -> Bio | None:
    """Give the box whose last line is at this place, hard-wrapped over the lines above or not."""
    last = shown[place]
    for first_place in range(place, max(-1, place - WRAPPED_LINES), -1):
        first = shown[first_place]
        if first_place < place and not _continues(lines[first], first, shown[first_place + 1]):
            return None
        text = " ".join(lines[index].strip() for index in shown[first_place : place + 1])
        if len(text) > LONGEST or _POST.match(text):
            return None
        if names := _subjects(text, known, strangers=strangers):
            return Bio(first, last, text, names, tuple(find_contacts(text)))
    return None


def _continues(line: str, index: int, following: int) -> bool:
    """Say whether a line goes on in the next: it is long, ends in the middle of a sentence, and no blank line follows."""
    return following == index + 1 and len(line) >= _WRAPPED_CHARS and _SENTENCE_END.search(line) is None


def _subjects(text: str, known: Sequence[str], *, strangers: bool) -> tuple[str, ...]:
    """Give the names of the people whom the text introduces; none if it is no box about authors."""
    lead = _LEAD.match(text)
    rest = (text[lead.end() :] if lead else text).lstrip(' —–-•*([“"')
    folded = fold(rest)
    author = next((name for name in known if folded == fold(name) or folded.startswith(fold(name) + " ")), None)
    if author is not None:
        behind = rest[len(author) :]
        if _QUOTING.match(behind) or not (lead or introduces(rest, author)):
            return ()
        return (author, *_joined_names(behind))
    contacts = find_contacts(text)
    if _CONTACT_LINE.match(text) and len(text) <= LONGEST_CONTACT_LINE and (owners := _owners(text, contacts, known)):
        return owners
    return _strangers(text, rest, contacts, led=lead is not None) if strangers and not known else ()


def _strangers(text: str, rest: str, contacts: Sequence[Contact], *, led: bool) -> tuple[str, ...]:
    """Give the names that a text begins with if it is plainly a box about writers.

    A stranger's name is not enough: there must be an address that is this person's and a word that offers it, or a job
    that makes the person a writer.
    """
    name = _leading_name(rest)
    if name is None or _QUOTING.match(rest[len(name) :]) or _SPOKEN_FOR.search(text):
        return ()
    names = (name, *_joined_names(rest[len(name) :]))
    owned = any(belongs(contact.value, one) for contact in contacts for one in names if not _is_office(contact))
    if owned and (led or _CUE.search(text) or _has_job(text)):
        return names
    staff = _STAFF.search(rest[len(" and ".join(names)) :] if len(names) > 1 else rest[len(name) :])
    if staff is None:
        return ()
    job = staff["job"] or staff["title"]
    return names if job is None or any(fold(word) in WRITERS for word in _WORD.findall(job)) else ()


def _owners(text: str, contacts: Sequence[Contact], known: Sequence[str]) -> tuple[str, ...]:
    """Give the known authors whose names the contacts hold."""
    if _SPOKEN_FOR.search(text):
        return ()
    own = [contact for contact in contacts if not _is_office(contact)]
    return tuple(name for name in known if any(belongs(contact.value, name) for contact in own))


def _joined_names(behind: str) -> tuple[str, ...]:
    """Give the names that follow the first one: "Dana Whitlock and Ben Ode cover ports"."""
    names: list[str] = []
    while (join := _JOINED.match(behind)) and (name := _leading_name(behind[join.end() :])):
        names.append(name)
        behind = behind[join.end() + len(name) :]
    return tuple(names)


def is_quoting(text: str) -> bool:
    """Say whether a text that follows a name reports what that person said."""
    return _QUOTING.match(text) is not None


def introduces(text: str, author: str) -> bool:
    """Say whether a text that starts with an author's name is about the author."""
    behind = text[len(author) :]
    if not behind.strip(" .,:–—-"):
        return True
    return bool(_CUE.search(behind) or _has_job(behind) or find_contacts(behind) or _IS.match(behind))


def _has_job(text: str) -> bool:
    return any(fold(word) in JOBS for word in _WORD.findall(text[:300]))


def _is_office(contact: Contact) -> bool:
    return isinstance(contact.value, str) and is_role(contact.value)


def _leading_name(text: str) -> str | None:
    """Give the longest name of two to four words that the text starts with."""
    words = text.split()[:5]
    for count in range(min(4, len(words)), 1, -1):
        candidate = " ".join(words[:count]).rstrip(".,:;–—")
        if is_name(candidate) and not any(mark in " ".join(words[: count - 1]) for mark in ",:;"):
            return candidate
    return None
