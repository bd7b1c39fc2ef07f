"""``andon up``: everything, in one process."""

from __future__ import annotations

import datetime as dt
import importlib.util
import os
import signal
import sys
import time
import webbrowser
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Annotated

import typer

from andon.cli.background import DETACHED, announced, start_detached
from andon.cli.build import build_shown
from andon.cli.demo import send, span_of
from andon.cli.errors import FAILED
from andon.cli.options import Data, open_directory_of, settings_of
from andon.cli.sign_in import link
from andon.cli.terminal import is_terminal, note, say

if TYPE_CHECKING:
    from andon.app.first_run import Demo, FirstKeys
    from andon.app.serve import Server
    from andon.config import Settings
    from andon.directory.directory import Directory

DEMO_PEOPLE = 120
DEMO_DAYS = 90
"""A quarter of a year of a mid-sized organisation: sent and built in about a minute on four cores."""

_SHOWN_DAYS = 7
_LOOK_S = 0.1
_LOOPBACK = ("127.0.0.1", "::1", "localhost")


def up(  # noqa: PLR0913 (one parameter an option)
    *,
    demo: Annotated[
        bool, typer.Option("--demo", help="With an invented organisation, in an organisation of its own.")
    ] = False,
    host: Annotated[
        str | None,
        typer.Option(
            "--host", help="Address to listen on; this machine only unless told.", show_default=False
        ),
    ] = None,
    port: Annotated[
        int | None, typer.Option("--port", help="Port of the API; 8400 when left out.", show_default=False)
    ] = None,
    otlp_port: Annotated[
        int | None,
        typer.Option("--otlp-port", help="Port of OTLP over HTTP; 4318 when left out.", show_default=False),
    ] = None,
    grpc_port: Annotated[
        int | None,
        typer.Option("--grpc-port", help="Port of OTLP over gRPC; 4317 when left out.", show_default=False),
    ] = None,
    no_grpc: Annotated[bool, typer.Option("--no-grpc", help="Do not listen for OTLP over gRPC.")] = False,
    no_browser: Annotated[
        bool, typer.Option("--no-browser", help="Do not open the page in a browser.")
    ] = False,
    detach: Annotated[
        bool, typer.Option("--detach", "-d", help="Return when it is ready and leave it running.")
    ] = False,
    verbose: Annotated[
        bool, typer.Option("--verbose", "-v", help="Also log every request, to stderr.")
    ] = False,
    data: Data = None,
) -> None:
    """
    Start everything, and stop it with Ctrl-C.

    That is: the door for telemetry, the loader, the daily build and the API. The first run makes an
    organisation and its keys, and prints them once.
    """
    settings = settings_of(
        data,
        host=host,
        port=port,
        otlp_port=otlp_port,
        grpc_port=grpc_port,
        grpc=False if no_grpc else None,
    )
    if detach:
        flags = {
            "--host": settings.host,
            "--port": settings.port,
            "--otlp-port": settings.otlp_port,
            "--grpc-port": settings.grpc_port,
        }
        given = [text for flag, value in flags.items() for text in (flag, str(value))]
        switches = {
            "--demo": demo,
            "--no-grpc": not settings.grpc,
            "--no-browser": no_browser,
            "--verbose": verbose,
        }
        given += [switch for switch, is_on in switches.items() if is_on]
        start_detached([*given, "--data", str(settings.data.absolute())], settings.data.absolute())
        return

    from andon.app.serve import Server  # noqa: PLC0415 (--help stays quick)

    server = Server(settings)
    with _stopped_by_signals() as stopping:
        try:
            # Senders wait from here on; what takes longest to get ready is first.
            server.begin()
            from andon.app.logs import configure_logs  # noqa: PLC0415

            configure_logs(verbose=verbose)
            directory = open_directory_of(settings)
            try:
                _run(settings, directory, server, stopping, demo=demo, opens_browser=not no_browser)
            finally:
                directory.close()
        except KeyboardInterrupt:
            note("Stopped.")
        finally:
            server.stop()


def _run(  # noqa: PLR0913 (each by name)
    settings: Settings,
    directory: Directory,
    server: Server,
    stopping: _Stopping,
    *,
    demo: bool,
    opens_browser: bool,
) -> None:
    from andon.app.first_run import make_demo_keys, make_first_org, only_org  # noqa: PLC0415 (--help stays quick)

    now = settings.clock()
    keys = make_demo_keys(directory, now=now) if demo else None
    try:
        server.start(directory, open_org=keys.org.org_id if keys else None)
        if keys is not None:
            sent = _fill_demo(settings, server, keys)
            shown: str | None = keys.org.org_id
            _say_demo(settings, server, keys, sent, _page(directory, settings, server, shown))
        else:
            first = make_first_org(directory, now=now)
            shown = only_org(directory)
            _say_ready(settings, server, first, _page(directory, settings, server, shown))
        if settings.host not in _LOOPBACK:
            note(f"warning: listening on {settings.host} without TLS; put a proxy that speaks TLS in front")
        if opens_browser and is_terminal(sys.stdout) and importlib.util.find_spec("andon.page_assets"):
            # A link of its own: the one on the screen is still good afterwards.
            webbrowser.open(link(directory, settings, shown, server.api_url) if shown else server.api_url)
        with announced(settings.data, server.api_url):
            stopping.interrupts = False
            server.schedule_builds()
            # Not one long wait: a signal that comes just before it begins is only seen after it.
            while not stopping.is_asked:
                time.sleep(_LOOK_S)
            # While it is still announced: `andon down` returns when nothing answers any more.
            server.stop()
            note("Stopped.")
    finally:
        server.stop()


def _fill_demo(settings: Settings, server: Server, keys: FirstKeys) -> Demo:
    import msgspec  # noqa: PLC0415 (--help stays quick)

    from andon.app.first_run import Demo, read_demo, write_demo  # noqa: PLC0415
    from andon.demo import telemetry  # noqa: PLC0415

    days, end = span_of(settings, DEMO_DAYS)
    demo = read_demo(settings, keys.org) or Demo(keys.org.org_id, days, DEMO_PEOPLE, end)
    if demo.is_sent:
        note(f"The demo's telemetry is here already, up to {demo.end}; it is used again.")
    else:
        write_demo(settings, demo)
        requests = telemetry(people=demo.people, days=demo.days, end=demo.end)
        send(requests, days=demo.days, end=demo.end, url=server.otlp_url, key=keys.ingest)
        demo = msgspec.structs.replace(demo, is_sent=True)
        write_demo(settings, demo)
    edition = server.editions.current()
    if edition is None or not edition.knows(demo.org_id) or edition.data_through < demo.end:
        build_shown(settings)
    return demo


def _page(directory: Directory, settings: Settings, server: Server, org_id: str | None) -> str:
    """Say how to sign in; each start has a link of its own."""
    if org_id is None:
        return "  sign in        andon sign-in --org ORG prints a link (andon orgs list)"
    return f"  sign in        {link(directory, settings, org_id, server.api_url)}  (once, within 10 minutes)"


def _say_demo(settings: Settings, server: Server, keys: FirstKeys, demo: Demo, page: str) -> None:
    start = max(demo.end - dt.timedelta(days=_SHOWN_DAYS - 1), settings.history_start)
    say(f"Andon is up with the demo organisation: {demo.people} people, {demo.days} days.{_how_to_stop()}")
    say(page)
    say(f"  API            {server.api_url}  (documentation: {server.api_url}/docs)")
    say(f"  telemetry      {_telemetry(server)}; from this machine no key is needed")
    say(f"  analytics key  {keys.analytics}")
    say(f"  data           {settings.data}")
    say("Tokens of the last 7 days:")
    say(f"  {_curl(server, keys.analytics, start, demo.end)}")


def _say_ready(settings: Settings, server: Server, keys: FirstKeys | None, page: str) -> None:
    say(f"Andon is up; its data is in {settings.data}.{_how_to_stop()}")
    say(page)
    say(f"  API            {server.api_url}  (documentation: {server.api_url}/docs)")
    say(f"  telemetry      {_telemetry(server)}")
    if keys is None:
        say("Keys: andon keys list shows those there are, andon keys create makes another.")
        return

    end = settings.clock().date() - dt.timedelta(days=1)
    say(f"  analytics key  {keys.analytics}")
    say(f"  ingest key     {keys.ingest}")
    say("Both keys are shown this once. Point an agent here, and read its reports tomorrow:")
    say(
        f"  export OTEL_EXPORTER_OTLP_ENDPOINT={server.otlp_url} OTEL_EXPORTER_OTLP_PROTOCOL=http/protobuf "
        f"OTEL_EXPORTER_OTLP_HEADERS='Authorization=Bearer {keys.ingest}'"
    )
    say(f"  {_curl(server, keys.analytics, end - dt.timedelta(days=_SHOWN_DAYS - 1), end)}")


def _telemetry(server: Server) -> str:
    over_grpc = f", {server.grpc_url} (gRPC)" if server.grpc_url else ""
    return f"{server.otlp_url} (OTLP over HTTP){over_grpc}"


def _how_to_stop() -> str:
    return "" if os.environ.get(DETACHED) else " Ctrl-C stops it."


def _curl(server: Server, key: str, start: dt.date, end: dt.date) -> str:
    url = f"{server.api_url}/api/v1/analytics/tokens?startDate={start}&endDate={end}"
    return f'curl -H "Authorization: Bearer {key}" "{url}"'


class _Stopping:
    """
    Whether somebody asked for the end.

    Attributes:
        is_asked: Somebody did. Plain, as a handler must not wait for a lock that the code it interrupts has.
        interrupts: Asking ends what is being done, such as filling the demo; not while parts are started.
    """

    def __init__(self) -> None:
        self.is_asked = False
        self.interrupts = True


@contextmanager
def _stopped_by_signals() -> Iterator[_Stopping]:
    stopping = _Stopping()

    def stop(_number: int, _frame: object) -> None:
        if stopping.is_asked:
            # Impatient, and rightly so: what was acknowledged is on disk, the next start loads it.
            os._exit(FAILED)
        stopping.is_asked = True
        if stopping.interrupts:
            raise KeyboardInterrupt

    before = {number: signal.signal(number, stop) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield stopping
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
