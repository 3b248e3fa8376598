"""The command `lemmata`: what is in the library and where it comes from.

argparse, not a framework: the library depends on NumPy and one thin package, and a command that
prints a catalogue is no reason for a third. Exit 0, or 2 for bad usage or an unknown name.
"""

import json
import sys
from argparse import ArgumentParser, Namespace
from collections.abc import Sequence

from lemmata import __version__
from lemmata.catalogue import METHODS, Method, find
from lemmata.errors import UnknownMethod
from lemmata.examples import Step, example, run


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command on `arguments` (default: the process's own); the exit status."""
    options = _parser().parse_args(arguments)
    try:
        if options.command == "run":
            return _run(options)
        lines = _shown(options) if options.command == "show" else _listed(options)
    except UnknownMethod as unknown:
        sys.stderr.write(f"lemmata: {unknown}\n")
        return 2
    sys.stdout.write(lines + "\n")
    return 0


def _parser() -> ArgumentParser:
    parser = ArgumentParser(prog="lemmata", description="Mathematical methods from papers.")
    parser.add_argument("--version", action="version", version=f"lemmata {__version__}")
    commands = parser.add_subparsers(dest="command", required=True, metavar="{list,show,run}")
    listing = commands.add_parser("list", help="every method, a line each")
    showing = commands.add_parser("show", help="one method: paper, equation, code, proof, peers")
    running = commands.add_parser("run", help="the example of one method, with what it says")
    for command in (showing, running):
        command.add_argument("name", metavar="NAME")
    for command in (listing, showing, running):
        command.add_argument("--json", action="store_true", help="print JSON")
    return parser


def _listed(options: Namespace) -> str:
    if options.json:
        return _json([method.as_dict() for method in METHODS])
    width = max(len(method.name) for method in METHODS)
    return "\n".join(
        f"{method.name:<{width}}  {method.title} ({_names(method)} {method.year})"
        for method in METHODS
    )


def _shown(options: Namespace) -> str:
    method = find(options.name)
    if options.json:
        return _json(method.as_dict())
    identifiers = [f"arXiv:{method.arxiv}"] if method.arxiv else []
    identifiers += [f"doi:{method.doi}"] if method.doi else []
    rows = [
        ("paper", method.paper),
        ("by", f"{', '.join(method.authors)}, {method.year}"),
        ("at", ", ".join(identifiers)),
        ("where", method.section),
        ("equation", method.equation),
        ("code", method.attribute),
        ("reference", method.reference),
        ("peers", ", ".join(method.peers)),
        ("docs", method.docs),
        *(("see also", other) for other in method.see_also),
    ]
    body = "\n".join(f"  {label:<9}  {value}" for label, value in rows if value)
    return f"{method.name}: {method.title}\n{body}\n\n{example(method)}".rstrip()


def _run(options: Namespace) -> int:
    """Run an example, each statement shown once it is done."""
    steps = run(example(find(options.name)))
    try:
        for step in steps:
            line = json.dumps([step.source, step.said]) if options.json else _typed(step)
            sys.stdout.write(line + "\n")
            sys.stdout.flush()
    except ModuleNotFoundError as missing:
        sys.stderr.write(
            f"lemmata: {missing.name} is not installed: pip install 'lemmata[torch]'\n"
        )
        return 1
    return 0


def _typed(step: Step) -> str:
    said = "\n".join(f"    {line}" for line in step.said.splitlines())
    return f"{step.source}\n{said}" if said else step.source


def _names(method: Method) -> str:
    last = [author.split()[-1] for author in method.authors]
    return " & ".join(last) if len(last) < 3 else f"{last[0]} et al."


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, indent=2)
