"""The static twin: nginx on an export answers as a live server does, to the negotiation table and far more."""

from __future__ import annotations

import http.client
import json
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import NamedTuple

import pytest
from live import LEGATION, LiveServer, free_port, run_legation, serving
from negotiation_table import negotiation_table
from twin import IS_INSTALLED, twin_of
from wire import PATIENCE_S, address_of

from legation.graph.formats import DOCUMENT_FORMATS, HTML
from legation.graph.release import current_release

pytestmark = pytest.mark.skipif(not IS_INSTALLED, reason="apt-get install nginx-light libnginx-mod-http-js")

NATO = "/doc/organisation/nato"
BROWSER = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"
THINGS = ("organisation", "place", "dataset", "mission")
"""Kinds of things that the small release is made of; what it says is of no matter here."""
GONE = """
<BASEid/event/rumour> <http://www.w3.org/ns/prov#invalidatedAtTime> \
"2030-05-01T09:00:00Z"^^<http://www.w3.org/2001/XMLSchema#dateTime> .
<BASEid/event/rumour> <http://www.w3.org/2004/02/skos/core#changeNote> "Its source was <b>retracted</b>."@en .
<BASEid/event/rumour> <http://www.w3.org/2004/02/skos/core#changeNote> "Sa source a \u00e9t\u00e9 retir\u00e9e."@fr .
<BASEid/event/merged> <http://purl.org/dc/terms/isReplacedBy> <BASEid/organisation/nato> .
"""
"""Invented: one thing that was withdrawn, and one that was merged into another."""
OF_ITS_OWN = {"date", "server", "connection", "keep-alive", "transfer-encoding", "ratelimit", "ratelimit-policy"}
"""Fields that belong to a server or a connection, not to an answer; a copy has no budget of computing time."""


class Request(NamedTuple):
    """A request, sent as it is."""

    target: str
    fields: tuple[tuple[str, str], ...] = ()
    method: str = "GET"


class Answered(NamedTuple):
    """All of an answer that a client may rely on."""

    status: int
    fields: list[tuple[str, str]]
    body: bytes


class _Connection(http.client.HTTPConnection):
    def _validate_path(self, url: str) -> None:
        """Hostile targets are what is tried."""

    def _encode_request(self, request: str) -> bytes:
        return request.encode("latin-1")


class Side:
    """One of the two servers, asked over a connection that is kept."""

    def __init__(self, server: LiveServer) -> None:
        self._connection = _Connection(*address_of(server), timeout=PATIENCE_S)

    def ask(self, request: Request) -> Answered:
        """The answer to a request; again on a new connection where the kept one had been closed meanwhile."""
        try:
            return self._ask(request)
        except (http.client.HTTPException, ConnectionError):
            self._connection.close()
            return self._ask(request)

    def close(self) -> None:
        """Close the connection."""
        self._connection.close()

    def _ask(self, request: Request) -> Answered:
        connection = self._connection
        connection.putrequest(request.method, request.target, skip_accept_encoding=True)
        for name, value in request.fields:
            connection.putheader(name, value)
        connection.endheaders()
        answer = connection.getresponse()
        fields = sorted((n.lower(), v) for n, v in answer.getheaders() if n.lower() not in OF_ITS_OWN)
        return Answered(answer.status, fields, answer.read())


@dataclass(frozen=True)
class Pair:
    """A live server and its twin."""

    live: LiveServer
    twin: LiveServer

    @cached_property
    def sides(self) -> tuple[Side, Side]:
        """Connections to both."""
        return Side(self.live), Side(self.twin)

    def ask(self, request: Request) -> tuple[Answered, Answered]:
        """What each of them answers."""
        live, twin = self.sides
        return live.ask(request), twin.ask(request)


def _small_release(folder: Path, base: str) -> None:
    """A release of a few things, taken from the bundled facts."""
    whole = folder / "whole"
    assert run_legation("release", "--base", base, "--releases", str(whole)).returncode == 0
    release = current_release(whole)
    assert release is not None
    starts = tuple(f"<{base}id/{kind}/" for kind in THINGS)
    lines = release.dump("nt").read_text("utf-8").splitlines(keepends=True)
    data = folder / "small.nt"
    data.write_text("".join(line for line in lines if line.startswith(starts)) + GONE.replace("BASE", base), "utf-8")
    built = run_legation("release", "--data", str(data), "--without-shapes", "--base", base, "--releases", str(folder))
    assert built.returncode == 0, built.stderr.decode()


def _exported(releases: Path, folder: Path, *options: str) -> subprocess.CompletedProcess[bytes]:
    command = [*LEGATION, "export", str(folder), "--releases", str(releases), *options]
    return subprocess.run(command, capture_output=True, check=False, timeout=900)


@contextmanager
def _open_folder() -> Iterator[Path]:
    """A folder that nginx may read whoever it runs as."""
    with tempfile.TemporaryDirectory() as name:
        Path(name).chmod(0o755)
        yield Path(name)


@pytest.fixture(scope="module")
def pair() -> Iterator[Pair]:
    port, twin_port = free_port(), free_port()
    with _open_folder() as folder:
        _small_release(folder, f"http://localhost:{port}/")
        made = _exported(folder, folder / "twin", "--listen", f"127.0.0.1:{twin_port}")
        assert made.returncode == 0, made.stderr.decode()
        with serving(folder, port) as live, twin_of(folder / "twin", twin_port) as twin:
            both = Pair(live, twin)
            yield both
            for side in both.sides:
                side.close()


def _same(pair: Pair, request: Request) -> Answered:
    live, twin = pair.ask(request)
    assert twin.status == live.status
    assert twin.fields == live.fields
    assert twin.body == live.body
    return live


# The negotiation table ------------------------------------------------------------------------------------------


def _accepts(field: str | None) -> tuple[tuple[str, str], ...]:
    return () if field is None else (("Accept", _sent(field)),)


def _sent(text: str) -> str:
    """A text as its bytes in UTF-8, which is how clients send what they should not."""
    return text.encode().decode("latin-1")


@pytest.mark.parametrize("target", [NATO, "/doc/organisation/atlantis", "/vocab/modality"])
@pytest.mark.parametrize("row", negotiation_table("accept"), ids=lambda row: row["id"])
def test_the_twin_chooses_a_format_as_the_server_does(pair: Pair, row: dict[str, str], target: str) -> None:
    """Every Accept field of the table, at a document and at none: status, fields and bytes."""
    _same(pair, Request(target, _accepts(row.get("field"))))


@pytest.mark.parametrize("row", negotiation_table("language"), ids=lambda row: row["id"])
def test_the_twin_chooses_a_language_as_the_server_does(pair: Pair, row: dict[str, str]) -> None:
    """Every Accept-Language field of the table."""
    field = row.get("field")
    fields = () if field is None else (("Accept-Language", _sent(field)),)
    got = _same(pair, Request(NATO, (("Accept", HTML.media_type), *fields)))
    assert ("content-language", row["language"]) in got.fields


@pytest.mark.parametrize("row", negotiation_table("request"), ids=lambda row: row["id"])
def test_the_twin_answers_the_requests_of_the_table(pair: Pair, row: dict[str, object]) -> None:
    """Every whole request of the table."""
    fields = row.get("fields", {})
    assert isinstance(fields, dict)
    _same(pair, Request(str(row["target"]), tuple(fields.items()), str(row.get("method", "GET"))))


# Addresses ------------------------------------------------------------------------------------------------------

WISHES: dict[str, tuple[tuple[str, str], ...]] = {
    "none": (),
    "browser": (("Accept", BROWSER), ("Accept-Language", "fr")),
    "rdf": (("Accept", "application/rdf+xml"),),
    "picture": (("Accept", "image/png"),),
}
SUFFIXED = [f"{NATO}.{form.extension}" for form in DOCUMENT_FORMATS]
PUBLISHED = [
    "/", "/catalogue", "/catalogue.ttl", "/.well-known/void", "/ns", "/ns/0.1.0", "/ns.fr.html", "/shapes",
    "/vocab/modality",
    "/vocab/modality.nt", "/context.jsonld", "/dumps", "/dumps/", "/dumps/legation.nt", "/dumps/legation.trig",
    "/health",
    "/robots.txt", "/static/style.css", "/problems/busy", "/sparql", "/sparql/", "/id/organisation/nato", NATO,
    *SUFFIXED, f"{NATO}.en.html", f"{NATO}.fr.html?lang=en", f"{NATO}?lang=fr", f"{NATO}?lang=de&x=1",
]  # fmt: skip
SPELLED = [
    "/doc/organisation/n%61to", "/doc/organisation/n%61to.ttl", "/doc/organisation%2Fnato", "/doc/organisation%2fnato",
    "/%64oc/organisation/nato", "/doc/caf%c3%a9", "/doc/caf%C3%A9", _sent("/doc/café"), "/id/caf%c3%a9",
    "/static/style%2Ecss",
    "/vocab/mod%61lity", "/graph/default", "/graph/n%6Fne",
]  # fmt: skip
UNKNOWN = [
    "/nothing", "/nothing.ttl", "/doc", "/doc/", "/id/", "/doc/organisation/", "/doc/organisation/nato.xyz",
    "/catalogue.xyz",
    "/doc/organisation/atlantis.ttl", "/doc/organisation/atlantis.fr.html", "/vocab/x", "/vocab/a/b", "/ns/9",
    "/ns/9.ttl",
    "/problems/x", "/dumps/x", "/static/x", "/graph/none", "/graph/none.ttl", "//doc/organisation/nato", "/doc//",
]  # fmt: skip
HOSTILE = [
    "/doc/../x", "/doc/%2e%2e/x", "/doc/%2E%2E%2Fx", "/doc/organisation/../organisation/nato", "/static/../cli.py",
    "/.refused",
    "/@file", "/answers/",
    "/site/doc/organisation/nato.ttl", "/twin/tables.json", "/nginx.conf", "/doc/%ff", "/doc/%FF.ttl",
    "/static/%ff",
    "/id/%ff", "/vocab/a%22b", "/vocab/a'b",
    "/doc/%3Cscript%3Ealert(1)%3C%2Fscript%3E", "/doc/%22x%22", "/doc/a%5Cb",
    "/doc/a%0d%0ab", "/doc/%3Cb%3E%20%22", "/doc/" + "x" * 5000, "/doc/" + "x" * 9000, "/doc/" + "a/" * 2000,
]  # fmt: skip


@pytest.mark.parametrize("target", [*PUBLISHED, *SPELLED, *UNKNOWN, *HOSTILE], ids=lambda target: target[:60])
def test_the_twin_answers_at_every_address_as_the_server_does(pair: Pair, target: str) -> None:
    """What is published, in other spellings, what is not, and what nobody should ask for; in each for every reader."""
    for fields in WISHES.values():
        got = _same(pair, Request(target, fields))
        assert got.status < 500
    _same(pair, Request(target, method="HEAD"))
    _same(pair, Request(target, method="OPTIONS"))
    _same(pair, Request(target, method="DELETE"))


@pytest.mark.parametrize("target", PUBLISHED)
def test_the_twin_sends_gzip_where_the_server_does(pair: Pair, target: str) -> None:
    """The same coding, with the tag and the bytes of the server's."""
    for field in ("gzip", "gzip;q=0, *", "x-gzip, identity;q=0.5", "br"):
        _same(pair, Request(target, (("Accept-Encoding", field), ("Accept", BROWSER))))


@pytest.mark.parametrize(
    "target",
    [
        "/../x",
        "/../../etc/passwd",
        "/%00",
        "/doc/%00",
        "/doc/organisation/nato%00.ttl",
        "/doc/%zz",
        "/doc/%",
        "/graph/%zz",
        "/static/%2e%2e/%2e%2e/answers",
        "/..%2f..%2fetc/passwd",
        "/static/..%2f..%2fcli.py",
    ],
)
def test_what_nginx_refuses_by_itself_is_answered_with_the_servers_problem(pair: Pair, target: str) -> None:
    """nginx stops before the header fields, so the problem comes as to a client that sends none."""
    live, twin = pair.ask(Request(target))
    fields = [field for field in live.fields if field[0] != "connection"]
    assert (twin.status, twin.body) == (live.status, live.body)
    assert twin.fields == fields


# Conditions and ranges ------------------------------------------------------------------------------------------

CONDITIONS = [
    ("If-None-Match", '"{tag}"'), ("If-None-Match", 'W/"{tag}"'), ("If-None-Match", '"x", "{tag}"'),
    ("If-None-Match", "*"),
    ("If-None-Match", '"x"'), ("If-None-Match", "{tag}"), ("If-None-Match", '"{tag}-gzip"'), ("If-Match", '"{tag}"'),
    ("If-Match", '"x"'), ("If-Match", "*"), ("If-Match", 'W/"{tag}"'), ("If-Modified-Since", "{modified}"),
    ("If-Modified-Since", "Sat, 01 Jan 2000 00:00:00 GMT"), ("If-Modified-Since", "yesterday"),
    ("If-Unmodified-Since", "{modified}"), ("If-Unmodified-Since", "Sat, 01 Jan 2000 00:00:00 GMT"), ("Range",
    "bytes=0-3"),
]  # fmt: skip


@pytest.mark.parametrize(
    "target", [NATO, f"{NATO}.ttl", "/static/style.css", "/dumps/legation.nt", "/dumps/", "/health"]
)
@pytest.mark.parametrize(("name", "value"), CONDITIONS)
def test_the_twin_decides_conditions_as_the_server_does(pair: Pair, target: str, name: str, value: str) -> None:
    """RFC 9110, section 13: 200, 304 and 412, with and without a coding."""
    known = dict(pair.sides[0].ask(Request(target)).fields)
    field = value.format(tag=known.get("etag", '""').strip('"'), modified=known.get("last-modified", ""))
    for coding in ((), (("Accept-Encoding", "gzip"),)):
        _same(pair, Request(target, ((name, field), *coding)))


RANGES = [
    "bytes=0-9", "bytes=-5", "bytes=5-", "bytes=99999999-", "bytes=-0", "bytes=0-1,3-4", "bytes=9-1", "lines=1-2",
    "bytes=0-99999999", "bytes=-", "BYTES=0-0",
]  # fmt: skip


# "bytes = 1 - 2", which the grammar does not allow, is the whole from nginx and a part from the server.


@pytest.mark.parametrize("field", RANGES)
def test_the_twin_sends_the_ranges_that_the_server_does(pair: Pair, field: str) -> None:
    """RFC 9110, section 14, alone and with each condition."""
    tag = dict(pair.sides[0].ask(Request("/dumps/legation.nt")).fields)["etag"]
    for condition in (
        (),
        (("If-Range", tag),),
        (("If-Range", '"x"'),),
        (("If-None-Match", tag),),
        (("If-Match", tag),),
    ):
        _same(pair, Request("/dumps/legation.nt", (("Range", field), *condition)))


@pytest.mark.parametrize(
    "fields",
    [
        (("X" * 33_000, "y"),),
        (("X", "y" * 33_000),),
        (("Accept", "text/html"), ("Accept", "text/turtle")),
        (("Accept", "text/html;q=0.1"), ("Accept_Language", "fr")),
        (("Accept", "text/html," * 300 + "text/turtle;q=0.9"),),
    ],
    ids=["long-name", "long-value", "two-lines", "underscore", "many"],
)
def test_the_twin_reads_odd_header_fields_as_the_server_does(pair: Pair, fields: tuple[tuple[str, str], ...]) -> None:
    """Too large ones are 431 with the problem document; several lines are one field."""
    _same(pair, Request(NATO, fields))


@pytest.mark.parametrize("target", [NATO, "/nothing", "/sparql"])
def test_the_twin_answers_preflights_as_the_server_does(pair: Pair, target: str) -> None:
    """CORS (Fetch standard, section 3.3.3)."""
    for named in ((), (("Access-Control-Request-Headers", "x-one, x-two"),)):
        _same(pair, Request(target, (("Access-Control-Request-Method", "GET"), *named), "OPTIONS"))


@pytest.mark.parametrize("space", ["id", "doc"])
@pytest.mark.parametrize(("name", "status"), [("rumour", 410), ("merged", 308)])
def test_the_twin_tells_what_is_gone_as_the_server_does(pair: Pair, space: str, name: str, status: int) -> None:
    """A tombstone in the negotiated format, and a redirect to what remains."""
    for fields in WISHES.values():
        _same(pair, Request(f"/{space}/event/{name}", fields))
        _same(pair, Request(f"/{space}/event/{name}?lang=fr", fields))
    assert _same(pair, Request(f"/{space}/event/{name}", WISHES["browser"])).status == status
    assert _same(pair, Request(f"/doc/event/{name}.ttl")).status == status


# Profiles -------------------------------------------------------------------------------------------------------

PROFILE = "https://w3id.org/legation/profile/"
PROFILE_FIELDS = [
    f"<{PROFILE}plain>", f"<{PROFILE}alt>", "<https://schema.org/>", f"<{PROFILE}plain>;q=0", "<http://x/>", "x",
    f"<{PROFILE}provenance>;q=0.1, <{PROFILE}plain>;q=0.5", f'"{PROFILE}plain"',
]  # fmt: skip
PROFILE_ARGUMENTS = [
    "_profile=plain", "_profile=schema", "_profile=alt", "_profile=plain&lang=fr", "_mediatype=text/turtle",
    "_profile=plain&_mediatype=application/ld%2Bjson", "lang=xx", "lang=fr&lang=en",
]  # fmt: skip
"""Well-formed ones. A page that tells of a wrong one names its query in a link, which the copy's does not
(docs/static-site.md); so those are compared in another format below."""


@pytest.mark.parametrize("field", PROFILE_FIELDS)
def test_the_twin_chooses_a_profile_by_field_as_the_server_does(pair: Pair, field: str) -> None:
    """Content Negotiation by Profile, section 7.1, in three formats and where there are no profiles."""
    asked = (("Accept-Profile", field),)
    for form in ("text/turtle", "text/html", "application/ld+json"):
        _same(pair, Request(NATO, (("Accept", form), *asked)))
    for target in ("/id/organisation/nato", "/catalogue"):
        _same(pair, Request(target, asked))


@pytest.mark.parametrize("query", PROFILE_ARGUMENTS)
def test_the_twin_chooses_a_profile_by_address_as_the_server_does(pair: Pair, query: str) -> None:
    """Section 7.2, at a document, its variants, its thing, and where there are no profiles."""
    for target in (NATO, f"{NATO}.ttl", f"{NATO}.html", "/id/organisation/nato", "/catalogue"):
        for fields in ((), WISHES["browser"]):
            _same(pair, Request(f"{target}?{query}", fields))


@pytest.mark.parametrize("query", ["_profile=nope", "_profile=", "_profile=nope%3Cb%3E", "_mediatype=x"])
def test_the_twin_refuses_unknown_profiles_as_the_server_does(pair: Pair, query: str) -> None:
    """400 with those that there are."""
    for target in (NATO, "/id/organisation/nato", "/catalogue"):
        _same(pair, Request(f"{target}?{query}"))


@pytest.mark.parametrize("accept", ["text/turtle", "application/problem+json"])
def test_the_twin_refuses_an_overlong_query_as_the_server_does(pair: Pair, accept: str) -> None:
    """414 from both. The page for people names the query in a link, which the copy's does not."""
    assert _same(pair, Request(NATO + "?" + "y" * 9000, (("Accept", accept),))).status == 414


# What a copy cannot do ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("target", "method"),
    [
        ("/sparql?query=ASK%7B%7D", "GET"),
        ("/sparql", "POST"),
        ("/sparql", "QUERY"),
        ("/graph-store?default", "GET"),
        (f"{NATO}?after=dip:takenBy%20x", "GET"),
    ],
)
def test_what_is_computed_is_refused_with_a_way_on(pair: Pair, target: str, method: str) -> None:
    """501 and the dumps; for people as a page in their language."""
    got = pair.sides[1].ask(Request(target, (("Content-Length", "0"),), method))
    if "after=" in target and got.status == 200:
        pytest.skip("no resource of this release has further pages, so `after` says nothing")
    assert got.status == 501
    problem = json.loads(got.body)
    assert problem["type"] == pair.live("problems/static-copy")
    assert problem["instead"] == [pair.live("dumps/")]
    page = pair.sides[1].ask(
        Request(target, (("Accept", BROWSER), ("Accept-Language", "fr"), ("Content-Length", "0")), method)
    )
    assert page.status == 501
    assert "copie" in page.body.decode()


# The command ----------------------------------------------------------------------------------------------------


def test_an_export_is_never_written_over_other_files(pair: Pair, tmp_path: Path) -> None:
    """One sentence, exit code 1, and everything as it was."""
    (tmp_path / "mine.txt").write_text("kept")
    done = _exported(pair.live.releases, tmp_path)
    assert done.returncode == 1
    assert b"no export" in done.stderr
    assert [path.name for path in tmp_path.iterdir()] == ["mine.txt"]


def test_an_export_says_what_it_is_and_how_to_run_it(pair: Pair) -> None:
    """The mark names the release; every body of a document stands under its own address."""
    folder = pair.twin.releases
    mark = json.loads((folder / "export.json").read_text())
    release = current_release(pair.live.releases)
    assert release is not None
    assert (mark["release"], mark["base"]) == (release.digest, pair.live.base)
    for suffix in ("ttl", "jsonld", "rdf", "nt", "en.html", "fr.html"):
        address = f"{NATO}.{suffix}"
        assert (folder / "site" / address.lstrip("/")).read_bytes() == pair.sides[0].ask(Request(address)).body


def test_no_file_of_the_copy_holds_the_way_to_this_machine(pair: Pair) -> None:
    """An export can be moved and handed on."""
    folder = str(pair.live.releases).encode()
    assert not [
        p for p in pair.twin.releases.rglob("*") if p.is_file() and p.parent.name != "run" and folder in p.read_bytes()
    ]
