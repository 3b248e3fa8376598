"""Put measured tables into the pages that show them: `python benchmarks/tables.py [PAGE …]`.

A page of docs/lemmata holds a table between two comments, the first of which says the command:

    <!-- measured: python benchmarks/lemmata/effective_rank.py -->
    <!-- end -->

Run it on a machine that does nothing else; what stands between the comments is replaced.
"""

import re
import shlex
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[1]
BLOCK = re.compile(r"(<!-- measured: python (.+?) -->\n).*?(<!-- end -->)", re.DOTALL)


def measured(block: re.Match[str]) -> str:
    """The block with a fresh table in it."""
    command = [sys.executable, *shlex.split(block[2])]
    print(block[2], flush=True)
    done = subprocess.run(command, cwd=ROOT, stdout=subprocess.PIPE, text=True, check=True)
    return f"{block[1]}{done.stdout.strip()}\n{block[3]}"


def main() -> None:
    """Refresh the pages named, or all that hold a table."""
    named = [Path(name) for name in sys.argv[1:]]
    for page in named or sorted(ROOT.glob("docs/lemmata/*.md")):
        text = page.read_text("utf-8")
        fresh = BLOCK.sub(measured, text)
        if fresh != text:
            page.write_text(fresh, "utf-8")


if __name__ == "__main__":
    main()
