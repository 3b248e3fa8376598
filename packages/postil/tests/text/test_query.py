import pytest

from postil.paper_id import PaperId
from postil.text.query import (
    And,
    Author,
    Category,
    DateRange,
    Every,
    Field,
    Identifier,
    Not,
    Or,
    Phrase,
    ProblemCode,
    Word,
    describe,
    parse_query,
)


def read(text: str) -> object:
    parsed = parse_query(text)
    assert parsed.problems == ()
    return parsed.root


def codes(text: str) -> list[str]:
    return [problem.code.value for problem in parse_query(text).problems]


def test_words_stand_side_by_side() -> None:
    assert read("sparse  attention") == And((Word("sparse"), Word("attention")))


def test_punctuation_around_a_word_is_no_part_of_it() -> None:
    assert read("(attention), please!") == And((Word("attention"), Word("please")))


@pytest.mark.parametrize("word", ["C++", "C#", "GPT-4", "low-rank", "S4", "O'Neill", "k-nn"])
def test_a_technical_word_stays_whole(word: str) -> None:
    assert read(word) == Word(word)


def test_a_hyphen_inside_a_word_is_no_negation() -> None:
    assert read("low-rank -image") == And((Word("low-rank"), Not(Word("image"))))


def test_quotation_marks_make_a_phrase() -> None:
    assert read('"state  space" x') == And((Phrase("state space"), Word("x")))


def test_a_tex_accent_ends_no_phrase() -> None:
    assert read('"Schr\\"odinger equation"') == Phrase('Schr\\"odinger equation')
    assert read('Schr\\"odinger') == Word('Schr\\"odinger')


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("author:Schrödinger, E.", "Schrödinger, E."),
        ("author:e schrodinger", "e schrodinger"),
        ("author:LeCun Y", "LeCun Y"),
        ("author:Hinton GE", "Hinton GE"),
        ("author:van der Waals", "van der Waals"),
        ("author:Lovelace, Ada", "Lovelace, Ada"),
    ],
)
def test_a_name_goes_on_behind_a_blank(text: str, name: str) -> None:
    assert read(text) == Author(name)


@pytest.mark.parametrize(
    ("text", "rest"),
    [
        ("author:karatsuba n log", ["n", "log"]),
        ("author:curie X rays", ["X", "rays"]),
        ("author:Lovelace, attention", ["attention"]),
        ("author:lecun (y)", ["y"]),
    ],
)
def test_what_stands_beside_a_name_is_no_part_of_it(text: str, rest: list[str]) -> None:
    parsed = read(text)
    assert isinstance(parsed, And)
    assert list(parsed.children[1:]) == [Word(word) for word in rest]


@pytest.mark.parametrize("word", [r"\Lambda_c", r"\mathcal{N}=4", r"n\log"])
def test_a_command_of_tex_keeps_its_backslash(word: str) -> None:
    assert read(word) == Word(word)
    assert read(r"$\Lambda_c$") == Word(r"\Lambda_c")


@pytest.mark.parametrize("text", ["a OR b c", "a | b c", "(a) OR (b c)"])
def test_or_parts_more_widely_than_a_blank(text: str) -> None:
    assert read(text) == Or((Word("a"), And((Word("b"), Word("c")))))


def test_and_binds_more_tightly_than_a_blank() -> None:
    assert read("a AND b c") == And((Every((Word("a"), Word("b"))), Word("c")))


def test_plus_marks_a_word_that_must_be_there() -> None:
    assert read("+a b") == And((Every((Word("a"),)), Word("b")))


@pytest.mark.parametrize("text", ["x -(a OR b)", "x NOT (a OR b)", "x --(a OR b)"])
def test_a_group_can_be_excluded(text: str) -> None:
    assert read(text) == And((Word("x"), Not(Or((Word("a"), Word("b"))))))


def test_twice_excluded_is_required() -> None:
    assert read("-(-a) b") == And((Every((Word("a"),)), Word("b")))


def test_a_field_covers_what_follows_it() -> None:
    assert read('title:a abstract:(b c) title:"d e"') == And(
        (
            Word("a", Field.TITLE),
            Word("b", Field.ABSTRACT),
            Word("c", Field.ABSTRACT),
            Phrase("d e", Field.TITLE),
        )
    )


@pytest.mark.parametrize(
    "text",
    ['author:"Ada Lovelace"', "作者：“Ada Lovelace”", "au:Ada_Lovelace", "author:(Ada_Lovelace)"],
)
def test_an_author_is_read_in_several_ways(text: str) -> None:
    assert read(text) == Author("Ada Lovelace")


def test_a_tex_accent_in_a_name_is_decoded() -> None:
    assert read('author:G\\"odel') == Author("Gödel")


def test_chinese_punctuation_is_read_as_ascii() -> None:
    assert read("标题：（注意力　OR　“机器 学习”）") == Or(
        (Word("注意力", Field.TITLE), Phrase("机器 学习", Field.TITLE))
    )


def test_full_width_letters_are_plain_letters() -> None:
    assert read("ＧＰＴ－４") == Word("GPT-4")


def test_a_category_has_one_code_in_any_case() -> None:
    assert read("cat:CS.na") == Category("math.NA")
    assert read("cat:cs.*") == Category("cs")


def test_an_expression_of_categories_is_a_union_less_others() -> None:
    assert read("cat:cs.LG+stat.ML-cs.CV") == And(
        (Or((Category("cs.LG"), Category("stat.ML"))), Not(Category("cs.CV")))
    )


@pytest.mark.parametrize(
    ("text", "first", "last"),
    [
        ("2026-03-17", 20260317, 20260317),
        ("20260317", 20260317, 20260317),
        ("2026/3/17", 20260317, 20260317),
        ("2026-02", 20260200, 20260228),
        ("2024-02", 20240200, 20240229),
        ("2026", 20260000, 20261231),
        ("2026-01..2026-03", 20260100, 20260331),
        ("2025..2026-03-05", 20250000, 20260305),
        ("2026-01..", 20260100, 99999999),
        ("..2026-01", 0, 20260131),
    ],
)
def test_a_date_is_a_day_a_month_a_year_or_a_range(text: str, first: int, last: int) -> None:
    assert read(f"date:{text}") == DateRange(first, last)


@pytest.mark.parametrize(
    "text",
    [
        "2405.06147",
        " arXiv:2405.06147v3 ",
        "https://arxiv.org/abs/2405.06147v2",
        "10.48550/arXiv.2405.06147",
        "id:2405.06147",
        "(2405.06147)",
    ],
)
def test_an_id_alone_asks_for_that_paper(text: str) -> None:
    assert read(text) == Identifier(PaperId("arxiv", "2405.06147"))


def test_several_ids_ask_for_each_of_them() -> None:
    assert read("2405.06147, hep-th/9901001") == Or(
        (Identifier(PaperId("arxiv", "2405.06147")), Identifier(PaperId("arxiv", "hep-th/9901001")))
    )


@pytest.mark.parametrize(
    ("text", "code", "reading"),
    [
        ('a "b c', ProblemCode.UNBALANCED_QUOTE, 'a "b c"'),
        ('5" wafer', ProblemCode.UNBALANCED_QUOTE, "5 wafer"),
        ("(a OR b", ProblemCode.UNBALANCED_PARENTHESIS, "a OR b"),
        ("a) b", ProblemCode.UNBALANCED_PARENTHESIS, "a b"),
        ("autor:kim", ProblemCode.UNKNOWN_FIELD, "autor kim"),
        ("x title:", ProblemCode.EMPTY_FIELD, "x"),
        ('author:"?" x', ProblemCode.EMPTY_PHRASE, "x"),
        ('"--" x', ProblemCode.EMPTY_PHRASE, "x"),
        ("x date:2026-13", ProblemCode.BAD_DATE, "x"),
        ("x date:2026-02-30", ProblemCode.BAD_DATE, "x"),
        ("date:2026-03..2026-01", ProblemCode.REVERSED_DATES, "date:2026-01..2026-03"),
        ("x cat:cs.LGG", ProblemCode.BAD_CATEGORY, "x"),
        ("id:nonsense", ProblemCode.BAD_ID, "nonsense"),
        ("a - b", ProblemCode.LONE_MINUS, "a b"),
        ("-a -b", ProblemCode.ONLY_NEGATIONS, "-a -b"),
        ("a OR", ProblemCode.DANGLING_OPERATOR, "a"),
        ("AND a", ProblemCode.DANGLING_OPERATOR, "a"),
        ("a NOT", ProblemCode.DANGLING_OPERATOR, "a"),
        ("transform*", ProblemCode.WILDCARD, "transform"),
        ("?!", ProblemCode.NO_WORDS, ""),
        ("a\x00b", ProblemCode.CONTROL_CHARACTERS, "a b"),
        ("a\ud800b", ProblemCode.CONTROL_CHARACTERS, "a b"),
        ("(" * 60 + "a" + ")" * 60, ProblemCode.TOO_DEEP, "a"),
    ],
)
def test_what_is_odd_is_said_and_the_rest_is_read(text: str, code: str, reading: str) -> None:
    assert codes(text) == [code]
    assert describe(parse_query(text)) == reading


def test_every_problem_code_has_a_test() -> None:
    marks = test_what_is_odd_is_said_and_the_rest_is_read.pytestmark  # type: ignore[attr-defined]
    tested = {row[1] for row in marks[0].args[1]}
    elsewhere = {ProblemCode.TOO_LONG, ProblemCode.TOO_MANY_WORDS, ProblemCode.RUNNING_TEXT}
    assert tested | elsewhere == set(ProblemCode)


def test_a_problem_says_where_and_what_and_what_was_meant() -> None:
    (problem,) = parse_query("deep cat:cs.LGG nets").problems
    assert (problem.position, problem.fragment) == (5 + len("cat:"), "cs.LGG")
    assert problem.hint == "cs.LG"
    assert parse_query("autor:kim").problems[0].hint == "author"


def test_a_title_with_a_colon_is_no_field() -> None:
    assert describe(parse_query("BERT: pre-training")) == "BERT pre-training"
    assert codes("BERT: pre-training at 10:1") == []


def test_only_the_first_ten_thousand_characters_are_read() -> None:
    parsed = parse_query("x" * 9_999 + " yz")
    assert codes("x" * 9_999 + " yz") == [ProblemCode.TOO_LONG]
    assert parsed.root == Word("x" * 9_999)


def test_only_the_first_two_hundred_words_are_kept() -> None:
    parsed = parse_query(" ".join(f"w{n}" for n in range(300)))
    assert isinstance(parsed.root, And)
    assert len(parsed.root.children) == 200
    assert [problem.code for problem in parsed.problems] == [ProblemCode.TOO_MANY_WORDS]


def test_nothing_typed_is_no_question_and_no_problem() -> None:
    assert parse_query(" \t ").root is None
    assert codes(" \t ") == []


@pytest.mark.parametrize(
    "sign", ["NOT ", "+-", "title:-", "-title:", "author:+", "(-", "-(", "NOT ("]
)
def test_thousands_of_signs_before_a_word_are_no_burden(sign: str) -> None:
    parsed = parse_query(sign * 1_500 + "a")
    assert ProblemCode.TOO_DEEP in {problem.code for problem in parsed.problems}
    assert parse_query(describe(parsed)).root == parsed.root
