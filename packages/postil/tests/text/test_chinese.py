import pytest
from hypothesis import given
from hypothesis import strategies as st

from postil.text import chinese
from postil.text.accents import fold
from postil.text.chinese import simplified, without_han, words_of_paper, words_of_query


@pytest.mark.parametrize(
    ("traditional", "one_form"),
    [
        ("機器學習裡的資料結構", "机器学习里的资料结构"),
        ("說説爲為綫線羣群眾衆裏裡", "说说为为线线群群众众里里"),
        ("看著", "看着"),
        ("低秩矩阵", "低秩矩阵"),
        ("ひらがなとカタカナ 한국어", "ひらがなとカタカナ 한국어"),
    ],
)
def test_traditional_and_simplified_characters_are_one(traditional: str, one_form: str) -> None:
    assert simplified(traditional) == fold(traditional) == one_form


def test_the_table_leads_to_characters_that_it_does_not_change() -> None:
    table = chinese._table()
    assert len(table) > 2_900
    assert not {ord(new) for new in table.values()} & set(table)


def test_words_within_words_are_kept_of_a_paper_and_not_of_a_query() -> None:
    assert {"神经", "网络", "神经网络"} <= set(words_of_paper("用神经网络写诗"))
    assert words_of_query("用神经网络写诗") == ("神经网络", "写诗")


def test_words_end_where_other_writing_begins() -> None:
    assert words_of_query("2018天象，gpt-4模型") == ("天象", "模型")
    assert words_of_query("機械学習の基礎") == words_of_query("한국어") == ()
    assert without_han("2018天象x").split() == ["2018", "x"]


def test_without_a_segmenter_there_are_no_words(monkeypatch: pytest.MonkeyPatch) -> None:
    words_of_query.cache_clear()
    monkeypatch.setattr(chinese, "segmenters", lambda: None)
    assert words_of_paper("神经网络") == []
    assert words_of_query("神经网络") == ()
    words_of_query.cache_clear()


def test_a_missing_package_is_no_error(monkeypatch: pytest.MonkeyPatch) -> None:
    def missing(name: str) -> None:
        raise ImportError(name)

    chinese.segmenters.cache_clear()
    monkeypatch.setattr(chinese, "import_module", missing)
    assert chinese.segmenters() is None
    chinese.segmenters.cache_clear()


@given(st.text(alphabet=st.characters(min_codepoint=0x3400, max_codepoint=0x9FFF), max_size=20))
def test_simplifying_keeps_the_length_and_twice_changes_nothing_more(text: str) -> None:
    once = simplified(text)
    assert len(once) == len(text)
    assert simplified(once) == once
