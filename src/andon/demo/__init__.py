"""An invented organisation and the telemetry it would have sent."""

from andon.demo.otlp import DemoRequest
from andon.demo.stream import expected, telemetry
from andon.demo.truth import DayTruth, DemoTruth
from andon.demo.world import ORGANISATION, World, make_world

__all__ = [
    "ORGANISATION",
    "DayTruth",
    "DemoRequest",
    "DemoTruth",
    "World",
    "expected",
    "make_world",
    "telemetry",
]
