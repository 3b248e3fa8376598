from hypothesis import given
from hypothesis import strategies as st

from postil.messages import catalogue
from postil.paper_id import PaperId
from postil.web.ids import ids_html, ranges_of


def arxiv(key: str) -> PaperId:
    return PaperId("arxiv", key)


SERIALS = st.builds(
    lambda month, n: arxiv(f"26{month:02}.{n:05}"), st.integers(1, 2), st.integers(1, 40)
)
OLD = st.sampled_from([arxiv("math/0309136"), arxiv("math/0309137"), PaperId("web", "a.b/c.1")])


def spelled_out(first: PaperId, count: int) -> list[PaperId]:
    month, _, serial = first.key.partition(".")
    if count == 1:
        return [first]
    return [arxiv(f"{month}.{int(serial) + n:05}") for n in range(count)]


@given(st.sets(SERIALS | OLD))
def test_ranges_spell_out_to_the_same_ids_and_are_as_long_as_can_be(ids: set[PaperId]) -> None:
    found = ranges_of(sorted(ids))
    assert [i for r in found for i in spelled_out(r.first, r.count)] == sorted(ids)
    assert all(r.last == spelled_out(r.first, r.count)[-1] for r in found)
    following = {spelled_out(r.last, 2)[1] for r in found if r.last.key.startswith("26")}
    assert not following & ids


def test_one_more_id_than_are_shown_is_shown_too() -> None:
    ids = [arxiv(f"2602.{n:05}") for n in range(1, 5)]
    texts = catalogue("en")
    assert "more" not in ids_html(ids, 3, texts)
    assert ids_html(ids, 2, texts).endswith("and 2 more")
