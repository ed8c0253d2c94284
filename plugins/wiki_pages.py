"""A cleaner for one kind of site: pages of wikis, flattened to text."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Annotated, ClassVar, Literal, get_args

from pydantic import Field

from ingest import Component, Document, Edit, Reason, Step, hookimpl

Language = Literal["de", "en", "es", "fr", "it", "ja", "nl", "pl", "pt", "ru", "sv"]

_EDIT = re.compile(
    r"[ \xa0]?\[\s?(?:edit|edit source|bearbeiten|quelltext bearbeiten|editar|editar código|editar código-fonte|modifier"
    r"|modifier le code"
    r"|modifica|modifica wikitesto|編集|ソースを編集"
    r"|bewerken|brontekst bewerken|edytuj|edytuj kod"
    r"|править|править код|redigera|redigera wikitext)(?:\s?\|\s?[\w -]{4,30})?\s?\]",
    re.IGNORECASE,
)
_REFERENCE = re.compile(
    r"(?:[ \xa0](?=\[[^\]\n]{1,40}\](?:[\s\[.,;:!?)]|\Z)))?"
    r"\[(?:\d{1,3}|(?:note|n|nb|anm\.|nota|注釈|注|прим\.|przyp\.|uwaga) ?\d{1,3}"
    r"|citation needed|clarification needed|when\?|who\?"
    r"|according to whom\?|réf\. nécessaire|cita requerida|senza fonte|要出典"
    r"|источник не указан[\w ]{0,20})\]",
    re.IGNORECASE,
)
_HATNOTE = re.compile(
    r"(?:for other uses, see|not to be confused with|this article is about|main articles?:|see also:|further information:"
    r"|.{1,60} redirects here\."
    r"|dieser artikel (?:behandelt|beschreibt)|hauptartikel:|siehe auch:"
    r"|pour les articles homonymes|ne doit pas être confondu|articles? (?:principal|détaillé|connexe)s? ?:|voir aussi ?:"
    r"|artículos? principal(?:es)?:|para otros usos|no debe confundirse con|véase también:"
    r"|disambiguazione [–-]|lo stesso argomento in dettaglio:|niet te verwarren met|zie .{1,60} voor andere betekenissen"
    r"|artigos? principal(?:is)?:|nota: para outros|osobny artykuł:|основная статья:|этот термин имеет и другие значения"
    r"|у этого термина существуют и другие значения|huvudartikel:|詳細は「).{0,300}",
    re.IGNORECASE,
)


class WikiPages(Step):
    """Take edit marks, reference marks, hatnotes and the lists at the end out of wiki pages.

    The text ends at the first heading behind which only such lists come, as `References`. Headings that articles also
    have in the middle, as `Notes`, count from half of the text on.
    """

    name = "wiki_pages"

    final: ClassVar[dict[str, tuple[str, ...]]] = {
        "de": ("einzelnachweise", "weblinks", "siehe auch"),
        "en": ("references", "external links", "see also", "further reading", "notes and references"),
        "es": ("referencias", "enlaces externos", "véase también"),
        "fr": ("notes et références", "références", "liens externes", "voir aussi"),
        "it": ("collegamenti esterni", "voci correlate", "altri progetti"),
        "ja": ("脚注", "関連項目", "外部リンク"),
        "nl": ("externe link", "externe links", "zie ook", "bronnen, noten en/of referenties"),
        "pl": ("przypisy", "linki zewnętrzne", "zobacz też"),
        "pt": ("referências", "ligações externas", "ver também"),
        "ru": ("примечания", "ссылки", "см. также"),
        "sv": ("referenser", "externa länkar", "se även"),
    }
    perhaps: ClassVar[dict[str, tuple[str, ...]]] = {
        "de": ("literatur", "anmerkungen", "quellen"),
        "en": ("notes", "bibliography", "sources", "citations", "works cited", "footnotes"),
        "es": ("bibliografía", "notas"),
        "fr": ("bibliographie", "annexes", "notes"),
        "it": ("note", "bibliografia"),
        "ja": ("参考文献", "注釈", "出典"),
        "nl": ("literatuur", "bronnen", "noten"),
        "pl": ("bibliografia", "uwagi"),
        "pt": ("bibliografia", "notas"),
        "ru": ("литература", "источники"),
        "sv": ("källor", "noter", "litteratur"),
    }

    languages: Annotated[list[Language], Field(min_length=1)] = list(get_args(Language))
    """Languages whose headings end the text."""
    lists: bool = True
    """Take out everything from the first of those headings on."""
    marks: bool = True
    """Take out `[edit]`, `[12]`, `[citation needed]` and the like. Switch it off for pages with program code."""
    hatnotes: bool = True
    """Take out lines that point to other pages, such as `Main article: ...`."""

    def apply(self, doc: Document) -> Document:
        end = self._end(doc.text) if self.lists else len(doc.text)
        edits = list(self._edits(doc.text, end))
        if end < len(doc.text):
            edits.append(Edit(end, len(doc.text), Reason("end_lists")))
        return doc.edited(edits)

    def _edits(self, text: str, end: int) -> Iterator[Edit]:
        """Give the edits in front of the lists at the end."""
        for line in re.finditer(r"[^\n]+\n?", text[:end]):
            if self.hatnotes and _HATNOTE.fullmatch(line[0].strip()):
                yield Edit(line.start(), line.end(), Reason("hatnote"))
            elif self.marks and "[" in line[0]:
                yield from _marks(line[0], line.start())

    def _end(self, text: str) -> int:
        """Give the place of the heading from which on there are only lists, or the end of the text."""
        final = {heading for language in self.languages for heading in self.final[language]}
        perhaps = {heading for language in self.languages for heading in self.perhaps[language]}
        # A table of contents names the same headings above: the last place is that of the section.
        places: dict[str, int] = {}
        for line in re.finditer(r"^[^\n]{2,80}$", text, re.MULTILINE):
            heading = _EDIT.sub("", line[0]).strip(" \t=#*:").casefold()
            if heading in final or (heading in perhaps and 2 * line.start() > len(text)):
                places[heading] = line.start()
        end = min(places.values(), default=len(text))
        return end if text[:end].strip() else len(text)


def _marks(line: str, start: int) -> Iterator[Edit]:
    found = [(match.span(), "edit_mark") for match in _EDIT.finditer(line)]
    found += [(match.span(), "reference_mark") for match in _REFERENCE.finditer(line)]
    for (first, last), code in sorted(found):
        yield Edit(start + first, start + last, Reason(code))


@hookimpl
def register_components() -> list[type[Component]]:
    """Offer the step."""
    return [WikiPages]
