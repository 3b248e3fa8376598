"""A paper on a listing page, in the shape of arXiv's own template."""

from html import escape
from urllib.parse import quote_plus

from postil.paper import AnnouncementKind
from postil.testing.oai_records import name_parts
from postil.testing.taxonomy import display
from postil.testing.tex import with_greek, wrapped
from postil.testing.world import Listed


def item(number: int, entry: Listed, with_abstracts: bool) -> str:
    """The item with its number on the list."""
    standing = entry.standing
    words, key = standing.wording, standing.id.key
    note = ""
    if entry.kind is AnnouncementKind.CROSS:
        note = f"(cross-list from {words.categories[0]})"
    elif entry.kind is AnnouncementKind.REPLACE:
        note = "(replaced)"
    subjects = [display(code) for code in words.categories]
    first = f'<span class="primary-subject">{escape(subjects[0])}</span>'
    abstract = f"        <p class='mathjax'>\n          {_text(words.abstract, greek=False)}\n        </p>\n"
    return (
        f"    <dt>\n      <a name='item{number}'>[{number}]</a>\n"
        f'      <a href ="/abs/{key}" title="Abstract" id="{key}">\n        arXiv:{key}\n      </a>\n'
        f"      {note}\n"
        f'      [<a href="/pdf/{key}" title="Download PDF" id="pdf-{key}" '
        f'aria-labelledby="pdf-{key}">pdf</a>, <a href="/format/{key}" title="Other formats" '
        f'id="oth-{key}" aria-labelledby="oth-{key}">other</a>]\n'
        "    </dt>\n    <dd>\n      <div class='meta'>\n"
        "        <div class='list-title mathjax'><span class='descriptor'>Title:</span>\n"
        f"          {_text(words.title)}\n        </div>\n"
        f"        <div class='list-authors'>{_authors(entry)}</div>\n"
        f"{_note('comments mathjax', 'Comments', _text(words.comment))}"
        f"{_note('journal-ref', 'Journal-ref', escape(words.journal_ref, quote=False))}"
        "        <div class='list-subjects'><span class='descriptor'>Subjects:</span>\n"
        f"          {first}{''.join(f'; {escape(s)}' for s in subjects[1:])}\n        </div>\n"
        f"{abstract if with_abstracts else ''}      </div>\n    </dd>\n"
    )


def _note(name: str, label: str, text: str) -> str:
    if not text:
        return ""
    return (
        f"        <div class='list-{name}'><span class='descriptor'>{label}:</span>\n"
        f"          {text}\n        </div>\n"
    )


def _authors(entry: Listed) -> str:
    words = entry.standing.wording
    archive = words.categories[0].partition(".")[0]
    parts = []
    for position, name in enumerate(words.authors):
        key, forenames, _ = name_parts(name)
        query = quote_plus(f"{key}, {forenames[:1]}" if forenames else key)
        house = f" ({escape(words.affiliation)})" if words.affiliation and not position else ""
        parts.append(
            f'<a href="https://arxiv.org/search/{archive}?searchtype=author&amp;query={query}">'
            f"{escape(name, quote=False)}</a>{house}"
        )
    return ", ".join(parts) or "(author list is unavailable)"


def _text(text: str, *, greek: bool = True) -> str:
    # Pages show titles and comments with Greek letters in Unicode, abstracts with the TeX as it is.
    return escape(wrapped(with_greek(text) if greek else text), quote=False)
