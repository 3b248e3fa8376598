"""A paper as reference managers read it: a BibTeX entry, and the `citation_*` names of page metadata."""

import re
import unicodedata

from postil.paper import Paper

# Unicode is left as it is (biber and bibtex8 read it); only what would be markup in BibTeX is escaped.
_ESCAPED = {"&": r"\&", "%": r"\%", "#": r"\#", "_": r"\_"}
_FORMULA = re.compile(
    r"(\$\$.+?\$\$|\$[^$\s](?:[^$]*[^$\s\\])?\$|\\\(.+?\\\)|\\\[.+?\\\])", re.DOTALL
)


def bibtex(paper: Paper) -> str:
    """One BibTeX entry, ending in a newline."""
    published = bool(paper.venue or paper.journal_ref)
    rows = [
        ("title", f"{{{_escaped(paper.title)}}}"),
        ("author", " and ".join(_escaped(name) for name in paper.authors)),
        ("year", str(_year(paper) or "")),
        (
            "howpublished" if not published else "journal",
            _escaped(paper.journal_ref or paper.venue),
        ),
        ("doi", paper.doi),
    ]
    if paper.id.source == "arxiv":
        rows += [
            ("eprint", str(paper.id)),
            ("archiveprefix", "arXiv"),
            ("primaryclass", paper.primary),
        ]
    body = "".join(f"  {name:<13} = {{{value}}},\n" for name, value in rows if value)
    return f"@{'article' if published else 'misc'}{{{_key(paper)},\n{body}}}\n"


def metadata(paper: Paper) -> list[tuple[str, str]]:
    """The `citation_*` names and values that reference managers take from a page's head."""
    pairs = [("citation_title", paper.title)]
    pairs += [("citation_author", author) for author in paper.authors]
    first = paper.submitted or min((a.day for a in paper.announced), default=None)
    if first:
        pairs.append(("citation_date", first.strftime("%Y/%m/%d")))
    elif paper.year:
        pairs.append(("citation_date", str(paper.year)))
    if paper.id.source == "arxiv":
        pairs.append(("citation_arxiv_id", str(paper.id)))
        pairs.append(("citation_pdf_url", f"https://arxiv.org/pdf/{paper.id}"))
    if paper.doi:
        pairs.append(("citation_doi", paper.doi))
    if paper.venue or paper.journal_ref:
        pairs.append(("citation_journal_title", paper.journal_ref or paper.venue))
    return pairs


def _year(paper: Paper) -> int | None:
    return paper.year or (paper.day_number // 10_000) or None


def _key(paper: Paper) -> str:
    """Surname, year and first word of the title, in ASCII: vaswani2017attention."""
    surname = paper.authors[0].split()[-1] if paper.authors and paper.authors[0].split() else "anon"
    words = re.findall(r"\w{4,}", paper.title) or re.findall(r"\w+", paper.title) or [""]
    return _ascii(f"{surname}{_year(paper) or ''}{words[0]}") or paper.id.key.replace("/", "-")


def _ascii(text: str) -> str:
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode()
    return re.sub(r"[^a-z0-9]", "", plain.lower())


def _escaped(text: str) -> str:
    """`text` with BibTeX's own characters escaped, formulas untouched, lone braces dropped."""
    parts = _FORMULA.split(text)
    plain = ["".join(_ESCAPED.get(c, c) for c in part) for part in parts[::2]]
    parts[::2] = plain
    return _balanced("".join(parts))


def _balanced(text: str) -> str:
    depth, kept = 0, []
    for character in text:
        if character == "}" and depth == 0:
            continue
        depth += {"{": 1, "}": -1}.get(character, 0)
        kept.append(character)
    return "".join(kept) + "}" * depth
