import pytest
from starlette.testclient import TestClient

from postil.web.addresses import is_own_path
from postil.web.preferences import negotiated


@pytest.mark.parametrize(
    ("header", "language"),
    [
        ("", "en"),
        ("zh-CN,zh;q=0.9,en;q=0.8", "zh"),
        ("en-GB,en;q=0.9,zh;q=0.8", "en"),
        ("fr,zh-TW;q=0.7,en;q=0.3", "zh"),
        ("de", "en"),
        ("*", "en"),
        ("zh;q=0", "en"),
        ("zh;q=nonsense,,;;", "en"),
        ("zh-Hans-CN", "zh"),
    ],
)
def test_the_language_is_the_one_the_browser_likes_best(header: str, language: str) -> None:
    assert negotiated(header) == language


def test_a_chosen_language_outweighs_the_browsers(client: TestClient) -> None:
    client.post("/preferences", data={"language": "zh", "return": "/about"})
    page = client.get("/about", headers={"Accept-Language": "en"})
    assert '<html lang="zh-Hans"' in page.text
    assert page.headers["content-language"] == "zh-Hans"


def test_a_chosen_theme_is_in_the_first_byte_of_the_page(client: TestClient) -> None:
    response = client.post("/preferences", data={"theme": "dark", "return": "/search?q=a&page=2"})
    assert response.status_code == 303
    assert response.headers["location"] == "/search?q=a&page=2"
    html = client.get("/").text
    assert 'data-theme="dark"' in html
    assert '<meta name="color-scheme" content="dark">' in html


def test_a_choice_that_does_not_exist_is_not_kept(client: TestClient) -> None:
    response = client.post("/preferences", data={"theme": "plaid", "colour": "red"})
    assert "set-cookie" not in response.headers


def test_a_cookie_that_is_nonsense_is_ignored(client: TestClient) -> None:
    client.cookies.set("postil-theme", '"><script>')
    client.cookies.set("postil-categories", "nonsense")
    response = client.get("/")
    assert response.status_code == 200
    assert 'data-theme="auto"' in response.text


@pytest.mark.parametrize(
    "elsewhere",
    [
        "https://evil.example/",
        "//evil.example/",
        "/\\evil.example",
        "/a\\b",
        "javascript:alert(1)",
        "/a\r\nSet-Cookie: x=y",
        "",
        "/" + "a" * 5000,
    ],
)
def test_the_way_back_never_leaves_this_site(client: TestClient, elsewhere: str) -> None:
    assert not is_own_path(elsewhere)
    response = client.post("/preferences", data={"theme": "dark", "return": elsewhere})
    assert response.headers["location"] == "/"


def test_single_keys_can_be_turned_off(client: TestClient) -> None:
    client.post("/preferences", data={"keys": "off"})
    assert 'data-keys="off"' in client.get("/").text
