"""Pages of JSON by a recipe: wrappings, encodings, paths, and recipes that mean nothing."""

import json
from typing import Any

import pytest

from postil.errors import BadInput
from postil.sources.exchange import BadReply, Reply
from postil.sources.paged_json import parse_path, read_recipe, read_rows, unwrapped

RECIPE = """
name = "reviews"
url = "http://127.0.0.1:8000/list?item={item}&page={page}&callback=jsonp{page}"
rows = "rateDetail.rateList[]"
key = ["id"]
pause = 1

[parameters]
item = "7&x=1"

[pages]
last_at = "rateDetail.paginator.lastPage"

[columns]
id = "id"
text = "rateContent"
first_picture = "pics[0]"
pictures = "pics[].url"
shop = "attributes.shop"
"""

FIRST = {
    "id": 11,
    "rateContent": "很好，下次再来",
    "pics": [{"url": "a"}, {"url": "b"}],
    "attributes": {"shop": None},
}


def answer(*rows: Any, last: Any = 3) -> Any:
    return {"rateDetail": {"rateList": list(rows), "paginator": {"lastPage": last}}}


def reply(value: Any, encoding: str = "utf-8", content_type: str = "", jsonp: bool = True) -> Reply:
    text = json.dumps(value, ensure_ascii=False)
    body = (f"\njsonp12({text});" if jsonp else text).encode(encoding)
    return Reply(200, {"content-type": content_type} if content_type else {}, body)


def recipe(old: str = "", new: str = ""):
    assert old in RECIPE
    return read_recipe(RECIPE.replace(old, new))


def test_an_address_quotes_what_it_is_given():
    assert recipe().address(12) == (
        "http://127.0.0.1:8000/list?item=7%26x%3D1&page=12&callback=jsonp12"
    )


def test_columns_are_found_by_their_paths():
    page = read_rows(recipe(), reply(answer(FIRST, {"id": "12"})))
    assert page.rows == (
        (11, "很好，下次再来", '{"url": "a"}', '["a", "b"]', None),
        ("12", None, None, "[]", None),
    )
    assert page.last == 3


@pytest.mark.parametrize(
    ("encoding", "content_type", "said"),
    [
        ("gbk", "", "declared"),
        ("gbk", "text/html;charset=GBK", "declared"),
        ("gbk", "text/plain; charset=iso-8859-1", "gbk"),
        ("utf-8-sig", "", "declared"),
        ("utf-8", "application/json; charset=gb2312", "utf-8"),
    ],
)
def test_chinese_text_in_whatever_encoding(encoding, content_type, said):
    how = recipe("pause = 1", f'pause = 1\nencoding = "{said}"')
    page = read_rows(how, reply(answer(FIRST), encoding, content_type))
    assert page.rows[0][1] == "很好，下次再来"


@pytest.mark.parametrize(
    "text",
    [
        '{"a": ")("}',
        '\ufeff {"a": ")("} ',
        'cb({"a": ")("})',
        'cb({"a": ")("});',
        '/**/ typeof cb === "function" && cb({"a": ")("});',
        'while(1); {"a": ")("}',
        ')]}\',\n{"a": ")("}',
        '({"a": ")("})',
    ],
)
def test_wrappings_are_taken_off(text):
    assert json.loads(unwrapped(text)) == {"a": ")("}


@pytest.mark.parametrize(
    ("body", "told"),
    [
        (b"<html>Please log in (here)</html>", "login"),
        (b"", "neither JSON"),
        (b"sorry", "neither JSON"),
        (b'cb({"rateDetail": ', "neither JSON"),
        (b'{"rateDetail": ', "not whole JSON"),
        (b'cb({"rateDetail": {"n": NaN}})', "not whole JSON"),
        (b"[" * 100_000, "not whole JSON"),
        (b'{"rgv587_flag": "sm", "url": "https://login"}', "login"),
        (b'{"rateDetail": {"rateList": "x"}}', "login"),
        (b'{"rateDetail": {"rateList": []}}', "which page is the last"),
        (b'{"rateDetail": {"rateList": [], "paginator": {"lastPage": {}}}}', "the last"),
    ],
)
def test_what_is_no_page_of_rows_is_refused(body, told):
    with pytest.raises(BadReply, match=told):
        read_rows(recipe(), Reply(200, {}, body))


def test_a_page_may_have_no_rows():
    assert read_rows(recipe(), reply(answer(last="2"))).rows == ()
    nothing = {"rateDetail": {"rateList": None, "paginator": {"lastPage": 2}}}
    assert read_rows(recipe(), reply(nothing)).rows == ()


def test_no_digit_of_a_long_number_is_lost():
    page = read_rows(recipe(), reply(answer({"id": 2**70 + 1, "rateContent": 1.5}), jsonp=False))
    assert page.rows[0][:2] == (str(2**70 + 1), 1.5)


@pytest.mark.parametrize(
    ("text", "steps"),
    [
        ("a", ("a",)),
        ("a.b-c[].d[0]", ("a", "b-c", None, "d", 0)),
        ("评价[].文", ("评价", None, "文")),
        ("a[][]", ("a", None, None)),
    ],
)
def test_paths(text, steps):
    assert parse_path(text) == steps


@pytest.mark.parametrize(
    "text", ["", ".", "a.", ".a", "a..b", "a[", "a[x]", "a]b", "a[0]b", "[0", "a b"]
)
def test_what_is_no_path_is_refused(text):
    with pytest.raises(BadInput, match="not a path"):
        parse_path(text)


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("{page}&", "1&", None),  # the callback still holds it
        ("http://", "ftp://", "http"),
        ("127.0.0.1", "{item}", "host"),
        ("{item}", "{shop}", "shop"),
        ('key = ["id"]', 'key = ["no"]', "no column"),
        ('key = ["id"]', "key = 7", "list"),
        ("pause = 1", "pause = 0.5", "at least 1"),
        ("pause = 1", "pause = true", "seconds"),
        ("pause = 1", 'encoding = "latin-1"', "encoding"),
        ("pause = 1", "hurry = 1", "hurry"),
        ('last_at = "rateDetail.paginator.lastPage"', "first = 3\nlast = 2", "before"),
        ('last_at = "rateDetail.paginator.lastPage"', "last = -1", "number"),
        ('last_at = "rateDetail.paginator.lastPage"', "until = 3", "until"),
        ('rows = "rateDetail.rateList[]"', "", "rows"),
        ('text = "rateContent"', 'text = "a["', "path"),
        ("[columns]", "[columns", "TOML"),
    ],
)
def test_a_recipe_that_means_nothing_says_why(old, new, told):
    if told is None:
        recipe(old, new)
        return
    with pytest.raises(BadInput, match=told):
        recipe(old, new)


def test_without_an_end_there_must_be_a_key():
    pages = '[pages]\nlast_at = "rateDetail.paginator.lastPage"'
    assert recipe(pages, "").last is None
    with pytest.raises(BadInput, match="key"):
        read_recipe(RECIPE.replace(pages, "").replace('key = ["id"]', ""))


def test_a_recipe_is_the_same_with_another_pause_and_another_with_other_columns():
    assert recipe("pause = 1", "pause = 9").digest == recipe().digest
    assert recipe('id = "id"', 'id = "no"').digest != recipe().digest
    assert recipe("7&x=1", "8").digest != recipe().digest
