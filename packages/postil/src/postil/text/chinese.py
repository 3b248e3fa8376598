"""Chinese as search needs it: one form for traditional and simplified characters, and words where a
segmenter is at hand.

The characters come from OpenCC's table for single characters (2,958 pairs, kept in `simplified.txt`): what
differs by phrase alone is given up, and so is the package, 8 MB for the one table. Words come from rjieba,
which takes 0.15 s and 20 MB to load its dictionary and is loaded by the first Chinese text. Without it
nothing is lost: every text is found by its pairs of characters in any case (see `search.analysis`).
"""

import re
from collections.abc import Callable
from functools import cache, lru_cache
from importlib import import_module
from importlib.resources import files

HAN = "\u3005\u3007\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003134f"
EAST_ASIAN = f"{HAN}\u3040-\u30ff\u31f0-\u31ff\uac00-\ud7af"
_HAN_ALONE = re.compile(f"(?<![{EAST_ASIAN}])[{HAN}]+(?![{EAST_ASIAN}])")
_TRADITIONAL = re.compile("[\u3400-\u9fff]")

FUNCTION_WORDS = frozenset(
    "的 了 着 过 地 得 和 与 及 或 而 但 且 是 为 在 于 从 到 对 把 被 由 向 以 "
    "之 其 这 那 此 该 一 个 种 些 上 下 中 里 等 等等 也 都 就 还 又 很 更 最 "
    "不 没 没有 有 会 能 可 可以 要 我 你 他 她 它 我们 你们 他们 它们 自己 "
    "什么 怎么 怎样 如何 为何 为什么 哪些 哪个 多少 吗 呢 吧 啊 一个 一种 "
    "这个 这种 这些 那个 那些 以及 并 并且 因为 所以 如果 关于 一些 不是 "
    "就是 还是 因此 于是 然后 用".split()
)
"""Chinese words that say nothing about a subject, in simplified form."""

Segmenter = Callable[[str], list[str]]


def simplified(text: str) -> str:
    """`text` with each traditional character, and each of its common variants, as the simplified one."""
    return text.translate(_table()) if _TRADITIONAL.search(text) else text


@cache
def _table() -> dict[int, str]:
    pairs = files("postil.text").joinpath("simplified.txt").read_text(encoding="utf-8")
    pairs = pairs.replace("\n", "")
    return {ord(old): new for old, new in zip(pairs[::2], pairs[1::2], strict=True)}


@cache
def segmenters() -> tuple[Segmenter, Segmenter] | None:
    """How to cut a query and how to cut a paper, where longer words are cut again; None without rjieba."""
    try:
        rjieba = import_module("rjieba")
    except ImportError:
        return None
    return rjieba.cut, rjieba.cut_for_search


def words_of_paper(text: str) -> list[str]:
    """The Chinese words of a simplified text, words within words too; none where there is no segmenter."""
    runs = _HAN_ALONE.findall(text)
    if not runs or (cut := segmenters()) is None:
        return []
    return [word for run in runs for word in cut[1](run) if _says(word)]


@lru_cache(maxsize=4096)
def words_of_query(text: str) -> tuple[str, ...]:
    """The Chinese words of a simplified text, one after another; none where there is no segmenter."""
    runs = _HAN_ALONE.findall(text)
    if not runs or (cut := segmenters()) is None:
        return ()
    return tuple(word for run in runs for word in cut[0](run) if _says(word))


def without_han(text: str) -> str:
    """`text` with a blank for each run that is cut into Chinese words."""
    return _HAN_ALONE.sub(" ", text)


def _says(word: str) -> bool:
    return word not in FUNCTION_WORDS
