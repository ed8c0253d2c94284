"""What a person's name looks like, and which names an author string holds."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence

from ingest.builtin.authors.words import ACCOUNTS, DEGREES, DESKS, JOBS, LOWERED, NOT_NAMES, PARTICLES, PLACES, SURNAMES

__all__ = ["fold", "is_account", "is_name", "restore_case", "same_letters", "split_names", "without_lead"]

_LETTERS = str.maketrans({"ø": "o", "ł": "l", "đ": "d", "æ": "ae", "œ": "oe", "ı": "i", "þ": "th", "ð": "d"})
_OTHERS = re.compile(r"[\W_]+")
_CJK = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]{2,6}(?:[·・＝ ][\u3040-\u30ff\u3400-\u9fff]{1,8})?")
# Vowel signs and joiners are part of a word in Indic and Arabic script, but no letters.
# One class and no alternative: letters of scripts whose marks stand in these ranges would match in both, and a word of thirty
# of them in a thousand million ways.
_LETTER = r"(?:(?![\d_])[\w\u0300-\u036f\u0610-\u065f\u0900-\u0dff\u0e00-\u0e7f\u200c\u200d])"
_WORD = re.compile(rf"(?:[^\W\d_]\.){{1,4}}(?:-[^\W\d_]\.)?|{_LETTER}+(?:['’‘`´.\-‐‑]{_LETTER}+)*\.?")
_SUFFIX = re.compile(r",?\s+(?:jr|sr|junior|senior)\.?$|,?\s+(?:ii|iii|iv)$", re.IGNORECASE)

_PLAIN_LEAD = re.compile(
    r"(?:(?:written|posted|published|reported|words|story|text|article|compiled|created|submitted"
    r"|geschrieben|verfasst|veröffentlicht|erstellt|eingestellt|ein artikel|ein beitrag|ein kommentar|escrito|publicado|scritto|pubblicato|écrit|rédigé|publié)"
    r"\s+(?:by|von|por|par|da)|by|byline|[àa] cura di)(?:\b|(?<=[yn])(?=(?-i:[A-Z])))[\s:：]*"
    r"|(?:authors?|autor(?:in|en|es|a|e)?|auteurs?|autore|autrice|redakteur(?:in)?|text|texte|texto|testo"
    r"|redaktion|reporter|writer|tekst|автор|авторы|текст|作者|博主|記者|记者|文|نویسنده|نوشته|الكاتب|كتب|लेखक|लेखिका|yazar|yazan)"
    r"\s*[:：／/＝=]\s*",
    re.IGNORECASE,
)
# These also begin names ("Von Miller", "Di Stefano"), so the rest has to be a full name.
_NAME_LIKE_LEAD = re.compile(
    r"(?:von|vom|par|por|di|door|av|af|przez|بقلم|автор|author|autor(?:in)?|kommentar von|eine? \w+ von)"
    r"(?:\s*[:：]\s*|\s+)",
    re.IGNORECASE,
)
# By itself 文 also begins words: 文化, 文学.
_CJK_LEAD = re.compile(
    r"(?:(?:取材・)?文(?=[\s／/:：＝=・])|作者|博主|記者|记者|撰文|編輯|责编|責編|取材)[\s／/:：＝=・]*(?=[\u3040-\u9fff])"
)
_MONTHS = (
    "jan(?:uary|uar|vier)?|feb(?:ruary|ruar)?|mar(?:ch)?|märz|apr(?:il)?|may|mai|jun[ei]?|jul[yi]?|aug(?:ust)?"
    "|sept?(?:ember)?|o[ck]t(?:ober)?|nov(?:ember)?|de[cz](?:ember)?"
)
_TAIL = re.compile(
    r"(?:\b(?:last )?(?:published|updated|posted|modified)\b|\b(?:veröffentlicht|aktualisiert|publié|publicado"
    r"|actualizado|pubblicato|aggiornato)\b|\b(?:illustration(?:en|s)?|fotos?|photos?|bilder)\s*(?::|by\b|von\b|de\b)"
    # Glued to the name or to a date where tags have gone: "Dana WhitlockUpdatedMarch 3".
    r"|(?:(?<=[a-z])|\b)(?-i:(?:Published|Updated|Posted)(?=[A-Z\s:]|on\b))|(?<=[a-z])(?-i:Follow)\b"
    # Who else took part, behind a name: 王小明 摄影 李四.
    r"|(?<=[\u3040-\u30ff\u3400-\u9fff])[\s／/|]+(?:责任编辑|責任編輯|编辑|編輯|编审|责编|責編|校对|校對|摄影|攝影|撮影|写真|編集|翻译|翻譯"
    r"|(?:图|圖)(?=[／/:：]))"
    rf"|(?:\bvom\s+)?(?:\b|(?<=[a-z])(?-i:(?=[A-Z])))(?:{_MONTHS})\.?\s+\d{{1,4}}(?:st|nd|rd|th)?\b|\bvom\s+\d)"
    r".*$",
    re.IGNORECASE | re.DOTALL,
)
_NOISE = re.compile(r"https?://\S+|www\.\S+|\S+@\S+|(?<!\w)@\w+|[(\[{（【][^)\]}）】]{0,80}[)\]}）】]")
_HARD = re.compile(r"\s*(?:[;|•·／、，。\n]|\s//?\s|/|\s[-–—]\s|\s{3,})\s*")
_FIRST = re.compile(r"[,;|•·/\n]|\s(?:and|und|et|y|e|&)\s|\s[-–—]\s")
_AND = re.compile(
    r"\s+(?:and|und|et|och|og|ja|és|и|та|with|mit|avec|sowie|&|\+)\s+|\s*&\s*(?=\w)|\s*,\s*(?:and|und|et|&)\s+", re.I
)
_SHORT_AND = re.compile(r"\s+(?:y|e|i|en|a|con)\s+")
_VOWEL = re.compile("[AEIOUYÀ-ÖØ-Þ]")
_DIGIT = re.compile(r"\d")
# Words of a menu that have lost the space between them, unlike `McTavern` and `DeSanto`.
_SEAM = re.compile(r"[^\W\d_A-Z]{5}[A-Z][^\W\d_A-Z]")
# Small words behind a name that say when, where or for whom.
_NO_NAME = frozenset(
    "for in is at on from am um vor aus bei fur pour le en para el il per del dal w dla для в от".split()
)
_MAX_NAMES = 30
_MAX_CHARS = 2000


def fold(text: str) -> str:
    """Give the text in lower case, without accents and punctuation, one space between words."""
    if text.isascii():
        return text.lower() if text.isalnum() else " ".join(_OTHERS.sub(" ", text.lower()).split())
    plain = unicodedata.normalize("NFKD", text).casefold().translate(_LETTERS)
    if not plain.isascii():
        plain = "".join(char for char in plain if not unicodedata.combining(char))
    return " ".join(_OTHERS.sub(" ", plain).split())


def same_letters(text: str, other: str) -> bool:
    """Tell whether two texts agree in letters and digits, whatever the case, accents, spaces and hyphens."""
    letters = fold(text).replace(" ", "")
    return bool(letters) and letters == fold(other).replace(" ", "")


def is_name(text: str) -> bool:
    """Tell whether the text looks like a full name: two to five capitalised words, or CJK characters."""
    if not 2 <= len(text) <= 60:
        return False
    if _CJK.fullmatch(text):
        return text not in DESKS
    return _opens_like_name(text) and _is_spaced_name(text)


def _opens_like_name(text: str) -> bool:
    """Say whether a text has a space and a first word as names have: cheap, and true of all names."""
    first, space, _ = text.partition(" ")
    return bool(space) and (not first[:1].islower() or first in PARTICLES or first[:2] in ("d'", "d’"))


def _is_spaced_name(text: str) -> bool:
    words = _SUFFIX.sub("", text).split()
    if not 2 <= len(words) <= 5 or words[-1] in PARTICLES:
        return False
    strong = [word for word in words if word not in PARTICLES]
    if len(strong) < 2 or not all(_WORD.fullmatch(word) and _is_capital(word) for word in strong):
        return False
    return not _SEAM.search(text) and fold(text) not in PLACES and _can_be_person(strong)


def _can_be_person(strong: Sequence[str]) -> bool:
    """Say whether none of the words, particles left out, stands where names stand without being one."""
    words = [fold(word) for word in strong]
    # "Anil Das", "Dana Brand": an article or a word of menus elsewhere, a surname at the end.
    checked = words[:-1] if words[-1] in SURNAMES else words
    if any(len(word) > 1 and (word in NOT_NAMES or word in JOBS) for word in checked):
        return False
    return any(len(word) > 1 for word in words)


def _is_capital(word: str) -> bool:
    # Scripts without capitals (Arabic, Hindi, Hebrew) have no case to judge by.
    return word[0].isupper() or word[0].istitle() or word[:2] in ("d'", "d’") or not word[0].islower()


def is_account(name: str) -> bool:
    """Tell whether the name is that of a login, a desk or a placeholder, and not of a person."""
    folded = fold(name)
    if not folded or folded in ACCOUNTS or folded in DESKS or name.strip() in DESKS:
        return True
    words = folded.split()
    return any(word in DESKS for word in words) or words[-1] in ("team", "staff", "desk", "admin")


def restore_case(name: str) -> str:
    """Give the name with words in capitals in title case, where the capitals are no initials."""
    words = name.split()
    if not name.isupper():
        # "Chokri GHARBI": the surname alone in capitals.
        return " ".join(_title(word) if len(word) > 3 and word.isupper() else word for word in words)
    if len(words) == 1 and len(name) < 5:
        return name
    # "BEN ODE": what is a particle elsewhere is a first name at the start.
    return " ".join(
        [_title(words[0]), *(word.lower() if word.lower() in LOWERED else _title(word) for word in words[1:])]
    )


def _title(word: str) -> str:
    lowered = word.lower()
    if len(word.replace(".", "")) <= 3 and ("." in word or not _VOWEL.search(word)):
        return word
    parts = re.split(r"(['’\-‐‑])", lowered)
    titled = "".join(part[:1].upper() + part[1:] for part in parts)
    return "Mc" + titled[2:].capitalize() if lowered.startswith("mc") and len(lowered) > 3 else titled


def without_lead(text: str) -> str | None:
    """Give what follows "By", "Von", "Autor:" and the like, or `None` if the text doesn't begin so."""
    if match := _PLAIN_LEAD.match(text) or _CJK_LEAD.match(text):
        return text[match.end() :].strip()
    if match := _NAME_LIKE_LEAD.match(text):
        rest = text[match.end() :].strip()
        first = _FIRST.split(rest, maxsplit=1)[0].strip()
        return rest if is_name(_without_job(first)) else None
    return None


def split_names(text: str, *, listed: bool = True, nicknames: bool = False) -> list[str]:
    """Give the names in an author string, tidied, in order, without doubles.

    Args:
        text: such as "By DANA WHITLOCK and Ben Ode, Staff Writers | March 3".
        listed: commas divide names; without it, what follows a comma is taken to be a place or an outlet
            unless "and" shows that the commas make a list.
        nicknames: also take what is no full name, such as "lupa" or "Team Blue", if it comes first.
    """
    text = _strip_lead(" ".join(text[:_MAX_CHARS].split(" ")).strip())
    text = _TAIL.sub("", _NOISE.sub(" ", text)).strip()
    found: dict[str, str] = {}
    for number, part in enumerate(_HARD.split(text)):
        pieces = _pieces(part, listed)
        first_names = all(_one_word(piece) for piece in pieces)
        names = [
            _person(piece, nickname=nicknames and number == 0 and (place == 0 or first_names))
            for place, piece in enumerate(pieces)
        ]
        if found and not listed and not any(names):
            break  # "Dana Whitlock | 3 March | Food and Garden Courses"
        for name in names:
            if name and len(found) < _MAX_NAMES:
                found.setdefault(fold(name), name)
    return list(found.values())


def _strip_lead(text: str) -> str:
    # Twice, for "Text: Von Mara Lind".
    for _ in range(2):
        rest = without_lead(text)
        text = text if rest is None else rest
    return text


def _pieces(part: str, listed: bool) -> list[str]:
    commas = [item.strip() for item in part.split(",")]
    if listed and len(commas) == 2 and all(_one_word(item) for item in commas):
        pieces = [f"{commas[1]} {commas[0]}"]  # "Whitlock, Dana"
    elif listed or (len(commas) > 2 and is_name(commas[1])) or (len(commas) > 1 and _AND.search(commas[1])):
        pieces = [name for item in _AND.split(part) if item for name in item.split(",")]
    else:
        pieces = _AND.split(commas[0])
    return [name for piece in pieces for name in _halves(_bare(piece)) if name]


def _bare(piece: str) -> str:
    """Take punctuation off both ends; the point of `Jr.` or of a last initial stays."""
    bare = piece.strip(" \t,.:*–—-\"“”'’")
    last = bare.rpartition(" ")[2]
    pointed = piece.rstrip(" \t,").endswith(f"{last}.") and (last in ("Jr", "Sr") or len(last) == 1)
    return f"{bare}." if pointed else bare


def _halves(piece: str) -> list[str]:
    # "y", "e" and "i" also join the halves of one surname, so both sides must be full names.
    halves = [half.strip() for half in _SHORT_AND.split(piece)]
    return halves if len(halves) > 1 and all(is_name(half) for half in halves) else [piece]


def _one_word(text: str) -> bool:
    return bool(text) and " " not in text and text[0].isupper() and text.replace(".", "").lower() not in DEGREES


def _person(piece: str, *, nickname: bool) -> str | None:
    piece = " ".join(piece.split())
    if not piece or len(piece) > 80:
        return None
    name = restore_case(_without_job(_once(piece)))
    if is_name(name) and not is_account(name):
        return name
    # A nickname may be anything short that isn't a sentence, a date or a login.
    if nickname and 2 <= len(name) <= 40 and len(name.split()) <= 4 and not is_account(name):
        return None if _DIGIT.match(name) or fold(name) in JOBS or name.endswith(("?", "!")) or ":" in name else name
    return None


def _once(piece: str) -> str:
    """Give a name that a page shows twice, as picture and as text, once."""
    words = piece.split()
    half = len(words) // 2
    return " ".join(words[:half]) if half > 1 and words[:half] == words[half:] else piece


def _without_job(piece: str) -> str:
    """Take a job off: "Reporter Mara Lind", "Mara Lind Senior Editor", "Mara Lind for the Ledger"."""
    words = piece.split()
    while len(words) > 2 and fold(words[0].rpartition("-")[2]) in JOBS:
        del words[0]
    for number, word in enumerate(words):
        if number >= 2 and (fold(word) in JOBS or _DIGIT.search(word) or fold(word) in _NO_NAME):
            return " ".join(words[:number])
    return " ".join(words)
