"""The pages of the console, rendered without any data of the mock."""

from dataclasses import dataclass
from functools import partial
from importlib.resources import files

from flask import Flask, Response, request
from jinja2 import DictLoader, Environment, StrictUndefined

from voxdouble_fixtures.generations import differences
from voxdouble_mock.core.namespace_options import GENERATIONS, MEMBERS
from voxdouble_mock.core.task import State
from voxdouble_mock.http.console.forms import fault_forms, technology_forms
from voxdouble_mock.http.current_request import namespace
from voxdouble_mock.http.json_responses import VERSION
from voxdouble_mock.http.routing import IMPLIED_METHODS, add_route
from voxdouble_mock.http.services import Services

HEADERS = {
    "Content-Security-Policy": (
        "default-src 'self'; img-src 'self' data:; media-src 'self' blob:; object-src 'none'; base-uri 'none'; "
        "form-action 'none'; frame-ancestors 'none'"
    ),
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-cache",
}
"""No inline script or style runs, no other page may frame the console, and requests for its links have no Referer."""


@dataclass(frozen=True, slots=True)
class ConsolePage:
    """A page of the console."""

    name: str
    """The name of its template and of its script."""
    title: str
    path: str
    """Relative to /_mock/."""
    purpose: str


PAGES = (
    ConsolePage("tasks", "Tasks", "./", "Every live task: its state, its timeline and its answer."),
    ConsolePage(
        "requests", "Requests", "console/requests", "Every request below /api/, with the reason of each refusal."
    ),
    ConsolePage("control", "Control", "console/control", "Clock, scenario, faults, interface and namespaces."),
    ConsolePage("try", "Try it", "console/try", "Send a recording, and watch it go through."),
    ConsolePage("api", "API", "console/api", "The imitated interface, and how much of it is known."),
)


def _environment() -> Environment:
    """Return the templates, read when the mock is imported, since a test can replace the file system later."""
    folder = files(__package__) / "templates"
    texts = {entry.name: entry.read_text("utf-8") for entry in folder.iterdir()}
    return Environment(
        loader=DictLoader(texts), autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )


TEMPLATES = _environment()


def register(app: Flask, services: Services) -> None:
    """Add a route for each page."""
    for page in PAGES:
        add_route(app, "GET", "/_mock/" + page.path.removeprefix("./"), partial(get_page, app, services, page))


def get_page(app: Flask, services: Services, page: ConsolePage) -> Response:
    """Return the HTML of a page; it needs no token."""
    html = TEMPLATES.get_template(f"{page.name}.html").render(
        page=page,
        pages=PAGES,
        home=home(request.path),
        version=VERSION,
        namespace=namespace(),
        needs_token=services.settings.token is not None,
        states=list(State),
        technologies=technology_forms(),
        faults=fault_forms(),
        generations=GENERATIONS,
        members=MEMBERS,
        differences=differences(),
        routes=control_routes(app),
    )
    return Response(html, content_type="text/html; charset=utf-8", headers=HEADERS)


def home(path: str) -> str:
    """Return the path of /_mock/ relative to a page of the console. A relative path works behind every proxy prefix."""
    depth = path.count("/") - 2
    return "_mock/" if depth < 0 else "../" * depth or "./"


def control_routes(app: Flask) -> list[tuple[str, str]]:
    """Return the methods and path of each of the mock's own routes, apart from those of the console."""
    rules = [(sorted((rule.methods or set()) - IMPLIED_METHODS), rule.rule) for rule in app.url_map.iter_rules()]
    return sorted(
        (
            (", ".join(methods), path)
            for methods, path in rules
            if path.startswith("/_mock") and not _is_of_console(path)
        ),
        key=lambda route: (route[1], route[0]),
    )


def _is_of_console(path: str) -> bool:
    return path == "/_mock/" or path.startswith("/_mock/console/")
