"""What a paper's page says of its versions, of withdrawal, and of what changed between its editions."""

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime

import pytest

from postil.paper import Paper, Version
from postil.paper_id import PaperId

FIRST = Paper(
    PaperId("arxiv", "2602.00001"),
    title="On quiet pages",
    authors=("Ada Quill",),
    abstract=r"A page costs $O(n)$ and is read \emph{slowly}. It ends.",
    comment="12 pages",
    categories=("cs.LG",),
    modified=date(2026, 2, 3),
    versions=(Version(1, date(2026, 2, 2)),),
)
SECOND = replace(
    FIRST,
    title="On quiet pages and loud ones",
    abstract=r"A page costs $O(n \log n)$ and is read \emph{slowly}. It ends.",
    comment="14 pages",
    modified=date(2026, 2, 10),
    versions=(*FIRST.versions, Version(2, date(2026, 2, 9))),
)
EDITED = replace(
    SECOND,
    abstract=r"A page costs $O(n \log n)$ and is read \emph{at leisure}. It ends.",
    modified=date(2026, 2, 16),
)
WITHDRAWN = replace(
    SECOND,
    versions=(*SECOND.versions, Version(3, date(2026, 2, 20), withdrawn=True)),
    comment="Withdrawn: the second lemma fails for $n = 1$.",
    modified=date(2026, 2, 21),
)


@pytest.fixture
def page(kept: Callable) -> Callable[..., str]:
    """The page of the paper after these editions of it were put into a library, one by one."""

    def shown(*editions: Paper, path: str = "/arxiv/2602.00001", language: str = "en") -> str:
        world = kept(datetime(2026, 3, 1))
        for edition in editions:
            world.library.store.put([edition])
        world.library.search.catch_up()
        return str(world.page(path, language))

    return shown


def changes(html: str) -> list[str]:
    """Each change with marks around what went and came, formulas as their TeX."""
    if 'class="changes"' not in html:
        return []
    section = html[html.index('class="changes"') :].partition("</section>")[0]
    section = re.sub(r'<span class="math[^>]*data-tex="([^"]*)".*?</math></span>', r"$\1$", section)
    section = re.sub(r"<span class='unseen'>[^<]*</span>", "", section)
    section = re.sub(r"<del>(.*?)</del>", r"[-\1-]", section)
    section = re.sub(r"<ins>(.*?)</ins>", r"[+\1+]", section)
    parts = section.split("<details")[1:]
    return [" ".join(re.sub(r"<[^>]+>", " ", p.partition(">")[2]).split()) for p in parts]


def test_a_paper_that_never_changed_has_no_such_section(page) -> None:
    assert changes(page(FIRST)) == []


def test_a_new_version_shows_its_title_and_abstract_word_by_word(page) -> None:
    assert changes(page(FIRST, SECOND)) == [
        "Version 1 became version 2, 10 Feb 2026 On quiet pages[+ and loud ones+] "
        r"A page costs [-$O(n)$-][+$O(n \log n)$+] and is read slowly . It ends. "
        "Also changed: comment"
    ]


def test_an_edit_of_the_abstract_alone_says_so_and_the_latest_change_is_first(page) -> None:
    html = page(FIRST, SECOND, EDITED)
    latest, earlier = changes(html)
    assert latest.startswith("The abstract was edited, with no new version, 16 Feb 2026")
    assert "[- slowly -][+ at leisure +]" in latest
    assert earlier.startswith("Version 1 became version 2")
    assert html.count("<details open>") == 1


def test_what_went_and_came_is_said_to_those_who_do_not_see_it(page) -> None:
    html = page(FIRST, SECOND)
    assert re.search(r"<del><span class='unseen'>removed: </span><span class=\"math", html)
    assert "<ins><span class='unseen'>added: </span> and loud ones</ins>" in html
    chinese = page(FIRST, SECOND, language="zh")
    assert "<ins><span class='unseen'>加入： </span>" in chinese
    assert "第 1 版更新为第 2 版" in chinese


def test_an_edit_of_something_else_is_an_edit_of_the_record(page) -> None:
    other = replace(
        FIRST, comment="13 pages", categories=("cs.LG", "cs.CL"), modified=date(2026, 2, 5)
    )
    assert changes(page(FIRST, other)) == [
        "The record was edited, with no new version, 5 Feb 2026 Also changed: comment, categories"
    ]


def test_hostile_editions_are_text_in_every_stretch(page) -> None:
    hostile = replace(
        FIRST,
        abstract="A <script>alert(1)</script> & </ins><b>more</b>.",
        modified=date(2026, 2, 6),
    )
    html = page(FIRST, hostile)
    assert "<script>alert" not in html
    assert "<b>more" not in html
    assert html.count("<ins>") == html.count("</ins>")


def test_a_withdrawn_paper_says_so_before_its_title(page) -> None:
    html = page(FIRST, SECOND, WITHDRAWN)
    notice = html[html.index('<div class="withdrawn">') : html.index("<h1")]
    assert "Withdrawn</p>" in notice
    assert "With version 3, 20 Feb 2026. Earlier versions can still be read at arXiv." in notice
    assert "the second lemma fails for" in notice
    assert re.search(
        r'v3</a> <time [^>]*>20 Feb 2026</time> <span class="kind">withdrawn</span>', html
    )


def test_a_paper_that_is_withdrawn_by_its_comment_alone_claims_no_version(page) -> None:
    html = page(replace(FIRST, comment="This paper has been withdrawn by the author."))
    assert '<p class="withdrawn">Withdrawn</p>' in html
    assert "With version" not in html


def test_a_card_of_a_withdrawn_paper_says_so_before_its_title(page) -> None:
    html = page(SECOND, WITHDRAWN, path="/search?q=quiet+pages")
    assert re.search(r'<article [^>]*><p class="withdrawn">Withdrawn</p><h2', html)
    assert 'class="withdrawn"' not in page(SECOND, path="/search?q=quiet+pages")


@pytest.mark.parametrize(
    ("key", "address"),
    [
        ("openreview:Ab3dEfGh12", "https://openreview.net/forum?id=Ab3dEfGh12"),
        ("acl:P18-1001", "https://aclanthology.org/P18-1001"),
        ("web:example.org/archives/7?page=2", "https://example.org/archives/7?page=2"),
    ],
)
def test_a_work_of_another_source_has_a_page_and_leads_home(kept: Callable, key, address) -> None:
    world = kept(datetime(2026, 3, 1))
    paper = Paper(PaperId.parse(key), "A work from elsewhere", abstract="It was printed there.")
    world.library.store.put([paper])
    world.library.search.catch_up()
    found = re.search(r'class="title"[^>]*><a href="([^"]+)"', world.page("/search?q=elsewhere"))
    assert found is not None
    assert f'href="{address}"' in world.page(found[1])


def test_the_homes_of_one_paper_are_all_linked(page) -> None:
    home = PaperId.parse("acl:P18-1001")
    html = page(replace(FIRST, homes=(home,)))
    assert 'href="https://arxiv.org/abs/2602.00001"' in html
    assert 'href="https://aclanthology.org/P18-1001"' in html
