"""Which share of the formulas of real records comes out clean, ours and other converters', in one run.

    python benchmarks/postil/formulas.py [--records 10000] [--seed 20260203] [--shared FOLDER] [--json]
    [--missing]

FOLDER (or POSTIL_SHARED, or ../shared beside the checkout) holds the real records. The formulas of a
seeded sample of both files are given to every converter that is here: Postil's, bare math-core,
latex2mathml, and through Node, where NODE_PATH has them, Temml and KaTeX, each also with Postil's
table of macros. Success is never a converter's own word: `faults` reads the output. `--missing` lists
the unknown macros of all records.
"""

import argparse
import gzip
import json
import os
import random
import re
import shutil
import statistics
import subprocess
import sys
import time
import xml.etree.ElementTree as ET
from collections import Counter
from collections.abc import Callable, Iterator
from functools import cache
from html.entities import html5
from importlib.metadata import version
from pathlib import Path

from postil.text.formulas import Formula
from postil.text.macros import macro_table
from postil.text.mathml import formula_html
from postil.text.segments import Segment, Text, parse

FILES = ("arxiv-recent.jsonl.gz", "arxiv-archive-sample.jsonl.gz")
SHOWN = 12

_COMMAND = re.compile(r"\\([A-Za-z]+)")
_WORD = re.compile(r"[A-Za-z]+")
_DRESS = re.compile(r"\\(?:[A-Za-z]+|.)|[{}\s]")
_ENTITY = re.compile(r"&(?!amp;|lt;|gt;|quot;|apos;|#)([A-Za-z]+;)")
_BACKSLASHES = re.compile(r"\\(?:backslash|setminus|textbackslash|smallsetminus)(?![A-Za-z])")
_ACRONYM = re.compile(r"[A-Z]{3,}")
_KNOWN = frozenset(
    """
    log ln lg exp sin cos tan cot sec csc sinh cosh tanh coth arcsin arccos arctan arctg tg ctg cosec
    ch sh th cth max min sup inf lim limsup liminf det dim ker deg gcd arg hom Pr mod bmod pmod argmax
    argmin plim Re Im erf erfc TeX LaTeX KaTeX div vec Cap Set int
    """.split()
)


def faults(html: str, tex: str) -> list[str]:
    """What is wrong with one rendering of ``tex``; empty if it is clean.

    Wrong are: output that is no XML or has no ``<math>``; an error element or an error's colour; a
    backslash in what is shown; and a command's name shown as if it were text (``\\Mdot`` as "Mdot"),
    unless the name is an operator's, or one that Postil's table lists as standing for itself.
    """
    try:
        root = ET.fromstring(_ENTITY.sub(lambda match: html5.get(match[1], "?"), html))
    except ET.ParseError:
        return ["not well-formed"]
    found = []
    if not any(_name(element) == "math" for element in root.iter()):
        found.append("no formula")
    if any(_is_error(element) for element in root.iter()):
        found.append("error element")
    shown = list(_shown(root))
    text = "".join(shown)
    if "\\" in text and not (_BACKSLASHES.search(tex) and text.count("\\") == 1):
        found.append("backslash")
    spoken = {word for part in shown for word in _WORD.findall(part)}
    leaked = sorted(name for name in _suspects(tex) if name in spoken)
    return found + [f"raw \\{name}" for name in leaked]


def _name(element: ET.Element) -> str:
    return element.tag.rsplit("}", 1)[-1]


def _is_error(element: ET.Element) -> bool:
    marks = " ".join((*element.attrib.values(), _name(element))).lower()
    return any(mark in marks for mark in ("merror", "error", "#cc0000", "#b22222", "color:red"))


def _shown(element: ET.Element) -> Iterator[str]:
    """Texts in reading order, without annotations: those are the source."""
    if _name(element) in {"annotation", "annotation-xml"}:
        return
    if element.text:
        yield element.text
    for child in element:
        yield from _shown(child)
        if child.tail:
            yield child.tail


@cache
def _accepted() -> frozenset[str]:
    """Names that stand for themselves: operators, and entries of the table whose meaning is their name."""
    table = macro_table()
    itself = {name for name, body in table.meanings.items() if _DRESS.sub("", body) == name}
    return _KNOWN | table.words | itself


def _suspects(tex: str) -> set[str]:
    """Names of commands that should not be seen as text in the output."""
    commands = set(_COMMAND.findall(tex))
    written = _COMMAND.sub(" ", tex)
    letters = set(_WORD.findall(written))
    return {
        name
        for name in commands - _accepted()
        if not _ACRONYM.fullmatch(name)
        and name not in letters
        and (len(name) > 1 or name not in written)
    }


def records(folder: Path, count: int | None, seed: int) -> Iterator[dict[str, str]]:
    """A seeded sample of the records of both files, or all of them."""
    lines = []
    for name in FILES:
        with gzip.open(folder / name, "rt", encoding="utf-8") as file:
            lines += file.readlines()
    for line in random.Random(seed).sample(lines, count) if count else lines:
        yield json.loads(line)


def formulas(text: str) -> Iterator[Formula]:
    """The formulas of a title or abstract."""
    if "$" in text or "\\" in text:
        yield from _within(parse(text))


def _within(segments: tuple[Segment, ...]) -> Iterator[Formula]:
    for segment in segments:
        if isinstance(segment, Formula):
            yield segment
        elif not isinstance(segment, Text):
            yield from _within(segment.children)


Rendering = tuple[str | None, float]


def timed(convert: Callable[[str, bool], str], sample: list[Formula]) -> list[Rendering]:
    """Each formula's output, None where the converter raised, and its seconds."""
    done: list[Rendering] = []
    for formula in sample:
        begun = time.perf_counter()
        try:
            html: str | None = convert(formula.tex, formula.display)
        except Exception:  # noqa: BLE001 a peer may raise anything; that is a failure, not ours
            html = None
        done.append((html, time.perf_counter() - begun))
    return done


_NODE = """
const [name, macros] = [process.argv[1], JSON.parse(process.argv[2])];
const lib = require(name);
const input = JSON.parse(require('fs').readFileSync(0, 'utf8'));
const options = d => name === 'katex'
  ? {displayMode: d, output: 'mathml', throwOnError: true, strict: false, macros}
  : {displayMode: d, throwOnError: true, annotate: false, macros};
const clock = () => Number(process.hrtime.bigint()) / 1e9;
for (const [tex, d] of input.slice(0, 2000)) try { lib.renderToString(tex, options(d)) } catch {}
const out = input.map(([tex, d]) => {
  const begun = clock(); let html = null;
  try { html = lib.renderToString(tex, options(d)) } catch {}
  return [html, clock() - begun];
});
console.log(JSON.stringify([require(name + '/package.json').version, out]));
"""


def through_node(
    library: str, sample: list[Formula], macros: dict[str, str]
) -> tuple[str, list[Rendering]] | None:
    """A JavaScript converter's renderings, with its version; None where it is not here."""
    node = shutil.which("node")
    if node is None:
        return None
    answer = subprocess.run(
        [
            node,
            "-e",
            _NODE,
            library,
            json.dumps({f"\\{name}": body for name, body in macros.items()}),
        ],
        input=json.dumps([(formula.tex, formula.display) for formula in sample]),
        capture_output=True,
        text=True,
        timeout=600,
        check=False,
    )
    if answer.returncode:
        return None
    found, rendered = json.loads(answer.stdout)
    return found, [(html, seconds) for html, seconds in rendered]


def summary(name: str, sample: list[Formula], rendered: list[Rendering]) -> dict[str, object]:
    """The figures of one converter over the sample."""
    failures: Counter[str] = Counter()
    examples: dict[str, str] = {}
    failed = 0
    for formula, (html, _) in zip(sample, rendered, strict=True):
        wrong = ["refused"] if html is None else faults(html, formula.tex)
        failed += bool(wrong)
        for fault in wrong[:1]:
            if fault in {"refused", "no formula"}:
                unknown = [
                    c for c in _COMMAND.findall(formula.tex) if c not in macro_table().meanings
                ]
                fault = " ".join([fault, *("\\" + name for name in unknown[:3])])  # noqa: PLW2901
            failures[fault] += 1
            examples.setdefault(fault, formula.tex)
    micro = sorted(seconds * 1e6 for _, seconds in rendered)
    sizes = [len(html.encode()) for html, _ in rendered if html is not None]
    return {
        "converter": name,
        "clean_percent": round(100 * (1 - failed / len(sample)), 3),
        "failed": failed,
        "refused": sum(html is None for html, _ in rendered),
        "median_us": round(statistics.median(micro), 1),
        "mean_us": round(statistics.fmean(micro), 1),
        "p99_us": round(micro[int(len(micro) * 0.99)], 1),
        "mean_bytes": round(statistics.fmean(sizes)) if sizes else 0,
        "failures": [
            [fault, count, examples[fault][:80]] for fault, count in failures.most_common(SHOWN)
        ],
    }


def measure(sample: list[Formula]) -> list[dict[str, object]]:
    """The figures of every converter that is here."""
    results = [summary("postil (uncached)", sample, timed(formula_html.__wrapped__, sample))]
    from math_core import LatexToMathML

    bare = LatexToMathML(allow_unreliable_rendering=True, fancy_error=False)
    results.append(
        summary(
            f"math-core {version('math-core')}, bare",
            sample,
            timed(
                lambda tex, display: bare.convert_with_local_state(tex, displaystyle=display),
                sample,
            ),
        )
    )
    try:
        from latex2mathml.converter import convert
    except ImportError:
        pass
    else:
        rendered = timed(lambda tex, d: convert(tex, display="block" if d else "inline"), sample)
        results.append(summary(f"latex2mathml {version('latex2mathml')}", sample, rendered))
    for library in ("temml", "katex"):
        for macros, note in (({}, ""), (macro_table().meanings, ", with our macros")):
            if answer := through_node(library, sample, macros):
                results.append(summary(f"{library} {answer[0]}{note}", sample, answer[1]))
    return results


def missing(folder: Path) -> None:
    """Print the commands of formulas that could not be set, most frequent first, over all records."""
    papers: Counter[str] = Counter()
    total = failed = 0
    for record in records(folder, None, 0):
        unknown: set[str] = set()
        for formula in (*formulas(record["title"]), *formulas(record["abstract"])):
            total += 1
            if faults(formula_html(formula.tex, formula.display), formula.tex):
                failed += 1
                unknown |= set(_COMMAND.findall(formula.tex)) - macro_table().meanings.keys()
        papers.update(unknown)
    print(f"{total} formulas in all records, {100 * (1 - failed / total):.3f} % clean")
    for name, count in papers.most_common(60):
        print(f"{count:6} \\{name}")


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--records", type=int, default=10_000)
    parser.add_argument("--seed", type=int, default=20260203)
    parser.add_argument("--shared", type=Path)
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--missing", action="store_true")
    wanted = parser.parse_args()
    shared = wanted.shared or Path(
        os.environ.get("POSTIL_SHARED") or Path(__file__).parents[3] / "shared"
    )
    folder = shared / "data" if (shared / "data").is_dir() else shared
    if not (folder / FILES[0]).is_file():
        raise SystemExit(f"no records at {folder}: set POSTIL_SHARED or give --shared FOLDER")
    if wanted.missing:
        missing(folder)
        return
    sample = [
        formula
        for record in records(folder, wanted.records, wanted.seed)
        for field in ("title", "abstract")
        for formula in formulas(record[field])
    ]
    results = measure(sample)
    if wanted.json:
        answer = {"records": wanted.records, "seed": wanted.seed, "formulas": len(sample)}
        json.dump(answer | {"converters": results}, sys.stdout, ensure_ascii=False, indent=1)
        print()
        return
    print(f"{len(sample)} formulas of {wanted.records} records, seed {wanted.seed}\n")
    print(
        f"{'converter':34} {'clean %':>8} {'refused':>8} {'median µs':>10} {'p99 µs':>8} {'bytes':>6}"
    )
    for row in results:
        print(
            f"{row['converter']:34} {row['clean_percent']:8} {row['refused']:8} {row['median_us']:10}"
            f" {row['p99_us']:8} {row['mean_bytes']:6}"
        )
    print("\nWhat Postil does not set clean:")
    for fault, count, example in results[0]["failures"]:  # type: ignore[attr-defined]
        print(f"{count:5} {fault:30} {example}")


if __name__ == "__main__":
    main()
