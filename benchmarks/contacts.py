"""Score the e-mails and handles of authors that the default recipe finds, from HTML and from flattened text.

    python benchmarks/contacts.py --data DATA [--read MORE.jsonl] [--list] [--half 0|1]

DATA is a folder with `contacts-dev.parquet`, `extraction/*.parquet` and `flat/flat-dev.parquet`; it is not part of this
repository. `--read` scores another set of pages that were read by hand, with the same fields, instead. The steps are those
of the default recipe up to `authors`. From a flat text only contacts can be found that stand in it, so only these are
wanted there. A handle counts whatever its network, since a text often doesn't name it; the networks are scored apart.
"""

from __future__ import annotations

import argparse
import json
import re
import time
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
from resiliparse.extract.html2text import extract_plain_text

from ingest.config import Source, load
from ingest.document import Document
from ingest.step import Step

KINDS = ("emails", "handles")
# What the readers could not tell counts neither way.
DOUBTFUL = ("ambiguous_emails", "ambiguous_handles")
Gold = Mapping[str, Any]


def steps_through_authors() -> tuple[Step, ...]:
    """Give the steps of the default recipe that stand in front of `authors`, and that one."""
    steps = load(Source('[read]\npaths = ["."]\n[write]\npath = "unused"')).steps
    last = [step.name for step in steps].index("authors")
    return steps[: last + 1]


def read_gold(data: Path, read: Path | None, half: int | None) -> dict[str, Gold]:
    """Give what people read off the pages, by the ids of the pages; of two halves every second page."""
    if read is None:
        rows = pq.read_table(data / "contacts-dev.parquet").to_pylist()
    else:
        rows = [json.loads(line) for line in read.read_text(encoding="utf-8").splitlines() if line.strip()]
    chosen = rows if half is None else rows[half::2]
    return {row["id"]: row for row in chosen}


def html_documents(data: Path, gold: Mapping[str, Gold]) -> Iterator[tuple[str, str, Document]]:
    """Give the pages as HTML: the kind of input, the id of the page, the document."""
    for path in sorted((data / "extraction").glob("*-dev.parquet")):
        for row in pq.read_table(path, filters=[("id", "in", list(gold))]).to_pylist():
            url = gold[row["id"]]["url"]
            yield "html", row["id"], Document(row["id"], url=url, content=row["html"], media_type="text/html")


def flattened_documents(data: Path, gold: Mapping[str, Gold]) -> Iterator[tuple[str, str, Document]]:
    """Give the pages as a library flattens them: there is flat text of some pages only among the data."""
    for _, page, document in html_documents(data, gold):
        text = extract_plain_text(bytes(document.content).decode("utf-8", "replace"), main_content=False)
        yield "resiliparse", page, Document(page, text=text, url=document.url, content=text)


def flat_documents(data: Path, gold: Mapping[str, Gold]) -> Iterator[tuple[str, str, Document]]:
    """Give the pages as flat text, in every style there is."""
    table = pq.read_table(data / "flat/flat-dev.parquet", columns=["id", "url", "style", "text"])
    for row in table.to_pylist():
        page = row["id"].rpartition(".")[0]
        if page in gold:
            yield row["style"], page, Document(row["id"], text=row["text"], url=row["url"], content=row["text"])


def wanted(gold: Gold, text: str | None) -> dict[str, set[str]]:
    """Give the contacts to be found, those that stand in the text if there is only text."""
    emails = {email.casefold() for email in gold["emails"]}
    handles = {handle["handle"].casefold() for handle in gold["handles"]}
    if text is None:
        return {"emails": emails, "handles": handles}
    text = text.casefold()
    return {
        "emails": {one for one in emails if _stands(one, text)},
        "handles": {
            one for one in handles if re.search(rf"[@/]{re.escape(one.partition('@')[0])}(?![\w@]|\.\w)", text)
        },
    }


def _stands(email: str, text: str) -> bool:
    """Say whether an address stands in the text, hidden from machines or not."""
    local, _, host = (re.escape(part).replace(r"\.", r".{1,9}") for part in email.partition("@"))
    return re.search(rf"(?<![\w.]){local}.{{1,9}}{host}(?!\w)", text) is not None


def networks(gold: Gold) -> dict[str, set[str]]:
    """Give the networks of each handle."""
    found: dict[str, set[str]] = defaultdict(set)
    for handle in gold["handles"]:
        found[handle["handle"].casefold()].add(handle["network"])
    return found


class Tally:
    """Counts of what was found, by kind of input and of contact."""

    def __init__(self) -> None:
        self.counts: Counter[tuple[str, str, str]] = Counter()
        self.remarks: list[str] = []
        self.seconds: dict[str, float] = defaultdict(float)
        self.pages: Counter[str] = Counter()

    def add(self, kind: str, page: str, document: Document, gold: Gold, text: str | None) -> None:
        """Score one page."""
        needed = wanted(gold, text)
        allowed = wanted(gold, None)
        found = {
            "emails": {email.casefold() for author in document.authors for email in author.emails},
            "handles": {one.handle.casefold() for author in document.authors for one in author.handles},
        }
        doubtful = {one.casefold() for key in DOUBTFUL for one in gold.get(key) or ()}
        for what in KINDS:
            right = found[what] & allowed[what]
            wrong = found[what] - allowed[what] - doubtful
            missed = needed[what] - found[what]
            self.counts[kind, what, "right"] += len(right)
            self.counts[kind, what, "wrong"] += len(wrong)
            self.counts[kind, what, "missed"] += len(missed)
            names = ", ".join(author.name for author in document.authors)
            self.remarks += [
                f"{kind:10} {label} {one:32} {page} [{names}]"
                for label, some in (("WRONG ", wrong), ("missed", missed))
                for one in sorted(some)
            ]
        truth = networks(gold)
        for author in document.authors:
            for handle in author.handles:
                if handle.handle.casefold() in truth:
                    is_right = handle.network in truth[handle.handle.casefold()]
                    self.counts[kind, "networks", "right" if is_right else "wrong"] += 1
        names = {name.casefold() for name in gold["authors"]}
        told = {author.name.casefold() for author in document.authors}
        self.counts[kind, "names", "right"] += len(names & told)
        self.counts[kind, "names", "wrong"] += len(told - names)
        self.counts[kind, "names", "missed"] += len(names - told)

    def lines(self) -> Iterator[str]:
        """Give the table."""
        yield "| from | what | right | wrong | missed | precision | recall |"
        yield "|---|---|---:|---:|---:|---:|---:|"
        for kind, what in dict.fromkeys((kind, what) for kind, what, _ in self.counts):
            right, wrong, missed = (self.counts[kind, what, verdict] for verdict in ("right", "wrong", "missed"))
            precision, recall = right / max(1, right + wrong), right / max(1, right + missed)
            yield f"| {kind} | {what} | {right} | {wrong} | {missed} | {precision:.3f} | {recall:.3f} |"


def run(steps: Sequence[Step], document: Document) -> tuple[Document | None, float]:
    """Give the document behind the last step and the CPU seconds of that step; no document if a step drops it."""
    result: Any = document
    spent = 0.0
    for step in steps:
        started = time.process_time()
        result = step.process([result])[0]
        spent = time.process_time() - started
        if not isinstance(result, Document):
            return None, spent
    return result, spent


def main() -> None:
    """Read, run, score."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--read", type=Path, help="JSON lines with pages read by hand, instead of contacts-dev")
    parser.add_argument(
        "--half", type=int, choices=(0, 1), help="every second page only, from the first or the second on"
    )
    parser.add_argument("--list", action="store_true", help="list what is missed and what is false")
    options = parser.parse_args()
    gold = read_gold(options.data, options.read, options.half)
    steps = steps_through_authors()
    tally = Tally()
    for documents in (html_documents, flat_documents, flattened_documents):
        for kind, page, document in documents(options.data, gold):
            result, spent = run(steps, document)
            tally.seconds[kind] += spent
            tally.pages[kind] += 1
            text = None if kind == "html" else document.text
            tally.add(kind, page, result or document, gold[page], text)
    print(f"{len(gold)} pages")
    print("\n".join(tally.lines()))
    print(
        "authors step, ms CPU a page:",
        {kind: round(some / tally.pages[kind] * 1e3, 2) for kind, some in tally.seconds.items()},
    )
    if options.list:
        print("\n".join(tally.remarks))


if __name__ == "__main__":
    main()
