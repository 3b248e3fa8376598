"""Whole harvests of the stand-in arXiv in virtual time: all of the truth is held, and nothing else."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from postil.harvest import decide, run, turn
from postil.testing.faults import FAULTS
from postil.testing.simulation import Simulation
from postil.testing.world import World

FIRST, LAST = date(2026, 1, 29), date(2026, 2, 6)  # a weekend and the end of a month in between
LISTS = ("cs", "cs.LG", "stat.ML")
START = datetime(2026, 1, 29, 12, tzinfo=UTC)
TO_LEARN = timedelta(days=3, hours=8)


def world(seed=0, papers_a_day=12):
    return World.invented(seed, FIRST, LAST, papers_a_day)


def harvested(folder, *, faults=(), seed=0, start=START, lists=LISTS, page_size=40):
    """What is held some days after the last list."""
    simulation = Simulation(
        folder, world(seed), start, lists, faults=faults, seed=seed, page_size=page_size
    )
    truth = simulation.world
    simulation.run(truth.announced_at(truth.days[-1]) + TO_LEARN)
    return simulation


def whole(outcome):
    """Whether the ledger calls every list whole."""
    return all(not t.missing and (t.announced or 0) <= t.listed for t in outcome.tallies)


def test_an_honest_arxiv_is_held_exactly(tmp_path):
    outcome = harvested(tmp_path).outcome()
    assert outcome.exact, outcome
    assert whole(outcome)
    assert outcome.papers > 100
    assert outcome.closest >= 3.0
    assert outcome.overlaps == 0


# Each fault alone, and 200 combinations, are run by benchmarks/postil/harvest_faults.py.
@pytest.mark.parametrize("first", range(0, len(FAULTS), 6))
def test_no_fault_costs_a_paper(tmp_path, first):
    faults = list(FAULTS.values())[first : first + 6]
    outcome = harvested(tmp_path, faults=faults, seed=first).outcome()
    assert outcome.exact, (outcome.lost, outcome.invented, outcome.altered, outcome.problems)
    assert whole(outcome)
    assert outcome.closest >= 3.0
    assert outcome.overlaps == 0


@pytest.mark.parametrize("first", range(0, len(FAULTS), 24))
def test_eight_faults_of_different_kinds_at_once_cost_no_paper(tmp_path, first):
    faults = list(FAULTS.values())[first : first + 24 : 3]
    outcome = harvested(tmp_path, faults=faults, seed=first).outcome()
    assert outcome.exact, (outcome.lost, outcome.invented, outcome.altered, outcome.problems)
    assert whole(outcome)


def test_yesterdays_feed_costs_nothing_while_records_come_in_pieces(tmp_path):
    faults = [FAULTS[name] for name in ("byte-order-mark", "late-feed", "truncated-xml")]
    outcome = harvested(tmp_path, faults=faults, seed=2).outcome()
    assert outcome.exact, (outcome.lost, outcome.invented, outcome.altered, outcome.problems)
    assert whole(outcome)


def test_a_machine_that_was_off_for_days_catches_up_without_being_asked(tmp_path):
    simulation = Simulation(tmp_path, world(), START, LISTS, page_size=40)
    simulation.run(START + timedelta(days=1))
    simulation.sleep(START + timedelta(days=9))
    simulation.run(START + timedelta(days=9, hours=6))
    outcome = simulation.outcome()
    assert outcome.exact, outcome
    assert whole(outcome)


def test_papers_on_followed_lists_are_held_within_ten_minutes(tmp_path):
    lateness = harvested(tmp_path).lateness()
    assert lateness[int(len(lateness) * 0.99)] <= timedelta(minutes=10)


def test_without_faults_nothing_is_called_late(tmp_path):
    outcome = harvested(tmp_path, lists=("cs",)).outcome()
    assert not [t.late for t in outcome.tallies if t.late and t.day > FIRST]


def test_the_ledger_names_what_came_late(tmp_path):
    outcome = harvested(tmp_path, faults=[FAULTS["gap-in-list"]], seed=3).outcome()
    assert any(t.late for t in outcome.tallies)


def never(*_):
    return iter(())


def forgetful(read):
    """A reading of a page that loses its last paper."""

    def wrong(body):
        page = read(body)
        return replace(page, papers=page.papers[:-1])

    return wrong


WRONG = {
    "asks for no paper that is wanting": (
        "gap-in-oai",
        lambda patch: patch.setattr(decide, "_single_papers", never),
    ),
    "loses a paper of every page": (
        "truncated-xml",
        lambda patch: patch.setattr(run, "read_page", forgetful(run.read_page)),
    ),
    "never looks back": (
        "late-listing",
        lambda patch: patch.setattr(decide, "_lists", never),
    ),
    "believes yesterday's feed": (
        "late-feed",
        lambda patch: patch.setattr(run, "day_of_feed", lambda _, __, page: page.day),
    ),
    "asks every two seconds": (
        "truncated-xml",
        lambda patch: patch.setattr(turn, "INTERVAL", timedelta(seconds=2)),
    ),
}


@pytest.mark.parametrize("wrong", WRONG)
def test_a_harvest_that_is_wrong_is_seen(tmp_path, monkeypatch, wrong):
    fault, spoil = WRONG[wrong]
    spoil(monkeypatch)
    simulation = harvested(tmp_path, faults=[FAULTS[fault]], seed=2)
    outcome = simulation.outcome()
    lateness = simulation.lateness()
    in_time = lateness[int(len(lateness) * 0.99)] <= timedelta(minutes=10)
    assert not (outcome.exact and whole(outcome) and outcome.closest >= 3.0 and in_time)
