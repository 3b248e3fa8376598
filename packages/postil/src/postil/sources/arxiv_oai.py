"""arXiv over OAI-PMH: the whole archive, by the day on which a record was last changed.

A page that cannot be trusted is refused as a whole (cut off, HTML, no records though the protocol has a word
for "none"); a record that cannot be read is set aside, and its page goes on.
"""

from dataclasses import dataclass
from datetime import date
from urllib.parse import urlencode

from postil.errors import BadInput
from postil.paper import Paper
from postil.paper_id import PaperId
from postil.sources import arxiv_fields, fields
from postil.sources.arxiv_raw import read_metadata
from postil.sources.exchange import BadReply, NoSuchPaper, OaiPage, Rejected, TokenExpired
from postil.sources.fields import BadRecord
from postil.sources.safe_xml import (
    Element,
    child,
    local_name,
    parse_xml,
    shown,
    whole_text,
    without_namespace,
)

RAW, PLAIN = "arXivRaw", "arXiv"
_IDENTIFIER = "oai:arXiv.org:"


@dataclass(frozen=True, slots=True)
class OaiRequest:
    """What to ask for: records changed from `first` to `last` (both included), or what follows after `token`.

    `set` is `cs`, `physics:hep-th` or `cs:cs:AI`; empty for all of arXiv.
    """

    prefix: str = RAW
    set: str = ""
    first: date | None = None
    last: date | None = None
    token: str = ""

    def url(self, base: str) -> str:
        """The address to ask; with a token, arXiv wants nothing but the verb beside it."""
        if self.token:
            return f"{base}?{urlencode({'verb': 'ListRecords', 'resumptionToken': self.token})}"
        asked = {
            "verb": "ListRecords",
            "metadataPrefix": self.prefix,
            "set": self.set,
            "from": self.first.isoformat() if self.first else "",
            "until": self.last.isoformat() if self.last else "",
        }
        return f"{base}?{urlencode({name: text for name, text in asked.items() if text}, safe=':')}"


def record_url(base: str, paper_id: PaperId, prefix: str = RAW) -> str:
    """The address of one paper's record."""
    asked = {
        "verb": "GetRecord",
        "identifier": f"{_IDENTIFIER}{paper_id.key}",
        "metadataPrefix": prefix,
    }
    return f"{base}?{urlencode(asked, safe=':/')}"


def read_page(body: bytes) -> OaiPage:
    """A page of records; an empty one where arXiv says that nothing was changed in the days asked for.

    Raises:
        TokenExpired: arXiv does not know the token any more.
        BadReply: the reply is no page of records, or is one without any.
    """
    root = _root(body)
    error = child(root, "error")
    if error is not None:
        code = error.get("code")
        if code == "noRecordsMatch":
            return OaiPage()
        words = (
            f"arXiv answered with the error {shown(code or 'without a code', 40)}: {_reason(error)}"
        )
        raise (TokenExpired if code == "badResumptionToken" else BadReply)(words)
    listing = child(root, "ListRecords")
    if listing is None:
        raise BadReply("The reply is no page of records.")
    return _page(listing)


def read_record(body: bytes) -> Paper:
    """The paper of the one record asked for.

    Raises:
        NoSuchPaper: arXiv has no record of that id, or says that it was deleted.
        BadReply: the reply is no record, or one that cannot be read as a paper.
    """
    root = _root(body)
    error = child(root, "error")
    if error is not None:
        unknown = error.get("code") == "idDoesNotExist"
        raise (NoSuchPaper if unknown else BadReply)(_reason(error))
    answer = child(root, "GetRecord")
    record = None if answer is None else child(answer, "record")
    if record is None:
        raise BadReply("The reply is no record.")
    written = _Written(record)
    if written.deleted:
        raise NoSuchPaper(f"arXiv says that {shown(written.key, 80)} was deleted.")
    try:
        return _paper(written, written.day())
    except BadInput as wrong:
        raise BadReply(f"The record cannot be read as a paper: {wrong}") from wrong


def _root(body: bytes) -> Element:
    root = parse_xml(body)
    if local_name(root) != "OAI-PMH":
        raise BadReply(f"The reply is “{shown(local_name(root), 40)}” instead of OAI-PMH.")
    return root


def _reason(error: Element) -> str:
    return shown(whole_text(error)) or "arXiv gives no reason."


def _page(listing: Element) -> OaiPage:
    papers: list[Paper] = []
    deleted: list[PaperId] = []
    rejected: list[Rejected] = []
    token, last = "", None
    for element in listing:
        name = without_namespace(element.tag)
        if name == "resumptionToken":
            token = whole_text(element).strip()
        if name != "record":
            continue
        written = _Written(element)
        try:
            day = written.day()
            if day and (last is None or day > last):
                last = day
            if written.deleted:
                deleted.append(written.id())
            else:
                papers.append(_paper(written, day))
        except BadInput as wrong:
            rejected.append(Rejected(shown(written.key, 80), str(wrong)))
    if not (papers or deleted or rejected):
        raise BadReply("The reply is a page without records, where none is said by an error.")
    return OaiPage(tuple(papers), tuple(deleted), tuple(rejected), token, last)


class _Written:
    """A record as it is written, nothing of it checked yet."""

    __slots__ = ("datestamp", "deleted", "key", "metadata")

    def __init__(self, record: Element) -> None:
        self.key = self.datestamp = ""
        self.deleted = False
        self.metadata: Element | None = None
        for part in record:
            name = without_namespace(part.tag)
            if name == "metadata":
                self.metadata = next(iter(part), None)
            elif name == "header":
                self._read_header(part)

    def _read_header(self, header: Element) -> None:
        self.deleted = header.get("status") == "deleted"
        for element in header:
            name = without_namespace(element.tag)
            if name == "identifier":
                self.key = (element.text or "").strip().removeprefix(_IDENTIFIER)
            elif name == "datestamp":
                self.datestamp = (element.text or "").strip()
            if self.key and self.datestamp:
                return  # the sets that follow are many, and not needed

    def id(self) -> PaperId:
        return arxiv_fields.reference(self.key).id

    def day(self) -> date | None:
        # Other repositories of the protocol give the time too.
        day = self.datestamp.partition("T")[0]
        return fields.day_of(day, "datestamp") if day else None


def _paper(written: _Written, modified: date | None) -> Paper:
    if written.metadata is None:
        raise BadRecord("the record has no metadata")
    return read_metadata(written.metadata, written.id(), modified)
