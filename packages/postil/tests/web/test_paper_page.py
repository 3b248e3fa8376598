import html as entities
import re

import pytest
from starlette.testclient import TestClient

from postil.library import Library
from postil.paper_id import PaperId


def test_a_paper_shows_its_three_clocks_and_versions(client: TestClient) -> None:
    html = client.get("/arxiv/2603.10001").text
    for written in ("13 Mar 2026", "16 Mar 2026", "17 Mar 2026", "v2", "12 pages, "):
        assert written in html


def test_a_clock_that_is_not_known_is_said_to_be_unknown(client: TestClient) -> None:
    assert client.get("/arxiv/2603.10004").text.count("not known") == 2


@pytest.mark.parametrize(
    "written",
    ["math.GT/0309136", "math/0309136v2", "https://arxiv.org/abs/math/0309136", "MATH/0309136"],
)
def test_another_way_of_writing_an_id_leads_to_the_one_address(
    client: TestClient, written: str
) -> None:
    response = client.get(f"/arxiv/{written}")
    assert response.status_code == 301
    assert response.headers["location"] == "/arxiv/math/0309136"


def test_links_lead_to_the_archive_and_the_publisher(client: TestClient) -> None:
    html = client.get("/arxiv/2603.10001").text
    for address in ("abs/2603.10001", "pdf/2603.10001", "html/2603.10001"):
        assert f'href="https://arxiv.org/{address}"' in html
    assert 'href="https://doi.org/10.1000/xyz_(1)"' in html


def test_reference_managers_find_the_papers_facts(client: TestClient) -> None:
    html = client.get("/arxiv/2603.10001").text
    found = re.findall(r'<meta name="(citation_\w+)" content="([^"]*)"', html)
    assert ("citation_author", "Émile Çağlar") in found
    assert ("citation_date", "2026/03/13") in found
    assert ("citation_arxiv_id", "2603.10001") in found


def test_a_work_of_the_shelf_says_that_the_summary_is_ours(
    client: TestClient, library: Library
) -> None:
    paper = library.papers.get(PaperId("shelf", "zipf-1935"))
    html = client.get("/shelf/zipf-1935").text
    assert "Postil’s summary" in html
    assert entities.escape(paper.summary[:40]) in html
    assert "arxiv.org/abs" not in html


def test_long_lists_of_authors_are_folded_after_eight(client: TestClient) -> None:
    html = client.get("/arxiv/2603.10002").text
    before, after = html.split("<details><summary>and 32 more</summary>")
    assert "Observer Number08" in before
    assert "Observer Number09" in after.split("</details>")[0]


def test_an_author_leads_to_a_search_for_the_author(client: TestClient) -> None:
    html = client.get("/arxiv/2603.10001").text
    assert 'href="/search?q=author%3A%22Ada+Quill%22"' in html


def test_several_ids_are_shown_together_and_absent_ones_named(client: TestClient) -> None:
    html = client.get("/arxiv/2603.10002,2603.10001v1,2603.99999").text
    assert html.index('data-id="2603.10002"') < html.index('data-id="2603.10001"')
    assert "Not held: 2603.99999." in html


def test_a_formula_keeps_its_tex_and_is_marked_against_translation(client: TestClient) -> None:
    html = client.get("/arxiv/2603.10001").text
    assert 'translate="no"' in html
    assert r'data-tex="x \in \mathbb{R}^n"' in html
    assert "<math" in html
    assert "between $5 and $10 of" in html


def test_no_element_carries_a_style_that_the_policy_would_refuse(client: TestClient) -> None:
    for path in ("/arxiv?date=2026-03-17", "/arxiv/2603.10001", "/shelf", "/search?q=quiet"):
        assert not re.search(r"<[^>]+\sstyle=", client.get(path).text)
