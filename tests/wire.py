"""Requests as they go over the wire: no library in between that would mend or refuse what a test wants to send."""

from __future__ import annotations

import http.client
import json
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, urlsplit

from live import LiveServer

PATIENCE_S = 20.0


@dataclass(frozen=True)
class Reply:
    """An answer as it came."""

    status: int
    headers: http.client.HTTPMessage
    body: bytes

    @property
    def type(self) -> str:
        """The media type, without parameters."""
        return str(self.headers["Content-Type"] or "").partition(";")[0]

    @property
    def text(self) -> str:
        return self.body.decode()

    @property
    def json(self) -> Any:
        return json.loads(self.body)

    @property
    def problem(self) -> str:
        """The last part of a problem's type; empty for what is no problem document."""
        return str(self.json["type"]).rpartition("/")[2] if self.type == "application/problem+json" else ""


def address_of(server: LiveServer) -> tuple[str, int]:
    return "127.0.0.1", urlsplit(server.base).port or 80


def send(
    server: LiveServer, target: str, method: str = "GET", body: bytes | None = None, /, **fields: str | None
) -> Reply:
    """One request on a connection of its own; `_` in the name of a field is sent as `-`."""
    connection = http.client.HTTPConnection(*address_of(server), timeout=PATIENCE_S)
    headers = {name.replace("_", "-"): value for name, value in fields.items() if value is not None}
    try:
        connection.request(method, target, body, headers)
        answer = connection.getresponse()
        return Reply(answer.status, answer.headers, answer.read())
    finally:
        connection.close()


def raw(server: LiveServer, request: bytes) -> bytes:
    """Everything that comes back for these bytes, until the server closes. Raises ConnectionResetError at a reset."""
    with socket.create_connection(address_of(server), timeout=PATIENCE_S) as connection:
        connection.sendall(request)
        return b"".join(iter(lambda: connection.recv(65_536), b""))


def query(text: str, **parameters: str | list[str]) -> str:
    """The target of a GET for a query; `_` in the name of a parameter is sent as `-`."""
    given: dict[str, str | list[str]] = {"query": text, **parameters}
    return "/sparql?" + "&".join(
        f"{name.replace('_', '-')}={quote(value, safe='')}"
        for name, values in given.items()
        for value in ([values] if isinstance(values, str) else values)
    )


@contextmanager
def eavesdropper() -> Iterator[tuple[str, list[bytes]]]:
    """An address on the loopback, and what has come to it so far: nothing, if nobody fetches what a query names."""
    heard: list[bytes] = []
    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.settimeout(0.1)
        done = threading.Event()

        def listen() -> None:
            while not done.is_set():
                try:
                    caller, _ = listener.accept()
                except TimeoutError:
                    continue
                with caller:
                    heard.append(b"a call")

        thread = threading.Thread(target=listen)
        thread.start()
        try:
            yield f"http://127.0.0.1:{listener.getsockname()[1]}/", heard
        finally:
            done.set()
            thread.join()
