"""The four interfaces: the shape of real replies, and everything exactly once."""

import json
import re
from datetime import UTC, date, datetime, timedelta
from urllib.parse import urlencode
from xml.etree import ElementTree

import pytest

from postil.paper import AnnouncementKind
from postil.testing.census import Census
from postil.testing.clock import VirtualClock
from postil.testing.oai import ADDRESS
from postil.testing.server import FakeArxiv
from postil.testing.world import World

FIRST, LAST = date(2026, 3, 23), date(2026, 4, 3)
DAY = date(2026, 4, 2)
NOW = datetime(2026, 4, 2, 16, tzinfo=UTC)
OAI = "{http://www.openarchives.org/OAI/2.0/}"
ATOM = "{http://www.w3.org/2005/Atom}"
RAW = "{http://arxiv.org/OAI/arXivRaw/}"


@pytest.fixture(scope="module")
def world():
    return World.invented(7, FIRST, LAST, 40)


@pytest.fixture
def fake(world):
    return FakeArxiv(world, VirtualClock(NOW), page_size=30, list_size=15)


def text(fake, address):
    reply = fake.answer(address)
    assert reply.status == 200, reply
    return reply.body.decode()


def oai(fake, **params):
    return ElementTree.fromstring(text(fake, "/oai?" + urlencode(params)))


def error(fake, **params):
    return oai(fake, **params).find(f"{OAI}error").get("code")


def pages(fake, verb="ListRecords", **params):
    """All pages of a list."""
    page = oai(fake, verb=verb, **params)
    while True:
        yield page
        token = page.findtext(f"{OAI}{verb}/{OAI}resumptionToken")
        if not token:
            return
        page = oai(fake, verb=verb, resumptionToken=token)


def identifiers(found):
    return [e.text for page in found for e in page.iter(f"{OAI}identifier")]


def paths(element, above=()):
    """Every path of element names below `element`."""
    here = (*above, element.tag.rpartition("}")[2])
    return {here}.union(*(paths(child, here) for child in element)) if len(element) else {here}


@pytest.mark.shared
def test_arxiv_records_have_the_shape_of_recorded_ones(fake, shared):
    real = set()
    for file in (shared / "fixtures" / "arxiv_oai").glob("*.xml"):
        for record in ElementTree.parse(file).iter(f"{OAI}record"):
            real |= paths(record)
    assert real
    ours = set()
    for page in pages(fake, metadataPrefix="arXiv"):
        for record in page.iter(f"{OAI}record"):
            ours |= paths(record)
    by_source = {("record", "metadata", "arXiv", n) for n in ("acm-class", "proxy")}
    by_source.add(("record", "metadata", "arXiv", "authors", "author", "suffix"))
    assert ours <= real | by_source
    assert {p[-1] for p in ours} >= {"keyname", "forenames", "abstract", "setSpec", "license"}


@pytest.mark.shared
def test_api_entries_have_the_shape_of_recorded_ones(fake, world, shared):
    real = set()
    for file in (shared / "fixtures" / "arxiv_atom").glob("*.json"):
        body = json.loads(file.read_text())["body"]
        real |= paths(ElementTree.fromstring(body))
    keys = ",".join(i.key for i in list(world.histories)[:200])
    ours = paths(ElementTree.fromstring(text(fake, f"/api/query?id_list={keys}&max_results=200")))
    assert ours <= real
    assert ("feed", "entry", "author", "name") in ours


@pytest.mark.parametrize("prefix", ["arXivRaw", "arXiv"])
def test_paging_gives_everything_once(fake, world, prefix):
    found = identifiers(pages(fake, metadataPrefix=prefix))
    held = {f"oai:arXiv.org:{row.id.key}" for row in world.modified(NOW)}
    assert len(found) == len(held) > 200
    assert set(found) == held
    last = list(pages(fake, metadataPrefix=prefix))[-1]
    token = last.find(f"{OAI}ListRecords/{OAI}resumptionToken")
    assert token is not None and not token.text and not token.attrib


def test_identifiers_and_sets_are_pages_too(fake, world):
    held = {
        f"oai:arXiv.org:{row.id.key}"
        for row in world.modified(NOW)
        if any(c.startswith("cs.") for c in row.wording.categories)
    }
    found = identifiers(pages(fake, "ListIdentifiers", metadataPrefix="arXiv", set="cs"))
    assert len(found) == len(set(found))
    assert set(found) == held


def test_a_range_of_days_is_by_datestamp(fake, world):
    since, until = date(2026, 3, 30), date(2026, 3, 31)
    query = {"metadataPrefix": "arXivRaw", "from": since, "until": until}
    found = identifiers(pages(fake, **query))
    days = {f"oai:arXiv.org:{r.id.key}": r.modified.date() for r in world.modified(NOW)}
    assert sorted(found) == sorted(i for i, day in days.items() if since <= day <= until)


def test_tokens_end_at_midnight(fake):
    page = oai(fake, verb="ListRecords", metadataPrefix="arXivRaw")
    element = page.find(f"{OAI}ListRecords/{OAI}resumptionToken")
    assert element.get("expirationDate") == "2026-04-03T00:00:00Z"
    assert oai(fake, verb="ListRecords", resumptionToken=element.text).find(f"{OAI}error") is None
    fake.clock.advance(86_400)
    assert error(fake, verb="ListRecords", resumptionToken=element.text) == "badResumptionToken"


@pytest.mark.parametrize(
    ("code", "params"),
    [
        ("badVerb", {"verb": "Dance"}),
        ("badArgument", {"verb": "ListRecords"}),
        ("badArgument", {"verb": "ListRecords", "metadataPrefix": "arXiv", "from": "2005-09-15"}),
        ("badArgument", {"verb": "ListRecords", "metadataPrefix": "arXiv", "from": "2026-04-03"}),
        ("badArgument", {"verb": "ListRecords", "metadataPrefix": "arXiv", "from": "2026-4-1"}),
        ("badArgument", {"verb": "ListRecords", "metadataPrefix": "arXiv", "set": "alchemy"}),
        ("badArgument", {"verb": "ListRecords", "resumptionToken": "x", "set": "cs"}),
        ("badResumptionToken", {"verb": "ListRecords", "resumptionToken": "x"}),
        ("cannotDisseminateFormat", {"verb": "ListRecords", "metadataPrefix": "marc"}),
        ("noRecordsMatch", {"verb": "ListRecords", "metadataPrefix": "arXiv", "until": "2005-09-17",
                            "from": "2005-09-17"}),
        ("idDoesNotExist", {"verb": "GetRecord", "metadataPrefix": "arXiv",
                            "identifier": "oai:arXiv.org:2603.77777"}),
    ],
)  # fmt: skip
def test_oai_errors_have_arxivs_codes(fake, code, params):
    assert error(fake, **params) == code


def test_a_raw_record_is_ascii_with_tex_accents_and_all_versions(fake, world):
    row = next(
        r for r in world.modified(NOW) if len(r.versions) > 2 and not r.wording.title.isascii()
    )
    key = f"oai:arXiv.org:{row.id.key}"
    page = oai(fake, verb="GetRecord", metadataPrefix="arXivRaw", identifier=key)
    title = page.find(f".//{RAW}title").text
    assert title.isascii() and "\\" in title
    versions = [v.get("version") for v in page.iter(f"{RAW}version")]
    assert versions == [f"v{n}" for n, _, _ in row.versions]
    assert page.findtext(f"{OAI}request") == ADDRESS


def test_the_acm_class_carries_the_msc_class_and_created_is_the_current_version(fake, world):
    row = next(r for r in world.modified(NOW) if r.wording.acm_class and len(r.versions) > 1)
    key = f"oai:arXiv.org:{row.id.key}"
    page = oai(fake, verb="GetRecord", metadataPrefix="arXiv", identifier=key)
    found = {e.tag.rpartition("}")[2]: e.text for e in page.iter()}
    assert found["acm-class"] == found["msc-class"] == row.wording.msc_class
    assert (
        found["created"]
        == row.versions[-1][1].date().isoformat()
        != row.versions[0][1].date().isoformat()
    )


def test_a_withdrawn_version_has_source_type_i(fake, world):
    row = next(r for r in world.modified(NOW) if r.current.withdrawn)
    key = f"oai:arXiv.org:{row.id.key}"
    page = oai(fake, verb="GetRecord", metadataPrefix="arXivRaw", identifier=key)
    assert [v.findtext(f"{RAW}source_type") for v in page.iter(f"{RAW}version")][-1] == "I"


def listing_pages(fake, address):
    """All pages of a list: each page's ids, and what the headings claim in all."""
    ids, claims = [], {}
    while address:
        page = text(fake, address)
        ids += re.findall(r'title="Abstract" id="([^"]+)"', page)
        for kind, total in re.findall(r"<h3>(\w+) submissions \(.*of (\d+) entries\)</h3>", page):
            claims[kind] = int(total)
        following = re.search(r"<span>[^<]*</span>\s*<a href=([^>]+)>", page)
        address = following and following[1].replace("&amp;", "&")
    return ids, claims


@pytest.mark.parametrize("name", ["cs", "cs.LG", "math", "math.NA"])
@pytest.mark.parametrize("form", ["/list/{}/new", "/catchup/{}/2026-04-02?abs=True"])
def test_listing_pages_give_every_entry_once_and_count_them(fake, world, name, form):
    ids, claims = listing_pages(fake, form.format(name))
    truth = world.announced(DAY, name)
    assert len(ids) == len(set(ids)) == len(truth)
    assert set(ids) == {i.key for i in truth}
    kinds = {"New": "new", "Cross": "cross", "Replacement": "replace"}
    counts = {kinds[k]: n for k, n in claims.items()}
    assert counts == {
        k.value: n for k in AnnouncementKind if (n := sum(kind is k for kind in truth.values()))
    }


def test_the_physics_group_is_caught_up_with_but_has_no_page_of_its_own(fake, world):
    ids, _ = listing_pages(fake, "/catchup/grp_physics/2026-04-02?abs=True")
    assert set(ids) == {i.key for i in world.announced(DAY, "grp_physics")}
    assert fake.answer("/list/grp_physics/new").status == 400


def test_catching_up_is_for_ninety_days_and_canonical_names(fake):
    assert fake.answer("/catchup/cs/2025-12-01?abs=True").status == 400
    assert fake.answer("/catchup/cs/2026-04-03?abs=True").status == 400
    moved = fake.answer("/catchup/cs.NA/2026-04-02?abs=True")
    assert moved.status == 301
    assert moved.headers["location"].startswith("/catchup/math.NA/2026-04-02")
    weekend = text(fake, "/catchup/cs/2026-03-28?abs=True")
    assert "No updates for Sat, 28 Mar 2026" in weekend


def test_the_listing_turns_at_eight_in_the_evening_of_the_day_before(world):
    clock = VirtualClock(datetime(2026, 4, 1, 23, 59, tzinfo=UTC))
    fake = FakeArxiv(world, clock)
    assert "Wednesday, 1 April 2026" in text(fake, "/list/cs/new")
    clock.advance(60)
    assert "Thursday, 2 April 2026" in text(fake, "/list/cs/new")


@pytest.mark.parametrize("form", ["rss", "atom"])
def test_a_feed_has_the_days_list_with_announce_types(fake, world, form):
    root = ElementTree.fromstring(text(fake, f"/{form}/cs+math.NA"))
    rows = list(root.iter("item" if form == "rss" else f"{ATOM}entry"))
    kinds = {}
    for row in rows:
        guid = row.findtext("guid" if form == "rss" else f"{ATOM}id")
        key = re.fullmatch(r"oai:arXiv\.org:(.+)v\d+", guid)[1]
        kinds[key] = row.findtext("{http://arxiv.org/schemas/atom}announce_type")
    first, second = world.announced(DAY, "cs"), world.announced(DAY, "math.NA")
    assert len(kinds) == len(rows)
    assert set(kinds) == {i.key for i in (*first, *second)}
    for paper_id, kind in first.items():
        assert kinds[paper_id.key].startswith(kind.value) or paper_id in second
    assert "replace-cross" in kinds.values()


def test_a_feed_on_a_day_without_a_list_is_empty(fake):
    fake.clock.advance_to(datetime(2026, 4, 4, 16, tzinfo=UTC))
    page = text(fake, "/rss/cs")
    assert "<item>" not in page
    assert "<skipDays>" in page


def test_a_feed_of_nothing_known_is_refused(fake):
    reply = fake.answer("/rss/cs+alchemy")
    assert reply.status == 400
    assert b"Feed error for query" in reply.body
    assert (
        fake.answer("/rss/cs", {"if-none-match": fake.answer("/rss/cs").headers["etag"]}).status
        == 304
    )


def test_the_api_leaves_out_what_it_does_not_know_and_lags(world):
    clock = VirtualClock(world.announced_at(DAY) + timedelta(hours=3))
    fake = FakeArxiv(world, clock, api_lag=timedelta(hours=8))
    new = next(i for i, kind in world.announced(DAY, "cs").items() if kind.value == "new")
    query = f"/api/query?id_list={new.key},2603.77777&max_results=5"
    assert "<entry>" not in text(fake, query)
    clock.advance(8 * 3_600)
    page = text(fake, query)
    assert page.count("<entry>") == 1
    assert f"http://arxiv.org/abs/{new.key}v1" in page
    assert fake.answer("/api/query?id_list=abc").status == 400


def test_a_census_is_paged_through_without_a_gap():
    census = Census(20_000, datetime(2026, 3, 1, tzinfo=UTC))
    fake = FakeArxiv(census, VirtualClock(datetime(2026, 4, 1, tzinfo=UTC)), page_size=50)
    found = list(pages(fake, "ListIdentifiers", metadataPrefix="arXiv"))
    assert len(found) == 50
    assert len(set(identifiers(found))) == 20_000
