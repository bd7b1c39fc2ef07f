"""``andon up --demo``: it is there in one command, and the second time it uses what is there."""

from __future__ import annotations

import httpx2
import pytest

from demo_start import Start
from desk import LAST
from line import Line


def test_the_demo_is_there_in_one_command(house: Line, starts: list[Start]) -> None:
    """It sends, builds, and prints a curl with rows behind it; this machine needs no key to send."""
    answer = starts[0].answer
    assert answer.status_code == 200
    assert [row["date"] for row in answer.json()["data"]][-1] == LAST.isoformat()
    assert all(row["billable_tokens"] > 0 for row in answer.json()["data"][:5])
    keyless = httpx2.post(f"{house.otlp_url}/v1/logs", json={"resourceLogs": []})
    assert keyless.status_code == 200


@pytest.mark.usefixtures("house")
def test_the_second_time_it_uses_what_is_there(starts: list[Start]) -> None:
    """Nothing is sent or built again, and the answer is the same."""
    assert starts[1].answer.json() == starts[0].answer.json()
    assert "is here already" in starts[1].said
    assert [start.editions for start in starts] == [1, 1]
