"""WSGI under ASGI: the environment as the client wrote it, and threads that no client can hold."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Iterator
from typing import Any

import pytest

from legation.server.bridge import Bridge, environ_of
from legation.server.patience import Message, Stalled

PATIENCE_S = 0.2


def scope(raw_path: bytes = b"/", *headers: tuple[bytes, bytes], query: bytes = b"", method: str = "GET") -> Any:
    return {
        "type": "http", "method": method, "http_version": "1.1", "raw_path": raw_path, "query_string": query,
        "headers": headers, "client": ("192.0.2.1", 5), "server": ("127.0.0.1", 8000),
    }  # fmt: skip


def test_the_path_is_decoded_once_and_kept_as_written() -> None:
    """PEP 3333 wants bytes as Latin-1; an escaped slash parts no segments, so it leads to no other route."""
    environ = environ_of(scope(b"/id/a%2Fb%25/%C3%A9", query=b"x=%2B"), b"")
    assert environ["PATH_INFO"] == "/id/a%2Fb%/é".encode().decode("latin-1")
    assert environ["RAW_URI"] == "/id/a%2Fb%25/%C3%A9"
    assert environ["QUERY_STRING"] == "x=%2B"


def test_several_lines_of_a_field_are_joined_and_a_body_has_its_own_length() -> None:
    """RFC 9110, section 5.3; a chunked body has been read, so it is chunked no more."""
    lines = [(b"accept", b"a/b"), (b"accept", b"c/d"), (b"transfer-encoding", b"chunked")]
    environ = environ_of(scope(b"/", *lines), b"body")
    assert environ["HTTP_ACCEPT"] == "a/b, c/d"
    assert environ["CONTENT_LENGTH"] == "4"
    assert "HTTP_TRANSFER_ENCODING" not in environ


def test_a_field_with_an_underscore_passes_for_no_other() -> None:
    """CGI's names would make one of the two, and a client could add to what a proxy in front has set."""
    lines = [(b"x-forwarded-for", b"192.0.2.1"), (b"x_forwarded_for", b"evil"), (b"content_type", b"evil")]
    environ = environ_of(scope(b"/", *lines), b"")
    assert environ["HTTP_X_FORWARDED_FOR"] == "192.0.2.1"
    assert "evil" not in environ.values()


def long_answer(closed: list[bool]) -> Callable[..., Iterable[bytes]]:
    def parts() -> Iterator[bytes]:
        try:
            for _ in range(1000):
                yield b"x" * 1000
        finally:
            closed.append(True)

    def app(environ: dict[str, Any], start: Callable[..., Any]) -> Iterable[bytes]:
        start("200 OK", [("Content-Type", "text/plain")])
        return parts()

    return app


def test_an_answer_in_parts_arrives_whole() -> None:
    """Every part, in order, and an end."""
    sent: list[Message] = []

    async def send(message: Message) -> None:
        sent.append(message)

    asyncio.run(Bridge(long_answer([]), 1).answer(scope(), b"", send, PATIENCE_S))
    assert sum(len(message["body"]) for message in sent[1:]) == 1_000_000
    assert [message["more_body"] for message in sent[1:]].count(False) == 1


def test_stalled_readers_hold_no_thread_and_are_let_go() -> None:
    """Twenty readers that take nothing leave the only thread to the one that reads; their answers are closed."""
    closed: list[bool] = []
    bridge = Bridge(long_answer(closed), 1)

    async def stalled(message: Message) -> None:
        if message["type"] == "http.response.body":
            await asyncio.sleep(60)

    async def reading(message: Message) -> None:
        pass

    async def all_at_once() -> list[BaseException | None]:
        readers = [bridge.answer(scope(), b"", stalled, PATIENCE_S) for _ in range(20)]
        gathered = asyncio.gather(*readers, return_exceptions=True)
        await asyncio.wait_for(bridge.answer(scope(), b"", reading, 60), 30)
        return await gathered

    outcomes = asyncio.run(all_at_once())
    assert {type(outcome) for outcome in outcomes} == {Stalled}
    assert len(closed) == 21


def test_an_application_that_fails_half_way_sends_no_end() -> None:
    """The server then breaks the connection off, and the client sees it."""
    sent: list[Message] = []

    async def send(message: Message) -> None:
        sent.append(message)

    def app(environ: dict[str, Any], start: Callable[..., Any]) -> Iterable[bytes]:
        start("200 OK", [])
        yield b"a"
        raise ValueError

    with pytest.raises(ValueError, match=r"^$"):
        asyncio.run(Bridge(app, 1).answer(scope(), b"", send, PATIENCE_S))
    assert all(message.get("more_body", True) for message in sent)
