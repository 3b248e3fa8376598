"""Every fault strikes, by its seed, and none hides the truth from a patient reader for three days."""

import re
from collections import Counter
from datetime import UTC, date, datetime, timedelta
from email.utils import parsedate_to_datetime
from html import unescape
from urllib.parse import urlencode
from xml.etree import ElementTree

import pytest

from postil.errors import BadInput
from postil.sources.exchange import Unreachable
from postil.testing.clock import VirtualClock
from postil.testing.fault import A_DAY, Wire
from postil.testing.faults import FAULTS, faults_named
from postil.testing.history import Action
from postil.testing.request import Request
from postil.testing.server import FakeArxiv, FakeTransport
from postil.testing.world import World
from postil.text.accents import to_unicode
from postil.text.characters import clean

FIRST, LAST = date(2026, 3, 27), date(2026, 4, 3)  # Friday to Friday, with the end of a month
START = datetime(2026, 3, 27, 0, 20, tzinfo=UTC)
END = datetime(2026, 4, 6, 12, tzinfo=UTC)  # three days after the last list
LISTS = ("cs", "cs.LG")
OAI = "{http://www.openarchives.org/OAI/2.0/}"
RAW = "{http://arxiv.org/OAI/arXivRaw/}"
TRANSIENT = [name for name, f in FAULTS.items() if f.alter and not f.steady and not f.lens]


@pytest.fixture(scope="module")
def world():
    return World.invented(3, FIRST, LAST, 12)


def stand_in(world, name="", seed=0, start=START):
    faults = [FAULTS[name]] if name else []
    return FakeArxiv(world, VirtualClock(start), faults, seed, page_size=20, list_size=6)


def schedule(world):
    """Moments and addresses of a week of asking, tokens as an honest server gives them."""
    fake = stand_in(world)
    keys = ",".join(i.key for i in list(world.histories)[-40::4])
    asked = []

    def ask(address):
        asked.append((fake.clock.now(), address))
        fake.clock.sleep(3)
        return fake.answer(address).body

    while fake.clock.now() < END:
        day = fake.clock.now().date()
        for address in (
            "/list/cs/new",
            "/list/cs/new?skip=6&show=6",
            f"/catchup/cs/{day}?abs=True",
            "/rss/cs+math",
            f"/api/query?id_list={keys}&max_results=20",
        ):
            ask(address)
        query = {"metadataPrefix": "arXivRaw", "from": day - timedelta(days=2)}
        while query:
            body = ask("/oai?" + urlencode({"verb": "ListRecords", **query}))
            token = re.search(rb"<resumptionToken[^>]*>([^<]+)<", body)
            query = {"resumptionToken": token[1].decode()} if token else {}
        fake.clock.sleep(11 * 3_600)
    return asked


@pytest.fixture(scope="module")
def asked(world):
    return schedule(world)


def served(world, asked, name="", seed=0):
    fake = stand_in(world, name, seed)
    replies = []
    for moment, address in asked:
        fake.clock.advance_to(moment)
        replies.append(fake.serve(Request.read(address, {}))[0])
    return replies, fake


@pytest.fixture(scope="module")
def honest(world, asked):
    return served(world, asked)[0]


def test_there_are_more_than_forty_faults_each_with_a_description():
    assert len(FAULTS) >= 40
    for name, fault in FAULTS.items():
        assert name == fault.name
        assert fault.about.endswith(".")
        assert fault.truth
    assert len({fault.about for fault in FAULTS.values()}) == len(FAULTS)


def test_an_unknown_fault_is_refused_by_name():
    with pytest.raises(BadInput, match="earthquake"):
        faults_named(["earthquake"])
    assert faults_named(["503"]) == (FAULTS["503"],)


@pytest.mark.parametrize("name", sorted(FAULTS))
def test_every_fault_strikes_and_changes_a_reply(world, asked, honest, name):
    replies, fake = served(world, asked, name)
    assert replies != honest
    if FAULTS[name].reshape is None:
        assert fake.fired[name] >= 1
        assert set(fake.fired) == {name}


@pytest.mark.parametrize("name", ["503", "oai-duplicate", "gap-in-list", "ids-late", "late-oai"])
def test_the_seed_decides(world, asked, name):
    first, again = served(world, asked, name, 1)[0], served(world, asked, name, 1)[0]
    others = [served(world, asked, name, seed)[0] for seed in (2, 3, 4)]
    assert first == again
    assert any(other != first for other in others)


@pytest.mark.parametrize("name", TRANSIENT)
def test_a_transient_fault_strikes_at_most_twice_a_day_and_then_rests(world, asked, name):
    fake = stand_in(world, name)
    days = Counter()
    for moment, address in asked:
        fake.clock.advance_to(moment)
        if fake.serve(Request.read(address, {}))[1]:
            days[(moment - timedelta(hours=4)).date()] += 1  # the day in New York
    assert 1 <= max(days.values()) <= A_DAY
    assert days.total() <= FAULTS[name].in_all


# A patient reader, as plain as can be: it refuses what is odd, asks again, and looks two days back.


class Reader:
    """Asks OAI-PMH and the catch-up pages over and over, and keeps what is in order."""

    def __init__(self, fake, overlap=2):
        self.fake = fake
        self.transport = FakeTransport(fake)
        self.overlap = overlap
        self.held = {}
        self.lists = {}

    def ask(self, address):
        self.fake.clock.sleep(3)
        try:
            reply = self.transport.fetch("http://stand-in" + address, {})
        except Unreachable:
            return ""
        try:
            text = reply.body.decode()
        except UnicodeDecodeError:
            return ""
        harmless = "<!DOCTYPE root" not in text and text.count("<deep>") < 100
        return text if reply.status == 200 and harmless else ""

    def harvest(self):
        """Everything of the last days, begun anew until it comes to its end."""
        for _ in range(12):
            if self.harvest_once():
                return
            self.fake.clock.sleep(600)

    def harvest_once(self):
        since = self.fake.clock.now().date() - timedelta(days=self.overlap)
        query = {"metadataPrefix": "arXivRaw", "from": since}
        for _ in range(60):
            text = self.ask("/oai?" + urlencode({"verb": "ListRecords", **query}))
            try:
                root = ElementTree.fromstring(text.removeprefix("\ufeff").encode())
            except ElementTree.ParseError:
                return False
            for record in root.iter(f"{OAI}record"):
                self.keep(record)
            token = root.findtext(f"{OAI}ListRecords/{OAI}resumptionToken")
            if not token:
                return root.find(f"{OAI}error") is None
            query = {"resumptionToken": token}
        return False

    def keep(self, record):
        key = record.findtext(f"{OAI}header/{OAI}identifier").removeprefix("oai:arXiv.org:")
        stamp = record.findtext(f"{OAI}header/{OAI}datestamp")
        raw = record.find(f"{OAI}metadata/{RAW}arXivRaw")
        found = {} if raw is None else {e.tag.removeprefix(RAW): e.text for e in raw}
        if not {"title", "authors", "abstract", "categories"} <= found.keys() or stamp > "2100":
            return
        versions = tuple(
            (int(v.get("version")[1:]), v.findtext(f"{RAW}source_type") == "I")
            for v in raw.iter(f"{RAW}version")
        )
        texts = (
            plain(found["title"]),
            plain(found["abstract"]),
            tuple(found["categories"].split()),
        )
        if key not in self.held or stamp >= self.held[key][0]:
            self.held[key] = (stamp, texts, versions)

    def catch_up(self, days):
        for day in days:
            for name in LISTS:
                if (name, day) not in self.lists and (found := self.list_of(name, day)) is not None:
                    self.lists[name, day] = found

    def list_of(self, name, day):
        """The ids on all pages of a list; None unless there are as many as the headings claim."""
        ids, claimed = set(), 0
        for page in range(1, 30):
            text = self.ask(f"/catchup/{name}/{day}?abs=True&page={page}")
            total = re.search(r"Total of (\d+) entries for \w+, (\d+ \w+ \d+)", text)
            if total is None or "</html>" not in text:
                return None
            claimed = int(total[1])
            found = re.findall(r'title="Abstract" id="([^"]+)"', unescape(text))
            ids |= set(found)
            if not found or len(ids) >= claimed:
                break
        return ids if len(ids) == claimed else None


def plain(text):
    return clean(" ".join(to_unicode(text).split()))


def learned(fake, overlap=2):
    """What a reader has after asking every ten hours until three days after the last list."""
    reader = Reader(fake, overlap)
    since = START - timedelta(days=1)
    while fake.clock.now() < END:
        reader.harvest()
        fake.clock.sleep(10 * 3_600)
    for _ in range(4):
        reader.harvest()
        reader.catch_up(FIRST + timedelta(days=n) for n in range((LAST - FIRST).days + 2))
        fake.clock.sleep(6 * 3_600)
    truth = {
        paper.id.key: (
            (paper.title, paper.abstract, paper.categories),
            tuple((v.number, v.withdrawn) for v in paper.versions),
        )
        for paper in fake.truth(END).values()
        if paper.modified > since.date()
    }
    return {key: rest for key, (_, *rest) in reader.held.items()}, truth, reader


@pytest.mark.parametrize("name", ["", *sorted(FAULTS)])
def test_the_truth_can_be_learned_within_three_days(world, name):
    fake = stand_in(world, name)
    held, truth, reader = learned(fake)
    assert held == {key: list(value) for key, value in truth.items()}
    for day in fake.world.days:
        for list_name in LISTS:
            listed = {i.key for i in fake.world.announced(day, list_name)}
            assert reader.lists[list_name, day] == listed, (list_name, day)


def test_a_reader_that_never_looks_back_does_not_learn_it(world):
    held, truth, _ = learned(stand_in(world, "gap-in-oai"), overlap=0)
    assert truth.keys() - held.keys()


def test_an_edit_in_mid_harvest_hides_a_record_from_that_harvest(world):
    start = datetime(2026, 4, 1, 15, tzinfo=UTC)
    misled, fair = (
        Reader(stand_in(world, "oai-edited", start=start)),
        Reader(stand_in(world, start=start)),
    )
    misled.harvest()
    fair.harvest()
    assert len(fair.held.keys() - misled.held.keys()) >= 1
    for _ in range(8):
        misled.harvest()
    assert misled.held.keys() == fair.held.keys()


def test_records_that_were_saved_again_have_their_new_datestamp_in_the_truth(world):
    fake = stand_in(world, "oai-edited", start=datetime(2026, 4, 1, 15, tzinfo=UTC))
    Reader(fake).harvest()
    before, after = world.truth(END), fake.truth(END)
    moved = [i for i in after if after[i].modified != before[i].modified]
    assert moved or fake.truth(END) == before
    assert all(after[i].title == before[i].title for i in moved)


def struck(world, asked, name):
    """The first reply that a fault changed, with the moment and the address."""
    fake = stand_in(world, name)
    for moment, address in asked:
        fake.clock.advance_to(moment)
        reply, names = fake.serve(Request.read(address, {}))
        if names:
            return moment, address, reply
    raise AssertionError(f"{name} never struck")


@pytest.mark.parametrize(
    ("name", "status"), [("429", 429), ("503", 503), ("403", 403), ("502", 502)]
)
def test_a_refusal_has_its_status_and_no_advice(world, asked, name, status):
    _, _, found = struck(world, asked, name)
    assert found.reply.status == status
    assert "retry-after" not in found.reply.headers


def test_advice_comes_in_seconds_or_as_a_date(world, asked):
    assert struck(world, asked, "429-seconds")[2].reply.headers["retry-after"] == "37"
    moment, _, found = struck(world, asked, "503-date")
    until = parsedate_to_datetime(found.reply.headers["retry-after"])
    assert until == (moment + timedelta(seconds=240)).replace(microsecond=0)


def test_redirects_lead_round_in_a_circle_or_away(world, asked):
    _, address, found = struck(world, asked, "redirect-loop")
    assert found.reply.headers["location"] == address
    assert "elsewhere" in struck(world, asked, "redirect-elsewhere")[2].reply.headers["location"]


def test_hostile_xml_is_really_hostile(world, asked):
    bomb = struck(world, asked, "entities")[2].reply.body
    assert bomb.count(b"<!ENTITY") == 10
    assert b"&e9;" in bomb.partition(b"]>")[2]
    outside = struck(world, asked, "external-dtd")[2].reply.body
    assert b'SYSTEM "file:' in outside and b"&taken;" in outside
    deep = struck(world, asked, "deep-xml")[2].reply.body
    assert deep.count(b"<deep>") == deep.count(b"</deep>") == 100_000


def test_wrong_encodings_are_wrong(world, asked):
    with pytest.raises(UnicodeDecodeError):
        struck(world, asked, "latin-1")[2].reply.body.decode()
    assert struck(world, asked, "utf-16")[2].reply.body[:2] in (b"\xff\xfe", b"\xfe\xff")
    assert struck(world, asked, "byte-order-mark")[2].reply.body.startswith(b"\xef\xbb\xbf<")


@pytest.mark.parametrize(
    ("name", "wire"),
    [("refused", Wire.REFUSED), ("cut", Wire.CUT), ("slow", Wire.SLOW), ("gigantic", Wire.ENDLESS)],
)
def test_faults_of_the_wire_leave_the_reply_as_it_is(world, asked, honest, name, wire):
    moment, address, found = struck(world, asked, name)
    assert found.wire is wire
    assert found.reply == honest[asked.index((moment, address))].reply


def test_the_ids_of_a_new_month_begin_within_a_days_list(world):
    changed = stand_in(world, "month-boundary").world
    new = ((i, h.changes[0]) for i, h in changed.histories.items())
    months = {i.month for i, c in new if c.day == date(2026, 4, 1) and c.action is Action.NEW}
    assert months == {(2026, 3), (2026, 4)}
    for stem in ("2603", "2604"):
        serials = sorted(
            int(i.key[5:]) for i in (*changed.histories, *changed.skipped) if i.key.startswith(stem)
        )
        assert serials == list(range(1, len(serials) + 1))


def test_lists_come_and_fall_out_against_the_calendar(world):
    assert any(day.weekday() == 5 for day in stand_in(world, "list-on-saturday").world.days)
    assert len(stand_in(world, "list-falls-out").world.days) == len(world.days) - 1


def test_ids_that_are_skipped_are_in_no_history(world):
    changed = stand_in(world, "ids-skipped").world
    assert len(changed.skipped) >= len(world.skipped) + 7
    assert not changed.skipped.keys() & changed.histories.keys()
    assert len(changed.histories) == len(world.histories)
