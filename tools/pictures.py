"""Takes the pictures of the README in a real browser: the starter shelf, light and dark.

    python tools/pictures.py [FOLDER]

FOLDER is docs/images by default.
"""

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from playwright.sync_api import sync_playwright

ROOT = Path(__file__).parents[1]
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-sync"]


def main() -> None:
    """Serve the shelf from a temporary folder and photograph it."""
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else ROOT / "docs" / "images"
    folder.mkdir(parents=True, exist_ok=True)
    browser_path = os.environ.get("POSTIL_CHROMIUM") or shutil.which("chromium")
    with tempfile.TemporaryDirectory() as data, sync_playwright() as playwright:
        server = subprocess.Popen(
            [sys.executable, "-m", "postil", "--data", data, "demo", "--port", "0"],
            stdout=subprocess.PIPE,
            text=True,
            env={**os.environ, "PYTHONUNBUFFERED": "1"},
        )
        assert server.stdout is not None
        address = next(line.split()[3] for line in server.stdout if "http://" in line)
        browser = playwright.chromium.launch(executable_path=browser_path, args=FLAGS)
        try:
            for scheme in ("light", "dark"):
                page = browser.new_page(
                    viewport={"width": 1120, "height": 780},
                    color_scheme=scheme,  # type: ignore[arg-type]
                )
                page.goto(f"{address}/shelf?topic=low-rank+approximation")
                page.screenshot(path=folder / f"shelf-{scheme}.png")
        finally:
            browser.close()
            server.terminate()
            server.wait()


if __name__ == "__main__":
    main()
