"""Steps that take out lines by what they say: buttons, share bars, prompts, notices, lists of other articles."""

from __future__ import annotations

from collections.abc import Sequence

from ingest.builtin.body import layout
from ingest.builtin.webpage import matches
from ingest.document import Document, Reason
from ingest.step import LineFilter

__all__ = ["PHRASE_FILTERS", "Cookies", "Legal", "Newsletters", "Related", "Sharing", "Widgets"]


class PhraseFilter(LineFilter):
    """Base of the steps that work from a vocabulary of the same name."""

    def reject_lines(self, doc: Document, lines: Sequence[str]) -> Sequence[Reason | None]:
        verdicts: list[Reason | None] = [None] * len(lines)
        for index, match in matches(doc, self.name).items():
            verdicts[index] = Reason(match.rule.code, lines[index].strip())
        return verdicts


class Widgets(PhraseFilter):
    """Take out labels of buttons and menus, also glued together as in `Show commentsHide Comments`.

    A line that is a single word, such as `More`, goes only from what is plainly a web page: it had markup, an address
    or a site, or holds a line that only pages have. The steps below judge in the same way.
    """

    name = "widgets"


class Sharing(PhraseFilter):
    """Take out share bars, follow-us lines and share counters."""

    name = "sharing"


class Newsletters(PhraseFilter):
    """Take out prompts to sign up for a newsletter, an app or a subscription."""

    name = "newsletters"


class Cookies(PhraseFilter):
    """Take out cookie and consent notices."""

    name = "cookies"


class Legal(PhraseFilter):
    """Take out copyright lines and links to imprint, terms and privacy pages."""

    name = "legal"


class Related(PhraseFilter):
    """Take out headers of lists of other articles, and behind the body the lists themselves."""

    name = "related"

    lists: bool = True
    """Also take the lines under such a header, as far as no prose follows. Only behind the body."""

    def reject_lines(self, doc: Document, lines: Sequence[str]) -> Sequence[Reason | None]:
        verdicts = list(super().reject_lines(doc, lines))
        if not self.lists:
            return verdicts
        shape = layout(doc.text)
        listing = False
        for index in range(shape.stop, len(lines)) if shape.stop else ():
            line = lines[index].strip()
            if verdicts[index] is not None:
                listing = True
            elif listing and line:
                verdicts[index] = Reason("related_item", line[:80])
        return verdicts


PHRASE_FILTERS = (Widgets, Sharing, Newsletters, Cookies, Related, Legal)
