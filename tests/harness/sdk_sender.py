"""
A program that sends spans with the stock Python SDK, set up as documented, until it is told to stop.

It prints how many spans it made as its last line. A span's name is its number, so that none can be missed.
"""

from __future__ import annotations

import sys
import threading
import time

from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor

PER_SECOND = 200


def main() -> None:
    """Send to the endpoint and with the headers that the environment names."""
    if sys.argv[1] == "grpc":
        from opentelemetry.exporter.otlp.proto.grpc.trace_exporter import OTLPSpanExporter  # noqa: PLC0415
    else:
        from opentelemetry.exporter.otlp.proto.http.trace_exporter import (  # type: ignore[assignment]  # noqa: PLC0415
            OTLPSpanExporter,
        )
    provider = TracerProvider(resource=Resource.create({"service.name": "sdk"}))
    provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter()))
    tracer = provider.get_tracer("sender")
    stopped = threading.Event()
    threading.Thread(target=lambda: (sys.stdin.read(), stopped.set()), daemon=True).start()
    made = 0
    while not stopped.is_set():
        with tracer.start_as_current_span(f"span {made}"):
            made += 1
        time.sleep(1 / PER_SECOND)
    provider.shutdown()
    print(made)  # noqa: T201 (what whoever started it waits for)


main()
