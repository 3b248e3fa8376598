"""How a harvest stands, told through the store from one process to another."""

import time
from datetime import UTC, datetime, timedelta

import pytest

from postil.errors import BadInput
from postil.harvest.outside import user_agent
from postil.harvest.service import followed_lists
from postil.harvest.state import HarvestState, pause, read_state, resume, write_state
from postil.settings import Settings
from postil.store.sqlite import SqliteStore

NOW = datetime(2026, 2, 10, 12, tzinfo=UTC)


@pytest.fixture
def store(tmp_path):
    with SqliteStore.open(tmp_path) as opened:
        yield opened


def test_what_is_told_is_read(store):
    told = HarvestState(NOW, True, False, "reading", NOW + timedelta(hours=1), 7, 9, "slow")
    write_state(store, told)
    assert read_state(store, NOW) == told


def test_before_anything_is_told_nothing_runs(store):
    assert read_state(store, NOW) == HarvestState(NOW)


def test_a_harvest_that_fell_silent_is_not_running(store, monkeypatch):
    write_state(store, HarvestState(NOW, running=True))
    silent = time.time() + 200
    monkeypatch.setattr(time, "time", lambda: silent)
    assert not read_state(store, NOW).running


def test_a_pause_is_seen_by_everyone_until_it_ends(store):
    pause(store)
    assert read_state(store, NOW).paused
    resume(store)
    assert not read_state(store, NOW).paused


def settings(tmp_path, **values):
    return Settings(data=tmp_path, **values)


def test_the_followed_categories_and_their_archives_are_read(tmp_path):
    found = followed_lists(settings(tmp_path, categories="cs.LG+stat.ML-cs.CY"))
    assert found == ("cs.LG", "stat.ML", "cs", "stat")


def test_lists_can_be_named(tmp_path):
    assert followed_lists(settings(tmp_path, lists="cs + hep-th")) == ("cs", "hep-th")


@pytest.mark.parametrize("lists", ["cs/../x", "cs++stat", "cs.LG?x=1", "grp_physics"])
def test_a_list_that_arxiv_cannot_have_is_refused(tmp_path, lists):
    with pytest.raises(BadInput):
        followed_lists(settings(tmp_path, lists=lists))


def test_the_reader_can_be_reached_if_they_said_how(tmp_path):
    assert "me@example.org" in user_agent(settings(tmp_path, contact="me@example.org"))
    assert "no contact given" in user_agent(settings(tmp_path))


@pytest.mark.parametrize("contact", ["a\nHost: evil", "x (y)", "back\\slash"])
def test_a_contact_that_could_break_the_request_is_refused(tmp_path, contact):
    with pytest.raises(BadInput):
        user_agent(settings(tmp_path, contact=contact))
