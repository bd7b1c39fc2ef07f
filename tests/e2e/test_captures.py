"""
Real telemetry of real agents, posted to a real server, gives the numbers of what really happened.

Each run of the captures is an organisation of its own on one server; each way of telling it again (everything
twice, in another order, batched or encoded otherwise, over gRPC) and each signal alone is another.
"""

from __future__ import annotations

import pytest

from line import FIXTURES, Capture, Line
from runs import (
    AS_RECORDED,
    FIELDS,
    NOTHING,
    RETOLD,
    RUNS,
    SIGNALS,
    Told,
    differences,
    happened,
    said,
    tell,
)
from runs_table import PAGE, WAYS, page_with, table

pytestmark = pytest.mark.slow(seconds=130)

EXPLAINED = differences()


@pytest.fixture(scope="module")
def told(line: Line) -> Told:
    """Every report of every run, told in every way, after one build of them all."""
    return tell(line, {**WAYS, **RETOLD})


@pytest.mark.parametrize("capture", RUNS, ids=repr)
def test_the_reports_tell_what_happened(capture: Capture, told: Told) -> None:
    """Each number of each truth.json comes out of the API, or its difference has a reason."""
    truth = happened(capture)
    ours = said(told[capture.agent, capture.run, AS_RECORDED])
    expected = {
        field: EXPLAINED[capture.agent, capture.run, "", field].ours
        if (capture.agent, capture.run, "", field) in EXPLAINED
        else value
        for field, value in truth.items()
    }

    assert {field: ours[field] for field in truth} == expected


@pytest.mark.parametrize("way", RETOLD)
@pytest.mark.parametrize("capture", RUNS, ids=repr)
def test_repetition_order_batching_encoding_and_transport_change_no_number(
    capture: Capture, way: str, told: Told
) -> None:
    """All five reports are equal, whichever way the same telemetry arrived."""
    assert told[capture.agent, capture.run, AS_RECORDED] == told[capture.agent, capture.run, way]


@pytest.mark.parametrize("signal", SIGNALS)
@pytest.mark.parametrize("capture", RUNS, ids=repr)
def test_one_signal_alone_tells_the_same_number_or_none(capture: Capture, signal: str, told: Told) -> None:
    """A number is never a sum over signals: alone, a signal tells it whole or not at all, or says why."""
    key = (capture.agent, capture.run, signal)
    if key not in told:
        assert all(signal not in path for path, _, _ in capture.requests())
        return
    whole, alone = said(told[capture.agent, capture.run, AS_RECORDED]), said(told[key])

    wrong = {
        field: (alone[field], whole[field])
        for field in FIELDS
        if alone[field] != whole[field] and alone[field] not in NOTHING and (*key, field) not in EXPLAINED
    }
    assert wrong == {}
    assert {f: d.ours for (a, r, s, f), d in EXPLAINED.items() if (a, r, s) == key} == {
        f: alone[f] for (a, r, s, f) in EXPLAINED if (a, r, s) == key
    }


def test_every_explained_difference_is_one(told: Told) -> None:
    """An explanation of nothing, or of a run that is not there, is itself wrong."""
    truths = {(capture.agent, capture.run): happened(capture) for capture in RUNS}

    idle = []
    for (agent, run, signal, field), difference in EXPLAINED.items():
        if (agent, run) not in truths or field not in FIELDS:
            idle.append((agent, run, field))
        elif signal and said(told[agent, run, AS_RECORDED])[field] == difference.ours:
            idle.append((agent, run, signal, field))
        elif not signal and truths[agent, run].get(field) == difference.ours:
            idle.append((agent, run, field))

    assert idle == []


def test_the_page_shows_this_table(told: Told) -> None:
    """docs/agents.md holds what `make runs` prints now."""
    text = PAGE.read_text(encoding="utf-8")

    assert page_with(text, table(told)) == text


def test_every_folder_of_captures_names_its_origin() -> None:
    """Nobody has to guess where a body came from."""
    folders = {path.parent for path in FIXTURES.glob("*/*/index.json")}

    assert {True} == {(folder / "truth.json").exists() for folder in folders}
    assert all(folder.parent.name in (FIXTURES / "README.md").read_text() for folder in folders)
