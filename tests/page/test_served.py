"""How the page is served: what a browser may do with it, how long it keeps it, and what stands without it."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import httpx2
import pytest
from starlette.applications import Starlette
from starlette.testclient import TestClient

from andon.api.edge import Edge
from andon.api.measures import Measures
from andon.api.page import PAGE, Page
from andon.api.problems import answer_problem
from andon.contract.problems import Problem

NOW = dt.datetime(2026, 11, 21, 12, tzinfo=dt.UTC)
BROWSER = {"Accept": "text/html,application/xhtml+xml,*/*;q=0.8"}


def serve(folder: Path) -> TestClient:
    """Serve a built page by itself; paths that are nothing answer 404."""
    page = Page(folder)
    app = Starlette(routes=page.routes(), exception_handlers={Problem: answer_problem})
    app.router.default = page.fallback(app.router.default)
    return TestClient(Edge(app, lambda: NOW, Measures([])))


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> TestClient:
    """A page of three files."""
    folder = tmp_path_factory.mktemp("page")
    (folder / "assets").mkdir()
    (folder / "page").mkdir()
    (folder / "index.html").write_text("<!doctype html><title>Andon</title>")
    (folder / "assets" / "index-1a2b.js").write_text("go();" * 1000)
    (folder / "page" / "icon.svg").write_text("<svg/>")
    return serve(folder)


@pytest.mark.parametrize("path", ["/", "/cost", "/people/user_01", "/sign-in?next=%2Fcost", "/no-such-view"])
def test_a_browser_gets_the_page_for_every_view(built: TestClient, path: str) -> None:
    """Views are the page's own paths: reloading one gives the page, never kept, under a strict policy."""
    answer = built.get(path, headers=BROWSER)

    assert answer.status_code == 200
    assert "<title>Andon</title>" in answer.text
    assert answer.headers["cache-control"] == "no-cache"
    policy = answer.headers["content-security-policy"]
    assert policy.startswith("default-src 'none'; script-src 'self'; style-src 'self'")
    assert "frame-ancestors 'none'" in policy
    assert "unsafe" not in policy
    assert "http" not in policy


@pytest.mark.parametrize(
    ("path", "accept"),
    [
        ("/api/v1/nothing", BROWSER["Accept"]),
        ("/v1/nothing", BROWSER["Accept"]),
        ("/docs/nothing", BROWSER["Accept"]),
        ("/assets/nothing.js", BROWSER["Accept"]),
        ("/page/../index.html", "*/*"),
        ("/cost", "application/json"),
    ],
)
def test_what_is_no_view_stays_an_error(built: TestClient, path: str, accept: str) -> None:
    """A missing file or API path is not answered with a page that says nothing of it; nor is a script."""
    assert built.get(path, headers={"Accept": accept}).status_code == 404


def test_hashed_files_are_kept_for_ever_and_sent_small(built: TestClient) -> None:
    """An asset's name changes with its content, so a browser never asks again; it travels compressed."""
    answer = built.get("/assets/index-1a2b.js", headers={"Accept-Encoding": "gzip"})

    assert answer.headers["cache-control"] == "public, max-age=31536000, immutable"
    assert answer.headers["content-encoding"] == "gzip"
    assert built.get("/page/icon.svg").headers["cache-control"] == "no-cache"


def test_without_the_page_the_server_says_how_to_get_it(tmp_path: Path) -> None:
    """Sources whose page was never built still serve the API, and / says what to do."""
    answer: httpx2.Response = serve(tmp_path).get("/", headers=BROWSER)

    assert answer.status_code == 404
    assert "make page" in answer.json()["detail"]
    assert "/docs" in answer.json()["detail"]


def test_the_built_page_names_no_other_host() -> None:
    """Nothing is fetched from anywhere else; needs the built page."""
    if not (PAGE / "index.html").is_file():
        pytest.skip("the page is not built (make page), so nothing is proved of it")
    text = (PAGE / "index.html").read_text()

    assert "http" not in text
    for style in (PAGE / "assets").glob("*.css"):
        assert "//" not in style.read_text().replace("/*!", "").replace("https://tailwindcss.com", "")
