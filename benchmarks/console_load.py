"""The console with 10,000 tasks: first view, filter, and the processor time of the server with and without a page.

Run: .venv/bin/python -m benchmarks.console_load; needs Debian's chromium and the packages of `make browser-test`.
"""

import os
import signal
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import requests
from playwright.sync_api import Page, sync_playwright

from tests.http.wire import CONVERSION, EMBEDDING

TASKS = 10_000
RUNS = 7
SECONDS = 20
LOAD = 5
"""Tasks a second that are submitted while the page of a busy mock is measured."""
TICKS = os.sysconf("SC_CLK_TCK")


@contextmanager
def serving() -> Iterator[tuple[str, int]]:
    """Start a mock as a process; yield its URL and its process id."""
    command = [sys.executable, "-m", "voxdouble", "serve", "--port", "0", "--pending", "0", "--running", "0"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        try:
            yield process.stdout.readline().split()[-1], process.pid
        finally:
            process.send_signal(signal.SIGTERM)


def processor_share(pid: int, page: Page, action: object = None) -> float:
    """Return the share of a core that a process uses over some seconds, in which the page runs."""
    before, started = used(pid), time.monotonic()
    while time.monotonic() - started < SECONDS:
        if callable(action):
            action()
        page.wait_for_timeout(1000 / LOAD)
    return (used(pid) - before) / (time.monotonic() - started)


def used(pid: int) -> float:
    """Return the processor seconds that a process has used so far."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / TICKS


def main() -> None:
    """Print the figures."""
    with serving() as (url, pid), sync_playwright() as playwright, requests.Session() as session:

        def submit() -> None:
            session.post(url + CONVERSION, json={"voiceprints": [EMBEDDING]}, timeout=30)

        for _ in range(TASKS):
            submit()
        browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=["--no-sandbox"])
        page = browser.new_page()
        views, filters = [], []
        for _ in range(RUNS):
            started = time.perf_counter()
            page.goto(url + "/_mock/")
            page.locator("#tasks tbody tr").nth(49).wait_for()
            views.append(time.perf_counter() - started)
            started = time.perf_counter()
            page.locator("#filters [name=state][value=failed]").check()
            page.locator("#nothing-selected").wait_for()
            filters.append(time.perf_counter() - started)
        for name, times in ((f"first view of {TASKS} tasks", views), ("a filter", filters)):
            print(f"{name:26}{1000 * statistics.median(times):6.0f} ms   most {1000 * max(times):6.0f} ms")
        page.goto("about:blank")
        closed = processor_share(pid, page)
        alone = processor_share(pid, page, submit)
        page.goto(url + "/_mock/")
        page.locator("#tasks tbody tr").first.wait_for()
        idle = processor_share(pid, page)
        busy = processor_share(pid, page, submit)
        browser.close()
    print(f"server, no page is open   {100 * closed:6.2f} % of a core")
    print(f"server, a page is open    {100 * idle:6.2f} % of a core")
    print(f"with {LOAD} tasks a second     {100 * alone:6.2f} % without the page, {100 * busy:6.2f} % with it")


if __name__ == "__main__":
    main()
