"""arXiv's OAI-PMH interface over a world: verbs, sets, day ranges, resumption tokens and errors.

A token is the query itself, encoded, with a `from` that moves and a `skip` within its day: a record
that is modified between two pages shifts the others past the skip, as at arXiv.
"""

import re
from bisect import bisect_left, bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from functools import partial
from itertools import islice
from urllib.parse import parse_qs, quote, unquote, urlencode
from xml.sax.saxutils import escape, quoteattr

from postil.errors import BadId
from postil.paper_id import PaperId
from postil.testing.history import Standing
from postil.testing.oai_records import header, record
from postil.testing.taxonomy import all_sets, in_set
from postil.testing.world import Holdings

ADDRESS = "https://oaipmh.arxiv.org/oai"
EARLIEST = date(2005, 9, 16)
PREFIXES = ("arXivRaw", "arXiv")
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
_LIST_ARGUMENTS = frozenset({"verb", "metadataPrefix", "from", "until", "set"})
_REASONS = {
    "badArgument": (
        "The request includes illegal arguments, is missing required arguments, includes a repeated "
        "argument, or values for arguments have an illegal syntax."
    ),
    "badResumptionToken": "The value of the resumptionToken argument is invalid or expired.",
    "badVerb": (
        "Value of the verb argument is not a legal OAI-PMH verb, the verb argument is missing, "
        "or the verb argument is repeated."
    ),
    "cannotDisseminateFormat": (
        "The metadata format identified by the value given for the metadataPrefix argument "
        "is not supported by the item or by the repository."
    ),
    "idDoesNotExist": (
        "The value of the identifier argument is unknown or illegal in this repository."
    ),
    "noRecordsMatch": (
        "The combination of the values of the from, until, set and metadataPrefix arguments "
        "results in an empty list."
    ),
}


class Refusal(Exception):
    """An OAI-PMH error: its code, and the reason that arXiv adds."""

    def __init__(self, code: str, reason: str = "") -> None:
        super().__init__(code)
        self.code = code
        self.reason = reason


@dataclass(slots=True)
class OaiServer:
    """Answers queries; remembers on which day each token was issued, since tokens end at midnight UTC.

    `records` and `identifiers` are the sizes of a page.
    """

    records: int = 2_500
    identifiers: int = 20_000
    issued: dict[str, date] = field(default_factory=dict)

    def answer(self, holdings: Holdings, now: datetime, query: str) -> str:
        """The XML of a reply; errors are replies too, with HTTP status 200."""
        shown: dict[str, str] = {}
        try:
            inner = self._verb(holdings, now, query, shown)
        except Refusal as error:
            return refusal(now, shown, error)
        return envelope(now, shown, inner)

    def _verb(self, holdings: Holdings, now: datetime, query: str, shown: dict[str, str]) -> str:
        given = parse_qs(query, keep_blank_values=True)
        if any(len(values) > 1 for values in given.values()):
            raise Refusal("badArgument", "Duplicate parameters not allowed")
        params = {name: values[0] for name, values in given.items()}
        verb = params.get("verb", "")
        match verb:
            case "ListRecords" | "ListIdentifiers":
                return self._list(holdings, now, params, shown)
            case "GetRecord":
                return _get_record(holdings, now, params, shown)
            case "Identify" | "ListSets" | "ListMetadataFormats":
                if set(params) != {"verb"}:
                    raise Refusal("badArgument")
                shown["verb"] = verb
                return _DESCRIPTIONS[verb]()
        raise Refusal("badVerb", "Invalid verb provided")

    def _list(
        self,
        holdings: Holdings,
        now: datetime,
        params: Mapping[str, str],
        shown: dict[str, str],
    ) -> str:
        verb, skip, token = params["verb"], 0, params.get("resumptionToken")
        shown["verb"] = verb
        if token is not None:
            if set(params) != {"verb", "resumptionToken"}:
                raise Refusal("badArgument", "No other parameters allowed with resumptionToken")
            shown["resumptionToken"] = token
            params, skip = self._resumed(token, verb, now)
        query = _ListQuery.read(params, now)
        just_ids = verb == "ListIdentifiers"
        size = self.identifiers if just_ids else self.records
        rows = query.rows(holdings.modified(now), skip, size + 1)
        if not rows:
            raise Refusal("noRecordsMatch")
        if token is None:
            shown |= {name: params[name] for name in params if name != "verb"}
        page = sorted(rows[:size], key=lambda row: (row.modified.date(), row.id.key))
        write = header if just_ids else partial(record, prefix=query.prefix)
        text = "".join(map(write, page))
        text += self._token(params, rows, skip, size, now, resumed=token is not None)
        return f"    <{verb}>\n{text}    </{verb}>\n"

    def _resumed(self, token: str, verb: str, now: datetime) -> tuple[dict[str, str], int]:
        """The query that a token stands for, and how much of it was given already."""
        issued = self.issued.get(token)
        if issued is not None and issued < now.date():
            raise Refusal("badResumptionToken", "token expired")
        params = {name: values[0] for name, values in parse_qs(unquote(token)).items()}
        skip = params.pop("skip", "")
        if not skip.isdecimal() or "verb" not in params:
            raise Refusal("badResumptionToken", "Token decoding failed or format is invalid.")
        if params["verb"] != verb:
            raise Refusal("badResumptionToken", "token from different verb")
        return params, int(skip)

    def _token(
        self,
        params: Mapping[str, str],
        rows: Sequence[Standing],
        skip: int,
        size: int,
        now: datetime,
        *,
        resumed: bool,
    ) -> str:
        if len(rows) <= size:
            return "        <resumptionToken/>\n" if resumed else ""
        query = dict(params)
        last_day = rows[size].modified.date()
        if last_day == rows[0].modified.date():
            skip += size
        else:
            query["from"] = last_day.isoformat()
            skip = sum(row.modified.date() == last_day for row in rows[:size])
        token = quote(urlencode(query | {"skip": str(skip)}))
        self.issued[token] = now.date()
        midnight = f"{now.date() + timedelta(days=1)}T00:00:00Z"
        return f"        <resumptionToken expirationDate='{midnight}'>{token}</resumptionToken>\n"


@dataclass(frozen=True, slots=True)
class _ListQuery:
    prefix: str
    first: datetime
    last: datetime
    wanted: str

    @classmethod
    def read(cls, params: Mapping[str, str], now: datetime) -> "_ListQuery":
        if "metadataPrefix" not in params:
            raise Refusal("badArgument", "metadataPrefix required.")
        if set(params) - _LIST_ARGUMENTS:
            raise Refusal("badArgument", "Unallowed parameter.")
        if params["metadataPrefix"] not in PREFIXES:
            raise Refusal("cannotDisseminateFormat", "Did not recognize requested format")
        first = _day(params["from"], "from") if params.get("from") else EARLIEST
        last = _day(params["until"], "until") if params.get("until") else now.date()
        if params.get("set") and params["set"] not in all_sets():
            raise Refusal("badArgument", "Set does not exist")
        if first > last:
            raise Refusal("badArgument", "until date must be greater than or equal to from date")
        if first < EARLIEST:
            raise Refusal("badArgument", "start date too early")
        end = datetime.combine(last, time(23, 59, 59), UTC)
        if end > now + timedelta(days=1):
            raise Refusal("badArgument", "until date too late")
        begin = datetime.combine(first, time(), UTC)
        return cls(params["metadataPrefix"], begin, end, params.get("set", ""))

    def rows(self, held: Sequence[Standing], skip: int, count: int) -> Sequence[Standing]:
        """Up to `count` of the records asked for, by modification and id, after the first `skip`."""
        low = bisect_left(held, self.first, key=lambda row: row.modified)
        high = bisect_right(held, self.last, key=lambda row: row.modified)
        if not self.wanted:
            return held[min(low + skip, high) : min(low + skip + count, high)]
        chosen = (
            row for row in islice(held, low, high) if in_set(row.wording.categories, self.wanted)
        )
        return list(islice(chosen, skip, skip + count))


def refusal(now: datetime, shown: Mapping[str, str], error: Refusal) -> str:
    """The document of an error; two codes repeat no arguments."""
    kept = {} if error.code in ("badArgument", "badVerb") else shown
    reason = f" Reason: {error.reason}" if error.reason else ""
    told = escape(_REASONS[error.code] + reason)
    return envelope(now, kept, f"    <error code='{error.code}'>{told}</error>\n")


def envelope(now: datetime, shown: Mapping[str, str], inner: str) -> str:
    """The document around a reply's content; `shown` are the arguments that it repeats."""
    attributes = "".join(f" {name}={quoteattr(value)}" for name, value in shown.items())
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        '<OAI-PMH xmlns="http://www.openarchives.org/OAI/2.0/"\n'
        '         xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"\n'
        '         xsi:schemaLocation="http://www.openarchives.org/OAI/2.0/ '
        'http://www.openarchives.org/OAI/2.0/OAI-PMH.xsd">\n'
        f"    <responseDate>{now:%Y-%m-%dT%H:%M:%SZ}</responseDate>\n"
        f"    <request{attributes}>{ADDRESS}</request>\n{inner}</OAI-PMH>\n"
    )


def _get_record(
    holdings: Holdings, now: datetime, params: Mapping[str, str], shown: dict[str, str]
) -> str:
    if set(params) != {"verb", "identifier", "metadataPrefix"}:
        raise Refusal("badArgument", "Parameters provided did not match expected.")
    shown |= {"verb": "GetRecord", "identifier": params["identifier"]}
    shown["metadataPrefix"] = params["metadataPrefix"]
    if not params["identifier"].startswith("oai:arXiv.org:"):
        raise Refusal("idDoesNotExist", "All identifiers start with: oai:arXiv.org:")
    try:
        paper_id = PaperId.parse(params["identifier"])
    except BadId:
        raise Refusal("idDoesNotExist", "Invalid arXiv_id structure") from None
    if params["metadataPrefix"] not in PREFIXES:
        raise Refusal("cannotDisseminateFormat", "Did not recognize requested format")
    standing = holdings.standing(paper_id, now)
    if standing is None:
        raise Refusal("idDoesNotExist", "Nothing found for this ID")
    return f"    <GetRecord>\n{record(standing, params['metadataPrefix'])}    </GetRecord>\n"


def _day(text: str, name: str) -> date:
    try:
        if _DAY.fullmatch(text):
            return date.fromisoformat(text)
    except ValueError:
        pass
    raise Refusal("badArgument", f"{name} date format must be YYYY-MM-DD")


def _identify() -> str:
    return (
        "    <Identify>\n        <repositoryName>arXiv</repositoryName>\n"
        f"        <baseURL>{ADDRESS}</baseURL>\n        <protocolVersion>2.0</protocolVersion>\n"
        "        <adminEmail>help@arxiv.org</adminEmail>\n"
        f"        <earliestDatestamp>{EARLIEST}</earliestDatestamp>\n"
        "        <deletedRecord>persistent</deletedRecord>\n"
        "        <granularity>YYYY-MM-DD</granularity>\n    </Identify>\n"
    )


def _list_sets() -> str:
    sets = "".join(
        f"        <set>\n            <setSpec>{spec}</setSpec>\n"
        f"            <setName>{escape(name)}</setName>\n        </set>\n"
        for spec, name in all_sets().items()
    )
    return f"    <ListSets>\n{sets}    </ListSets>\n"


def _list_formats() -> str:
    formats = "".join(
        f"        <metadataFormat>\n            <metadataPrefix>{prefix}</metadataPrefix>\n"
        f"            <schema>https://oaipmh.arxiv.org/OAI/{prefix}.xsd</schema>\n"
        f"            <metadataNamespace>http://arxiv.org/OAI/{prefix}/</metadataNamespace>\n"
        "        </metadataFormat>\n"
        for prefix in PREFIXES
    )
    return f"    <ListMetadataFormats>\n{formats}    </ListMetadataFormats>\n"


_DESCRIPTIONS = {
    "Identify": _identify,
    "ListSets": _list_sets,
    "ListMetadataFormats": _list_formats,
}
