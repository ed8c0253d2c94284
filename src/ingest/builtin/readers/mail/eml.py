"""Files of one message each."""

from __future__ import annotations

from collections.abc import Iterator

from ingest.builtin.readers.mail.reader import MailReader
from ingest.builtin.readers.whole import WholeFileReader
from ingest.document import Document
from ingest.endpoints import Part, Unreadable

__all__ = ["EmlReader"]


class EmlReader(MailReader, WholeFileReader):
    """Read every file as one e-mail message, also those of a Maildir folder if `[read] reader` says so.

    The text is that of the message's body: plain text where there is some, else HTML, with transfer encodings undone and
    `format=flowed` joined. Several texts one after the other are joined, those of another type than the first left out.
    Attachments are not read, nor are messages that are attached; `attachments` in the metadata counts what was left out. A
    message without text is an empty document, which `decode` drops.

    The title is the subject, `published` the date, and the authors are those of the header `From`, with their addresses
    unless these are a program's or a mailing list's. Nothing else of the headers is carried over unless `metadata` names it.
    """

    name = "eml"
    suffixes = (".eml",)
    media_type = "message/rfc822"

    def read(self, part: Part) -> Iterator[Document | Unreadable]:
        for item in super().read(part):
            if isinstance(item, Document) and isinstance(item.content, bytes):
                yield self.document(item.content, part.file.name)
            else:
                yield item
