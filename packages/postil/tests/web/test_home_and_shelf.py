import re

from starlette.testclient import TestClient


def test_home_shows_the_latest_day_and_its_counts(client: TestClient) -> None:
    html = client.get("/").text
    assert "Tuesday, 17 March 2026" in html
    assert "57 papers held" in html
    assert 'href="/arxiv/cs.LG?date=2026-03-17"' in html


def test_the_picker_offers_three_states_for_every_category(client: TestClient) -> None:
    html = client.get("/?choose=cs.LG-cs.CV").text
    assert html.count('type="radio" name="stat.ML"') == 3
    checked = dict(re.findall(r'name="([^"]+)" value="([^"]*)"[^>]* checked', html))
    assert checked["cs.LG"] == "in"
    assert checked["cs.CV"] == "out"
    assert checked["stat.ML"] == ""


def test_choosing_categories_leads_to_their_list_and_is_remembered(client: TestClient) -> None:
    sent = {"cs.LG": "in", "stat.ML": "in", "cs.CV": "out", "cs.AI": "", "nonsense": "in"}
    response = client.post("/choose", data=sent)
    assert response.status_code == 303
    assert response.headers["location"] == "/arxiv/cs.LG+stat.ML-cs.CV"
    assert 'href="/arxiv/cs.LG+stat.ML-cs.CV"' in client.get("/about").text


def test_the_shelf_lists_works_by_topic_and_says_who_wrote_the_summaries(
    client: TestClient,
) -> None:
    html = client.get("/shelf").text
    assert "none is the authors’ abstract" in html
    assert 'id="state-space-models"' in html
    assert html.count('class="year"') >= 200


def test_a_topic_of_the_shelf_can_be_read_in_full(client: TestClient) -> None:
    html = client.get("/shelf?topic=number+theory").text
    assert "Postil’s summary" in html
    assert client.get("/shelf?topic=alchemy").status_code == 404


def test_about_says_what_is_held_and_the_terms(client: TestClient) -> None:
    html = client.get("/about").text
    assert "follows every change" in html
    assert "Apache License 2.0" in html
    assert "<kbd>j</kbd>" in html


def test_health_is_one_word(client: TestClient) -> None:
    assert client.get("/healthz").text == "ok\n"
