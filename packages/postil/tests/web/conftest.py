"""A library of papers written for these tests, and a client of the pages over it."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from postil.library import Library
from postil.settings import Settings
from postil.sources.records import read_record
from postil.web.app import create_app

SAMPLE = Path(__file__).with_name("sample_papers.jsonl")


@pytest.fixture(scope="session")
def library(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Library]:
    settings = Settings(data=tmp_path_factory.mktemp("data"))
    with Library.open(settings) as opened:
        opened.load_shelf()
        lines = SAMPLE.read_text("utf-8").splitlines()
        opened.store.put([read_record(json.loads(line)) for line in lines])
        opened.search.catch_up()
        yield opened


@pytest.fixture
def client(library: Library) -> TestClient:
    return TestClient(create_app(library), base_url="http://localhost", follow_redirects=False)
