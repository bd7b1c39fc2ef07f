"""A model that answers every request with a greeting, on the wires that agents speak; no network, no key."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse
from starlette.routing import Route

from line import free_port

TEXT = "Hello."


def _sse(events: list[tuple[str, dict[str, Any]]], *, named: bool) -> StreamingResponse:
    head = "event: {0}\n" if named else ""
    return StreamingResponse(
        iter([f"{head.format(name)}data: {json.dumps(event)}\n\n" for name, event in events]),
        media_type="text/event-stream",
        headers={"request-id": f"req_{time.time_ns()}"},
    )


async def anthropic(request: Request) -> Response:
    """Answer a request of the Messages API."""
    asked = await request.json()
    usage = {"input_tokens": 100, "output_tokens": 10}
    message = {"id": "msg_1", "type": "message", "role": "assistant", "model": asked["model"], "usage": usage}
    if not asked.get("stream"):
        content = [{"type": "text", "text": TEXT}]
        return JSONResponse({**message, "content": content, "stop_reason": "end_turn", "stop_sequence": None})
    delta = {"type": "text_delta", "text": TEXT}
    events: list[dict[str, Any]] = [
        {
            "type": "message_start",
            "message": {**message, "content": [], "stop_reason": None, "stop_sequence": None},
        },
        {"type": "content_block_start", "index": 0, "content_block": {"type": "text", "text": ""}},
        {"type": "content_block_delta", "index": 0, "delta": delta},
        {"type": "content_block_stop", "index": 0},
        {
            "type": "message_delta",
            "delta": {"stop_reason": "end_turn", "stop_sequence": None},
            "usage": {"output_tokens": 10},
        },
        {"type": "message_stop"},
    ]
    return _sse([(event["type"], event) for event in events], named=True)


async def gemini(request: Request) -> Response:
    """Answer a request of generateContent."""
    await request.body()
    answer = {
        "candidates": [
            {
                "content": {"role": "model", "parts": [{"text": TEXT}]},
                "finishReason": "STOP",
                "index": 0,
            }
        ],
        "usageMetadata": {"promptTokenCount": 100, "candidatesTokenCount": 10, "totalTokenCount": 110},
    }
    return _sse([("", answer)], named=False) if "stream" in request.url.path else JSONResponse(answer)


async def chat(request: Request) -> Response:
    """Answer a chat completion."""
    asked = await request.json()
    usage = {"prompt_tokens": 100, "completion_tokens": 10, "total_tokens": 110}
    head = {"id": "chatcmpl-1", "created": 1, "model": asked["model"]}
    if not asked.get("stream"):
        choice = {"index": 0, "finish_reason": "stop", "message": {"role": "assistant", "content": TEXT}}
        return JSONResponse({**head, "object": "chat.completion", "choices": [choice], "usage": usage})
    head["object"] = "chat.completion.chunk"
    said = {"index": 0, "delta": {"role": "assistant", "content": TEXT}, "finish_reason": None}
    ended = {"index": 0, "delta": {}, "finish_reason": "stop"}
    return _sse(
        [
            ("", {**head, "choices": [said]}),
            ("", {**head, "choices": [ended]}),
            ("", {**head, "choices": [], "usage": usage}),
        ],
        named=False,
    )


async def responses(request: Request) -> Response:
    """Answer a request of the Responses API."""
    asked = await request.json()
    answer = {"id": "resp_1", "object": "response", "created_at": 1, "model": asked["model"]}
    item = {
        "type": "message",
        "id": "msg_1",
        "role": "assistant",
        "status": "completed",
        "content": [{"type": "output_text", "text": TEXT, "annotations": []}],
    }
    usage = {
        "input_tokens": 100,
        "input_tokens_details": {"cached_tokens": 0},
        "output_tokens": 10,
        "output_tokens_details": {"reasoning_tokens": 0},
        "total_tokens": 110,
    }
    ended = {**answer, "status": "completed", "output": [item], "usage": usage}
    events: list[dict[str, Any]] = [
        {"type": "response.created", "response": {**answer, "status": "in_progress", "output": []}},
        {"type": "response.output_item.done", "output_index": 0, "item": item},
        {"type": "response.completed", "response": ended},
    ]
    return _sse([(event["type"], event) for event in events], named=True)


async def nothing(request: Request) -> Response:
    """Answer whatever else an agent asks for."""
    await request.body()
    return JSONResponse(
        {"object": "list", "data": []}, status_code=200 if "models" in request.url.path else 404
    )


@contextmanager
def mock_model() -> Iterator[str]:
    """Serve the model on a free port for as long as the block runs; gives its address."""
    routes = [
        Route("/v1/messages", anthropic, methods=["POST"]),
        Route("/v1beta/models/{rest:path}", gemini, methods=["POST"]),
        Route("/v1/chat/completions", chat, methods=["POST"]),
        Route("/v1/responses", responses, methods=["POST"]),
        Route("/{rest:path}", nothing, methods=["GET", "POST", "HEAD", "PUT"]),
    ]
    port = free_port()
    server = uvicorn.Server(
        uvicorn.Config(Starlette(routes=routes), host="127.0.0.1", port=port, log_level="error")
    )
    thread = threading.Thread(target=server.run)
    thread.start()
    while not server.started:
        time.sleep(0.05)
    try:
        yield f"http://127.0.0.1:{port}"
    finally:
        server.should_exit = True
        thread.join()
