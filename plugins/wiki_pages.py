"""A cleaner for one kind of site: pages of wikis, flattened to text."""

from __future__ import annotations

import re
from typing import ClassVar

from ingest import Component, Document, Edit, Reason, Step, hookimpl

_MARK = re.compile(
    r"\[\s?(?:edit|edit source|bearbeiten|quelltext bearbeiten|bearbeiten \| quelltext bearbeiten|modifier"
    r"|modifier \| modifier le code|editar|editar código)\s?\]|\[\d{1,3}\]|\[(?:citation needed|note \d+|Anm\. \d+)\]",
    re.IGNORECASE,
)
_HATNOTE = re.compile(
    r"(?:for other uses, see|not to be confused with|this article is about|main article:|see also:|further information:"
    r"|dieser artikel behandelt|hauptartikel:|pour les articles homonymes|ne doit pas être confondu|article principal :"
    r"|artículo principal:|para otros usos).{0,300}",
    re.IGNORECASE,
)


class WikiPages(Step):
    """Take edit marks, reference numbers, hatnotes and the lists at the end out of wiki pages."""

    name = "wiki_pages"

    headings: ClassVar[dict[str, tuple[str, ...]]] = {
        "en": ("references", "notes", "external links", "see also", "further reading", "bibliography", "sources"),
        "de": ("einzelnachweise", "weblinks", "siehe auch", "literatur", "anmerkungen"),
        "fr": ("notes et références", "références", "liens externes", "voir aussi", "bibliographie", "annexes"),
        "es": ("referencias", "enlaces externos", "véase también", "bibliografía", "notas"),
    }

    languages: list[str] = ["en", "de", "fr", "es"]
    """Languages whose headings end the text."""
    lists: bool = True
    """Take out everything from the first of those headings on, if it stands in the second half of the text."""

    def apply(self, doc: Document) -> Document:
        end = self._end(doc.text) if self.lists else len(doc.text)
        edits = [Edit(m.start(), m.end(), Reason("mark")) for m in _MARK.finditer(doc.text, 0, end)]
        for line in re.finditer(r"[^\n]+\n?", doc.text[:end]):
            if _HATNOTE.fullmatch(line[0].strip()):
                edits = [one for one in edits if not line.start() <= one.start < line.end()]
                edits.append(Edit(line.start(), line.end(), Reason("hatnote")))
        if end < len(doc.text):
            edits.append(Edit(end, len(doc.text), Reason("end_lists")))
        return doc.edited(sorted(edits, key=lambda edit: edit.start))

    def _end(self, text: str) -> int:
        """Give the place of the heading from which on there are only lists."""
        wanted = {heading for language in self.languages for heading in self.headings.get(language, ())}
        for line in re.finditer(r"^[^\n]{3,60}$", text, re.MULTILINE):
            heading = _MARK.sub("", line[0]).strip(" =#").casefold()
            if heading in wanted and 2 * line.start() > len(text):
                return line.start()
        return len(text)


@hookimpl
def register_components() -> list[type[Component]]:
    """Offer the step."""
    return [WikiPages]
