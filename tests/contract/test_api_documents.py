"""What is written about the API is what it does: the contract's commands, our reference, OpenAPI, /docs."""

from __future__ import annotations

import datetime as dt
import json
import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import httpx2
import msgspec
import pytest
from structlog.testing import capture_logs

from andon.api import openapi
from andon.api.http import create_api
from andon.api.openapi_page import OPERATIONS, examples
from andon.config import Settings
from andon.contract.reports import ROW_TYPES, answer_type
from andon.edition.editions import Editions

from hand_made import API_FIXTURES, NOW, PEOPLE, publish_by_hand, serve
from page_server import HandGuard, open_by_hand, routes_by_hand

ROOT = Path(__file__).parents[2]
CONTRACT = (API_FIXTURES / "analytics-api.md").read_text(encoding="utf-8")
REFERENCE = (ROOT / "docs" / "reference" / "api.md").read_text(encoding="utf-8")
FEBRUARY = dt.datetime(2026, 2, 1, 9, 0, tzinfo=dt.UTC)
COMMAND = re.compile(r'^curl (?:.*\\\n)*.*"$', re.MULTILINE)
METHODS = {"get", "put", "post", "delete", "options", "head", "patch", "trace"}

needs_curl = pytest.mark.skipif(shutil.which("curl") is None, reason="curl is not installed")


@contextmanager
def serve_at(data: Path, now: dt.datetime) -> Iterator[str]:
    """A server over the hand-made edition at a time of one's own."""
    publish_by_hand(data / "editions")
    settings = Settings(data=data, now=now)
    editions = Editions(settings.editions_dir)
    with closing(open_by_hand(settings)) as directory:
        routes = routes_by_hand(editions, directory, HandGuard(), settings)
        app = create_api(editions, PEOPLE.get, settings.clock, settings, routes)
        with serve(app) as address:
            yield address


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A server on the day of the reference page's examples."""
    with capture_logs(), serve_at(tmp_path_factory.mktemp("data"), NOW) as found:
        yield found


@pytest.fixture(scope="module")
def address_in_february(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A server after the last day that the contract's examples ask for."""
    with capture_logs(), serve_at(tmp_path_factory.mktemp("data"), FEBRUARY) as found:
        yield found


def run(command: str, host: str, address: str) -> tuple[int, str]:
    """Run a documented command with its host changed; gives status and body."""
    assert host in command
    here = command.replace(host, address).replace("curl ", "curl -sS --noproxy '*' -w '\\n%{http_code}' ", 1)
    keys = {"FACTORY_API_KEY": "fk-owner", "ANDON_KEY": "fk-owner"}
    done = subprocess.run(
        ["bash", "-c", here], env=os.environ | keys, capture_output=True, text=True, check=True, timeout=30
    )
    body, _, status = done.stdout.rpartition("\n")
    return int(status), body


CONTRACT_COMMANDS = COMMAND.findall(CONTRACT)


def test_the_contract_has_the_commands_that_we_run() -> None:
    """None is lost on the way from the document to the test."""
    assert len(CONTRACT_COMMANDS) == CONTRACT.count("\ncurl ") == 9


@needs_curl
@pytest.mark.parametrize("number", range(len(CONTRACT_COMMANDS)))
def test_the_contracts_commands_work_with_host_and_key_changed(address_in_february: str, number: int) -> None:
    """Every curl command of the document answers 200 with its report's type."""
    command = CONTRACT_COMMANDS[number]
    status, body = run(command, "https://api.factory.ai", address_in_february)
    report, query = re.search(r"analytics/(\w+)\?(\S+)\"", command).groups()
    group_by = re.search("group_by=([a-z_]+)", query)

    assert status == 200
    msgspec.json.decode(body, type=answer_type(report, group_by and group_by[1]))


EXAMPLES = re.findall(r"```bash\n([^`]*)\n```(?:\n\n```json\n(.*?)\n```)?", REFERENCE, re.DOTALL)


@needs_curl
@pytest.mark.parametrize("number", range(len(EXAMPLES)))
def test_the_reference_pages_examples_are_true(address: str, number: int) -> None:
    """Every command of docs/reference/api.md gives the answer that is printed under it."""
    command, printed = EXAMPLES[number]
    status, body = run(command, "http://127.0.0.1:8400", address)
    mask = re.compile("req_[0-9A-Z]{26}")

    if printed:
        assert json.loads(mask.sub("req_", body)) == json.loads(mask.sub("req_", printed))
    else:
        assert (status, body) == (304, "")


def test_the_reference_page_has_an_example_of_every_answer() -> None:
    """Each report, each grouping, and an error."""
    commands = " ".join(command for command, _ in EXAMPLES)

    assert len(EXAMPLES) == REFERENCE.count("```bash")
    for report, group_by in ROW_TYPES:
        assert f"/{report}?" in commands
        assert group_by is None or f"group_by={group_by}" in commands
    assert "application/problem+json" in REFERENCE


def test_the_python_example_runs(address: str, capsys: pytest.CaptureFixture[str]) -> None:
    """As printed, with address and key changed."""
    (code,) = re.findall(r"```python\n(.*?)```", REFERENCE, re.DOTALL)
    exec(code.replace("http://127.0.0.1:8400", address).replace("fk-…", "fk-owner"), {})  # noqa: S102

    assert capsys.readouterr().out.splitlines()[:2] == ["2026-01-14 300", "2026-01-15 830"]


def test_the_committed_openapi_document_is_current(address: str) -> None:
    """docs/reference/openapi.json is what the code makes and what the server serves."""
    committed = (ROOT / "docs" / "reference" / "openapi.json").read_bytes()
    served = httpx2.get(address + openapi.OPENAPI_PATH).json()

    again = ".venv/bin/python -m andon.api.openapi > docs/reference/openapi.json"
    assert committed == openapi.encode(), f"run: {again}"
    assert served == json.loads(committed)


def test_openapi_tells_every_route_and_no_other(address: str) -> None:
    """What the document lists answers GET with something other than 404; what answers is listed."""
    document = openapi.document()
    routes = routes_by_hand(None, None, HandGuard(), Settings())
    app = create_api(None, PEOPLE.get, lambda: NOW, Settings(), routes)
    ours = {route.path for route in app.routes if hasattr(route, "methods")}
    unlisted = {"/", "/docs", "/docs/oauth2-redirect", "/metrics", openapi.OPENAPI_PATH}

    assert ours - unlisted == set(document["paths"])
    for path in document["paths"]:
        if "{" not in path:
            assert httpx2.get(address + path).status_code != 404


def test_openapi_references_resolve_and_operations_are_named() -> None:
    """Every $ref has its target; every operation an id of its own and its errors."""
    document = openapi.document()
    text = json.dumps(document)
    for section, name in re.findall(r'"#/components/(\w+)/(\w+)"', text):
        assert name in document["components"][section]
    operations = [
        operation
        for item in document["paths"].values()
        for name, operation in item.items()
        if name in METHODS
    ]

    assert len({operation["operationId"] for operation in operations}) == len(operations)
    for operation in operations:
        if "analytics" in operation["tags"]:
            assert {"200", "304", "400", "401", "403", "429", "500"} == set(operation["responses"])


def test_openapi_examples_are_of_their_type() -> None:
    """Every example decodes strictly, and leaves no member out."""
    for (report, group_by), row in ROW_TYPES.items():
        operation = openapi.document()["paths"][f"/api/v1/analytics/{report}"]["get"]
        content = operation["responses"]["200"]["content"]["application/json"]
        example = content["examples"][f"{row.__name__}Answer"]["value"]
        decoded = msgspec.convert(example, answer_type(report, group_by), strict=True)

        assert msgspec.to_builtins(decoded) == example


def test_examples_of_the_page_are_of_their_type() -> None:
    """What is sent and what is answered decodes strictly, and leaves no member out."""
    for operation in OPERATIONS:
        told = examples()[operation.name]
        for kind, which in ((operation.answer, "answer"), (operation.body, "request")):
            assert (kind is not None) == (which in told), operation.name
            if kind is not None:
                decoded = msgspec.to_builtins(msgspec.convert(told[which], kind, strict=False))
                assert {**decoded, **told[which]} == decoded, operation.name


def test_openapi_examples_and_words_are_the_contracts() -> None:
    """The contract's own JSON examples, member for member; and its words for every field."""
    document = openapi.document()
    ours = [
        example["value"]
        for path, item in document["paths"].items()
        if "/analytics/" in path
        for example in item["get"]["responses"]["200"]["content"]["application/json"]
        .get("examples", {})
        .values()
    ]
    theirs = [
        json.loads(text)
        for text in re.findall(
            r"```json theme=\{null\}\n(\{\n  \"data\": \[\n    \{.*?)```", CONTRACT, re.DOTALL
        )
    ]

    def without_additions(answer: dict[str, Any]) -> dict[str, Any]:
        plain: dict[str, Any] = json.loads(json.dumps(answer))
        plain["meta"].pop("data_through")
        for row in plain["data"]:
            row.get("tool_autonomy_level_ratio", {}).pop("spec", None)
        return plain

    assert len(theirs) == 6
    for answer in theirs:
        assert answer in [without_additions(example) for example in ours]
    for row in set(ROW_TYPES.values()):
        for field, schema in document["components"]["schemas"][row.__name__]["properties"].items():
            assert field == "group_key" or schema["description"] in CONTRACT


def test_docs_work_without_the_network(address: str) -> None:
    """The page and what it loads come from this server; no other host is named in it."""
    page = httpx2.get(f"{address}/docs")
    assets = re.findall(r'(?:href|src)="([^"]+)"', page.text)

    assert page.status_code == 200
    assert "http://" not in page.text
    assert "https://" not in page.text
    assert len(assets) == 3
    for asset in assets:
        assert asset.startswith("/")
        assert httpx2.get(address + asset).status_code == 200


def test_measures_count_answers_by_path(address: str) -> None:
    """Prometheus' text; a stranger's path is counted, not repeated."""
    httpx2.get(f"{address}/healthz")
    httpx2.get(f"{address}/some/scanner/path")
    text = httpx2.get(f"{address}/metrics").text

    assert re.search(r'andon_http_requests_total\{method="GET",path="/healthz",status="200"\} \d', text)
    assert re.search(r'andon_http_requests_total\{method="GET",path="other",status="404"\} \d', text)
    assert "andon_edition 1.0" in text
    assert "andon_data_age_days 3.0" in text
    assert "scanner" not in text


def test_health_needs_nothing(address: str) -> None:
    """A supervisor has no key."""
    assert httpx2.get(f"{address}/healthz").json() == {"status": "ok"}
