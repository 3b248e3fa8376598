import pytest
from starlette.testclient import TestClient

from postil.library import Library, paper_record
from postil.paper_id import PaperId


def test_a_paper_has_the_form_that_export_writes(client: TestClient, library: Library) -> None:
    held = library.papers.get(PaperId("arxiv", "math/0309136"))
    assert client.get("/api/v1/papers/math.GT/0309136v1").json() == paper_record(held)


def test_a_search_tells_its_reading_and_problems(client: TestClient) -> None:
    answer = client.get("/api/v1/search", params={"q": "wavelets date:2026-13", "size": 3}).json()
    assert answer["problems"][0]["code"] == "bad_date"
    assert answer["reading"] == "wavelets"
    assert answer["total"] >= len(answer["papers"]) == 3


def test_a_day_is_listed_by_expression(client: TestClient) -> None:
    answer = client.get("/api/v1/days/2026-03-17?categories=math.NA-cs.LG&size=200").json()
    assert answer["total"] == len(answer["papers"]) == 14
    assert {"day": "2026-03-17", "papers": 57} in client.get("/api/v1/days").json()["days"]


def test_the_status_counts_what_is_held(client: TestClient, library: Library) -> None:
    assert client.get("/api/v1/status").json()["papers"] == library.store.count()


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/api/v1/papers/nonsense", 400),
        ("/api/v1/papers/2603.99999", 404),
        ("/api/v1/days/2026-02-31", 400),
        ("/api/v1/days/2026-03-17?categories=zz", 400),
        ("/api/v1/search?q=a&size=0", 400),
        ("/api/v1/search?q=a&size=9999999", 400),
        ("/api/v1/search?q=a&sort=loudest", 400),
        ("/api/v1/nowhere", 404),
    ],
)
def test_a_refusal_is_json_with_one_line(client: TestClient, path: str, status: int) -> None:
    response = client.get(path)
    assert response.status_code == status
    assert set(response.json()) == {"error"}
    assert "\n" not in response.json()["error"]
