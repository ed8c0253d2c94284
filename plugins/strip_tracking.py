"""Take tracking parameters off addresses, so that the same page has the same URL however it was found."""

from __future__ import annotations

from fnmatch import fnmatchcase
from urllib.parse import urlsplit, urlunsplit

from ingest import Annotator, Component, Document, hookimpl

# What campaigns, mailings and social networks add; no page needs them.
TRACKING = (
    "utm_*", "gclid", "gclsrc", "dclid", "fbclid", "msclkid", "twclid", "yclid", "igshid", "igsh", "mc_cid", "mc_eid",
    "_ga", "_gl", "_hsenc", "_hsmi", "mkt_tok", "vero_id", "oly_enc_id", "oly_anon_id", "wickedid", "ref_src", "spm",
    "at_medium", "at_campaign", "xtor", "wt_mc", "wt.mc_id", "pk_*", "mtm_*", "hsa_*",
)  # fmt: skip


class StripTracking(Annotator):
    """Take tracking parameters off `url` and off `canonical_url` in the metadata."""

    name = "strip_tracking"

    also: list[str] = []
    """More parameters to take off; globs such as `track_*` work."""

    def annotate(self, doc: Document) -> Document:
        if doc.url:
            doc = doc.replace(url=self._strip(doc.url))
        if canonical := doc.metadata.get("canonical_url"):
            doc = doc.with_metadata(canonical_url=self._strip(canonical))
        return doc

    def _strip(self, url: str) -> str:
        """Give the address without the parameters; all that stays keeps its order and its encoding."""
        try:
            parts = urlsplit(url)
        except ValueError:
            return url
        if not parts.query:
            return url
        kept = [pair for pair in parts.query.split("&") if not self._tracks(pair.partition("=")[0].lower())]
        return urlunsplit(parts._replace(query="&".join(kept)))

    def _tracks(self, name: str) -> bool:
        return any(fnmatchcase(name, pattern.lower()) for pattern in (*TRACKING, *self.also))


@hookimpl
def register_components() -> list[type[Component]]:
    """Offer the step."""
    return [StripTracking]
