"""
The process that turns bodies into frames: started by ``ingest.decoders``, never imported by the rest.

Decoding is Python's work, and one process does it on one core; the server's own process keeps its core for
its callers. Orders come in on stdin, one at a time, and each is answered on stdout. Both are written alike:
two lengths, a head in MessagePack, a payload.

Source: "Garbage collection matters more than the JSON library" of the performance study.
"""

from __future__ import annotations

import gc
import os
import resource
import signal
import sys
from typing import BinaryIO

import msgspec

from andon.contract.problems import Problem, TooLarge
from andon.ingest import stint
from andon.ingest.inflate import gunzip
from andon.ingest.orders import LENGTHS, Answer, Order, Setup
from andon.ingest.take_in import take_in

COLLECT_EVERY = 500
"""
Orders between two looks for cycles. A request makes hundreds of thousands of objects and hardly a cycle, so
the default of looking all the time costs more than the decoding of JSON itself.
"""

_NICE = 5


def work(order: Order, body: bytes, setup: Setup) -> tuple[Answer, bytes]:
    """Do one order; never raises."""
    stint.start(setup.processor_s)
    try:
        if order.is_gzip:
            body = gunzip(body, setup.limit)
        taken = take_in(body, order.envelope, setup.window)
    except TooLarge as problem:
        return Answer(message=problem.detail, problem="large"), b""
    except Problem as problem:
        return Answer(message=problem.detail, problem="bad"), b""
    except MemoryError:
        return Answer(message="The request takes too much memory; send smaller batches", problem="large"), b""
    except stint.OutOfTime:
        text = f"The request takes more than {setup.processor_s:g} seconds to decode; send smaller batches"
        return Answer(message=text, problem="large"), b""
    except Exception as error:  # noqa: BLE001 (one body must not cost the next ones; its text may hold content)
        return Answer(message=f"{type(error).__name__} while decoding", problem="failed"), b""
    finally:
        stint.stop()
    answer = Answer(taken.accepted, taken.rejected, taken.message, is_empty=taken.frame is None)
    return answer, taken.frame or b""


def _read(source: BinaryIO) -> tuple[bytes, bytes] | None:
    lengths = source.read(LENGTHS.size)
    if len(lengths) < LENGTHS.size:
        return None  # whoever gave orders is gone
    head, payload = LENGTHS.unpack(lengths)
    return source.read(head), source.read(payload)


def main() -> None:
    """Take orders until there are no more."""
    # A signal for the whole group is the server's to answer: it still needs us for what is in flight.
    for wish in (signal.SIGINT, signal.SIGTERM):
        signal.signal(wish, signal.SIG_IGN)
    # The server's own process answers everybody: it goes first where cores are few.
    os.nice(_NICE)
    gc.disable()
    # Nothing that a library prints may come between two answers.
    with os.fdopen(os.dup(sys.stdout.fileno()), "wb") as out:
        os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
        source = sys.stdin.buffer
        first = _read(source)
        if first is None:
            return
        setup = msgspec.msgpack.decode(first[0], type=Setup)
        resource.setrlimit(resource.RLIMIT_DATA, (setup.memory_bytes, setup.memory_bytes))
        decoder, encoder = msgspec.msgpack.Decoder(Order), msgspec.msgpack.Encoder()
        gc.freeze()
        done = 0
        while (asked := _read(source)) is not None:
            answer, frame = work(decoder.decode(asked[0]), asked[1], setup)
            head = encoder.encode(answer)
            out.write(LENGTHS.pack(len(head), len(frame)) + head)
            out.write(frame)
            out.flush()
            done += 1
            if done % COLLECT_EVERY == 0:
                gc.collect()


if __name__ == "__main__":
    main()
