"""Where e-mail addresses, handles, links to profiles, phone numbers and IP addresses stand in a text.

This says what is an address and what only looks like one. It does not say whose it is.
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Literal
from urllib.parse import unquote

__all__ = ["KINDS", "NETWORKS", "Found", "Kind", "find_addresses", "profile_name"]

Kind = Literal["email", "handle", "phone", "ip"]
KINDS: tuple[Kind, ...] = ("email", "handle", "phone", "ip")

NETWORKS = {
    "twitter.com": "twitter", "x.com": "twitter", "nitter.net": "twitter", "facebook.com": "facebook", "fb.com": "facebook",
    "fb.me": "facebook", "m.me": "facebook", "instagram.com": "instagram", "linkedin.com": "linkedin",
    "github.com": "github", "gitlab.com": "gitlab", "youtube.com": "youtube", "threads.net": "threads",
    "threads.com": "threads", "tiktok.com": "tiktok", "bsky.app": "bluesky", "xing.com": "xing", "t.me": "telegram",
    "telegram.me": "telegram", "wa.me": "whatsapp", "vk.com": "vk", "ok.ru": "odnoklassniki", "weibo.com": "weibo",
    "pinterest.com": "pinterest", "reddit.com": "reddit", "twitch.tv": "twitch", "medium.com": "medium",
    "snapchat.com": "snapchat", "flickr.com": "flickr", "soundcloud.com": "soundcloud", "patreon.com": "patreon",
    "ko-fi.com": "ko-fi", "keybase.io": "keybase", "orcid.org": "orcid", "about.me": "about.me", "line.me": "line",
}  # fmt: skip
"""Host of each social network, and what the network is called."""

# Folders that profiles lie in, where they don't lie at the root.
_FOLDERS = frozenset("in pub profile profiles people user users u c channel add r_u id ti".split())
_ONLY_IN_FOLDERS = frozenset("linkedin xing bluesky reddit".split())
_ONLY_WITH_AT = frozenset("youtube threads tiktok medium".split())
# What lies below these accounts are programs and no posts.
_NOT_BELOW = frozenset("github gitlab".split())
# First parts of paths that lead to no account.
_NO_ACCOUNTS = frozenset(
    "intent share sharer sharer.php share.php home search hashtag i login signup explore settings about help privacy tos "
    "terms p reel reels stories accounts dialog plugins groups pages events tr watch story.php permalink.php photo.php "
    "media hashtags topics features pricing sponsors orgs marketplace collections trending site apps business ads policies "
    "policy legal download messages notifications i.php l.php widgets oauth embed feed company school jobs pulse status web "
    "v playlist results public directory r tag tags wall video videos posts news pin discover developers docs blog "
    "s joinchat shorts live games music wiki".split()
)

# Bounded repeats, and starts that only a boundary allows, so that no text takes more than linear time.
# Letters that are part of the word beside them; those of scripts without spaces may stand right beside an address.
_SPACED = "\u00c0-\u0dff\u10a0-\u177f\u18b0-\u1fff"
_COMMON_ENDS = "com|org|net|edu|gov|int|io|co|info|biz|eu|uk|de|fr|es|it|nl|be|ch|pl|ru|ua|cz|sk|hu|ro|gr|tr|se|dk|fi|no|pt|br|mx|us|ca|au|jp|cn|in"
# A dash or dots in front of it may be a bullet, and a number right behind a common ending is something else.
_EMAIL = re.compile(
    rf"(?<![a-z0-9_+%@{_SPACED}])(?<![a-z0-9_+%@{_SPACED}][.-])[a-z0-9_][a-z0-9_.+%'-]{{0,63}}(?P<at>[@＠﹫])"
    rf"(?P<labels>(?:[a-z0-9][a-z0-9-]{{0,62}}\.){{1,5}})"
    rf"(?P<end>xn--[a-z0-9-]{{2,40}}|(?:{_COMMON_ENDS})(?=\d)|[a-z]{{2,18}}(?!\d))(?![a-z@{_SPACED}]|[_-][a-z0-9])",
    re.IGNORECASE,
)
# Vowel signs are part of a word, and no letters.
_SIGNS = "\u0300-\u036f\u0610-\u065f\u0900-\u0dff\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff"
_WORLD_EMAIL = re.compile(
    rf"(?<![\w.+%@{_SIGNS}-])\w[\w.+%'{_SIGNS}-]{{0,63}}(?P<at>[@＠﹫])(?P<labels>(?:\w[\w{_SIGNS}-]{{0,62}}[.。．]){{1,5}})"
    rf"(?P<end>xn--[a-z0-9-]{{2,40}}|(?:(?![\d_])[\w{_SIGNS}]){{2,18}})(?![\w@{_SIGNS}]|-\w)"
)
# The next word, where a tag has gone behind an address: `keeper@weir.examplePhone`.
_SEAM = re.compile(r"(?<=[a-z]{2})[A-Z]")
# `lock@2x.png` is a picture, `foo@1.2.js` a package.
_NO_DOMAINS = frozenset(
    "png jpg jpeg gif svg webp avif css js mjs ts html htm php json map min pdf mp4 mp3 py gz tgz xz whl".split()
)
_AT = r"at|ät|ett|arroba|chiocciola|ma[łl]pa|собака|kukac|zavin[aá][cč]|apenstaartje|klammeraffe|snabel-?a|alfakr[øo]ll"
# In brackets any of these is a dot; by themselves some are words of their own, as "at this point in" has them.
_DOT_WORD = r"dot|punkt|punto|kropka|точка|nokta"
_DOT = rf"{_DOT_WORD}|point|ponto|te[cč]ka|bodka|punct|pont|piste|punt"
_BRACKETED_AT = rf"\s{{0,2}}[\[({{<|]\s?(?:{_AT}|@)\s?[\])}}>|]\s{{0,2}}"
_ANY_DOT = rf"(?:\.|\s{{0,2}}[\[({{<|]\s?(?:{_DOT}|\.)\s?[\])}}>|]\s{{0,2}}|\s(?:{_DOT_WORD})\s)"
_SPELT_DOT = rf"(?:\s{{0,2}}[\[({{<|]\s?(?:{_DOT}|\.)\s?[\])}}>|]\s{{0,2}}|\s(?:{_DOT_WORD})\s)"
_LABEL = r"[a-z0-9][\w-]{0,40}"
_LONG_LABEL = r"[a-z0-9][\w-]{1,40}"
_HIDDEN = re.compile(
    # Brackets around the at sign, or both signs as words of their own, or spelt dots behind a real at sign.
    rf"(?<![\w.+@-])({_LABEL}(?:{_ANY_DOT}{_LABEL}){{0,3}}?)(?:"
    rf"{_BRACKETED_AT}({_LABEL}(?:{_ANY_DOT}{_LABEL}){{0,3}}{_ANY_DOT}[a-z]{{2,18}})"
    rf"|\s(?:{_AT})\s({_LONG_LABEL}(?:{_SPELT_DOT}{_LABEL}){{0,3}}{_SPELT_DOT}(?:{_COMMON_ENDS}))"
    rf"|\s?@\s?({_LABEL}(?:{_SPELT_DOT}{_LABEL}){{0,3}}{_SPELT_DOT}[a-z]{{2,18}})"
    r")(?![\w@])",
    re.IGNORECASE,
)
_HIDING = re.compile(rf"[\[({{<|]\s?(?:{_AT}|@)\s?[\])}}>|]|[\[({{<|]\s?(?:{_DOT}|\.)\s?[\])}}>|]|\s(?:{_DOT_WORD})\s")
_SPELT = re.compile(_ANY_DOT, re.IGNORECASE)

_HANDLE = re.compile(
    r"(?<![a-z0-9_@/+=:-])(?<!\w)(?<![\w@/+=:-]\.)[@＠](?P<name>(?>[a-z0-9_]{2,30}(?:[.-][a-z0-9_]{1,30}){0,4}))"
    r"(?P<server>(?>@[\w-]{1,60}(?:\.[\w-]{1,30}){1,3}))?(?![\w@(])(?!/(?-i:[a-z0-9])|\s{0,4}:?=(?![)(D]))",
    re.IGNORECASE,
)
# At-rules of style sheets, keywords and annotations of programs, tags of their comments; and times. A scope of packages
# (`@weir/levels`) and a variable that gets a value (`@level = 3`) are no handles either.
_NO_HANDLES = frozenset(
    "media import charset font-face keyframes supports namespace page property layer container override deprecated param "
    "params return returns throws exception see since version author link inheritdoc todo autowired test before after "
    "beforeeach aftereach suppresswarnings nullable notnull entity table column id component service controller repository "
    "bean configuration inject get post put delete patch staticmethod classmethod property dataclass pytest.fixture "
    "tailwind apply include mixin extend use forward interface implementation protocol synthesize end echo ts-ignore "
    "ts-expect-error ts-nocheck nonnull".split()
)
# What stands below a decorator of Python or an annotation of Java and Kotlin, perhaps behind others. Runs are possessive, so
# that a page of blank lines takes no time.
_DECLARATION = re.compile(
    r"(?:[^\S\n]*+\n\s*+@\w[^\n]{0,200}){0,8}+[^\S\n]*+\n\s*+"
    r"(?:def|class|async|public|private|protected|static|final|fun|void|export|interface)\b"
)
_TIME = re.compile(r"\d+(?:[.:]\d+)?(?:am|pm|h|hrs?|uhr|x|px)?", re.IGNORECASE)
# Services whose accounts are given as "Service: name". A name there has a digit or an underscore, or else it is a word.
_SERVICES = tuple(
    "skype telegram wechat weixin 微信 line kakao snapchat insta twitter discord qq signal icq weibo 微博 телеграм инстаграм".split()
)
_ACCOUNT = re.compile(
    rf"(?<!\w)(?:{'|'.join(_SERVICES)})(?:talk|gram|м|号)?(?:\s?id|\s?账号)?\s?[:：]\s?"
    r"(?P<name>(?=[a-z.-]{0,30}[\d_])[a-z0-9][\w.-]{3,30}(?:\#\d{4})?)(?!\w)",
    re.IGNORECASE | re.ASCII,
)
_HOST = "|".join(sorted((re.escape(host) for host in NETWORKS), key=len, reverse=True))
_PROFILE = re.compile(
    rf"(?<![\w@.-])(?:https?://)?(?:(?:www|m|mobile|old|[a-z]{{2}}(?:-[a-z]{{2}})?)\.)?(?P<host>{_HOST})/(?P<path>[^\s<>\"'()\[\]{{}}|，。、；]{{1,200}})",
    re.IGNORECASE,
)
# Accounts of Facebook that have no name: `profile.php?id=100`.
_NUMBERED_ACCOUNT = re.compile(r"profile\.php\?(?:[^#\s]{0,60}&)?id=(?P<id>\d{1,20})", re.IGNORECASE)
_MASTODON = re.compile(
    r"(?<![\w@.-])https?://(?P<host>(?:[a-z0-9-]{1,60}\.){1,3}[a-z]{2,18})/(?P<path>@[a-z0-9_.]{1,60}(?:@[a-z0-9.-]{3,60})?)(?![\w/@])",
    re.IGNORECASE,
)

_IPV4 = re.compile(r"(?<![\w.-])\d{1,3}(?:\.\d{1,3}){3}(?!\.?\d|\w)")
# Addresses that are in use begin with 2 or 3, which names in programs such as `a::b` don't.
_IPV6 = re.compile(r"(?<![\w:.])[23][0-9a-f]{3}(?::[0-9a-f]{0,4}){2,7}(?![\w:])", re.IGNORECASE)
_NUMBERED = re.compile(
    r"(?:\b(?:version|versions|ver|release|build|firmware|kernel|driver|chapter|section|paragraph|clause|figure|table|item|"
    r"no|kapitel|abschnitt|версия|§)|\bv|§|[a-z]/)[ .:]{0,2}$",
    re.IGNORECASE,
)
_NUMBERED_FROM = 20


@dataclass(frozen=True, slots=True)
class Found:
    """An address and its place in the text."""

    start: int
    end: int
    kind: Kind
    code: str
    """What it is in more detail: `profile` for a handle that is a link."""
    value: str
    """What is the same for the same contact however it is written: an address in small letters, the bare name of an
    account, a number in the form of E.164."""


def find_addresses(text: str, kinds: frozenset[Kind] | None = None, region: str | None = None) -> list[Found]:
    """Give the addresses of these kinds (or of all) in order, without overlaps.

    Args:
        text: where to look.
        kinds: what to look for.
        region: the country, as ISO 3166-1 has it, of phone numbers without a country code. By default only numbers with
            one are found.

    Raises:
        ImportError: phone numbers are asked for, and phonenumbers is not installed.
    """
    found: list[Found] = []
    for kind in KINDS if kinds is None else sorted(kinds, key=KINDS.index):
        found += _phones(text, region) if kind == "phone" else _FINDERS[kind](text)
    # Of two that overlap the first one counts, and of two that start together the longer one.
    result: list[Found] = []
    for one in sorted(found, key=lambda one: (one.start, -one.end)):
        if not result or one.start >= result[-1].end:
            result.append(one)
    return result


def _emails(text: str) -> Iterator[Found]:
    if "@" in text or "＠" in text or "﹫" in text:
        found = [match for match in _EMAIL.finditer(text) if _is_email(match)]
        # Where a text has no spaces, the wider pattern would take the words around the address for a part of it.
        taken = {match.start("at") for match in found}
        wider = () if text.isascii() else _WORLD_EMAIL.finditer(text)
        found += [match for match in wider if match.start("at") not in taken and _is_email(match)]
        for match in found:
            start, end = match.start(), _end_of_email(match)
            # Emphasis as in Markdown: `_keeper@weir.example_`.
            start += text[start] == "_" == text[end : end + 1]
            yield _email(start, end, text[start:end])
    if _HIDING.search(text.lower()):
        for match in _HIDDEN.finditer(text):
            domain = match[2] or match[3] or match[4]
            yield _email(match.start(), match.end(), f"{_undotted(match[1])}@{_undotted(domain)}")


def _is_email(match: re.Match[str]) -> bool:
    return match["end"].lower() not in _NO_DOMAINS and not match[0].startswith("git@")


def _end_of_email(match: re.Match[str]) -> int:
    """Give where an address ends: before a word that is glued to it or to its full stop, which capitals show."""
    if seam := _SEAM.search(match["end"]):
        return match.start("end") + seam.start()
    *outer, last, _ = match["labels"].split(".")
    end = match["end"]
    if outer and len(end) > 2 and end.istitle() and len(last) > 1 and last.isalpha() and last.islower():
        return match.start("end") - 1
    return match.end()


def _email(start: int, end: int, address: str) -> Found:
    return Found(start, end, "email", "email", re.sub("[＠﹫]", "@", address).casefold())


def _undotted(text: str) -> str:
    return _SPELT.sub(".", text)


def _handles(text: str) -> Iterator[Found]:
    lowered = text.lower()
    if "/" in text:
        yield from _profiles(text, lowered)
    if "@" in text or "＠" in text:
        for match in _HANDLE.finditer(text):
            name = match["name"].casefold()
            is_name = name not in _NO_HANDLES and not _TIME.fullmatch(name)
            if is_name and not _DECLARATION.match(text, match.end()):
                yield Found(match.start(), match.end(), "handle", "handle", name + (match["server"] or "").casefold())
    if any(service in lowered for service in _SERVICES):
        for match in _ACCOUNT.finditer(text):
            yield Found(match.start("name"), match.end("name"), "handle", "handle", match["name"].casefold())


def _profiles(text: str, lowered: str) -> Iterator[Found]:
    # The pattern is slow, and most texts name none of the hosts.
    known = any(f"{host}/" in lowered for host in NETWORKS)
    for match in _PROFILE.finditer(text) if known else ():
        link = match[0].rstrip(".,;:!?…*_")
        path = link[match.start("path") - match.start() :]
        number = _NUMBERED_ACCOUNT.match(path)
        if name := number["id"] if number else profile_name(NETWORKS[match["host"].lower()], path):
            yield Found(match.start(), match.start() + len(link), "handle", "profile", name)
    for match in _MASTODON.finditer(text) if "/@" in text else ():
        name = match["path"][1:].casefold()
        if match["host"].lower().removeprefix("www.") not in NETWORKS:
            end = match.start() + len(match[0].rstrip("."))
            yield Found(
                match.start(), end, "handle", "profile", name if "@" in name else f"{name}@{match['host'].lower()}"
            )


def profile_name(network: str, path: str) -> str | None:
    """Give the name of the account that a path on a network leads to, in small letters, or `None` if it is none.

    What lies below an account, such as a post, leads to the account as well; a repository does not.
    """
    parts = [
        unquote(part).casefold()
        for part in re.split(r"[?#]", path.removeprefix("#!/"), maxsplit=1)[0].split("/")
        if part
    ]
    in_folder = len(parts) > 1 and parts[0] in _FOLDERS
    if in_folder:
        parts = parts[1:]
    if not parts or (not in_folder and network in _ONLY_IN_FOLDERS) or (len(parts) > 1 and network in _NOT_BELOW):
        return None
    if not in_folder and network in _ONLY_WITH_AT and not parts[0].startswith("@"):
        return None
    name = parts[0].removeprefix("@")
    if (
        name in _NO_ACCOUNTS
        or not re.fullmatch(r"[\w.+-]{2,80}", name)
        or name.endswith((".php", ".html", ".aspx", ".js"))
    ):
        return None
    return name


def _phones(text: str, region: str | None) -> Iterator[Found]:
    if region is None and "+" not in text and "＋" not in text:
        return
    try:
        import phonenumbers
    except ImportError as error:
        message = "phone numbers need the package phonenumberslite: install it with pip install 'ingest[phones]'"
        raise ImportError(message) from error
    # Numbers of the region have no mark of their own, so their digits must be grouped as people there do.
    leniency = phonenumbers.Leniency.VALID if region is None else phonenumbers.Leniency.STRICT_GROUPING
    for match in phonenumbers.PhoneNumberMatcher(text, region, leniency):
        number = phonenumbers.format_number(match.number, phonenumbers.PhoneNumberFormat.E164)
        yield Found(match.start, match.end, "phone", "phone", number)


def _ips(text: str) -> Iterator[Found]:
    for match in _IPV4.finditer(text):
        front = text[max(0, match.start() - _NUMBERED_FROM) : match.start()]
        # A row of small numbers is rather the number of a version or a section.
        if max(map(int, match[0].split("."))) >= 100 and not _NUMBERED.search(front):
            yield from _ip(match)
    for match in _IPV6.finditer(text):
        yield from _ip(match)


def _ip(match: re.Match[str]) -> Iterator[Found]:
    try:
        address = ipaddress.ip_address(match[0])
    except ValueError:
        return
    if address.is_global:
        yield Found(match.start(), match.end(), "ip", "ip", str(address))


_FINDERS: dict[Kind, Callable[[str], Iterator[Found]]] = {"email": _emails, "handle": _handles, "ip": _ips}
