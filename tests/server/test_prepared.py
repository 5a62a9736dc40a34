"""Answers kept ready: bounded in bytes, true about their bytes."""

from __future__ import annotations

import base64
import gzip
import hashlib

from legation.server.prepared import Memory, prepared

LONG = b"x" * 4000


def fields(body: bytes, *, gzip: bool = False, tag: str | None = "t") -> dict[str, str]:
    answer = prepared(body, {"Content-Type": "text/plain"}, tag, gzip=gzip)
    return {name.decode(): value.decode() for name, value in answer.fields}


def test_length_and_digest_are_those_of_the_bytes_sent() -> None:
    """RFC 9530, section 3: of the representation, its content coding included."""
    for with_gzip in (False, True):
        answer = prepared(LONG, {}, "t", gzip=with_gzip)
        found = dict(answer.fields)
        digest = base64.b64encode(hashlib.sha256(answer.body).digest()).decode()
        assert found[b"content-length"] == str(len(answer.body)).encode()
        assert found[b"repr-digest"] == f"sha-256=:{digest}:".encode()
        assert (gzip.decompress(answer.body) if with_gzip else answer.body) == LONG


def test_each_coding_has_a_tag_of_its_own() -> None:
    """RFC 9110, section 8.8.3.3."""
    assert fields(LONG)["etag"] == '"t"'
    assert fields(LONG, gzip=True)["etag"] == '"t-gzip"'
    assert "etag" not in fields(LONG, tag=None)


def test_a_short_body_is_not_coded() -> None:
    """It would only grow."""
    assert "content-encoding" not in fields(b"short", gzip=True)


def test_memory_is_bounded_and_keeps_what_is_asked_for() -> None:
    """The least recently used go first; what would crowd out the rest is not kept."""
    answer = prepared(LONG, {}, "t", gzip=False)
    memory = Memory(answer.bytes * 10)
    for number in range(30):
        memory.keep(number, answer)
        memory.get(0)
    assert memory.get(0) is answer
    assert memory.get(1) is None
    assert sum(memory.get(number) is not None for number in range(30)) == 10
    memory.keep("huge", prepared(b"x" * answer.bytes * 2, {}, "t", gzip=False))
    assert memory.get("huge") is None


def test_an_answer_kept_twice_counts_once() -> None:
    """Two workers' worth of the same request at once must not fill the memory."""
    answer = prepared(LONG, {}, "t", gzip=False)
    memory = Memory(answer.bytes * 10)
    for _ in range(100):
        memory.keep("same", answer)
    memory.keep("other", answer)
    assert memory.get("same") is answer


def test_what_a_client_wrote_counts_too() -> None:
    """Short answers to ever other long requests take no more memory than is allowed."""
    answer = prepared(b"{}", {}, "t", gzip=False)
    memory = Memory(1 << 20)
    for number in range(200):
        memory.keep(("/sparql", b"query=%d" % number + b"x" * 8000, "y" * 30_000), answer)
    kept = [n for n in range(200) if memory.get(("/sparql", b"query=%d" % n + b"x" * 8000, "y" * 30_000))]
    assert 0 < len(kept) * 38_000 <= 1 << 20
