"""TeX accents against Unicode's own names, and the folded form that search compares."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from postil.text.accents import fold, to_unicode

# The accents of arXiv's own table, as accent: (name in Unicode, letters).
ARXIV_ACCENTS = {
    "'": ("ACUTE", "ACEILNORSUYZaceilnorsuyz"),
    '"': ("DIAERESIS", "AEIOUYaeiouy"),
    ".": ("DOT ABOVE", "ACEGIOZacegoz"),
    "=": ("MACRON", "AEIOUYaeiouy"),
    "^": ("CIRCUMFLEX", "ACEGHIJOSUWYaceghijosuwy"),
    "`": ("GRAVE", "AEIOUaeiou"),
    "~": ("TILDE", "AINOUainou"),
    "H": ("DOUBLE ACUTE", "OUou"),
    "c": ("CEDILLA", "CEGKLNRSTceklnrst"),
    "k": ("OGONEK", "AEIOUaeiou"),
    "r": ("RING ABOVE", "AUau"),
    "u": ("BREVE", "AEGIOUaegiou"),
    "v": ("CARON", "ACDEGHIKLNORSTUZacdeghiklnorstuz"),
}
ARXIV_LETTERS = {
    "AA": "Å", "AE": "Æ", "DH": "Ð", "DJ": "Đ", "ETH": "Ð", "L": "Ł", "NG": "Ŋ", "O": "Ø",
    "oe": "œ", "OE": "Œ",
    "TH": "Þ", "aa": "å", "ae": "æ", "dh": "ð", "dj": "đ", "eth": "ð", "i": "ı", "l": "ł",
    "ng": "ŋ", "o": "ø",
    "ss": "ß", "th": "þ",
}  # fmt: skip
TABLE = [
    (accent, letter, unicodedata.lookup(f"LATIN {case} LETTER {letter.upper()} WITH {name}"))
    for accent, (name, letters) in ARXIV_ACCENTS.items()
    for letter in letters
    for case in ["CAPITAL" if letter.isupper() else "SMALL"]
]


@pytest.mark.parametrize(("accent", "letter", "expected"), TABLE)
def test_every_accent_of_arxivs_table_is_read_however_it_is_braced(accent, letter, expected):
    space = " " if accent.isalpha() else ""
    ways = [
        rf"\{accent}{{{letter}}}",
        rf"{{\{accent}{space}{letter}}}",
        rf"\{accent}{space}{letter}",
    ]
    if letter in "ij":
        ways += [rf"\{accent}{{\{letter}}}", rf"{{\{accent}\{letter}}}"]
    assert [to_unicode(f"a{way}b") for way in ways] == [f"a{expected}b"] * len(ways)


@pytest.mark.parametrize(("name", "letter"), ARXIV_LETTERS.items())
def test_every_special_letter_of_arxivs_table_is_read(name, letter):
    ways = [rf"\{name} n", rf"{{\{name}}}n", rf"\{name}{{}}n"]
    assert [to_unicode(way) for way in ways] == [f"{letter}n"] * 3


@pytest.mark.parametrize(
    ("tex", "expected"),
    [
        (r"Erd\H{o}s", "Erdős"),
        (r"Erd\H os", "Erdős"),
        (r"Schr\"odinger", "Schrödinger"),
        (r"\L ukasz", "Łukasz"),
        (r"Mart\'{\i}nez", "Martínez"),
        (r"Stra\ss e", "Straße"),
        (r"\v{C}eby\v{s}\"ev", "Čebyšëv"),
        (r"Nguy{\~\^e}n", "Nguyễn"),
        (r"Nguy\~{\^e}n", "Nguyễn"),
        (r"\t{oo}", "o͡o"),
        (r"\d{s}\b{t}", "ṣṯ"),
        (r"\~{}user", "~user"),
    ],
)
def test_names_as_authors_write_them(tex, expected):
    assert to_unicode(tex) == unicodedata.normalize("NFC", expected)


@pytest.mark.parametrize(
    "text", [r"\cite{a}", r"\vec x", r"\ref{e}", r"a \\ b", r"\oint \listing \bfseries"]
)
def test_commands_that_only_begin_like_an_accent_stay(text):
    assert to_unicode(text) == text


def test_formulas_are_left_alone():
    assert to_unicode(r"\'e $\c c \d x \'e$ \'e") == r"é $\c c \d x \'e$ é"


def test_decomposed_letters_are_composed():
    assert to_unicode("Schro\u0308dinger") == "Schrödinger"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Schrödinger", "schrodinger"),
        ("Łukasz", "lukasz"),
        ("Straße", "strasse"),
        ("Ørsted Æsir Œuvre Þór Đoković", "orsted aesir oeuvre thor dokovic"),
        ("Nguyễn", "nguyen"),
        ("O’Brien–Smith", "o'brien-smith"),
        ("ﬁne № ½", "fine no 1/2"),
        ("が ガ", "が ガ"),
        ("한글", "한글"),
        ("İstanbul ıI", "istanbul ii"),
        ("ΣΟΦΟΣ σοφος", "σοφοσ σοφοσ"),
    ],
)
def test_folding(text, expected):
    assert fold(text) == expected


@given(st.text())
def test_folding_twice_changes_nothing_more(text):
    assert fold(fold(text)) == fold(text)


@given(st.text(alphabet=st.characters(codec="ascii")))
def test_ascii_folds_to_lower_case_only(text):
    assert fold(text) == text.lower()


@given(st.text(alphabet="\\\"'`^~=.cvuHkrdbt{}$ oiaßé", max_size=40))
def test_any_accents_at_all_are_read_without_an_error_and_once(text):
    decoded = to_unicode(text)
    assert unicodedata.is_normalized("NFC", decoded) or "$" in text
