"""Take tracking parameters off addresses, so that the same page has the same URL however it was found."""

from __future__ import annotations

from fnmatch import fnmatchcase
from urllib.parse import unquote

from ingest import Annotator, Component, Document, hookimpl

# What campaigns, mailings and social networks add; no page needs them.
TRACKING = (
    "utm_*", "gclid", "gclsrc", "dclid", "gbraid", "wbraid", "gad_source", "gad_campaignid", "srsltid",
    "fbclid", "msclkid", "twclid", "ttclid", "yclid", "ysclid", "igshid", "igsh", "li_fat_id", "rdt_cid",
    "epik", "mc_cid", "mc_eid", "_ga", "_gl", "_hsenc", "_hsmi", "hsa_*", "mkt_tok", "vero_id", "oly_enc_id",
    "oly_anon_id", "wickedid", "ref_src", "spm", "at_medium", "at_campaign", "xtor", "wt_mc", "wt.mc_id",
    "mtm_*", "pk_campaign", "pk_kwd", "pk_keyword", "pk_source", "pk_medium", "pk_content",
)  # fmt: skip


class StripTracking(Annotator):
    """Take tracking parameters off `url` and off `canonical_url` in the metadata."""

    name = "strip_tracking"

    also: list[str] = []
    """More parameters to take off, in any case; globs such as `track_*` work."""

    def annotate(self, doc: Document) -> Document:
        if doc.url and (url := self._strip(doc.url)) != doc.url:
            doc = doc.replace(url=url)
        canonical = doc.metadata.get("canonical_url", "")
        if (stripped := self._strip(canonical)) != canonical:
            doc = doc.with_metadata(canonical_url=stripped)
        return doc

    def _strip(self, url: str) -> str:
        """Give the address without the parameters. It is cut and not parsed, so all that stays is as it was."""
        front, hash_mark, fragment = url.partition("#")
        path, _, query = front.partition("?")
        pairs = query.split("&")
        kept = [pair for pair in pairs if not self._tracks(pair)]
        if len(kept) == len(pairs):
            return url
        return path + ("?" + "&".join(kept) if any(kept) else "") + hash_mark + fragment

    def _tracks(self, pair: str) -> bool:
        # Addresses copied out of HTML have `&amp;` between their parameters.
        name = unquote(pair.partition("=")[0].removeprefix("amp;")).lower()
        return any(fnmatchcase(name, pattern.lower()) for pattern in (*TRACKING, *self.also))


@hookimpl
def register_components() -> list[type[Component]]:
    """Offer the step."""
    return [StripTracking]
