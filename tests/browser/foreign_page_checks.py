"""A web page of another origin in a real browser: it reads nothing, uploads nothing and changes nothing (P4, C60)."""

import json
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, Playwright

from tests.browser.conftest import start_chromium
from tests.http.wire import CONVERSION, EMBEDDING, EXTRACTION, convert
from voxdouble_mock import MockAppliance

FOREIGN = "evil.example"
"""A name that the browser resolves to this machine, as DNS rebinding does."""
BODY = json.dumps({"voiceprints": [EMBEDDING]})
ATTACKS = """
async ([mock, task, conversion, extraction, body]) => {
    const outcomes = {};
    const upload = () => {
        const form = new FormData();
        form.append("file", new Blob(["RIFF"]), "a.wav");
        return form;
    };
    const holds = (text) => text.length > 0 && !text.includes("request.forbidden");  // a page may read its refusal
    const attempt = async (name, work) => {
        const late = new Promise((_, fail) => setTimeout(() => fail(new Error("late")), 2000));
        try { outcomes[name] = await Promise.race([work(), late]); } catch (error) { outcomes[name] = false; }
    };
    const reads = ["/_mock/tasks", "/_mock/clock", "/_mock/requests", "/_mock/openapi.json", "/_mock/namespaces",
        "/_mock/scenario", "/_mock/", "/api/system/info", "/api/billing/consumptions", task];
    for (const path of reads) {
        await attempt("read " + path, async () => {
            const response = await fetch(mock + path);
            await response.text();
            return response.ok;
        });
        await attempt("read without CORS " + path, async () =>
            holds(await (await fetch(mock + path, {mode: "no-cors", credentials: "include"})).text()));
        await attempt("old request " + path, () => new Promise((done) => {
            const request = new XMLHttpRequest();
            request.open("GET", mock + path);
            request.onload = () => done(request.status === 200);
            request.onerror = () => done(false);
            request.send();
        }));
        for (const [tag, source] of [["img", "src"], ["script", "src"], ["link", "href"], ["iframe", "src"],
            ["object", "data"], ["embed", "src"], ["video", "src"], ["audio", "src"]]) {
            await attempt(tag + " " + path, () => new Promise((done) => {
                const element = document.createElement(tag);
                element.rel = "stylesheet";
                element.onload = () => {
                    let text = "";
                    try { text = element.contentDocument.body.innerText; } catch (error) { text = ""; }
                    done(["img", "script", "link"].includes(tag) || holds(text));
                };
                element.onerror = () => done(false);
                setTimeout(() => done(false), 150);
                element[source] = mock + path;
                document.body.append(element);
            }));
        }
    }
    const posts = [[extraction, upload()], [conversion, body], ["/_mock/reset", "{}"],
        ["/_mock/clock/advance", '{"seconds": 1000}'], ["/_mock/faults", '{"fault": {"kind": "reset"}}']];
    for (const [path, content] of posts) {
        await attempt("simple POST " + path, async () =>
            (await fetch(mock + path, {method: "POST", mode: "no-cors", body: content})).ok);
        await attempt("JSON POST " + path, async () => (await fetch(mock + path,
            {method: "POST", body: content, headers: {"Content-Type": "application/json"}})).ok);
        await attempt("beacon " + path, async () => { navigator.sendBeacon(mock + path, content); return false; });
        await attempt("keepalive " + path, async () =>
            (await fetch(mock + path, {method: "POST", mode: "no-cors", keepalive: true, body: content})).ok);
        await attempt("form " + path, () => new Promise((done) => {
            const form = document.createElement("form");
            const frame = document.createElement("iframe");
            frame.name = "frame-" + Math.random();
            form.action = mock + path;
            form.method = "post";
            form.target = frame.name;
            form.enctype = typeof content === "string" ? "text/plain" : "multipart/form-data";
            const field = document.createElement("input");
            field.name = typeof content === "string" ? content.slice(0, -1) + ', "x": "' : "file";
            field.value = typeof content === "string" ? '"}' : "RIFF";
            form.append(field);
            document.body.append(frame, form);
            form.submit();
            setTimeout(() => done(false), 200);
        }));
    }
    const changes = [["/_mock/scenario", "PUT"], ["/_mock/requests", "DELETE"], ["/_mock/faults", "DELETE"]];
    for (const [path, method] of changes) {
        await attempt(method + " " + path, async () => (await fetch(mock + path, {method, body: "instant"})).ok);
    }
    await attempt("event stream", () => new Promise((done) => {
        const stream = new EventSource(mock + "/_mock/tasks");
        stream.onopen = () => done(true);
        stream.onerror = () => done(false);
    }));
    await attempt("web socket", () => new Promise((done) => {
        const channel = new WebSocket(mock.replace("http", "ws") + "/_mock/tasks");
        channel.onopen = () => done(true);
        channel.onerror = () => done(false);
    }));
    await attempt("module", async () => Boolean(await import(mock + "/_mock/openapi.json")));
    return outcomes;
}
"""


@pytest.fixture(scope="module")
def rebound_browser(playwright: Playwright) -> Iterator[Browser]:
    """Start a Chromium that resolves the foreign name to this machine."""
    rules = f"--host-resolver-rules=MAP {FOREIGN} 127.0.0.1, MAP *.{FOREIGN} 127.0.0.1"
    browser = start_chromium(playwright, rules)
    yield browser
    browser.close()


@pytest.fixture
def foreign_site() -> Iterator[str]:
    """Serve an empty page, and return its URL under the foreign name."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("Content-Type", "text/html")
            self.end_headers()
            self.wfile.write(b"<!doctype html><title>foreign</title><body></body>")

        def log_message(self, *_: Any) -> None:
            """Log nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://{FOREIGN}:{server.server_port}/"
    server.shutdown()
    server.server_close()


def attack(page: Page, mock: MockAppliance, base: str) -> dict[str, bool]:
    """Try everything that a page can; return each attempt with whether it had an answer to read."""
    task = convert(mock.url, [EMBEDDING]).headers["Location"].removeprefix(mock.url)
    found: dict[str, bool] = page.evaluate(ATTACKS, [base, task, CONVERSION, EXTRACTION, BODY])
    return found


def effects(mock: MockAppliance, tasks: int) -> list[object]:
    """Return what attempts have changed: the state of the mock that its owner did not cause."""
    accepted = [entry.path for entry in mock.requests if entry.method == "POST" and entry.status < 400]
    control = mock._parts.control
    return [accepted[tasks:], list(control.faults("")), control.scenario(""), len(mock.requests) == 0]


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", FOREIGN])
def test_a_foreign_page_has_no_success(rebound_browser: Browser, foreign_site: str, host: str) -> None:
    """By fetch, old requests, elements, forms, beacons and streams: no answer is read and nothing is changed."""
    with MockAppliance(clock="manual") as mock:
        began = mock.clock.now()
        page = rebound_browser.new_page()
        page.goto(foreign_site)
        outcomes = attack(page, mock, mock.url.replace("127.0.0.1", host))
        page.wait_for_timeout(300)
        page.close()
        print(f"P4: {len(outcomes)} attempts under {host}, {sum(outcomes.values())} successes")
        assert [name for name, success in outcomes.items() if success] == []
        assert len(outcomes) > 100
        assert effects(mock, tasks=1) == [[], [], None, False]
        assert mock.clock.now() == began


def test_a_second_name_for_this_machine_does_not_make_a_page_ours(rebound_browser: Browser) -> None:
    """After DNS rebinding the page has the mock's own origin under a foreign name, and every request is refused."""
    with MockAppliance(clock="manual") as mock:
        base = mock.url.replace("127.0.0.1", FOREIGN)
        page = rebound_browser.new_page()
        answer = page.goto(base + "/api/system/info")
        assert answer is not None
        assert answer.status == 403
        outcomes = attack(page, mock, base)
        page.close()
        print(f"{len(outcomes)} attempts after rebinding, {sum(outcomes.values())} successes")
        assert [name for name, success in outcomes.items() if success] == []
        assert effects(mock, tasks=1) == [[], [], None, False]


def test_the_attempts_succeed_from_the_mocks_own_origin(rebound_browser: Browser) -> None:
    """The same script reads, uploads and changes the clock where it may: so the other checks can fail."""
    with MockAppliance(clock="manual") as mock:
        page = rebound_browser.new_page()
        page.goto(mock.url + "/api/system/info")
        outcomes = attack(page, mock, mock.url)
        page.close()
        assert outcomes["read /_mock/tasks"]
        assert outcomes[f"simple POST {EXTRACTION}"]
        assert outcomes[f"JSON POST {CONVERSION}"]
        assert outcomes["simple POST /_mock/clock/advance"]
