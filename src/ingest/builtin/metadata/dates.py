"""Dates as pages write them, and as ISO 8601 writes them."""

from __future__ import annotations

import re
from datetime import date, datetime
from email.utils import parsedate_to_datetime

__all__ = ["date_in_text", "date_in_url", "dates_in_text", "days_between", "iso_date", "month_in_url"]

# Nothing on the web is older, and what claims to be from the next century is a mistake. The clock is not asked: the same
# page must give the same date next year.
YEARS = range(1990, 2100)
# Years of two digits from here on are of the last century.
LAST_CENTURY = 70
_ISO = re.compile(
    r"(\d{4})-(\d{1,2})-(\d{1,2})(?:[T ]+(\d{1,2}):(\d{2})(?::(\d{2}))?(?:[.,]\d+)?\s*(Z|UTC|[+-]\d{2}:?\d{2})?)?",
    re.IGNORECASE,
)
_COMPACT = re.compile(r"(\d{4})(\d{2})(\d{2})(?:T?\d{4,6}Z?)?")
_YEAR_MONTH = re.compile(r"(\d{4})-(\d{2})")
# Where tags have gone, a time or another date may be glued to the year: "3 de mayo de 202221:25".
_END = r"(?=\d{1,2}[:.]|\D|$)"
_NUMERIC = re.compile(rf"(?<![\d./-])(\d{{1,2}})([./-])\s?(\d{{1,2}})\2\s?(\d{{4}}){_END}")
_SHORT = re.compile(r"(?<![\d./-])(\d{1,2})\.\s?(\d{1,2})\.\s?(\d{2})(?=\d{2}:\d{2}|\D|$)(?!\.\d)")
_YEAR_FIRST = re.compile(r"(?<!\d)(\d{4})\s*[-/.年]\s*(\d{1,2})\s*[-/.月]\s*(\d{1,2})(?!\d)")
_URL = re.compile(
    r"/(\d{4})[/-](\d{1,2})[/-](\d{1,2})(?=[/.-]|$)|(?<!\d)(\d{4})-(\d{2})-(\d{2})(?!\d)|(?<!\d)(\d{2}-\d{2}-\d{4})(?!\d)"
)
_URL_MONTH = re.compile(r"/(\d{4})/(0[1-9]|1[0-2])(?=/)")
_MONTHS = (
    "january jan januar januari jänner janvier janv enero ene gennaio gen janeiro stycznia styczeń января январь січня ocak leden ledna ianuarie január ιανουαρίου tammikuuta",
    "february feb februar februari februarie février févr fevr febrero febbraio fevereiro fev lutego luty февраля февраль лютого şubat únor února február φεβρουαρίου helmikuuta",
    "march mar märz maerz mrz maart mars marts marzo março marca marzec maret martie марта март березня mart březen března március μαρτίου maaliskuuta",
    "april apr avril avr abril abr aprile aprilie kwietnia kwiecień апреля апрель квітня nisan duben dubna április απριλίου huhtikuuta",
    "may mai mei mayo maggio mag maio maj maja мая май травня mayıs květen května május μαΐου toukokuuta",
    "june jun juni juin junio giugno giu junho iunie czerwca czerwiec июня июнь червня haziran červen června június ιουνίου kesäkuuta",
    "july jul juli juillet juil julio luglio lug julho iulie lipca lipiec июля июль липня temmuz červenec července július ιουλίου heinäkuuta",
    "august aug augustus augusti agustus août aout agosto ago sierpnia sierpień августа август серпня ağustos srpen srpna augusztus αυγούστου elokuuta",
    "september sep sept septembre septiembre settembre set setembro septembrie września wrzesień сентября сентябрь вересня eylül září szeptember σεπτεμβρίου syyskuuta",
    "october oct oktober okt octobre octubre ottobre ott outubro out octombrie października październik октября октябрь жовтня ekim říjen října október οκτωβρίου lokakuuta",
    "november nov novembre noviembre novembro noiembrie listopada listopad ноября ноябрь листопада kasım listopadu νοεμβρίου marraskuuta",
    "december dec dezember dez decembrie desember décembre déc diciembre dic dicembre dezembro dez grudnia grudzień декабря декабрь грудня aralık prosinec prosince δεκεμβρίου joulukuuta",
)
_MONTH = {name: number for number, names in enumerate(_MONTHS, start=1) for name in names.split()}
_NAME = r"([^\W\d_]{3,12})"
_DAY_FIRST = re.compile(
    rf"(?<!\d)(\d{{1,2}})(?:st|nd|rd|th|er|º|ª)?[.,\s/-]{{1,3}}(?:de\s+|of\s+)?{_NAME}[.,\s/-]{{1,3}}(?:de\s+|del\s+)?(\d{{4}}){_END}"
)
_MONTH_FIRST = re.compile(rf"\b{_NAME}[.\s/-]{{1,3}}(\d{{1,2}})(?:st|nd|rd|th)?[,\s/-]{{1,3}}(\d{{4}}){_END}")
_MONTH_INSIDE = re.compile(rf"(?<!\d)(\d{{4}})[.,\s-]{{1,3}}{_NAME}[.\s-]{{1,3}}(\d{{1,2}})(?!\d)")
_SHORT_NAMED = re.compile(rf"(?<!\d)(\d{{1,2}})\.?\s+{_NAME}\.?\s+(\d{{2}})(?=\s*(?:$|[)\]|]))")
_DIGITS = re.compile(r"\d\d")


def iso_date(value: str) -> str | None:
    """Give a date from a page's metadata as ISO 8601, with time and zone where it has them, or `None`."""
    value = " ".join(value.split())[:100]
    if match := _ISO.match(value):
        return _iso(match)
    if match := _COMPACT.fullmatch(value):
        return _day(*map(int, match.groups()))
    if match := _YEAR_MONTH.fullmatch(value):
        year, month = map(int, match.groups())
        return f"{year}-{month:02}" if year in YEARS and 1 <= month <= 12 else None
    return _mail_date(value) or date_in_text(value)


def date_in_text(text: str) -> str | None:
    """Give the first date in a text that can't be read in two ways, as an ISO date."""
    return next((day for _, _, day in dates_in_text(text)), None)


def dates_in_text(text: str) -> list[tuple[int, int, str]]:
    """Give start, end and day of the dates in a text that can't be read in two ways, in order."""
    if not _DIGITS.search(text):
        return []
    return sorted(
        (*match.span(), day)
        for pattern, order in _PATTERNS
        for match in pattern.finditer(text)
        if (day := order(match))
    )


def date_in_url(url: str) -> str | None:
    """Give the date in an address such as `/2019/03/12/headline`."""
    for match in _URL.finditer(url):
        parts = match[7].split("-")[::-1] if match[7] else [part for part in match.groups() if part]
        if found := _day(*map(int, parts)):
            return found
    return None


def month_in_url(url: str) -> str | None:
    """Give the month in an address such as `/2019/03/headline`."""
    match = _URL_MONTH.search(url)
    return f"{match[1]}-{match[2]}" if match and int(match[1]) in YEARS else None


def days_between(earlier: str, later: str) -> int:
    """Give the days from one ISO date to another; 0 if one of them is less precise than a day."""
    if len(earlier) < 10 or len(later) < 10:
        return 0
    return (date.fromisoformat(later[:10]) - date.fromisoformat(earlier[:10])).days


def _iso(match: re.Match[str]) -> str | None:
    day = _day(*(int(part) for part in match.groups()[:3]))
    if day is None or match[4] is None:
        return day
    zone = (match[7] or "").upper().replace("UTC", "Z")
    zone = "+00:00" if zone == "Z" else f"{zone[:3]}:{zone[3:]}" if len(zone) == 5 else zone
    time = f"{int(match[4]):02}:{match[5]}:{match[6] or '00'}"
    try:
        return datetime.fromisoformat(f"{day}T{time}{zone}").isoformat()
    except ValueError:
        return day


def _day(year: int, month: int, day: int) -> str | None:
    if year not in YEARS:
        return None
    try:
        return datetime(year, month, day).date().isoformat()  # noqa: DTZ001  a day has no zone
    except ValueError:
        return None


def _mail_date(value: str) -> str | None:
    """Read `Tue, 12 Mar 2019 08:00:00 +0100`, as feeds and mails write it."""
    if "," not in value or ":" not in value:
        return None
    try:
        found = parsedate_to_datetime(value)
    except (ValueError, TypeError, IndexError, OverflowError):
        return None
    return found.isoformat() if found.year in YEARS else None


def _numeric(match: re.Match[str]) -> str | None:
    """Read day and month in whatever order they can only be; with points the day always comes first."""
    first, second, year = int(match[1]), int(match[3]), int(match[4])
    if match[2] == "." or first > 12 or first == second:
        return _day(year, second, first)
    return _day(year, first, second) if second > 12 else None


def _full(year: str) -> int:
    """Give a year of two digits as one of four, the nineties in their century."""
    return int(year) + (2000 if int(year) < LAST_CENTURY else 1900)


def _named(year: str, month: str, day: str) -> str | None:
    number = _MONTH.get(month.lower())
    return _day(int(year), number, int(day)) if number else None


_PATTERNS = (
    (_YEAR_FIRST, lambda match: _day(int(match[1]), int(match[2]), int(match[3]))),
    (_DAY_FIRST, lambda match: _named(match[3], match[2], match[1])),
    (_MONTH_FIRST, lambda match: _named(match[3], match[1], match[2])),
    (_MONTH_INSIDE, lambda match: _named(match[1], match[2], match[3])),
    (_NUMERIC, _numeric),
    (_SHORT, lambda match: _day(_full(match[3]), int(match[2]), int(match[1]))),
    (_SHORT_NAMED, lambda match: _named(str(_full(match[3])), match[2], match[1])),
)
