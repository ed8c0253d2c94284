"""HTML to text, the main content only."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar, Literal

from pydantic import Field

from ingest.content.choice import Policy
from ingest.content.extraction import Extraction, Style, extract
from ingest.document import Document, Dropped, Reason
from ingest.step import Step

__all__ = ["Extract"]

HTML = "text/html"


class Extract(Step):
    """Turn HTML into text: the main content, without menus, sidebars and footers.

    A small model tells for every block of the page how likely it is content, and the blocks stay that promise the best
    text. The column `extraction_quality` is the chance that the whole text is good. Paragraphs have a blank line between
    them, list items and rows of tables stand on lines of their own, preformatted text stays as it is.

    Plain text passes unchanged. The decoded page stays in `Document.markup` for the steps behind. `extraction` in the
    metadata says `embedded` where a page shows nothing and its text was found in the data for its scripts, and `all_text`
    where everything visible was kept, since it stands in navigation and the like or since `main_content` is off.
    `extraction_caps` names the limits that a page went over, such as `attributes`. A page that only a script could fill is
    dropped, and so is one of which the options leave nothing.
    """

    name = "extract"
    columns: ClassVar[Mapping[str, str]] = {"extraction_quality": "float64"}

    main_content: bool = True
    """Leave out what is not the content. Off, all visible text is kept, whatever the options down to `comments` say."""
    threshold: float | None = Field(None, gt=0, lt=1)
    """Keep the blocks that are content with this probability or a greater one: higher for cleaner texts, lower for whole
    ones. By default each page has the threshold that promises the best text of it."""
    title: Policy = "auto"
    """The headline above the body: `auto` leaves it to the model, which most often takes it out; `keep`, `drop`. The step
    `title` takes it out as well, unless its `keep` says otherwise."""
    headings: Policy = "auto"
    """Headings: `auto` keeps those that the model takes for content; `keep` keeps all that stand between its first and
    last block, `drop` takes all of them out."""
    captions: Policy = "auto"
    """Captions of pictures and tables: `auto` leaves them to the model, which keeps few of articles; `keep`, `drop`."""
    tables: Policy = "auto"
    """Rows of tables: `auto` keeps those of the content; `keep`, `drop`."""
    comments: Policy = "auto"
    """Readers' comments: `auto` drops them unless they are the content, as in a forum; `keep`, `drop`."""
    format: Literal["text", "markdown"] = "text"
    """Plain text, or Markdown with headings, lists, quotes, code, tables, links and emphasis."""
    bullets: bool = False
    """Put a bullet or the number in front of list items, as Markdown always does."""
    alt_texts: bool = False
    """Put in the descriptions of images."""

    def apply(self, doc: Document) -> Document | Dropped:
        if doc.media_type != HTML:
            return doc
        found = extract(doc.text, self._style)
        if not found.text:
            code = "script_shell" if found.shell else "no_content"
            return Dropped(doc, Reason(code, f"{len(doc.text)} characters of markup"))
        columns = {**doc.columns, "extraction_quality": found.quality}
        metadata = {**doc.metadata, **_notes(found)}
        return doc.replace(text=found.text, markup=doc.text, columns=columns, metadata=metadata)

    @property
    def _style(self) -> Style:
        kinds = ("title", "headings", "captions", "tables", "comments")
        options: dict[str, Any] = {
            name: getattr(self, name) for name in ("main_content", "threshold", "bullets", "alt_texts")
        }
        policies = {name: getattr(self, name) for name in kinds if getattr(self, name) != "auto"}
        return Style(policies=policies, markdown=self.format == "markdown", **options)


def _notes(found: Extraction) -> dict[str, str]:
    """Give what is out of the ordinary, for the metadata."""
    notes = {} if found.source == "blocks" else {"extraction": found.source}
    return notes | ({"extraction_caps": " ".join(found.caps)} if found.caps else {})
