"""The step that takes the boilerplate out of pages whose markup is gone."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from pydantic import Field

from ingest.content.flat import read_flat
from ingest.content.line_model import load_line_model
from ingest.document import Document, Reason
from ingest.step import LineFilter

__all__ = ["Boilerplate"]

HTML = "text/html"


class Boilerplate(LineFilter):
    """Take the menus, teasers, prompts and footers out of a page that comes as plain text.

    A small model gives the probability of every line to be content, from its length, punctuation, letters and place, from
    the lines around it and from the few words that it knows; most of what it looks at is the same in every language. The
    lines stay that promise the best text. In the audit a line that went has the reason `boilerplate` with its probability.

    A text without boilerplate stays as it is: unless enough speaks for a web page around the content, no line is touched.
    Text that was extracted from HTML passes, since `extract` has chosen from more than its lines.
    """

    name = "boilerplate"

    threshold: float | None = Field(None, gt=0, lt=1)
    """Keep the lines that are content with this probability or a greater one: higher for cleaner texts, lower for whole
    ones. By default each text has the threshold that promises the best of it."""
    extracted: bool = False
    """Also judge the text of documents that were HTML."""

    def reject_lines(self, doc: Document, lines: Sequence[str]) -> Sequence[Reason | None]:
        verdicts: list[Reason | None] = [None] * len(lines)
        if doc.media_type == HTML and not self.extracted:
            return verdicts
        page = read_flat(lines, doc.title or "")
        if page is None:
            return verdicts
        likely, kept = load_line_model().read(page, self.threshold)
        gone = np.flatnonzero(~kept)
        for row, chance in zip(page.rows[gone].tolist(), likely[gone].tolist(), strict=True):
            verdicts[row] = Reason("boilerplate", f"{chance:.2f}")
        return verdicts
