"""What a caller of the client may have to handle, beside the contract's own problems."""

from __future__ import annotations

import msgspec

from andon.contract.problems import Internal, Problem, ProblemDocument

REQUEST_ID = "X-Request-Id"


class NoAnswer(Exception):
    """Nothing answered, or what answered is not Andon; the text says which address and why."""


def to_problem(status: int, headers: dict[str, str], body: bytes) -> Problem | None:
    """
    Turn an error answer into the problem that the server raised.

    Args:
        status: HTTP status code.
        headers: Response headers, names in lower case.
        body: The problem document.

    Returns:
        None when the body is no problem document. Otherwise a problem whose ``headers`` hold
        ``X-Request-Id`` and, when the server sent it, ``Retry-After``; the request id is also a note, so a
        traceback shows it.
    """
    try:
        document = msgspec.json.decode(body, type=ProblemDocument)
    except msgspec.DecodeError:
        return None

    kinds = {kind.status: kind for kind in Problem.__subclasses__()}
    kept = {REQUEST_ID: document.request_id}
    if "retry-after" in headers:
        kept["Retry-After"] = headers["retry-after"]
    problem = kinds.get(status, Internal)(document.detail, headers=kept)
    problem.add_note(f"{document.title} ({status}), request {document.request_id}")
    return problem
