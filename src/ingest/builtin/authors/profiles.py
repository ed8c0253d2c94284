"""Links to a person's page on a social network."""

from __future__ import annotations

import re
from urllib.parse import unquote

from ingest.document import Handle

__all__ = ["HOSTS", "profile"]

_TWITTER = re.compile(r"\w{1,15}", re.ASCII)
_NAME = re.compile(r"[\w.\-%]{2,60}")
HOSTS = {
    "twitter.com": "twitter",
    "x.com": "twitter",
    "facebook.com": "facebook",
    "fb.com": "facebook",
    "instagram.com": "instagram",
    "linkedin.com": "linkedin",
    "github.com": "github",
    "youtube.com": "youtube",
    "threads.net": "threads",
    "threads.com": "threads",
    "tiktok.com": "tiktok",
    "bsky.app": "bluesky",
    "xing.com": "xing",
}
# The folder in which profiles lie, where it isn't the root.
_FOLDERS = {
    "linkedin": ("in",),
    "bluesky": ("profile",),
    "xing": ("profile", "profiles"),
    "youtube": ("user", "c", "channel"),
}
_MARKED = ("youtube", "threads", "tiktok")
"""Networks whose profiles begin with `@`."""
_NO_PROFILES = frozenset(
    "intent share sharer sharer.php share.php home search hashtag i login signup explore settings about help privacy "
    "tos terms p reel reels stories accounts dialog plugins groups pages events tr watch story.php permalink.php "
    "photo.php media hashtags topics features pricing sponsors orgs marketplace collections trending site apps "
    "business ads policies policy legal download en de compose messages notifications i.php l.php widgets oauth "
    "embed feed company school jobs pulse status web v playlist results people public directory handle username "
    "yourusername wordpress wix squarespace shopify tagdiv".split()
)
# `/@name` is also the form of other sites, which are no Mastodon servers.
_NO_SERVERS = ("medium.com", "substack.com", "flipboard.com", "unpkg.com", "jsdelivr.net", "npmjs.com", "archive.org",
               "odysee.com", "dev.to", "hashnode.com", "google.com", "esm.sh", "skypack.dev", "vimeo.com", "rumble.com",
               "producthunt.com", "quora.com", "reddit.com", "pinterest.com", "hackernoon.com", "telegram.me")  # fmt: skip


def profile(url: str) -> Handle | None:
    """Give the account that the address is the profile page of, or `None` for share links and other pages."""
    if len(url) > 400:
        return None
    url = url.strip()
    # A doubled address ("twitter.com/https://twitter.com/dana") counts from its last start.
    url = url[max(url.rfind("https:"), url.rfind("http:"), 0) :]
    host, _, path = re.sub(r"^(?:https?:)?/*", "", url, count=1, flags=re.IGNORECASE).partition("/")
    host = re.sub(r"^(?:www|m|mobile|[a-z]{2}|[a-z]{2}-[a-z]{2})\.", "", host.casefold())
    parts = [part for part in re.split(r"[?#]", path.removeprefix("#!/"), maxsplit=1)[0].split("/") if part]
    if not parts:
        return None
    network = HOSTS.get(host)
    return _on_network(network, parts) if network else _on_mastodon(host, parts)


def _on_network(network: str, parts: list[str]) -> Handle | None:
    folders = _FOLDERS.get(network, ())
    if parts[0] in folders and len(parts) > 1:
        name = parts[1]
    elif network in ("linkedin", "bluesky", "xing") or (network in _MARKED and parts[0][0] != "@"):
        return None
    elif network == "facebook" and parts[0] == "people" and len(parts) > 1:
        name = parts[1]
    elif len(parts) > 1 and network in ("github", "instagram", "facebook", "twitter"):
        # A post, a photo or a repository of that account.
        return None
    else:
        name = parts[0]
    return _handle(network, name)


def _on_mastodon(host: str, parts: list[str]) -> Handle | None:
    if len(parts) != 1 or parts[0][0] != "@" or "." not in host or host.endswith(_NO_SERVERS):
        return None
    name, _, server = parts[0][1:].partition("@")
    handle = _handle("mastodon", name)
    return handle and Handle("mastodon", f"{handle.handle}@{server or host}")


def _handle(network: str, name: str) -> Handle | None:
    name = unquote(name).strip().removeprefix("@")
    if name.casefold() in _NO_PROFILES or not _NAME.fullmatch(name) or name.endswith((".php", ".html", ".aspx")):
        return None
    if network == "twitter" and not _TWITTER.fullmatch(name):
        return None
    return Handle(network, name)
