"""Faults of OAI-PMH: odd records, refused tokens, pages out of order, and edits in mid-harvest."""

import re
from collections.abc import Callable
from datetime import datetime, timedelta
from urllib.parse import quote, urlencode
from xml.sax.saxutils import escape

from postil.errors import BadId
from postil.paper_id import PaperId
from postil.testing.fault import Fault, Scene, Served, View, named
from postil.testing.faults_body import edited
from postil.testing.oai import Refusal, refusal
from postil.testing.request import Part
from postil.testing.shelf import Touched

_OAI = frozenset({Part.OAI})
_RECORD = re.compile(r"    <record>\n.*?    </record>\n", re.DOTALL)
_IDENTIFIER = re.compile(r"<identifier>oai:arXiv\.org:([^<]+)</identifier>")
_REFUSED_FOR = timedelta(minutes=30)
_NEVER_GIVEN = "0704.9999"

Records = list[str]


def _pages(change: Callable[[Scene, Records], Records]) -> Callable[[Scene, Served], Served]:
    """A fault of the records of a page of ListRecords."""

    def alter(scene: Scene, served: Served) -> Served:
        text = served.reply.body.decode()
        records = _RECORD.findall(text)
        if not records or scene.request.params.get("verb") != "ListRecords":
            return served
        before, after = text[: text.index(records[0])], text[text.rindex(records[-1]) :]
        after = after.removeprefix(records[-1])
        changed = change(scene, list(records))
        return edited(served, "".join((before, *changed, after)).encode())

    return alter


def _one(change: Callable[[str], str]) -> Callable[[Scene, Records], Records]:
    """A change of one record of the page."""

    def alter(scene: Scene, records: Records) -> Records:
        at = scene.dice.randrange(len(records))
        records[at] = change(records[at])
        return records

    return alter


def _reordered(scene: Scene, records: Records) -> Records:
    scene.dice.shuffle(records)
    return records


def _doubled(scene: Scene, records: Records) -> Records:
    return [r for record in records for r in [record] * scene.dice.choice((1, 1, 2))]


def _overlapping(scene: Scene, records: Records) -> Records:
    last = scene.memory.get("last", [])
    scene.memory["last"] = records[-3:]
    return [*last, *records] if "resumptionToken" in scene.request.params else records


def _deleted(record: str) -> str:
    header, metadata, _ = record.partition("        <metadata>")
    if not metadata:
        return record
    return header.replace("<header>", '<header status="deleted">') + "    </record>\n"


def _deleted_stranger(_: Scene, records: Records) -> Records:
    return [*records, _deleted(_IDENTIFIER.sub(_stranger, records[0]))]


def _stranger(_: re.Match[str]) -> str:
    return f"<identifier>oai:arXiv.org:{_NEVER_GIVEN}</identifier>"


def _without(*names: str) -> Callable[[str], str]:
    pattern = re.compile("|".join(rf" *<{name}>.*?</{name}>\n" for name in names), re.DOTALL)
    return lambda record: pattern.sub("", record)


def _future(record: str) -> str:
    return re.sub(r"<datestamp>\d{4}", "<datestamp>2199", record, count=1)


def _with_novelties(record: str) -> str:
    """Elements that no schema has, in a namespace of their own."""
    novelty = '<new:note xmlns:new="http://elsewhere.invalid/ns"><title>no title</title></new:note>'
    return record.replace("</header>\n", f"{novelty}</header>\n{novelty}\n", 1)


def _refuse(code: str, reason: str = "") -> Callable[[Scene, Served], Served]:
    def alter(scene: Scene, served: Served) -> Served:
        resumed = "resumptionToken" in scene.request.params
        listing = scene.request.params.get("verb", "").startswith("List")
        if (
            b"<error" in served.reply.body
            or not listing
            or resumed != (code == "badResumptionToken")
        ):
            return served
        return edited(served, refusal(scene.now, {}, Refusal(code, reason)).encode())

    return alter


def _tokens_refused(scene: Scene, served: Served) -> Served:
    """From one refusal on, every token is refused for half an hour; twice in all."""
    if "resumptionToken" not in scene.request.params:
        return served
    until: datetime | None = scene.memory.get("until")
    if until is None or (scene.now > until + timedelta(days=1) and scene.memory["times"] < 2):
        until = scene.memory["until"] = scene.now + _REFUSED_FOR
        scene.memory["times"] = scene.memory.get("times", 0) + 1
    if scene.now > until:
        return served
    return edited(
        served, refusal(scene.now, {}, Refusal("badResumptionToken", "token refused")).encode()
    )


def _empty_page(scene: Scene, served: Served) -> Served:
    """No records, and a token that leads to the page that should have come."""
    params = scene.request.params
    if params.get("verb") != "ListRecords" or b"<record>" not in served.reply.body:
        return served
    token = params.get("resumptionToken") or quote(urlencode({**params, "skip": "0"}))
    text = served.reply.body.decode()
    start, end = text.index("    <record>"), text.index("    </ListRecords>")
    midnight = f"{scene.now.date() + timedelta(days=1)}T00:00:00Z"
    element = (
        f"        <resumptionToken expirationDate='{midnight}'>{escape(token)}</resumptionToken>\n"
    )
    return edited(served, (text[:start] + element + text[end:]).encode())


def _edited_midway(scene: Scene) -> View:
    """Records given out already are saved again, and jump to the end: what follows shifts past the skip."""
    moved: dict[PaperId, datetime] = scene.memory.setdefault("moved", {})
    return View(Touched(scene.view.shelf, dict(moved)), scene.now) if moved else scene.view


def _edit_midway(scene: Scene, served: Served) -> Served:
    """The page that is going out now is right; those of its last day are touched behind it."""
    text = served.reply.body.decode()
    token = re.search(r"<resumptionToken[^>]*>([^<]+)<", text)
    found = _IDENTIFIER.findall(text)
    if not token or not found or scene.memory.get("edits", 0) >= 4:
        return served
    try:
        paper_id = PaperId.parse(found[-1])
    except BadId:
        return served
    scene.memory.setdefault("moved", {})[paper_id] = scene.now
    scene.memory["edits"] = scene.memory.get("edits", 0) + 1
    return served


_AGAIN = "transient; two days of overlap show the records again"

OAI_FAULTS = named(
    Fault(
        "oai-reorder",
        "The records of a page in another order.",
        "nothing is missing",
        _OAI,
        alter=_pages(_reordered),
        steady=True,
    ),
    Fault(
        "oai-duplicate",
        "Some records twice on a page.",
        "nothing is missing",
        _OAI,
        alter=_pages(_doubled),
        steady=True,
    ),
    Fault(
        "oai-overlap",
        "A page begins with the last records of the one before.",
        "nothing is missing",
        _OAI,
        alter=_pages(_overlapping),
        steady=True,
    ),
    Fault(
        "oai-edited",
        "A record is saved again between two pages: it jumps to the end, and another is skipped.",
        _AGAIN,
        _OAI,
        lens=_edited_midway,
        alter=_edit_midway,
        steady=True,
    ),
    Fault(
        "token-expired",
        "A token is called expired before its time.",
        "transient",
        _OAI,
        alter=_refuse("badResumptionToken", "token expired"),
    ),
    Fault(
        "token-refused",
        "Every token is refused for half an hour.",
        "transient",
        _OAI,
        alter=_tokens_refused,
        steady=True,
    ),
    Fault(
        "oai-empty-page",
        "A page without records, with a token.",
        "the token leads on",
        _OAI,
        alter=_empty_page,
    ),
    Fault(
        "oai-no-records",
        "noRecordsMatch, though there are some.",
        _AGAIN,
        _OAI,
        alter=_refuse("noRecordsMatch"),
    ),
    Fault(
        "oai-deleted",
        "A record comes as deleted, though it is not.",
        _AGAIN + "; GetRecord has it",
        _OAI,
        alter=_pages(_one(_deleted)),
    ),
    Fault(
        "oai-deleted-stranger",
        "A deletion of an id that was never given out.",
        "nothing is missing",
        _OAI,
        alter=_pages(_deleted_stranger),
    ),
    Fault(
        "oai-untitled",
        "A record without its title.",
        _AGAIN,
        _OAI,
        alter=_pages(_one(_without("title"))),
    ),
    Fault(
        "oai-fields-missing",
        "A record without authors, categories, abstract and licence.",
        _AGAIN,
        _OAI,
        alter=_pages(_one(_without("authors", "categories", "abstract", "license"))),
    ),
    Fault(
        "oai-future",
        "A record whose datestamp lies in the year 2199.",
        _AGAIN,
        _OAI,
        alter=_pages(_one(_future)),
    ),
    Fault(
        "oai-novelties",
        "Elements that no schema has, one of them called title.",
        "nothing is missing",
        _OAI,
        alter=_pages(lambda _, records: [_with_novelties(record) for record in records]),
        steady=True,
    ),
)
