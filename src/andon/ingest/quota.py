"""
How much each key may send in a minute; by default any amount.

A key has a minute's worth to begin with, and it fills up again evenly. What a request costs is known after
it was taken, so that a key may go into debt once and then waits until it is paid: batches of any size pass.

Source: promise S8 and threat T14 of the reliability study.
"""

from __future__ import annotations

from dataclasses import dataclass

from andon.contract.problems import TooMany

RETRY_AFTER_S = 2
"""What a sender is told to wait: an exporter gives up at once if told to wait for longer than it has left."""

_MINUTE = 60.0


@dataclass
class _Account:
    """What one key has left of one measure, and when that was reckoned."""

    left: float
    at: float


class Quota:
    """
    Accounts of keys; in memory, so that a restart forgives.

    Args:
        bytes_per_minute: Bytes as received; 0 for any number.
        records_per_minute: Items, whatever became of them; 0 for any number.
    """

    def __init__(self, bytes_per_minute: int, records_per_minute: int) -> None:
        self._rates = {"bytes": bytes_per_minute, "records": records_per_minute}
        self._accounts: dict[tuple[str, str], _Account] = {}

    def check(self, key_id: str, now: float) -> None:
        """
        Let a key's request pass.

        Args:
            key_id: Public id of the key.
            now: Seconds of a clock that only goes forward.

        Raises:
            TooMany: The key has sent more than it may.
        """
        for measure, rate in self._rates.items():
            if rate and self._account(key_id, measure, rate, now).left <= 0:
                raise TooMany(
                    f"The key {key_id} has sent more than its {rate} {measure} of a minute; send it again "
                    "later, or send less",
                    headers={"Retry-After": str(RETRY_AFTER_S)},
                )

    def spend(self, key_id: str, now: float, *, size: int, records: int) -> None:
        """Take what a request cost off the key's accounts."""
        for measure, cost in (("bytes", size), ("records", records)):
            if rate := self._rates[measure]:
                self._account(key_id, measure, rate, now).left -= cost

    def _account(self, key_id: str, measure: str, rate: int, now: float) -> _Account:
        account = self._accounts.setdefault((key_id, measure), _Account(rate, now))
        account.left = min(rate, account.left + (now - account.at) * rate / _MINUTE)
        account.at = now
        return account
