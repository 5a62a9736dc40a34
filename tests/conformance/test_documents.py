"""Things and documents over the wire: rules N1–N6, D1–D7 and R5 of the HTTP contract, one table a rule."""

from __future__ import annotations

import gzip
import json
import re
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote, urlsplit

import pyoxigraph as ox
import pytest
import rdflib
from live import LiveServer, free_port, run_legation, serving
from negotiation_table import negotiation_table
from wire import Reply, raw, send

from legation.graph.formats import (
    DOCUMENT_FORMATS,
    GRAPH_FORMATS,
    HTML,
    JSON_LD,
    N_TRIPLES,
    PROBLEM_JSON,
    RDF_XML,
    TURTLE,
    Format,
    by_key,
)
from legation.graph.release import switch
from legation.ontology import VERSION, context_document, scheme_names
from legation.server.speech import LANGUAGES
from legation.server.variants import VARIANTS, Variant

NATO = "/doc/organisation/nato"
CHROME = "text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,*/*;q=0.8"
SUFFIXES = [variant.suffix for variant in VARIANTS]
DOCUMENTS = [NATO, "/ns", f"/ns/{VERSION}", "/vocab/modality", "/shapes", "/catalogue", "/graph/derived"]
FAILURES = ["/doc/organisation/atlantis", "/nothing", "/ns/0.0.0", "/vocab/nothing", "/graph/nothing", "/doc/%FF"]


@dataclass(frozen=True)
class Link:
    """One link of a header field."""

    target: str
    relation: str
    type: str | None
    language: str | None


def links(reply: Reply) -> list[Link]:
    """Every link of an answer (RFC 8288, section 3)."""
    found = re.findall(r"<([^>]*)>((?:\s*;\s*\w+=\"[^\"]*\")*)", reply.headers["Link"] or "")
    parsed = [(target, dict(re.findall(r'(\w+)="([^"]*)"', parameters))) for target, parameters in found]
    return [Link(target, p["rel"], p.get("type"), p.get("hreflang")) for target, p in parsed]


def vary(reply: Reply) -> set[str]:
    """The fields that an answer varies by; its coding has a rule of its own."""
    return {name.strip().lower() for name in (reply.headers["Vary"] or "").split(",") if name.strip()} - {
        "accept-encoding"
    }


def below(live: LiveServer, address: str) -> str:
    """The target of an address of the server."""
    assert address.startswith(live.base), address
    return "/" + address.removeprefix(live.base)


def triples(reply: Reply, base: str) -> set[str]:
    """An answer in any RDF format as a canonical set, blank nodes canonically named."""
    if reply.type == JSON_LD.media_type:
        graph = rdflib.Graph()
        content = reply.text.replace(f'"{base}context.jsonld"', json.dumps(context_document()["@context"]))
        graph.parse(data=content, format="json-ld")
        reply = Reply(reply.status, reply.headers, graph.serialize(format="nt").encode())
        quads = ox.parse(reply.body, format=ox.RdfFormat.N_TRIPLES)
    else:
        quads = ox.parse(reply.body, format=ox.RdfFormat.from_media_type(reply.type))
    dataset = ox.Dataset(quads)
    dataset.canonicalize(ox.CanonicalizationAlgorithm.UNSTABLE)
    return {str(quad) for quad in dataset}


# N1, N2: what an Accept field gets


@pytest.mark.parametrize("row", negotiation_table("accept"), ids=lambda row: row["id"])
def test_n_an_accept_field_gets_what_the_table_says(live: LiveServer, row: dict[str, str]) -> None:
    """The same rows as the functions and the static twin are held to."""
    field = row.get("field")
    got = send(live, NATO, Accept=None if field is None else field.encode().decode("latin-1"))
    form = by_key(row["format"], DOCUMENT_FORMATS) if row["format"] else None
    assert (got.status, got.type) == ((200, form.media_type) if form else (406, PROBLEM_JSON.media_type))


@pytest.mark.parametrize("row", negotiation_table("request"), ids=lambda row: row["id"])
def test_n_a_request_gets_what_the_table_says(live: LiveServer, row: dict[str, object]) -> None:
    """Whole requests of the table."""
    fields = {name.replace("-", "_"): value for name, value in dict(row.get("fields", {})).items()}  # type: ignore[call-overload]
    got = send(live, str(row["target"]), str(row.get("method", "GET")), **fields)
    assert got.status == row["status"]
    assert row.get("type", got.type) == got.type


def test_n2_several_lines_of_a_field_are_one(live: LiveServer) -> None:
    """RFC 9110, section 5.3."""
    head = f"GET {NATO} HTTP/1.1\r\nHost: x\r\nAccept: image/png\r\nAccept: text/html;q=0.1\r\nConnection: close\r\n"
    got = raw(live, (head + "Accept: application/n-triples;q=0.5\r\n\r\n").encode())
    assert b"\r\ncontent-type: application/n-triples\r\n" in got


@pytest.mark.parametrize("field", ['"' * 5000, "a/b;q=" * 900, ",;=\x01\x7f\xff", "text/html;" * 800, "*/*;q=1e9"])
def test_n2_nothing_in_a_field_breaks_anything(live: LiveServer, field: str) -> None:
    """A client error at most."""
    for name in (
        "Accept",
        "Accept-Language",
        "Accept-Encoding",
        "If-None-Match",
        "If-Modified-Since",
        "Accept-Profile",
    ):
        head = f"GET {NATO} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n{name}: {field}\r\n\r\n"
        assert raw(live, head.encode("latin-1")).split()[1] in {b"200", b"400", b"406"}
    assert "went wrong" not in live.log.read_text()


# N3: nothing acceptable


@pytest.mark.parametrize("path", [NATO, "/", "/ns", "/vocab/modality", "/shapes", "/graph/derived", "/catalogue"])
def test_n3_what_cannot_be_had_is_told_with_what_can(live: LiveServer, path: str) -> None:
    """406, each form listed and linked; each link leads to what it promises."""
    got = send(live, path, Accept="image/png")
    assert (got.status, got.problem) == (406, "not-acceptable")
    assert got.json["available"] == [form.media_type for form in DOCUMENT_FORMATS]
    found = [link for link in links(got) if link.relation == "alternate"]
    assert {(link.type, link.language) for link in found} == {(v.format.media_type, v.language) for v in VARIANTS}
    for link in found:
        there = send(live, below(live, link.target))
        assert (there.status, there.type) == (200, link.type)
        assert link.language in {None, there.headers["Content-Language"]}
    assert {"accept", "accept-language"} <= vary(got)
    assert send(live, path, "HEAD", Accept="image/png").headers["Link"] == got.headers["Link"]


# N4: parameters and aliases


@pytest.mark.parametrize("name", ["expanded", "compacted", "flattened"])
def test_n4_a_profile_of_json_ld_is_served_and_named(live: LiveServer, name: str) -> None:
    """The form that it promises, labelled; the same triples in each."""
    profile = f"http://www.w3.org/ns/json-ld#{name}"
    got = send(live, NATO, Accept=f'application/ld+json;profile="{profile}"')
    assert got.headers["Content-Type"] == f'application/ld+json; profile="{profile}"'
    content = got.json
    if name == "compacted":
        assert content["@context"] == live("context.jsonld")
    else:
        assert isinstance(content, list)
        assert "@context" not in got.text
        assert all("@id" in node for node in content)
    assert triples(got, live.base) == triples(send(live, NATO + ".nt"), live.base)
    assert got.headers["ETag"] != send(live, NATO, Accept="text/turtle").headers["ETag"]


def test_n4_a_form_without_an_address_claims_none(live: LiveServer) -> None:
    """Content-Location would say that it is what that address gives (RFC 9110, section 8.7)."""
    fields = {"Accept": 'application/ld+json;profile="http://www.w3.org/ns/json-ld#expanded"'}
    assert send(live, NATO, **fields).headers["Content-Location"] is None


@pytest.mark.parametrize(
    ("asked", "content_type"),
    [
        ("application/json", JSON_LD.content_type),
        ("application/xml", RDF_XML.content_type),
        ("text/xml", RDF_XML.content_type),
        ("text/plain", N_TRIPLES.content_type),
        ("text/n3", TURTLE.content_type),
        ("text/turtle;charset=utf-8", TURTLE.content_type),
        ('TEXT/turtle; Charset="UTF-8"', TURTLE.content_type),
        ("application/xhtml+xml", HTML.content_type),
    ],
)
def test_n4_an_alias_is_answered_and_labelled_truthfully(live: LiveServer, asked: str, content_type: str) -> None:
    """By what is sent, not by what was asked."""
    got = send(live, NATO, Accept=asked)
    assert (got.status, got.headers["Content-Type"]) == (200, content_type)


# N5: Vary and suffixes


ALL = {"accept", "accept-language", "accept-profile"}


@pytest.mark.parametrize(
    ("target", "fields", "status", "expected"),
    [
        pytest.param(NATO, {}, 200, ALL, id="N5-200"),
        pytest.param(NATO, {"Accept": CHROME}, 200, ALL, id="N5-200-page"),
        pytest.param(NATO + "?lang=fr", {"Accept": CHROME}, 200, ALL - {"accept-language"}, id="N5-200-in-a-language"),
        pytest.param(NATO + "?lang=de", {"Accept": CHROME}, 200, ALL, id="N5-200-no-language"),
        pytest.param(NATO + "?_profile=plain", {}, 200, ALL - {"accept-profile"}, id="N5-200-in-a-profile"),
        pytest.param(NATO + ".ttl", {}, 200, set(), id="N5-200-suffix"),
        pytest.param(NATO + ".html", {}, 200, {"accept-language"}, id="N5-200-page-by-suffix"),
        pytest.param(NATO + ".html?lang=fr", {}, 200, set(), id="N5-200-page-by-suffix-and-language"),
        pytest.param(NATO + ".fr.html", {}, 200, set(), id="N5-200-page-of-a-language"),
        pytest.param(NATO, {"If-None-Match": "*"}, 304, ALL, id="N5-304"),
        pytest.param(NATO + ".ttl", {"If-None-Match": "*"}, 304, set(), id="N5-304-suffix"),
        pytest.param(NATO + ".html", {"If-None-Match": "*"}, 304, {"accept-language"}, id="N5-304-page-by-suffix"),
        pytest.param("/id/organisation/nato", {}, 303, set(), id="N5-303-depends-on-nothing"),
        pytest.param("/id/organisation/nato", {"Accept": CHROME}, 303, set(), id="N5-303-whoever-asks"),
        pytest.param("/doc/x/y", {}, 404, {"accept", "accept-language"}, id="N5-404"),
        pytest.param("/doc/x/y.ttl", {"Accept": CHROME}, 404, set(), id="N5-404-suffix"),
        pytest.param("/doc/x/y.html", {}, 404, {"accept-language"}, id="N5-404-page-by-suffix"),
        pytest.param("/nothing", {}, 404, {"accept", "accept-language"}, id="N5-404-no-document"),
        pytest.param(NATO, {"Accept": "image/png"}, 406, ALL, id="N5-406"),
        pytest.param("/ns", {"Accept": "image/png"}, 406, {"accept", "accept-language"}, id="N5-406-vocabulary"),
        pytest.param("/ns", {}, 200, {"accept", "accept-language"}, id="N5-200-vocabulary"),
        pytest.param("/context.jsonld", {}, 200, set(), id="N5-200-context"),
    ],
)
def test_n5_vary_names_what_the_answer_depends_on(
    live: LiveServer, target: str, fields: dict[str, str], status: int, expected: set[str]
) -> None:
    """And nothing else, so that caches keep no more than there is; HEAD says the same."""
    given = {name.replace("-", "_"): value for name, value in fields.items()}
    for method in ("GET", "HEAD"):
        got = send(live, target, method, **given)
        assert (got.status, vary(got)) == (status, expected)


@pytest.mark.parametrize("path", DOCUMENTS)
@pytest.mark.parametrize("suffix", SUFFIXES)
def test_n5_a_suffix_ignores_accept_and_links_its_document(live: LiveServer, path: str, suffix: str) -> None:
    """Whatever is accepted, even nothing that there is, the same bytes come, and their canonical address is told."""
    wishes = ({}, {"Accept": "image/png"}, {"Accept": CHROME, "Accept_Language": "en"})
    answers = [send(live, path + suffix, **wish) for wish in wishes]
    variant = next(v for v in VARIANTS if v.suffix == suffix)
    canonical = live("" if path == "/catalogue" else path[1:])
    for got in answers:
        assert (got.status, got.type) == (200, variant.format.media_type)
        assert "accept" not in vary(got)
        assert [link.target for link in links(got) if link.relation == "canonical"] == [canonical]
    assert len({got.body for got in answers}) == len({got.headers["ETag"] for got in answers}) == 1


# N6: languages


@pytest.mark.parametrize("row", negotiation_table("language"), ids=lambda row: row["id"])
def test_n6_a_page_is_in_the_language_that_is_preferred(live: LiveServer, row: dict[str, str]) -> None:
    """Content-Language and Content-Location say which."""
    got = send(live, NATO, Accept=HTML.media_type, Accept_Language=row.get("field"))
    assert got.headers["Content-Language"] == row["language"]
    assert got.headers["Content-Location"] == live(f"{NATO[1:]}.{row['language']}.html")
    assert f'<html lang="{row["language"]}">' in got.text


@pytest.mark.parametrize("path", [*DOCUMENTS[:-1], "/dumps/", "/problems/busy", "/sparql", "/"])
def test_n6_lang_wins_over_accept_language(live: LiveServer, path: str) -> None:
    """On every page; an unknown language is as none."""
    for language, other in (("en", "fr"), ("fr", "en")):
        got = send(live, f"{path}?lang={language}", Accept=HTML.media_type, Accept_Language=other)
        assert got.headers["Content-Language"] == language
        assert (
            send(live, f"{path}?lang=xx", Accept=HTML.media_type, Accept_Language=other).headers["Content-Language"]
            == other
        )


@pytest.mark.parametrize("path", DOCUMENTS[:-1])
@pytest.mark.parametrize("language", LANGUAGES)
def test_n6_a_page_of_a_language_stays_in_it(live: LiveServer, path: str, language: str) -> None:
    """Its bytes are those of the negotiated page: however a language is chosen, a page exists once for each."""
    fixed = send(live, f"{path}.{language}.html?lang=en", Accept_Language="en")
    assert fixed.headers["Content-Language"] == language
    chosen = send(live, f"{path}?lang={language}", Accept=HTML.media_type, Accept_Language="de")
    preferred = send(live, path + ".html", Accept_Language=language)
    assert fixed.body == chosen.body == preferred.body
    assert fixed.headers["ETag"] == chosen.headers["ETag"] == preferred.headers["ETag"]
    assert chosen.headers["Content-Location"] == live(f"{path[1:]}.{language}.html")


@pytest.mark.parametrize("form", GRAPH_FORMATS, ids=lambda form: form.key)
def test_n6_rdf_carries_every_language(live: LiveServer, form: Format) -> None:
    """And claims none."""
    got = [send(live, NATO, Accept=form.media_type, Accept_Language=language) for language in LANGUAGES]
    assert got[0].body == got[1].body
    assert got[0].headers["Content-Language"] is None
    found = "\n".join(triples(got[0], live.base))
    assert "@en" in found
    assert "@fr" in found


# D1: things


@pytest.mark.parametrize("accept", [None, CHROME, "text/turtle", "image/png", "*/*;q=0"])
@pytest.mark.parametrize("path", ["organisation/nato", "nothing/known", "organisation/nato.ttl"])
def test_d1_a_thing_leads_to_its_document_for_everybody(live: LiveServer, accept: str | None, path: str) -> None:
    """303, absolute, cacheable, open to scripts, and nothing that could pass for the thing."""
    for method in ("GET", "HEAD"):
        got = send(live, f"/id/{path}", method, Accept=accept, Host="evil.example", Forwarded="host=evil.example",
                   X_Forwarded_Host="evil.example", X_Forwarded_Proto="ftp", X_Forwarded_Prefix="/evil")  # fmt: skip
        assert (got.status, got.headers["Location"], got.body) == (303, live(f"doc/{path}"), b"")
        assert got.headers["Cache-Control"] == "public, max-age=300"
        assert got.headers["Access-Control-Allow-Origin"] == "*"
        assert "Location" in got.headers["Access-Control-Expose-Headers"]
        assert got.headers["Content-Length"] == "0"
        assert [(link.relation, link.target) for link in links(got)] == [("describedby", live(f"doc/{path}"))]


@pytest.mark.parametrize(
    ("query", "kept"),
    [("lang=fr", "?lang=fr"), ("lang=FR", "?lang=fr"), ("lang=xx", ""), ("lang=%0d%0aX:1", ""), ("other=1", "")],
)
def test_d1_a_language_goes_along(live: LiveServer, query: str, kept: str) -> None:
    """Nothing else does."""
    assert send(live, f"/id/organisation/nato?{query}").headers["Location"] == live("doc/organisation/nato" + kept)


# D3: the header of a document


@pytest.mark.parametrize("variant", VARIANTS, ids=lambda variant: variant.suffix)
def test_d3_a_document_says_what_and_where_it_is(live: LiveServer, variant: Variant) -> None:
    """Content-Location, links, tag, date, caching; what is linked under our base is there."""
    language = variant.language or ("en" if variant.format is HTML else None)
    got = send(live, NATO, Accept=variant.format.media_type, Accept_Language=variant.language)
    assert got.headers["Content-Location"] == live(NATO[1:] + Variant(variant.format, language).suffix)
    assert re.fullmatch(r'"[0-9a-f]{32}"', got.headers["ETag"])
    assert re.fullmatch(r"\w{3}, \d\d \w{3} \d{4} \d\d:\d\d:\d\d GMT", got.headers["Last-Modified"])
    assert got.headers["Cache-Control"] == "public, max-age=300"
    assert got.headers["Content-Length"] == str(len(got.body))
    by_relation: dict[str, list[str]] = {}
    for link in links(got):
        if link.relation != "alternate" or link.type:  # the others are profiles
            by_relation.setdefault(link.relation, []).append(link.target)
    assert by_relation["describes"] == [live("id/organisation/nato")]
    assert by_relation["canonical"] == [live(NATO[1:])]
    assert by_relation["license"] == ["https://creativecommons.org/licenses/by/4.0/"]
    assert by_relation["alternate"] == [live(NATO[1:] + suffix) for suffix in SUFFIXES]
    assert by_relation["collection"] == [live("id/dataset/diplomatic-relations")]
    ours = [target for targets in by_relation.values() for target in targets if target.startswith(live.base)]
    for target in ours:
        assert send(live, below(live, target)).status in {200, 303}


def test_d3_every_variant_has_a_tag_of_its_own(live: LiveServer) -> None:
    """Pages in each language and formats alike."""
    tags = [send(live, NATO + v.suffix).headers["ETag"] for v in VARIANTS if v.language or v.format is not HTML]
    assert len(set(tags)) == len(tags)


@pytest.mark.parametrize(
    "path",
    [NATO, NATO + ".ttl", NATO + ".fr.html", "/ns.html", "/", "/dumps/", "/context.jsonld", "/dumps/legation.nt",
     "/problems/busy", "/robots.txt", "/static/style.css", "/sparql"],
)  # fmt: skip
def test_d3_what_the_client_has_is_not_sent_again(live: LiveServer, path: str) -> None:
    """304 for the tag, weak, in a list, for any, and by date where there is one; nothing of the body in the header."""
    got = send(live, path)
    tag, fields = got.headers["ETag"], ("Cache-Control", "Content-Location", "Vary", "Access-Control-Allow-Origin")
    assert tag.startswith('"')
    assert got.headers["Cache-Control"]
    conditions = [{"If_None_Match": value} for value in (tag, f"W/{tag}", f'"a", {tag},"b"', "*")]
    if got.headers["Last-Modified"]:
        conditions.append({"If_Modified_Since": got.headers["Last-Modified"]})
    for condition in conditions:
        for method in ("GET", "HEAD"):
            again = send(live, path, method, **condition)
            assert (again.status, again.body, again.headers["ETag"]) == (304, b"", tag)
            assert [again.headers[name] for name in fields] == [got.headers[name] for name in fields]
            for name in ("Content-Type", "Content-Length", "Content-Language", "Content-Encoding", "Repr-Digest"):
                assert again.headers[name] is None
    for other in ({"If_None_Match": '"other"'}, {"If_Modified_Since": "Thu, 01 Jan 2015 00:00:00 GMT"}):
        assert send(live, path, **other).status == 200
    assert send(live, path, If_None_Match='"other"', If_Modified_Since=got.headers["Last-Modified"]).status == 200


def test_d3_a_coding_has_a_tag_of_its_own(live: LiveServer) -> None:
    """Either is good for a 304; the bytes are the same once decoded."""
    plain, coded = send(live, NATO + ".ttl"), send(live, NATO + ".ttl", Accept_Encoding="gzip, br")
    assert gzip.decompress(coded.body) == plain.body
    assert (coded.headers["Content-Encoding"], coded.headers["ETag"]) == ("gzip", plain.headers["ETag"][:-1] + '-gzip"')
    assert "accept-encoding" in plain.headers["Vary"].lower()
    for tag in (plain.headers["ETag"], coded.headers["ETag"]):
        for coding in ("identity", "gzip"):
            again = send(live, NATO + ".ttl", If_None_Match=tag, Accept_Encoding=coding)
            assert (again.status, again.headers["ETag"]) == (304, tag)


@pytest.mark.parametrize(
    "target",
    [NATO, NATO + ".ttl", NATO + ".fr.html", "/", "/ns", "/vocab/modality.ttl", "/shapes", "/context.jsonld",
     "/dumps/", "/dumps", "/dumps/legation.ttl", "/id/organisation/nato", "/graph/derived", "/static/style.css",
     "/sparql", *FAILURES],
)  # fmt: skip
@pytest.mark.parametrize("accept", [None, CHROME, "text/turtle"])
def test_d3_head_equals_get_without_its_body(live: LiveServer, target: str, accept: str | None) -> None:
    """Status and every field, on errors and redirects too; the length is that of the body that GET has."""
    got, head = send(live, target, Accept=accept), send(live, target, "HEAD", Accept=accept)
    assert (head.status, head.body) == (got.status, b"")
    changing = {"date", "server-timing"}
    assert {k.lower(): v for k, v in head.headers.items() if k.lower() not in changing} == {
        k.lower(): v for k, v in got.headers.items() if k.lower() not in changing
    }


def test_d3_conditions_go_before_ranges(live: LiveServer) -> None:
    """RFC 9110, section 13.2.2: a part is sent only where the conditions hold."""
    tag, path = send(live, "/dumps/legation.nt").headers["ETag"], "/dumps/legation.nt"
    assert send(live, path, Range="bytes=0-9", If_None_Match=tag).status == 304
    assert send(live, path, Range="bytes=0-9", If_Match='"other"').status == 412
    assert send(live, path, Range="bytes=0-9", If_Unmodified_Since="Thu, 01 Jan 2015 00:00:00 GMT").status == 412
    for held in ({"If_Match": tag}, {"If_None_Match": '"other"'}, {"If_Range": tag}):
        part = send(live, path, Range="bytes=0-9", **held)
        assert (part.status, len(part.body), part.headers["ETag"]) == (206, 10, tag)
    for lost in ('"other"', f"W/{tag}", send(live, path).headers["Last-Modified"]):
        assert send(live, path, Range="bytes=0-9", If_Range=lost).status == 200


@pytest.mark.parametrize("path", [NATO, "/ns.ttl", "/dumps/legation.nt", "/static/style.css", "/context.jsonld"])
def test_d3_a_condition_on_what_the_client_has_not_fails(live: LiveServer, path: str) -> None:
    """412, and 200 where it holds; conditions on what is not there count for nothing (section 13.2.1)."""
    tag = send(live, path).headers["ETag"]
    assert send(live, path, If_Match='"other"').status == 412
    assert send(live, path, If_Match=f'"other", {tag}').status == send(live, path, If_Match="*").status == 200
    assert send(live, "/doc/x/y", If_Match='"other"').status == send(live, "/doc/x/y", If_None_Match="*").status == 404
    assert send(live, "/id/x/y", If_None_Match="*").status == 303


# D4: percent-encoding


ODD = {
    "raw": "person/é",
    "escaped": "person/%C3%A8",
    "small": "person/%c3%aa",
    "slash": "a%2Fb",
    "parted": "a/b",
    "percent": "a%252Fb",
    "suffixed": "file/report.ttl",
    "bracket": "odd/a%3E%20b",
}


@pytest.fixture(scope="module")
def odd(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LiveServer]:
    """Things whose names are spelt in every way, each with its own name as its label."""
    folder, port = tmp_path_factory.mktemp("odd"), free_port()
    base = f"http://localhost:{port}/"
    label = "<http://www.w3.org/2000/01/rdf-schema#label>"
    lines = "".join(f'<{base}id/{path}> {label} "is {name}"@en .\n' for name, path in ODD.items())
    (folder / "data.nq").write_text(lines, "utf-8")
    built = run_legation("release", "--data", str(folder / "data.nq"), "--without-shapes", "--base", base,
                         "--releases", str(folder / "releases"))  # fmt: skip
    assert built.returncode == 0, built.stderr.decode()
    with serving(folder / "releases", port, LEGATION_WORKERS="1") as server:
        yield server


def asked_raw(server: LiveServer, target: bytes, accept: str = "text/turtle") -> tuple[int, dict[str, str], bytes]:
    """A target sent as these very bytes."""
    head = b"GET " + target + b" HTTP/1.1\r\nHost: x\r\nConnection: close\r\nAccept: " + accept.encode() + b"\r\n\r\n"
    header, _, body = raw(server, head).partition(b"\r\n\r\n")
    lines = header.decode("latin-1").split("\r\n")
    fields = dict(line.split(": ", 1) for line in lines[1:])
    return int(lines[0].split()[1]), fields, body


@pytest.mark.parametrize(
    ("path", "found"),
    [
        pytest.param(b"person/%C3%A9", "raw", id="D4-upper-case-escapes"),
        pytest.param(b"person/%c3%a9", "raw", id="D4-lower-case-escapes"),
        pytest.param("person/é".encode(), "raw", id="D4-raw-UTF-8"),
        pytest.param(b"%70erson/%C3%a9", "raw", id="D4-escapes-without-need"),
        pytest.param(b"person/%C3%A8", "escaped", id="D4-named-by-escapes"),
        pytest.param(b"person/%c3%a8", "escaped", id="D4-named-by-escapes-of-another-case"),
        pytest.param("person/è".encode(), "escaped", id="D4-named-by-escapes-raw"),
        pytest.param(b"person/%C3%AA", "small", id="D4-named-in-small-letters"),
        pytest.param("person/ê".encode(), "small", id="D4-named-in-small-letters-raw"),
        pytest.param(b"a%2Fb", "slash", id="D4-an-escaped-slash"),
        pytest.param(b"a%2fb", "slash", id="D4-an-escaped-slash-in-small-letters"),
        pytest.param(b"a/b", "parted", id="D4-a-slash"),
        pytest.param(b"a%252Fb", "percent", id="D4-decoded-exactly-once"),
        pytest.param(b"odd/a%3E%20b", "bracket", id="D4-a-bracket-is-a-name"),
        pytest.param(b"file/report.ttl", "suffixed", id="a-name-that-looks-like-a-suffix"),
        pytest.param(b"file/report.ttl.ttl", "suffixed", id="and-its-variant"),
    ],
)
def test_d4_every_spelling_of_a_name_leads_to_the_thing(odd: LiveServer, path: bytes, found: str) -> None:
    """To that one and no other, under one canonical address, by way of its redirect too."""
    status, fields, body = asked_raw(odd, b"/doc/" + path)
    assert (status, f'"is {found}"@en'.encode() in body) == (200, True)
    canonical = odd("doc/" + quote(ODD[found], safe="/%"))
    assert f'<{canonical}>; rel="canonical"' in fields["link"]
    assert fields["content-location"].startswith(canonical)
    assert all(character < "\x7f" for value in fields.values() for character in value)
    status, fields, _ = asked_raw(odd, b"/id/" + path)
    assert status == 303
    status, _, body = asked_raw(odd, urlsplit(fields["location"]).path.encode("ascii"))
    assert (status, f'"is {found}"@en'.encode() in body) == (200, True)


@pytest.mark.parametrize(
    ("target", "statuses"),
    [
        pytest.param(b"/doc/%00", {400}, id="D4-NUL"),
        pytest.param(b"/id/a%00b", {400}, id="D4-NUL-of-a-thing"),
        pytest.param(b"/graph/a%00b", {400}, id="D4-NUL-of-a-graph"),
        pytest.param(b"/doc/%FF", {400}, id="D4-not-UTF-8"),
        pytest.param(b"/id/%C3", {400}, id="D4-cut-short"),
        pytest.param(b"/doc/\xff", {400}, id="D4-raw-not-UTF-8"),
        pytest.param(b"/doc/%C0%AF", {400}, id="D4-overlong"),
        pytest.param(b"/doc/%zz", {400}, id="D4-no-escape"),
        pytest.param(b"/doc/../../../etc/passwd", {404}, id="D4-dots"),
        pytest.param(b"/doc/%2e%2e/%2E%2e/etc/passwd", {404}, id="D4-escaped-dots"),
        pytest.param(b"/doc/..%2f..%2fetc%2fpasswd", {404}, id="D4-dots-and-escaped-slashes"),
        pytest.param(b"/id/../graph/x", {404}, id="D4-a-thing-with-dots"),
        pytest.param(b"/dumps/..%2fmanifest.json", {404}, id="D4-out-of-the-dumps"),
        pytest.param(b"/dumps%2flegation.nt", {404}, id="D4-an-escaped-slash-is-no-route"),
        pytest.param(b"/doc%2Fa/b", {404}, id="D4-nor-into-the-documents"),
        pytest.param(b"/static/..%2f..%2fapp.py", {404}, id="D4-out-of-the-static-files"),
        pytest.param(b"/doc/a%3E%20%7B%3Fs%20%3Fp%20%3Fo%7D", {404}, id="D4-a-query"),
        pytest.param(b"/doc/x%3E%20.%20%7D%20%23", {404}, id="D4-a-bracket-and-a-comment"),
        pytest.param(b"/doc/x%0D%0AX-Injected:%201", {404}, id="D4-a-line-break"),
        pytest.param(b"/doc/%22%5C%60%5E%7C", {404}, id="D4-what-no-IRI-holds"),
        pytest.param(b"/doc//", {404}, id="D4-nothing"),
        pytest.param(b"/doc/%E2%80%AE", {404}, id="D4-a-direction"),
    ],
)
@pytest.mark.parametrize("accept", ["*/*", CHROME, "text/turtle", "application/rdf+xml"])
def test_d4_what_is_no_name_is_the_clients_error(
    odd: LiveServer, target: bytes, statuses: set[int], accept: str
) -> None:
    """In every type; nothing of it reaches a query, a header or a page as more than text."""
    status, fields, body = asked_raw(odd, target, accept)
    assert status in statuses
    assert "x-injected" not in fields
    assert b"root:" not in body
    assert "Something went wrong" not in odd.log.read_text()


@pytest.mark.parametrize("name", ["%3E%3Cscript%3E", "a%20b", "%0D%0AX:1", "%22x", "é"])
def test_d4_a_redirect_carries_no_more_than_an_address(odd: LiveServer, name: str) -> None:
    """In ASCII, below the base, every odd character escaped."""
    status, fields, _ = asked_raw(odd, f"/id/{name}".encode())
    assert status == 303
    assert re.fullmatch(re.escape(odd("doc/")) + r"(?:[A-Za-z0-9]|%[0-9A-F]{2}|:)+", fields["location"])


# D5: what is not there, and what cannot be read


@pytest.mark.parametrize(
    ("accept", "media_type"),
    [
        (None, PROBLEM_JSON.media_type),
        ("*/*", PROBLEM_JSON.media_type),
        ("image/png", PROBLEM_JSON.media_type),
        ("application/json", PROBLEM_JSON.media_type),
        ("application/problem+json, text/html;q=0.5", PROBLEM_JSON.media_type),
        (CHROME, HTML.media_type),
        *((form.media_type, form.media_type) for form in GRAPH_FORMATS),
        ("text/turtle, application/rdf+xml;q=0.8, */*;q=0.1", TURTLE.media_type),
    ],
)
@pytest.mark.parametrize("path", ["/doc/organisation/atlantis", "/vocab/nothing", "/nothing/at/all"])
def test_d5_what_is_unknown_is_told_in_the_type_that_is_accepted(
    live: LiveServer, accept: str | None, media_type: str, path: str
) -> None:
    """404: a problem document, a page, or RDF that says the same."""
    got = send(live, path, Accept=accept)
    assert (got.status, got.type) == (404, media_type)
    assert got.headers["Cache-Control"] == "no-cache"
    assert got.headers["ETag"] is None
    if media_type in {form.media_type for form in GRAPH_FORMATS}:
        found = "\n".join(triples(got, live.base))
        assert f"<{live('problems/not-found')}>" in found
        assert '"404"' in found
        assert '"Rien n’est publié ici"@fr' in found


@pytest.mark.parametrize("variant", VARIANTS, ids=lambda variant: variant.suffix)
def test_d5_an_address_that_names_a_form_is_answered_in_it(live: LiveServer, variant: Variant) -> None:
    """Whatever is accepted."""
    got = send(live, "/doc/organisation/atlantis" + variant.suffix, Accept="application/json", Accept_Language="en")
    assert (got.status, got.type) == (404, variant.format.media_type)
    assert variant.language in {None, got.headers["Content-Language"]}


def test_d5_a_problem_in_rdf_keeps_what_it_says_as_text(live: LiveServer) -> None:
    """Control characters, which RDF/XML cannot carry, are told in a problem document."""
    got = send(live, "/doc/x/%22%5C%0A%3E%20y", Accept="text/turtle")
    assert (got.status, len(triples(got, live.base)) > 5) == (404, True)
    got = send(live, "/%01", Accept="application/rdf+xml")
    assert (got.status, got.type) == (404, PROBLEM_JSON.media_type)


def test_d5_a_store_that_fails_is_no_404(tmp_path: Path) -> None:
    """503, to be asked again, kept by nobody; what had been answered before is answered on; nothing inside shows."""
    port = free_port()
    built = run_legation("release", "--base", f"http://localhost:{port}/", "--releases", str(tmp_path))
    assert built.returncode == 0, built.stderr.decode()
    with serving(tmp_path, port, LEGATION_WORKERS="1", LEGATION_MEMORY_QUADS_MAX="1") as server:
        known = send(server, NATO)
        for file in (tmp_path / "current" / "store").glob("*.sst"):
            with file.open("r+b") as content:
                content.write(b"\xff" * file.stat().st_size)
        for accept in (None, CHROME, "text/turtle"):
            for method in ("GET", "HEAD"):
                got = send(server, "/doc/organisation/russia", method, Accept=accept, If_None_Match="*")
                assert got.status == 503
                assert (got.headers["Cache-Control"], got.headers["Retry-After"]) == ("no-store", "1")
                assert not re.search(rb"sst|Corruption|/tmp|Traceback|oxigraph", got.body)
        assert send(server, "/doc/organisation/russia").problem == "unavailable"
        assert send(server, NATO).body == known.body


# D6: the words


@pytest.mark.parametrize("path", ["/ns", f"/ns/{VERSION}", "/shapes", *(f"/vocab/{name}" for name in scheme_names())])
def test_d6_a_vocabulary_is_whole_in_every_form_with_an_anchor_for_each_term(live: LiveServer, path: str) -> None:
    """The same triples in each; the page has an anchor for every term that the triples define under the namespace."""
    found = [send(live, path, Accept=form.media_type) for form in GRAPH_FORMATS]
    whole = triples(found[-1], live.base)
    assert [triples(got, live.base) == whole for got in found] == [True] * len(found)
    page = send(live, path, Accept=HTML.media_type).text
    namespace = "https://w3id.org/legation" + path.removesuffix(f"/{VERSION}") + "#"
    terms = {line.split(">")[0].removeprefix("<" + namespace) for line in whole if line.startswith("<" + namespace)}
    assert terms
    assert not [term for term in terms if f'id="{term}"' not in page]


def test_d6_the_ontology_stays_at_the_iri_of_its_version(live: LiveServer) -> None:
    """The version that it names is served there; one that never was is 404 with those there are."""
    graph = rdflib.Graph().parse(data=send(live, "/ns.ttl").body, format="turtle")
    version = str(next(graph.objects(None, rdflib.OWL.versionIRI)))
    got = send(live, version.removeprefix("https://w3id.org/legation"), Accept="text/turtle")
    assert (got.status, got.body) == (200, send(live, "/ns.ttl").body)
    unknown = send(live, "/ns/9.9.9")
    assert (unknown.status, unknown.json["available"]) == (404, [VERSION])


def test_d6_the_context_is_open_to_scripts_and_cached(live: LiveServer) -> None:
    """As a JSON-LD processor in a browser needs it."""
    got = send(live, "/context.jsonld", Accept="application/ld+json", Origin="https://x.example")
    assert (got.status, got.type) == (200, JSON_LD.media_type)
    assert got.headers["Access-Control-Allow-Origin"] == "*"
    assert "max-age" in got.headers["Cache-Control"]
    assert "@context" in got.json


# D7: methods and sizes


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "PATCH", "BREW"])
@pytest.mark.parametrize(
    "path",
    [NATO, NATO + ".ttl", "/id/organisation/nato", "/ns", "/vocab/modality", "/shapes", "/", "/context.jsonld",
     "/dumps/", "/dumps/legation.ttl", "/graph/derived", "/health"],
)  # fmt: skip
def test_d7_a_wrong_method_names_the_right_ones(live: LiveServer, method: str, path: str) -> None:
    """405, and Allow says which would do; nothing is changed."""
    got = send(live, path, method, b"x", Content_Type="text/turtle")
    assert (got.status, got.problem) == (405, "method-not-allowed")
    assert set(got.headers["Allow"].split(", ")) == {"GET", "HEAD", "OPTIONS"}
    assert got.headers["Access-Control-Allow-Origin"] == "*"


@pytest.mark.parametrize(
    "target", ["/doc/" + "x" * 8200, "/id/" + "%41" * 3000, NATO + "?" + "y" * 8200, "/ns?" + "z" * 9000]
)
def test_d7_an_address_that_is_too_long_is_told_the_limit(live: LiveServer, target: str) -> None:
    """414."""
    got = send(live, target)
    assert (got.status, got.problem, got.json["bytes_max"]) == (414, "uri-too-long", 8190)
    assert "8190" in got.json["detail"]


@pytest.mark.parametrize("path", [NATO, "/id/x", "/ns", "/nothing", "/sparql"])
def test_d7_a_body_that_is_too_large_is_told_the_limit(live: LiveServer, path: str) -> None:
    """413, whatever the address."""
    head = (
        f"POST {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Type: text/turtle\r\nContent-Length: 1048577"
    )
    header, _, body = raw(live, f"{head}\r\n\r\nbegins".encode()).partition(b"\r\n\r\n")
    assert header.startswith(b"HTTP/1.1 413 ")
    assert (json.loads(body)["type"], json.loads(body)["bytes_max"]) == (live("problems/too-large"), 1 << 20)


# D3 and R5: another release


def statements(base: str, label: str) -> str:
    """A thousand things, of which each says `label`, and one that says the same in every release."""
    name = "<http://www.w3.org/2000/01/rdf-schema#label>"
    changing = "".join(f'<{base}id/thing/{n}> {name} "{label}"@en .\n' for n in range(1000))
    return changing + f'<{base}id/thing/still> {name} "always the same"@en .\n'


@pytest.fixture(scope="module")
def changing(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[LiveServer, dict[str, str]]]:
    """A server, and the digests of its two releases by what their things say."""
    folder, port, digests = tmp_path_factory.mktemp("changing"), free_port(), {}
    base = f"http://localhost:{port}/"
    for label in ("second", "first"):
        (folder / f"{label}.nt").write_text(statements(base, label), "utf-8")
        built = run_legation("release", "--data", str(folder / f"{label}.nt"), "--without-shapes", "--base", base,
                             "--releases", str(folder / "releases"))  # fmt: skip
        assert built.returncode == 0, built.stderr.decode()
        digests[label] = (folder / "releases" / "current").resolve().name
    with serving(folder / "releases", port, LEGATION_WORKERS="2") as server:
        yield server, digests


def switched(server: LiveServer, digest: str) -> None:
    """Switch and wait until both workers serve it."""
    switch(server.releases, digest)
    until = time.monotonic() + 30
    seen: list[bool] = []
    while seen[-12:] != [True] * 12:
        assert time.monotonic() < until
        seen.append(send(server, "/doc/thing/0").headers["Legation-Release"] == f'"{digest}"')


def test_d3_a_release_that_leaves_a_thing_alone_leaves_its_documents_alone(
    changing: tuple[LiveServer, dict[str, str]],
) -> None:
    """Bytes and tags stay; the header tells which release answers; what has changed has other bytes and tags."""
    server, digests = changing
    seen: dict[str, dict[str, Reply]] = {}
    for label in ("first", "second"):
        switched(server, digests[label])
        seen[label] = {
            path + suffix: send(server, path + suffix)
            for path in ("/doc/thing/still", "/doc/thing/7")
            for suffix in SUFFIXES
        }
    for target, before in seen["first"].items():
        after, is_same = seen["second"][target], "still" in target
        assert (before.body == after.body, before.headers["ETag"] == after.headers["ETag"]) == (is_same, is_same)
        assert before.headers["Legation-Release"] == f'"{digests["first"]}"'
        assert after.headers["Legation-Release"] == f'"{digests["second"]}"'
        again = send(server, target, If_None_Match=before.headers["ETag"])
        assert again.status == (304 if is_same else 200)
        assert again.headers["Legation-Release"] == f'"{digests["second"]}"'


def test_d3_a_step_back_is_newer_than_what_it_takes_back(changing: tuple[LiveServer, dict[str, str]]) -> None:
    """Whoever asks by date alone is not left with what was withdrawn: the moment is that of the switch."""
    server, digests = changing
    switched(server, digests["second"])
    newer = send(server, "/doc/thing/7").headers["Last-Modified"]
    time.sleep(1.1)
    switched(server, digests["first"])
    got = send(server, "/doc/thing/7", If_Modified_Since=newer)
    assert (got.status, b"first" in got.body) == (200, True)
    assert send(server, "/doc/thing/7", If_Modified_Since=got.headers["Last-Modified"]).status == 304


def test_r5_under_load_a_switch_loses_no_document_and_mixes_no_two_releases(
    changing: tuple[LiveServer, dict[str, str]],
) -> None:
    """Every answer, whatever its form, is whole and of the release that it names; the new one comes within seconds."""
    server, digests = changing
    by_digest = {f'"{digest}"': label for label, digest in digests.items()}
    faults: list[str] = []
    answered = [0]
    done = threading.Event()

    def keep_asking(first: int) -> None:
        number = first
        while not done.is_set():
            number += 7
            suffix = SUFFIXES[number % len(SUFFIXES)]
            got = send(server, f"/doc/thing/{number % 1000}{suffix}", Accept_Encoding="gzip" if number % 3 else None)
            body = gzip.decompress(got.body) if got.headers["Content-Encoding"] else got.body
            says = {label for label in digests if label.encode() in body}
            if got.status != 200 or says != {by_digest.get(got.headers["Legation-Release"])}:
                faults.append(f"{got.status} {says} {got.headers['Legation-Release']}")
            if send(server, f"/id/thing/{number % 1000}").status != 303:
                faults.append("no redirect")
            if send(server, "/doc/thing/still.ttl", If_None_Match=still).status != 304:
                faults.append("the thing that stays has changed")
            answered[0] += 3

    still = send(server, "/doc/thing/still.ttl").headers["ETag"]
    askers = [threading.Thread(target=keep_asking, args=[number * 131]) for number in range(4)]
    for asker in askers:
        asker.start()
    try:
        for label in ("second", "first") * 2:
            switched(server, digests[label])
    finally:
        done.set()
        for asker in askers:
            asker.join()
    assert faults == []
    assert answered[0] > 100
