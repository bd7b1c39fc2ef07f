"""HTTP to rows."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator
from types import TracebackType
from typing import Any, Literal, Self, TypeVar, overload
from urllib.parse import quote

import httpx2
import msgspec

from andon.client.answers import Answer
from andon.client.problems import NoAnswer, to_problem
from andon.contract.conservation import ConservationAnswer
from andon.contract.coverage import CoverageAnswer
from andon.contract.people import AdoptionAnswer, PeopleAnswer, PersonAnswer
from andon.contract.pipeline import DataAnswer
from andon.contract.reports import (
    ActivityByClient,
    ActivityDay,
    Envelope,
    PageMeta,
    ProductivityDay,
    Report,
    TokensByModel,
    TokensDay,
    ToolsByToolName,
    ToolsDay,
    UserDay,
    answer_type,
)
from andon.contract.restatements import Restatement, RestatementsAnswer

Day = dt.date | str
"""A UTC day: a date, or text as YYYY-MM-DD."""

_AnswerT = TypeVar("_AnswerT")

OK = 200

MOST_PEOPLE = 100
"""People per page: the most that the contract allows, so the fewest requests."""


class Client:
    """
    A connection to one Andon server.

    Every method raises a problem of ``andon.contract.problems`` when the server refuses (its ``detail`` says
    why, its ``headers["X-Request-Id"]`` names the request in the server's log), and ``NoAnswer`` when
    nothing of Andon answers.

    Args:
        base_url: Address of the server, such as ``http://127.0.0.1:8400``.
        key: An analytics key of a manager or owner, ``fk-…``.
        timeout: Seconds to wait for each answer. The default leaves room for a year of ``/tokens``.
        is_preview: Whether the five reports are those of the provisional edition, which has today too.
    """

    def __init__(self, base_url: str, key: str, *, timeout: float = 30, is_preview: bool = False) -> None:
        self._base_url = base_url.rstrip("/")
        self._reports = "/api/v1/preview" if is_preview else "/api/v1/analytics"
        self._http = httpx2.Client(headers={"Authorization": f"Bearer {key}"}, timeout=timeout)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close the connections."""
        self._http.close()

    @overload
    def tokens(self, start: Day, end: Day, group_by: None = None) -> Answer[TokensDay]: ...
    @overload
    def tokens(self, start: Day, end: Day, group_by: Literal["model"]) -> Answer[TokensByModel]: ...
    def tokens(
        self, start: Day, end: Day, group_by: Literal["model"] | None = None
    ) -> Answer[TokensDay] | Answer[TokensByModel]:
        """Ask for tokens of the days from *start* to *end*, both included; by day, or by day and model."""
        answer: Answer[TokensDay] | Answer[TokensByModel] = self._rows("tokens", start, end, group_by)
        return answer

    @overload
    def tools(self, start: Day, end: Day, group_by: None = None) -> Answer[ToolsDay]: ...
    @overload
    def tools(self, start: Day, end: Day, group_by: Literal["tool_name"]) -> Answer[ToolsByToolName]: ...
    def tools(
        self, start: Day, end: Day, group_by: Literal["tool_name"] | None = None
    ) -> Answer[ToolsDay] | Answer[ToolsByToolName]:
        """Ask for tool use of the days from *start* to *end*, both included; by day, or by day and tool."""
        answer: Answer[ToolsDay] | Answer[ToolsByToolName] = self._rows("tools", start, end, group_by)
        return answer

    @overload
    def activity(self, start: Day, end: Day, group_by: None = None) -> Answer[ActivityDay]: ...
    @overload
    def activity(self, start: Day, end: Day, group_by: Literal["client"]) -> Answer[ActivityByClient]: ...
    def activity(
        self, start: Day, end: Day, group_by: Literal["client"] | None = None
    ) -> Answer[ActivityDay] | Answer[ActivityByClient]:
        """Ask for active people of the days from *start* to *end*, both included; by day and maybe client."""
        answer: Answer[ActivityDay] | Answer[ActivityByClient] = self._rows("activity", start, end, group_by)
        return answer

    def productivity(self, start: Day, end: Day) -> Answer[ProductivityDay]:
        """Ask for files, commits and pull requests of the days from *start* to *end*, both included."""
        answer: Answer[ProductivityDay] = self._rows("productivity", start, end, None)
        return answer

    def users(self, start: Day, end: Day, limit: int = MOST_PEOPLE) -> Iterator[UserDay]:
        """
        Go through every person and active day from *start* to *end*, by person, then day.

        Args:
            start: First UTC day.
            end: Last UTC day, included.
            limit: People per request, 1 to 100. Pages are fetched as the iterator reaches them.
        """
        cursor: str | None = None
        while True:
            answer = self.users_page(start, end, limit=limit, cursor=cursor)
            yield from answer.data
            if not answer.meta.has_more:
                return
            cursor = answer.meta.next_cursor

    def users_page(
        self, start: Day, end: Day, *, limit: int = MOST_PEOPLE, cursor: str | None = None
    ) -> Envelope[UserDay, PageMeta]:
        """
        Ask for one page of people, for callers who keep their place themselves.

        Args:
            start: First UTC day.
            end: Last UTC day, included.
            limit: People on the page, 1 to 100.
            cursor: ``meta.next_cursor`` of the page before; None for the first.
        """
        more = {"limit": str(limit)} | ({"cursor": cursor} if cursor is not None else {})
        page: Envelope[UserDay, PageMeta] = self._get("users", start, end, None, more)
        return page

    def _rows(self, report: Report, start: Day, end: Day, group_by: str | None) -> Any:  # noqa: ANN401 (the overloads say)
        more = {"group_by": group_by} if group_by is not None else {}
        answer = self._get(report, start, end, group_by, more)
        return Answer(answer.data, answer.meta)

    def coverage(self) -> CoverageAnswer:
        """Ask what really arrives: agents, their versions, fields beside what was promised, unknown names."""
        answer: CoverageAnswer = self._fetch("/api/v1/coverage", {}, lambda: CoverageAnswer)
        return answer

    def conservation(self) -> ConservationAnswer:
        """Ask where every received record went, by UTC day of receipt: stored, a copy, or kept apart."""
        answer: ConservationAnswer = self._fetch("/api/v1/conservation", {}, lambda: ConservationAnswer)
        return answer

    def restatements(self, start: Day, end: Day) -> Answer[Restatement]:
        """Ask which days from *start* to *end*, both included, were changed after they had been published."""
        params = {"startDate": str(start), "endDate": str(end)}
        answer: RestatementsAnswer = self._fetch("/api/v1/restatements", params, lambda: RestatementsAnswer)
        return Answer(answer.data, answer.meta)

    def people(self, start: Day, end: Day) -> PeopleAnswer:
        """Ask for everybody over the days from *start* to *end*: sums, and when they were seen."""
        return self._over("people", start, end, PeopleAnswer)

    def person(self, start: Day, end: Day, user_id: str = "me") -> PersonAnswer:
        """Ask for one person's days from *start* to *end*; without *user_id* for those of the key's owner."""
        return self._over(f"people/{quote(user_id, safe='')}", start, end, PersonAnswer)

    def adoption(self, start: Day, end: Day) -> AdoptionAnswer:
        """Ask who came and who stayed away on the days from *start* to *end*."""
        return self._over("adoption", start, end, AdoptionAnswer)

    def data(self) -> DataAnswer:
        """Ask where the data stands: editions, builds, what was kept apart."""
        answer: DataAnswer = self._fetch("/api/v1/data", {}, lambda: DataAnswer)
        return answer

    def _over(self, path: str, start: Day, end: Day, kind: type[_AnswerT]) -> _AnswerT:
        params = {"startDate": str(start), "endDate": str(end)}
        answer: _AnswerT = self._fetch(f"/api/v1/{path}", params, lambda: kind)
        return answer

    def _get(self, report: Report, start: Day, end: Day, group_by: str | None, more: dict[str, str]) -> Any:  # noqa: ANN401 (the report decides)
        params = {"startDate": str(start), "endDate": str(end), **more}
        # A grouping that this client does not know yet cannot come back: the server refuses it first.
        return self._fetch(f"{self._reports}/{report}", params, lambda: answer_type(report, group_by))

    def _fetch(self, path: str, params: dict[str, str], kind: Callable[[], Any]) -> Any:  # noqa: ANN401 (the kind decides)
        url = self._base_url + path
        try:
            response = self._http.get(url, params=params)
        except (httpx2.HTTPError, httpx2.InvalidURL) as error:
            raise NoAnswer(
                f"No answer from {self._base_url}: {error or type(error).__name__}. Is Andon running there?"
            ) from None

        if response.status_code != OK:
            problem = to_problem(response.status_code, dict(response.headers), response.content)
            raise problem or self._stranger(response)
        try:
            return msgspec.json.decode(response.content, type=kind())
        except msgspec.DecodeError:
            raise self._stranger(response) from None

    def _stranger(self, response: httpx2.Response) -> NoAnswer:
        kind = response.headers.get("content-type", "no content type")
        return NoAnswer(
            f"{self._base_url} answered {response.status_code} with {kind}, which is not an answer of "
            "Andon's API. Is that its address, without a path?"
        )
