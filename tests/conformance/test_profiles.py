"""Content Negotiation by Profile (W3C Working Draft, 2 October 2023) and JSON-LD's profiles, against a live server."""

from __future__ import annotations

import json
import re
from typing import Any
from urllib.parse import quote

import pyoxigraph as ox
import pytest
from live import LiveServer
from rdflib import Graph, URIRef
from wire import Reply, send

from legation.graph.canonical import canonical_quads
from legation.graph.formats import GRAPH_FORMATS, HTML, JSON_LD, TURTLE, Format
from legation.graph.profiles import PROFILES, Profile
from legation.graph.serialisation import rdf_format
from legation.ontology import context_document
from legation.ontology.terms import PROFILE
from legation.server.variants import VARIANTS

NATO, MEASURE = "/doc/organisation/nato", "/doc/measure/2021-10-nato-expels-eight"
FORMS = "http://www.w3.org/ns/json-ld#"


def links(reply: Reply, relation: str) -> list[tuple[str, dict[str, str]]]:
    """The targets of one relation, with their parameters."""
    found = re.findall(r'<([^>]*)>((?:; [a-z]+="[^"]*")*)', reply.headers["Link"] or "")
    values = [(target, dict(re.findall(r'; ([a-z]+)="([^"]*)"', rest))) for target, rest in found]
    return [(target, parameters) for target, parameters in values if parameters["rel"] == relation]


def graph(reply: Reply, form: Format) -> list[str]:
    """The triples of an answer in canonical form; the context is put in its place, as nothing is fetched here."""
    content = reply.body
    if form is JSON_LD:
        document = json.loads(content)
        if isinstance(document, dict) and isinstance(document["@context"], str):
            document["@context"] = context_document()["@context"]
        content = json.dumps(document).encode()
    return list(map(str, canonical_quads(ox.parse(content, format=rdf_format(form)))))


def by_address(profile: Profile) -> str:
    return f"_profile={profile.token}"


@pytest.mark.parametrize("profile", PROFILES, ids=lambda profile: profile.token)
def test_a_profile_is_chosen_by_field_or_by_address(live: LiveServer, profile: Profile) -> None:
    """The same bytes; the answer names its profile, and what it varies by."""
    by_field = send(live, MEASURE, Accept="text/turtle", Accept_Profile=f"<{profile.iri}>")
    named = send(live, f"{MEASURE}?{by_address(profile)}", Accept="text/turtle", Accept_Profile="<urn:x>")
    assert (by_field.status, named.status) == (200, 200)
    assert by_field.body == named.body
    assert by_field.headers["ETag"] == named.headers["ETag"]
    for reply in (by_field, named):
        assert [target for target, _ in links(reply, "profile")] == [profile.iri]
    assert "Accept-Profile" in by_field.headers["Vary"]
    assert "Accept-Profile" not in named.headers["Vary"]
    assert by_field.headers["Content-Location"] == named.headers["Content-Location"]


@pytest.mark.parametrize("profile", PROFILES, ids=lambda profile: profile.token)
def test_every_format_of_a_profile_is_the_same_graph(live: LiveServer, profile: Profile) -> None:
    """RDFC-1.0 over Turtle, JSON-LD in its three forms, RDF/XML and N-Triples."""
    address = f"{NATO}?{by_address(profile)}"
    expected = graph(send(live, address, Accept="text/turtle"), TURTLE)
    for form in GRAPH_FORMATS:
        assert graph(send(live, address, Accept=form.media_type), form) == expected, form.key
    for name in ("expanded", "flattened", "compacted"):
        reply = send(live, address, Accept=f'application/ld+json;profile="{FORMS}{name}"')
        assert graph(reply, JSON_LD) == expected, name


def test_the_profiles_differ(live: LiveServer) -> None:
    """Plain is a part of the description with provenance; schema.org uses no other words."""
    graphs = {p.token: set(graph(send(live, f"{NATO}.nt?{by_address(p)}"), GRAPH_FORMATS[3])) for p in PROFILES}
    assert graphs["plain"] < graphs["provenance"]
    assert len({frozenset(found) for found in graphs.values()}) == len(PROFILES)
    assert all("<https://schema.org/" in line for line in graphs["schema"])


def test_a_suffix_fixes_the_default_profile(live: LiveServer) -> None:
    """N5: such an address ignores what is negotiated; with `_profile` it is that profile's."""
    plain = send(live, f"{NATO}.ttl", Accept_Profile="<https://schema.org/>")
    assert [target for target, _ in links(plain, "profile")] == [str(PROFILE["provenance"])]
    assert "Accept-Profile" not in (plain.headers["Vary"] or "")
    other = send(live, f"{NATO}.ttl?_profile=schema")
    assert [target for target, _ in links(other, "profile")] == ["https://schema.org/"]


def test_an_unknown_profile_gives_the_default_by_field_and_an_error_by_address(live: LiveServer) -> None:
    """A field is a wish; an address is meant. The error lists the tokens."""
    wish = send(live, NATO, Accept_Profile="<urn:example:unknown>")
    assert [target for target, _ in links(wish, "profile")] == [str(PROFILE["provenance"])]
    assert send(live, f"{NATO}.ttl?_profile=").status == 400
    for address in (f"{NATO}?_profile=nope", "/id/organisation/nato?_profile=nope"):
        meant = send(live, address)
        assert (meant.status, meant.problem) == (400, "unknown-profile")
        assert meant.json["available"] == [profile.token for profile in PROFILES]


def test_the_media_type_can_stand_in_the_address(live: LiveServer) -> None:
    """Section 7.2: `_mediatype`; it wins over Accept."""
    reply = send(live, f"{NATO}?_profile=plain&_mediatype={quote('application/n-triples')}", Accept="text/html")
    assert reply.type == "application/n-triples"
    assert "Accept" not in (reply.headers["Vary"] or "").replace("Accept-Encoding", "")
    assert send(live, f"{NATO}?_mediatype=image/png").problem == "unknown-format"


def test_a_thing_hands_the_profile_on_to_its_document(live: LiveServer) -> None:
    """303 with the arguments that the client sent."""
    reply = send(live, "/id/organisation/nato?_profile=plain&_mediatype=text/turtle&lang=fr")
    assert reply.headers["Location"] == live("doc/organisation/nato?_profile=plain&_mediatype=text/turtle&lang=fr")


def test_the_header_links_the_other_profiles(live: LiveServer) -> None:
    """RFC 8288: where the same document is in each of them; every target is there."""
    reply = send(live, NATO)
    others = {p["formats"]: target for target, p in links(reply, "alternate") if "formats" in p}
    assert set(others) == {profile.iri for profile in PROFILES[1:]}
    for iri, target in others.items():
        found = send(live, target.removeprefix(live.base.rstrip("/")))
        assert [profile for profile, _ in links(found, "profile")] == [iri]


@pytest.fixture(scope="session")
def alternatives(live: LiveServer) -> Graph:
    return Graph().parse(data=send(live, f"{NATO}?_profile=alt", Accept="text/turtle").body, format="turtle")


def test_the_list_of_alternatives_names_every_form(live: LiveServer, alternatives: Graph) -> None:
    """Section 6.3: each form of each profile is listed, is there, and is what the list says."""
    altr = "http://www.w3.org/ns/dx/connegp/altr#"
    document = URIRef(live("doc/organisation/nato"))
    forms = list(alternatives.objects(document, URIRef(altr + "hasRepresentation")))
    assert len(forms) == len(VARIANTS) * len(PROFILES)
    (default,) = alternatives.objects(document, URIRef(altr + "hasDefaultRepresentation"))
    assert default in forms
    for form in forms:
        reply = send(live, str(form).removeprefix(live.base.rstrip("/")))
        (profile,) = alternatives.objects(form, URIRef("http://purl.org/dc/terms/conformsTo"))
        (media_type,) = alternatives.objects(form, URIRef("http://purl.org/dc/terms/format"))
        assert reply.status == 200
        assert reply.type == str(media_type)
        assert [target for target, _ in links(reply, "profile")] == [str(profile)]


@pytest.mark.parametrize("language", ["en", "fr"])
def test_the_list_of_alternatives_is_a_page_too(live: LiveServer, language: str) -> None:
    """With a link to each form."""
    reply = send(live, f"{NATO}?_profile=alt&lang={language}", Accept="text/html")
    assert reply.type == HTML.media_type
    assert reply.headers["Content-Language"] == language
    for profile in PROFILES:
        assert profile.label(language) in reply.text.replace("\u202f", " ")
        assert profile.iri in reply.text
    assert reply.text.count("?_profile=plain") >= len(GRAPH_FORMATS)


@pytest.mark.parametrize("token", ["provenance", "plain", "alt"])
def test_the_iri_of_a_profile_leads_to_what_it_is(live: LiveServer, token: str) -> None:
    """A prof:Profile in every format, and a page; w3id.org redirects to it."""
    for form in GRAPH_FORMATS:
        reply = send(live, f"/profile/{token}", Accept=form.media_type)
        assert any(f"<{PROFILE[token]}>" in line and "dx/prof/Profile" in line for line in graph(reply, form))
    page = send(live, f"/profile/{token}.fr.html")
    assert (page.status, page.headers["Content-Language"]) == (200, "fr")
    assert send(live, "/profile/schema").status == 404
    assert send(live, "/profile/nope").problem == "not-found"


# JSON-LD ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("field", "content_type"),
    [
        pytest.param("application/ld+json", "application/ld+json", id="N4-none"),
        pytest.param("application/json", "application/ld+json", id="N4-alias"),
        *(
            pytest.param(f'application/ld+json;profile="{FORMS}{name}"',
                         f'application/ld+json; profile="{FORMS}{name}"', id=f"N4-{name}")
            for name in ("compacted", "expanded", "flattened")
        ),
        pytest.param('application/ld+json;profile="urn:x"', "application/ld+json", id="N4-unknown"),
    ],
)  # fmt: skip
def test_the_form_of_json_ld_is_the_one_asked_for(live: LiveServer, field: str, content_type: str) -> None:
    """The content differs, and Content-Type says which it is."""
    reply = send(live, MEASURE, Accept=field)
    assert reply.headers["Content-Type"] == content_type
    document: Any = reply.json
    if content_type.endswith('expanded"'):
        assert [node["@id"] for node in document] == [live("id/measure/2021-10-nato-expels-eight")]
        assert "@included" in document[0]
    elif content_type.endswith('flattened"'):
        assert len(document) > 20
        assert all("@included" not in node for node in document)
    else:
        assert document["@context"] == live("context.jsonld")


def test_a_description_reads_like_json(live: LiveServer) -> None:
    """What a web developer writes after a glance at it, without knowing what RDF is."""
    measure = send(live, f"{MEASURE}.jsonld").json
    assert measure["type"] == "Expulsion"
    assert measure["headcount"] == 8
    assert measure["measureType"] == "expulsion"
    assert measure["takenBy"]["label"]["fr"] == "OTAN"
    assert measure["hasTime"]["edtf"] == "2021-10-01/2021-10-06"
    claims = [node for node in measure["included"] if node.get("type") == "Claim"]
    speakers = {claim["id"].rpartition("/")[2]: claim["assertedIn"]["speaker"]["label"]["en"] for claim in claims}
    assert speakers["c13"] == "Unnamed NATO official"
    assert all(claim["modality"] and claim["negated"] in {True, False} for claim in claims)
    answers = [node["id"] for node in measure["incoming"]["inResponseTo"]]
    assert answers == [live("id/measure/2021-11-russia-withdraws-accreditation")]
    keys = set(_keys(measure))
    assert {key for key in keys if ":" in key} == set()


def _keys(value: Any) -> list[str]:
    if isinstance(value, dict):
        return [*value, *(key for child in value.values() for key in _keys(child))]
    return [key for child in value for key in _keys(child)] if isinstance(value, list) else []


# Pages of links --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("key", ["", "x", "dip:takenBy", "%22%20%22", "%3Ca%3E%20b", "a%00b%20c", "%20"])
def test_what_is_no_key_of_a_page_is_400(live: LiveServer, key: str) -> None:
    """Brief 4: a problem that says what a key is."""
    reply = send(live, f"{NATO}?after={key}")
    assert (reply.status, reply.problem) == (400, "bad-request")


def test_behind_the_last_link_is_an_empty_page(live: LiveServer) -> None:
    """A key names a place in the order and not a link: a page of it is never an error."""
    first = send(live, f"{NATO}.nt")
    reply = send(live, f"{NATO}.nt?after={quote('<urn:zzz> <urn:zzz>')}")
    assert reply.status == 200
    assert [target for target, _ in links(reply, "first")] == [live("doc/organisation/nato")]
    assert links(reply, "next") == links(first, "next") == []
    pointing = re.compile(rb"^<[^>]*> <[^>]*> <[^>]*/id/organisation/nato> \.$", re.MULTILINE)
    assert len(pointing.findall(reply.body)) == 1, "the document's own foaf:primaryTopic"
    assert len(pointing.findall(first.body)) > 20
