import html as entities
import re

import pytest
from starlette.testclient import TestClient


def test_a_paper_leads_to_what_is_related_to_it_and_why(client: TestClient) -> None:
    assert 'href="/related/2603.10001"' in client.get("/arxiv/2603.10001").text
    page = client.get("/related/2603.10001").text
    ids = re.findall(r'<article class="paper" data-id="([^"]+)"', page)
    assert ids
    assert "2603.10001" not in ids
    assert len(set(ids)) == len(ids) <= 20
    assert page.count('<p class="shares">') == len(ids)
    assert "<h1>Related papers</h1>" in page
    assert re.search(r'<ol class="weighed">\s*<li><a href="/search\?q=', page)


def test_the_page_is_whole_in_chinese(client: TestClient) -> None:
    page = client.get("/related/2603.10001", headers={"Accept-Language": "zh"}).text
    assert "<h1>相关论文</h1>" in page
    assert "共有：" in page or "语义相近" in page


@pytest.mark.parametrize("written", ["2603.10001v2", "https://arxiv.org/abs/2603.10001"])
def test_another_way_of_writing_an_id_leads_to_the_one_page(
    client: TestClient, written: str
) -> None:
    response = client.get(f"/related/{written}")
    assert response.status_code == 301
    assert response.headers["location"] == "/related/2603.10001"


def test_old_ids_and_works_of_the_shelf_have_a_page_too(client: TestClient) -> None:
    for path in ("/related/math/0309136", "/related/shelf:zipf-1935"):
        assert client.get(path).status_code == 200


def test_what_cannot_be_related_is_said_in_one_line(client: TestClient) -> None:
    assert client.get("/related/nonsense").status_code == 400
    assert client.get("/related/2603.99999").status_code == 404
    refused = client.get("/api/v1/related/2603.99999")
    assert refused.status_code == 404
    assert "2603.99999" in refused.json()["error"]


def test_programs_get_the_same_relations_as_the_page(client: TestClient) -> None:
    page = client.get("/related/2603.10001").text
    answer = client.get("/api/v1/related/2603.10001?size=20").json()
    assert answer["id"] == "2603.10001"
    listed = re.findall(r'<article class="paper" data-id="([^"]+)"', page)
    assert [each["paper"]["id"] for each in answer["related"]] == listed
    for each in answer["related"]:
        for words in each["shares"]:
            assert f">{entities.escape(words)}</b>" in page
    assert len(client.get("/api/v1/related/2603.10001?size=3").json()["related"]) == 3
    assert client.get("/api/v1/related/2603.10001?size=0").status_code == 400
