"""Every record of the catalogue is held to its word."""

import ast
import dataclasses
import json
import re
from pathlib import Path

import pytest

from lemmata.catalogue import METHODS, Method, find
from lemmata.errors import UnknownMethod

ROOT = Path(__file__).parents[3]


@pytest.fixture(params=METHODS, ids=lambda method: method.name)
def method(request):
    return request.param


def test_the_attribute_imports_and_can_be_called(method):
    try:
        loaded = method.load()
    except ModuleNotFoundError as missing:
        if missing.name != "torch":
            raise
        pytest.skip("PyTorch is not installed")
    assert callable(loaded)


def test_the_reference_implementation_is_where_the_record_says(method):
    file, _, name = method.reference.partition(":")
    tree = ast.parse((ROOT / file).read_text(encoding="utf-8"))
    assert name in {node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)}


def test_the_page_exists_and_names_the_method_and_its_paper(method):
    page = (ROOT / method.docs).read_text(encoding="utf-8")
    assert method.attribute.replace(":", ".") in page
    assert method.paper.lower() in page.lower()
    for identifier in filter(None, (method.arxiv, method.doi)):
        assert identifier in page


def test_identifiers_have_the_form_of_identifiers(method):
    assert method.arxiv or method.doi
    assert method.arxiv is None or re.fullmatch(r"(\d{4}\.\d{4,5}|[a-z-]+/\d{7})", method.arxiv)
    assert method.doi is None or re.fullmatch(r"10\.\d{4,}/\S+", method.doi)
    assert 1600 < method.year < 2100


def test_nothing_that_must_be_said_is_empty(method):
    optional = {"arxiv", "doi", "see_also"}
    for field in dataclasses.fields(Method):
        assert field.name in optional or getattr(method, field.name), field.name


def test_names_are_unique_and_found():
    assert len({method.name for method in METHODS}) == len(METHODS)
    assert all(find(method.name) is method for method in METHODS)


def test_records_cannot_be_changed(method):
    with pytest.raises(dataclasses.FrozenInstanceError):
        method.name = "another"


def test_a_record_survives_json(method):
    kept = json.loads(json.dumps(method.as_dict()))
    assert kept["name"] == method.name
    assert kept["authors"] == list(method.authors)


def test_an_unknown_name_is_answered_with_its_neighbours():
    with pytest.raises(UnknownMethod, match="did you mean effective_rank"):
        find("effective-rang")
    with pytest.raises(UnknownMethod, match="lemmata list"):
        find("qqq")
    with pytest.raises(LookupError):
        find("")
