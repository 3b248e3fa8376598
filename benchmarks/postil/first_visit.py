"""A first visit to a list page in Chromium: requests, octets, first paint and movement, the processor slowed.

    python benchmarks/postil/first_visit.py --data FOLDER [--visits N] [--json]

FOLDER is a library of the shared records. Every visit has an empty cache and a processor slowed four times,
as on a cheap telephone; the figures are the medians over the visits, except that movement is the largest.
Beside each visit a page of one word is painted, which tells the speed of the machine from that of the page.
"""

import os
import shutil
import statistics
import sys
from pathlib import Path

from figures import tell
from pages import serving
from playwright.sync_api import Browser, Request, sync_playwright

PATH = "/arxiv?date=2026-02-03"
SLOWED = 4
LIMITS = {"requests": 4, "octets": 60_000, "other_hosts": 0, "first_paint_ms": 600, "shift": 0.01}
NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
ARGUMENTS = (
    "--headless --no-sandbox --disable-gpu --disable-quic --no-first-run "
    "--disable-background-networking --disable-component-update --disable-sync"
).split()
OBSERVE = """
window.shifted = 0;
new PerformanceObserver(list => {
  for (const entry of list.getEntries()) window.shifted += entry.value;
}).observe({type: 'layout-shift', buffered: true});
"""
PAINTED = """
() => new Promise(done => {
  new PerformanceObserver(list => {
    const first = list.getEntriesByName('first-contentful-paint')[0];
    if (first) done(first.startTime);
  }).observe({type: 'paint', buffered: true});
})
"""


def visit(browser: Browser, site: str) -> dict[str, float]:
    """The figures of one visit by a reader who was never there."""
    context = browser.new_context(viewport={"width": 390, "height": 844})
    page = context.new_page()
    session = context.new_cdp_session(page)
    session.send("Network.enable")
    session.send("Emulation.setCPUThrottlingRate", {"rate": SLOWED})
    octets: list[float] = []
    addresses: list[str] = []

    def noted(request: Request) -> None:
        addresses.append(request.url)

    session.on("Network.loadingFinished", lambda event: octets.append(event["encodedDataLength"]))
    page.on("request", noted)
    page.add_init_script(OBSERVE)
    page.goto(site + PATH, wait_until="networkidle")
    figures = {
        "requests": float(len(octets)),
        "octets": sum(octets),
        "other_hosts": float(sum(not address.startswith(site) for address in addresses)),
        "first_paint_ms": float(page.evaluate(PAINTED)),
        "shift": float(page.evaluate("window.shifted")),
    }
    context.close()
    return figures


def one_word(browser: Browser, site: str) -> float:
    """The first paint of the least page there is, under the same conditions."""
    context = browser.new_context(viewport={"width": 390, "height": 844})
    page = context.new_page()
    context.new_cdp_session(page).send("Emulation.setCPUThrottlingRate", {"rate": SLOWED})
    page.goto(f"{site}/healthz", wait_until="networkidle")
    painted = float(page.evaluate(PAINTED))
    context.close()
    return painted


def run(data: Path, visits: int) -> dict[str, object]:
    """All figures."""
    found = os.environ.get("POSTIL_CHROMIUM") or next(filter(None, map(shutil.which, NAMES)), None)
    if not found:
        sys.exit("No Chrome or Chromium: install one, or name it in POSTIL_CHROMIUM.")
    with serving(data) as (port, _), sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=found, args=ARGUMENTS)
        site = f"http://127.0.0.1:{port}"
        visit(browser, site)  # warms the server, not the browser
        both = [(visit(browser, site), one_word(browser, site)) for _ in range(visits)]
        browser.close()
    seen = [figures for figures, _ in both]
    medians = {name: round(statistics.median(v[name] for v in seen), 4) for name in LIMITS}
    medians["one_word_first_paint_ms"] = statistics.median(word for _, word in both)
    medians["shift"] = round(max(v["shift"] for v in seen), 4)
    return {"visits": visits, "processor_slowed": SLOWED, **medians, "limits": LIMITS}


if __name__ == "__main__":
    tell(run, __doc__.splitlines()[0], "visits", 7)
