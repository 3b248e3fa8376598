"""Five classic judged collections in BEIR's layout: MED, CACM, NPL, LISA and TIME.

    python benchmarks/postil/quality_classic.py FOLDER OUT

FOLDER holds them as the University of Glasgow gives them away (ir.dcs.gla.ac.uk/resources/test_collections),
one folder each: med, cacm, npl, lisa, time. Their texts stay where they are and never enter the repository.

Nothing of Postil's ranking was chosen by them. CACM's records of authors are left out, as the layout has no
place for them. NPL, LISA and TIME are in capitals there and in small letters here, which changes nothing for
words and keeps `NOT` and `OR` from being conditions. TIME's judgements name documents by their place; those
beyond the last are left out. ADI has 82 documents: too few to say anything.
"""

import argparse
import re
from collections.abc import Iterator
from pathlib import Path

from quality_collections import Record, write

CLASSIC = ("med", "cacm", "npl", "lisa", "time")
Texts = dict[str, tuple[str, str]]
"""Title and text of a document by its id."""
Asked = dict[str, tuple[str, list[str]]]
"""A query and what is right, by the query's id."""
_SMART_FIELD = re.compile(r"\.([A-Z])\s*")
_SMART_START = re.compile(r"\.I\s+(\d+)\s*")
_NUMBERED = re.compile(r"\s*(\d+)\s*\n(.*)", re.DOTALL)


def _read(path: Path) -> str:
    return path.read_text(encoding="latin-1")


def _smart(path: Path) -> dict[str, dict[str, str]]:
    """Fields of each entry of a file in SMART's form: `.I 1`, then `.T`, `.W` and so on with their lines."""
    found: dict[str, dict[str, str]] = {}
    entry: dict[str, str] = {}
    name = ""
    for line in _read(path).splitlines():
        if start := _SMART_START.fullmatch(line):
            entry = found.setdefault(start[1], {})
            name = ""
        elif field := _SMART_FIELD.fullmatch(line):
            name = field[1]
        elif name:
            entry[name] = f"{entry.get(name, '')} {line}"
    return found


def _pairs(path: Path, columns: tuple[int, int]) -> dict[str, list[str]]:
    """What is right for each query, from lines with a query and a document in these columns."""
    right: dict[str, list[str]] = {}
    for line in _read(path).splitlines():
        if words := line.split():
            query, document = (str(int(words[at])) for at in columns)
            right.setdefault(query, []).append(document)
    return right


def _parted(path: Path, sign: str) -> Iterator[tuple[str, str]]:
    """A number and the text after it, for each part of a file."""
    for part in re.split(sign, _read(path)):
        if found := _NUMBERED.match(part):
            yield found[1], found[2].lower()


def med(folder: Path) -> tuple[Texts, Asked]:
    """1,033 abstracts from MEDLINE, 30 questions."""
    documents = {key: ("", entry["W"]) for key, entry in _smart(folder / "MED.ALL").items()}
    right = _pairs(folder / "MED.REL", (0, 2))
    asked = {key: (entry["W"], right[key]) for key, entry in _smart(folder / "MED.QRY").items()}
    return documents, asked


def cacm(folder: Path) -> tuple[Texts, Asked]:
    """3,204 records of the Communications of the ACM, half of them titles alone; 52 judged questions."""
    documents = {
        key: (entry.get("T", ""), entry.get("W", ""))
        for key, entry in _smart(folder / "cacm.all").items()
    }
    right = _pairs(folder / "qrels.text", (0, 1))
    queries = _smart(folder / "query.text")
    return documents, {key: (queries[key]["W"], found) for key, found in right.items()}


def npl(folder: Path) -> tuple[Texts, Asked]:
    """11,429 abstracts on electronics, 93 questions."""
    end = r"\n\s*/\s*\n"
    documents = {key: ("", text) for key, text in _parted(folder / "doc-text", end)}
    right = {key: text.split() for key, text in _parted(folder / "rlv-ass", end)}
    asked = {key: (text, right[key]) for key, text in _parted(folder / "query-text", end)}
    return documents, asked


def lisa(folder: Path) -> tuple[Texts, Asked]:
    """5,999 abstracts of library science, 35 questions."""
    documents: Texts = {}
    for path in sorted(folder.glob("LISA[0-5].*")):
        for key, text in _parted(path, r"\*{20,}\n?(?:\s*Document)?|^\s*Document"):
            title, _, rest = re.sub(r"\n[ \t]+\n", "\n\n", text).partition("\n\n")
            documents[key] = (title, rest)
    numbers = _read(folder / "LISARJ.NUM").split()
    right: dict[str, list[str]] = {}
    at = 0
    while at < len(numbers):
        count = int(numbers[at + 1])
        right[numbers[at]] = numbers[at + 2 : at + 2 + count]
        at += 2 + count
    asked = {key: (text, right[key]) for key, text in _parted(folder / "LISA.QUE", "#")}
    return documents, asked


def time(folder: Path) -> tuple[Texts, Asked]:
    """423 articles of a news magazine, 82 judged questions."""
    texts = re.split(r"\*TEXT[^\n]*\n", _read(folder / "TIME.ALL"))[1:]
    documents = {str(at): ("", text.lower()) for at, text in enumerate(texts, start=1)}
    right: dict[str, list[str]] = {}
    for line in _read(folder / "TIME.REL").splitlines():
        if words := line.split():
            right[words[0]] = [document for document in words[1:] if document in documents]
    queries = dict(_parted(folder / "TIME.QUE", r"\*FIND"))
    return documents, {key: (queries[key], found) for key, found in right.items() if found}


READERS = {"med": med, "cacm": cacm, "npl": npl, "lisa": lisa, "time": time}


def make(folder: Path, out: Path) -> None:
    """Write what is missing of the five.

    Raises:
        FileNotFoundError: a collection is not there.
    """
    for name, read in READERS.items():
        if not (out / name).exists():
            documents, asked = read(folder / name)
            rows: list[Record] = [
                {"_id": key, "title": _one_line(title), "text": _one_line(text)}
                for key, (title, text) in documents.items()
            ]
            queries = {key: (_one_line(text), right) for key, (text, right) in asked.items()}
            write(out / name, rows, queries)


def _one_line(text: str) -> str:
    return " ".join(text.replace("*stop", "").split())


def main() -> None:
    """Read the arguments and write the collections."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("out", type=Path)
    arguments = parser.parse_args()
    make(arguments.folder, arguments.out)


if __name__ == "__main__":
    main()
