import base64
import gzip
import hashlib
import re

import pytest
from starlette.testclient import TestClient

from postil.web.assets import assets, style_sheet

PATHS = [
    "/",
    "/arxiv",
    "/arxiv/2603.10001",
    "/shelf",
    "/search?q=a",
    "/about",
    "/ledger",
    "/nowhere",
    "/api/v1/days",
]


@pytest.mark.parametrize("path", PATHS)
def test_every_answer_carries_the_strict_policy(client: TestClient, path: str) -> None:
    headers = client.get(path).headers
    policy = headers["content-security-policy"]
    assert policy.startswith("default-src 'none'")
    assert "unsafe" not in policy
    assert "frame-ancestors 'none'" in policy
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "no-referrer"
    assert headers["cross-origin-opener-policy"] == "same-origin"


@pytest.mark.parametrize("path", PATHS[:7])
def test_no_page_has_inline_script_or_foreign_resources_or_another_style_than_ours(
    client: TestClient, path: str
) -> None:
    html = client.get(path).text
    assert not re.search(r"<script(?![^>]*\ssrc=)", html)
    assert not re.search(r"<[^<>]*\s(on\w+|style)=", html)
    assert re.findall(r"<style>(.*?)</style", html, re.DOTALL) == [style_sheet()]
    assert html.count("<style") == 1
    loaded = re.findall(r'<(?:script|img|iframe|link)[^>]*(?:src|href)="([^"]+)"', html)
    assert loaded
    assert all(address.startswith("/static/") for address in loaded)


def test_every_answer_says_how_long_it_took(client: TestClient) -> None:
    assert re.fullmatch(r"total;dur=\d+\.\d\d", client.get("/").headers["server-timing"])


def test_pages_are_compressed_and_vary_by_what_they_depend_on(client: TestClient) -> None:
    headers = client.get("/arxiv").headers
    assert headers["content-encoding"] == "gzip"
    for name in ("Accept-Encoding", "Accept-Language", "Cookie"):
        assert name in headers["vary"]
    assert headers["cache-control"] == "private, no-cache"


def test_static_files_are_kept_for_ever_under_an_address_of_their_content(
    client: TestClient,
) -> None:
    for asset in assets().values():
        response = client.get(asset.path)
        assert response.status_code == 200
        assert response.content == asset.body
        assert "immutable" in response.headers["cache-control"]
        assert gzip.decompress(asset.compressed) == asset.body
        plain = client.get(asset.path, headers={"Accept-Encoding": "identity"})
        assert "content-encoding" not in plain.headers
        assert plain.content == asset.body


def test_the_policy_allows_the_style_sheet_of_the_page_and_no_other(client: TestClient) -> None:
    response = client.get("/")
    (sheet,) = re.findall(r"<style>(.*?)</style>", response.text, re.DOTALL)
    digest = base64.b64encode(hashlib.sha256(sheet.encode()).digest()).decode()
    policy = response.headers["content-security-policy"]
    assert f"style-src 'sha256-{digest}';" in policy


def test_style_and_script_stay_small() -> None:
    assert len(style_sheet()) <= 27_000
    assert len(assets()["postil.js"].body) <= 17_000


def test_scripts_share_nothing_and_make_no_markup() -> None:
    script = assets()["postil.js"].body.decode()
    assert not re.search(r"^\s*(import|export)\b", script, re.MULTILINE)
    assert not re.search(r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\b", script)


def test_the_style_sheet_loads_nothing() -> None:
    assert not re.search(r"url\(|@import|https?:", style_sheet())
