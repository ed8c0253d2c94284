"""The base of the readers for e-mail."""

from __future__ import annotations

from ingest.builtin.readers.ids import document_id
from ingest.builtin.readers.mail.body import find_body
from ingest.builtin.readers.mail.message import date_of, header, headers, parse
from ingest.builtin.readers.mail.senders import senders
from ingest.builtin.readers.mail.words import header_text
from ingest.document import Document
from ingest.endpoints import Reader, Unreadable

__all__ = ["MailReader"]


class MailReader(Reader):
    """Gives each message as one document."""

    id: str = ""
    """Header with the id, such as `Message-ID`. By default, and where a message has none, the document gets a hash of
    where it stands: copies of a message have the same `Message-ID`, and a second document of an id is quarantined."""
    metadata: list[str] = []
    """Headers to carry over into the column `metadata`, such as `Message-ID`, `In-Reply-To` or `List-Id`."""

    def document(self, content: bytes, file_path: str, offset: int | None = None) -> Document | Unreadable:
        """Make a document of a message.

        Args:
            content: the message.
            file_path: the file it stands in.
            offset: where in the file it begins, unless it is the whole file.
        """
        place = file_path if offset is None else f"{file_path}#{offset}"
        try:
            message = parse(content)
            body = find_body(message)
        except ValueError as error:
            return Unreadable(place, f"the message {error}", content)
        metadata = {name: "\n".join(map(header_text, headers(message, name))) for name in self.metadata}
        if body.attachments:
            metadata["attachments"] = str(body.attachments)
        return Document(
            id=(header(message, self.id) if self.id else "") or document_id(file_path, offset),
            file_path=place,
            title=header(message, "Subject") or None,
            published=date_of(message),
            authors=next((authors for value in headers(message, "From") if (authors := senders(value))), ()),
            metadata={name: value for name, value in metadata.items() if value},
            content=body.content,
            media_type=body.media_type,
            declared_charset=body.charset,
        )
