"""Finished answers: which requests share one, what is kept and for how long, and that many askers cost one making."""

from __future__ import annotations

import asyncio
import gzip
import threading
import time
from types import SimpleNamespace
from typing import Any

import pytest

from legation.graph.formats import HTML, TURTLE
from legation.server.bridge import Bridge
from legation.server.conditional import Outcome
from legation.server.librarian import Librarian
from legation.server.library import Finished, Library, Wanted, finished
from legation.server.problems import ProblemRaised

LONG = b"<p>words</p>" * 300
CHROME = "text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,*/*;q=0.8"
FIREFOX = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"


def scope(path: str = "/doc/x", query: str = "", method: str = "GET", **fields: str) -> dict[str, Any]:
    headers = [(name.replace("_", "-").encode(), value.encode("latin-1")) for name, value in fields.items()]
    return {
        "type": "http", "method": method, "http_version": "1.1", "path": path, "raw_path": path.encode(),
        "query_string": query.encode(), "headers": headers, "client": ("192.0.2.1", 5), "server": ("127.0.0.1", 80),
    }  # fmt: skip


def wanted(path: str = "/doc/x", query: str = "", method: str = "GET", **fields: str) -> Wanted:
    return Wanted(scope(path, query, method, **fields))


def answer(vary: str = "", status: int = 200, body: bytes = LONG, **fields: str) -> Finished:
    given = {"content-type": HTML.content_type, "etag": '"t"', "content-length": str(len(body)), **fields}
    if vary:
        given["vary"] = vary
    lines = [(name.replace("_", "-").encode(), value.encode()) for name, value in given.items()]
    return finished(status, lines, body)


@pytest.mark.parametrize(
    ("vary", "one", "other", "is_shared"),
    [
        pytest.param("", {"accept": CHROME}, {"accept": "image/png"}, True, id="what does not matter"),
        pytest.param("", {"accept_language": "fr"}, {"cookie": "a=b"}, True, id="nor other fields"),
        pytest.param("Accept", {"accept": CHROME}, {"accept": FIREFOX}, True, id="the same format by other words"),
        pytest.param("Accept", {"accept": CHROME}, {"accept": "text/turtle"}, False, id="another format"),
        pytest.param("Accept", {}, {"accept": "*/*"}, True, id="no wish and any"),
        pytest.param("Accept", {}, {"accept": "image/png"}, False, id="one and none"),
        pytest.param("accept , ACCEPT-LANGUAGE", {"accept_language": "fr-CA"}, {"accept_language": "fr;q=0.3"}, True,
                     id="the same language by other words"),
        pytest.param("Accept, Accept-Language", {"accept_language": "fr"}, {"accept_language": "en"}, False,
                     id="another language"),
        pytest.param("Accept-Profile", {"accept_profile": "<urn:a>"}, {"accept_profile": "<urn:b>"}, True,
                     id="profiles that there are not"),
        pytest.param("Accept-Profile", {"accept_profile": "<https://schema.org/>"}, {}, False, id="another profile"),
        pytest.param("Accept-Encoding", {"accept_encoding": "gzip"}, {}, True, id="both codings are kept"),
        pytest.param("Cookie", {"cookie": "a=b"}, {"cookie": "a=b"}, False, id="a field that is not known here"),
        pytest.param("*", {}, {}, False, id="what varies by anything"),
        pytest.param("Accept", {"accept": CHROME + ",x/y" * 200}, {"accept": CHROME + ",x/z" * 200}, True, id="long"),
    ],
)  # fmt: skip
def test_requests_that_mean_the_same_share_an_answer(
    vary: str, one: dict[str, str], other: dict[str, str], is_shared: bool
) -> None:
    """RFC 9111, section 4.1: the fields that Vary names must match, here by what they mean."""
    library = Library(1 << 20)
    library.keep(wanted(**one), answer(vary))
    assert (library.find(wanted(**other)) is not None) == is_shared


def test_another_target_is_another_answer() -> None:
    """Path and query as the client wrote them."""
    library = Library(1 << 20)
    library.keep(wanted("/doc/x", "lang=fr"), answer())
    assert library.find(wanted("/doc/x", "lang=fr", "HEAD"))
    assert not library.find(wanted("/doc/x", "lang=en"))
    assert not library.find(wanted("/doc/X", "lang=fr"))


@pytest.mark.parametrize(
    ("finished_", "is_kept"),
    [
        (answer(), True),
        (answer(status=303, body=b""), True),
        (answer(status=308, body=b""), True),
        (answer(status=410), True),
        (answer(status=404), False),
        (answer(status=406), False),
        (answer(status=503), False),
        (answer(cache_control="no-store"), False),
        (answer(set_cookie="a=b"), False),
    ],
    ids=["200", "303", "308", "410", "404", "406", "503", "no-store", "a cookie"],
)
def test_only_what_everybody_would_get_again_is_kept(finished_: Finished, is_kept: bool) -> None:
    """No errors that would let a client fill the memory, and nothing that says no."""
    library = Library(1 << 20)
    library.keep(wanted(), finished_)
    assert (library.find(wanted()) is not None) == is_kept


def test_the_memory_is_bounded_whatever_clients_write() -> None:
    """Ever other queries and header fields push one another out."""
    library = Library(1 << 20)
    for number in range(2000):
        library.keep(
            wanted(query=f"x={number}" + "y" * 3000, accept_profile=f"<urn:{number}>"), answer("Accept-Profile")
        )
    kept = [n for n in range(2000)
            if library.find(wanted(query=f"x={n}" + "y" * 3000, accept_profile=f"<urn:{n}>"))]  # fmt: skip
    assert 0 < len(kept) * (len(LONG) + 6000) < 1 << 20
    assert kept[-1] == 1999


def test_an_answer_is_finished_in_both_codings() -> None:
    """Each with its own length, digest and tag; Vary says so (RFC 9110, sections 8.8.3.3 and 12.5.5)."""
    both = answer("Accept")
    assert both.coded is not None
    assert gzip.decompress(both.coded.body) == both.plain.body == LONG
    plain, coded = dict(both.plain.fields), dict(both.coded.fields)
    assert (plain[b"etag"], coded[b"etag"]) == (b'"t"', b'"t-gzip"')
    assert plain[b"vary"] == coded[b"vary"] == b"Accept, Accept-Encoding"
    assert coded[b"content-length"] == str(len(both.coded.body)).encode()
    assert plain[b"repr-digest"] != coded[b"repr-digest"]
    short = answer(body=b"short")
    assert (short.coded, dict(short.plain.fields).get(b"vary")) == (None, None)
    assert answer(content_type="image/png").coded is None


def test_conditions_count_where_the_answer_is_200() -> None:
    """RFC 9110, section 13.2.1."""
    asked = wanted(if_none_match="*")
    assert asked.outcome(answer().plain) is Outcome.NOT_MODIFIED
    for status in (303, 404, 410, 503):
        assert asked.outcome(answer(status=status).plain) is Outcome.SEND


# The librarian


class Pages:
    """A WSGI application that takes its time, counting how often it is asked and keeping what it was asked with."""

    def __init__(self, status: str = "200 OK", length: int = 5000) -> None:
        self.status, self.length, self.asked, self.environ = status, length, 0, {}
        self._lock = threading.Lock()

    def __call__(self, environ: dict[str, Any], start: Any) -> list[bytes]:
        with self._lock:
            self.asked += 1
        self.environ = environ
        time.sleep(0.05)
        start(self.status, [("Content-Type", TURTLE.content_type), ("Content-Length", str(self.length)),
                            ("ETag", '"t"')])  # fmt: skip
        return [b"x" * self.length]


HERE: Any = SimpleNamespace(path="/base/", settings=SimpleNamespace(page_memory_bytes=1 << 20, socket_timeout_s=1))
"""What a librarian needs of a site."""


def asked_together(pages: Pages, *scopes: dict[str, Any]) -> list[tuple[int, dict[bytes, bytes], bytes]]:
    """The answers of one librarian to requests that come at once."""

    async def ask() -> list[tuple[int, dict[bytes, bytes], bytes]]:
        bridge = Bridge(pages, 4)
        librarian = Librarian(HERE, bridge)

        async def one(each: dict[str, Any]) -> tuple[int, dict[bytes, bytes], bytes]:
            sent: list[Any] = []

            async def send(message: Any) -> None:
                sent.append(message)

            await librarian.answer(each, send)
            body = b"".join(message.get("body", b"") for message in sent)
            return sent[0]["status"], dict(sent[0]["headers"]), body

        try:
            return await asyncio.gather(*(one(each) for each in scopes))
        finally:
            bridge.close()

    return asyncio.run(ask())


def test_what_many_ask_for_at_once_is_made_once() -> None:
    """As after a switch to another release, when nothing is kept yet."""
    pages = Pages()
    answers = asked_together(pages, *[scope() for _ in range(20)])
    assert pages.asked == 1
    assert {status for status, _, _ in answers} == {200}
    assert {body for _, _, body in answers} == {b"x" * 5000}


def test_head_and_conditions_are_no_business_of_the_pages() -> None:
    """They are asked for the whole, once for GET, HEAD and whoever has it already."""
    pages = Pages()
    got, head, known = asked_together(
        pages, scope(), scope(method="HEAD"), scope(if_none_match='"t"', range="bytes=1-2", if_range='"t"')
    )
    assert pages.asked == 1
    assert pages.environ["REQUEST_METHOD"] == "GET"
    assert not [name for name in pages.environ if name.startswith(("HTTP_IF", "HTTP_RANGE"))]
    assert (got[0], len(got[2])) == (200, 5000)
    assert (head[0], head[2], head[1]) == (200, b"", got[1])
    assert (known[0], known[2], b"content-length" in known[1]) == (304, b"", False)


@pytest.mark.parametrize("length", [5000, 1 << 20], ids=["kept", "too long to keep"])
def test_a_condition_that_fails_is_raised_before_anything_is_sent(length: int) -> None:
    """The pages then say so in the type that is accepted."""
    with pytest.raises(ProblemRaised) as caught:
        asked_together(Pages(length=length), scope(if_match='"other"'))
    assert caught.value.problem.type.status == 412


def test_what_is_too_long_to_keep_is_sent_for_each() -> None:
    """In parts, under the same conditions; HEAD without them."""
    pages = Pages(length=1 << 20)
    got, head, known = asked_together(pages, scope(), scope(method="HEAD"), scope(if_none_match='"t"'))
    assert pages.asked == 3
    assert (got[0], len(got[2])) == (200, 1 << 20)
    assert (head[0], head[2]) == (200, b"")
    assert (known[0], known[2]) == (304, b"")


@pytest.mark.parametrize(
    ("path", "method", "is_page"),
    [
        ("/base/doc/x", "GET", True),
        ("/base/", "HEAD", True),
        ("/base/dumps/", "GET", True),
        ("/elsewhere", "GET", True),
        ("/base/doc/x", "POST", False),
        ("/base/sparql", "GET", False),
        ("/base/graph-store", "GET", False),
        ("/base/health", "GET", False),
        ("/base/dumps/legation.nt", "GET", False),
    ],
)
def test_the_librarian_answers_for_pages_alone(path: str, method: str, is_page: bool) -> None:
    """Queries, health and files that are sent in ranges have their own ways."""
    assert Librarian(HERE, Bridge(Pages(), 1)).answers(scope(path, method=method)) == is_page
