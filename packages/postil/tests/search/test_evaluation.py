import json
from pathlib import Path

import pytest

from postil.errors import BadFile
from postil.search.comparison import compare
from postil.search.evaluation import evaluate_collection
from postil.search.vectors.spaces import FEWEST
from postil.settings import Settings

CORPUS = [
    {"_id": "d1", "title": "Wings", "text": "The lift of a wing in a stream."},
    {"_id": "d2", "title": "Plates", "text": "Heat over a flat plate."},
    {"_id": "d3", "title": "", "text": "A wing and a plate."},
]
QUERIES = [
    {"_id": "q1", "text": "what lift has a wing?"},
    {"_id": "q2", "text": "plates"},
    {"_id": "q3", "text": "nobody judged this"},
]
JUDGED = "query-id\tcorpus-id\tscore\nq1\td1\t2\nq1\td3\t1\nq2\td3\t1\nq2\td1\t0\n"


def collection(folder: Path, judged: str = JUDGED) -> Path:
    (folder / "qrels").mkdir(parents=True)
    for name, rows in (("corpus", CORPUS), ("queries", QUERIES)):
        (folder / f"{name}.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    (folder / "qrels" / "test.tsv").write_text(judged)
    return folder


def test_a_small_collection_scores_as_worked_out_by_hand(tmp_path: Path) -> None:
    found = evaluate_collection(collection(tmp_path / "small"))
    # q1 ranks d1, d3: perfect. q2 ranks d2 (its title) before d3: 1 / log2(3).
    assert found.ndcg_10 == pytest.approx((1 + 0.6309297535714575) / 2)
    assert found.recall_100 == 1.0
    assert found.mrr_10 == pytest.approx(0.75)
    assert (found.collection, found.documents, found.queries) == ("small", 3, 2)
    assert 0 < found.p50_ms <= found.p99_ms


def test_judgements_without_a_heading_are_read(tmp_path: Path) -> None:
    found = evaluate_collection(collection(tmp_path / "c", JUDGED.partition("\n")[2]))
    assert found.queries == 2


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("corpus.jsonl", '{"_id": 1}\n', "line 1"),
        ("queries.jsonl", "no json\n", "line 1"),
        ("qrels/test.tsv", "a\tb\tc\nq1\td1\n", "line 2"),
        ("qrels/test.tsv", "a\tb\tc\nq1\td1\t0\n", "no relevant|has a relevant"),
        ("corpus.jsonl", None, "cannot be read"),
    ],
)
def test_a_folder_of_another_form_is_refused_in_one_line(
    tmp_path: Path, name: str, content: str | None, message: str
) -> None:
    folder = collection(tmp_path / "bad")
    if content is None:
        (folder / name).unlink()
    else:
        (folder / name).write_text(content)
    with pytest.raises(BadFile, match=message) as caught:
        evaluate_collection(folder)
    assert "\n" not in str(caught.value)


def test_a_collection_of_a_hundred_documents_is_ranked_by_meaning_too(tmp_path: Path) -> None:
    folder = collection(tmp_path / "larger")
    with (folder / "corpus.jsonl").open("a") as file:
        for n in range(FEWEST):
            row = {
                "_id": f"x{n}",
                "title": f"Number {n}",
                "text": f"Of stream{n % 9} and heat{n % 7}.",
            }
            file.write(json.dumps(row) + "\n")
    assert evaluate_collection(folder).spaces == ("lsa",)
    words = evaluate_collection(folder, settings=Settings(data=tmp_path, meaning=False))
    assert words.spaces == ()
    assert words.record()["spaces"] == []


def test_the_run_is_the_rankings_that_were_scored(tmp_path: Path) -> None:
    found = evaluate_collection(collection(tmp_path / "small"))
    assert found.run.rankings == {"q1": ["d1", "d3"], "q2": ["d2", "d3"]}
    assert compare(found.run, found.run, found.judgements).mean == pytest.approx(found.ndcg_10)
