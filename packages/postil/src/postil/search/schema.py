"""The fields of the lexical index, and a paper as one document of it.

    text            title, abstract, summary, venue and topic, stemmed, and names that words tear apart as one
                    (`gpt4`, Chinese words: see `analysis`): what ranking goes by
    title           the title alone, stemmed: half again for words that stand in it
    title_exact     words as they are, with positions: phrases, and words asked of one field
    abstract_exact  the same; the end of a sentence takes a place, so that no phrase reaches over it
    byline          the authors' name keys and the year of the paper's day
    category, id    what filters ask for
    day             each day of announcement, else of submission, else yyyy0000
    order           day and number in one integer: newest and oldest first
    number          the store's number, which a search answers with

One combined field under BM25 with an addition for the title was chosen by measurement over a sum of two
fields (nDCG@10 of .362 and .296 on Cranfield and CISI); docs/postil/search.md has what each part is worth.
Comments and journal references are not searched: most are counts of pages.
"""

from tantivy import Document, Schema, SchemaBuilder

from postil.categories import keys
from postil.paper import Paper, day_number
from postil.search.analysis import paired, parted, plain, said, whole_names
from postil.text.names import byline_keys

FORMAT = 6
"""Raised whenever documents or fields change, so that older indexes are rebuilt."""

_ORDER_STEP = 1_000_000_000


def build_schema() -> Schema:
    """The schema; the analyzers `stemmed` and `exact` must be registered with the index."""
    return (
        SchemaBuilder()
        .add_text_field("text", tokenizer_name="stemmed", index_option="freq")
        .add_text_field("title", tokenizer_name="stemmed", index_option="freq")
        .add_text_field("title_exact", tokenizer_name="exact")
        .add_text_field("abstract_exact", tokenizer_name="exact")
        .add_text_field("byline", tokenizer_name="whitespace", index_option="basic")
        .add_text_field("category", tokenizer_name="raw", index_option="basic")
        .add_text_field("id", tokenizer_name="raw", index_option="basic")
        .add_integer_field("day", indexed=True, fast=True)
        .add_integer_field("order", fast=True)
        .add_integer_field("number", indexed=True, fast=True)
        .build()
    )


def document(paper: Paper, number: int) -> Document:
    """`paper` as the index keeps it."""
    title = said(paper.title)
    body = said(f"{paper.abstract}. {paper.summary}" if paper.summary else paper.abstract)
    title_names = whole_names(title)
    names = title_names + whole_names(body)
    title, body = paired(title), paired(body)
    rest = plain(f"{paper.venue}\n{paper.topic}") if paper.venue or paper.topic else ""
    day = paper.day_number
    return Document(
        text=[title, body, rest, " ".join(names)] if rest or names else [title, body],
        title=[title, " ".join(title_names)] if title_names else title,
        title_exact=title,
        abstract_exact=parted(body),
        byline=_byline(paper, day),
        category=list(keys(paper.categories)),
        id=str(paper.id),
        day=_days(paper, day),
        order=day * _ORDER_STEP + number,
        number=number,
    )


def _byline(paper: Paper, day: int) -> str:
    found = byline_keys(paper.authors)
    if day:
        found.append(str(day // 10_000))
    return " ".join(found)


def _days(paper: Paper, day: int) -> list[int]:
    if paper.announced:
        return sorted({day_number(a.day) for a in paper.announced})
    return [day] if day else []
