"""HTML to text, the main content only."""

from __future__ import annotations

from resiliparse.extract.html2text import extract_plain_text

from ingest.document import Document, Dropped, Reason
from ingest.step import Step

__all__ = ["Extract"]

HTML = "text/html"


class Extract(Step):
    """Turn HTML into text: the main content, without menus, sidebars and footers.

    Plain text passes unchanged. The decoded page stays in `Document.markup` for the steps behind.
    """

    name = "extract"

    main_content: bool = True
    """Leave out what is not the content. Off, all visible text is kept."""
    comments: bool = False
    """Keep readers' comments."""
    bullets: bool = False
    """Put a bullet or the number in front of list items."""
    alt_texts: bool = False
    """Put in the descriptions of images."""

    def apply(self, doc: Document) -> Document | Dropped:
        if doc.media_type != HTML:
            return doc
        text = extract_plain_text(
            doc.text,
            preserve_formatting=True,
            main_content=self.main_content,
            list_bullets=self.bullets,
            alt_texts=self.alt_texts,
            comments=self.comments,
            post_meta=False,
        )
        doc = doc.replace(text=text.strip("\n"), markup=doc.text)
        if not doc.text.strip():
            return Dropped(doc.replace(text=doc.markup), Reason("no_content", f"{len(doc.markup)} characters of markup"))
        return doc
