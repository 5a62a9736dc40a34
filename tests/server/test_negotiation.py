"""Negotiation: one table of header fields and what they get, each row named for the rule of the contract it shows."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from negotiation_table import negotiation_table

from legation.graph import formats
from legation.graph.formats import (
    DOCUMENT_FORMATS,
    GRAPH_FORMATS,
    HTML,
    JSON_LD,
    N_QUADS,
    N_TRIPLES,
    PROBLEM_JSON,
    RDF_FORMATS,
    RDF_XML,
    RESULTS_CSV,
    RESULTS_FORMATS,
    RESULTS_JSON,
    RESULTS_TSV,
    RESULTS_XML,
    TRIG,
    TURTLE,
    Format,
    by_key,
)
from legation.server import negotiation
from legation.server.negotiation import (
    Choice,
    format_by_name,
    negotiate,
    negotiate_encoding,
    negotiate_language,
)

DOCUMENTS = (DOCUMENT_FORMATS, TURTLE)
GRAPHS = (RDF_FORMATS, TURTLE)
RESULTS = ((*RESULTS_FORMATS, HTML), RESULTS_JSON)
PROBLEMS = ((PROBLEM_JSON, HTML), PROBLEM_JSON)
EXPANDED, COMPACTED, FLATTENED = (
    f"http://www.w3.org/ns/json-ld#{name}" for name in ("expanded", "compacted", "flattened")
)

CHROME = (
    "text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,image/apng,*/*;q=0.8,"
    "application/signed-exchange;v=b3;q=0.7"
)
FIREFOX = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"
COMUNICA = (
    "application/n-quads,application/trig;q=0.95,application/ld+json;q=0.9,application/n-triples;q=0.8,text/turtle;q=0.6,"
    "application/rdf+xml;q=0.5,text/n3;q=0.35,application/xml;q=0.3,text/html;q=0.2"
)
COMUNICA_RESULTS = (
    "application/sparql-results+json;q=1.0,application/sparql-results+xml;q=0.7,application/n-quads;q=0.5,"
    "text/turtle;q=0.3"
)
RDFLIB = (
    "application/rdf+xml, text/xml, text/n3, text/turtle, application/x-turtle, text/plain, application/n-triples, "
    "application/ld+json, application/n-quads, application/trix, application/trig, text/html, application/xhtml+xml"
)
JENA_RESULTS = (
    "application/sparql-results+json, application/sparql-results+xml;q=0.9, text/tab-separated-values;q=0.7, "
    "text/csv;q=0.5,application/json;q=0.2,application/xml;q=0.2,*/*;q=0.1"
)
JENA_GRAPH = "text/turtle,application/n-triples;q=0.9,application/ld+json;q=0.8,application/rdf+xml;q=0.7,*/*;q=0.3"
JAVA = "text/html, image/gif, image/jpeg, *; q=.2, */*; q=.2"
HTTR = "application/json, text/xml, application/xml, */*"
SPARQLWRAPPER_JSON = "application/sparql-results+json,application/json,text/javascript,application/javascript"
SPARQLWRAPPER_N3 = "application/turtle,text/turtle,text/rdf+n3,application/n-triples,application/n3,text/n3"

ROWS = [
    *(
        (row["id"], row.get("field"), DOCUMENTS, by_key(row["format"], DOCUMENT_FORMATS))
        for row in negotiation_table("accept")
    ),
    # N1: no wish, no constraint; browsers get pages
    ("N1-curl", "*/*", RESULTS, RESULTS_JSON),
    ("N1-default-need-not-be-first", "*/*", (DOCUMENT_FORMATS, N_TRIPLES), N_TRIPLES),
    ("N1-chrome-at-the-endpoint", CHROME, RESULTS, HTML),
    ("N1-firefox-on-an-error", FIREFOX, PROBLEMS, HTML),
    ("N1-chrome-where-no-page-is-offered", CHROME, (GRAPH_FORMATS, TURTLE), RDF_XML),
    # N2: weights, specificity, exclusion, order
    ("N2-java-at-the-endpoint", JAVA, (RESULTS_FORMATS, RESULTS_JSON), RESULTS_JSON),
    ("N2-rdflib", RDFLIB, GRAPHS, TURTLE),
    ("N2-rdflib-at-a-document", RDFLIB, ((*GRAPH_FORMATS, HTML), TURTLE), TURTLE),
    ("N2-rdflib-trig", "application/trig, */*;q=0.1", GRAPHS, TRIG),
    ("N2-rdflib-sparql-store", "application/rdf+xml, application/sparql-results+xml", RESULTS, RESULTS_XML),
    ("N2-sparqlwrapper-json", SPARQLWRAPPER_JSON, RESULTS, RESULTS_JSON),
    ("N2-sparqlwrapper-xml", "application/sparql-results+xml", RESULTS, RESULTS_XML),
    ("N2-sparqlwrapper-csv", "text/csv", RESULTS, RESULTS_CSV),
    ("N2-sparqlwrapper-n3", SPARQLWRAPPER_N3, GRAPHS, TURTLE),
    ("N2-sparqlwrapper-json-ld", "application/ld+json,application/x-json+ld", GRAPHS, JSON_LD),
    ("N2-comunica", COMUNICA, GRAPHS, N_QUADS),
    ("N2-comunica-results", COMUNICA_RESULTS, RESULTS, RESULTS_JSON),
    ("N2-jena-results", JENA_RESULTS, RESULTS, RESULTS_JSON),
    ("N2-jena-graph", JENA_GRAPH, GRAPHS, TURTLE),
    ("N2-r-httr-results", HTTR, RESULTS, RESULTS_JSON),
    ("N2-yasgui", "application/sparql-results+json,*/*;q=0.9", RESULTS, RESULTS_JSON),
    # N3: nothing acceptable
    ("N3-refused-one-by-one", "text/turtle;q=0", ((TURTLE,), TURTLE), None),
    ("N3-csv-of-a-graph", "text/csv", GRAPHS, None),
    ("N3-nothing-offered", "*/*", ((), TURTLE), None),
    # N4: charset, aliases
    ("N4-alias-json-results", "application/json", RESULTS, RESULTS_JSON),
    ("N4-alias-xml-results", "text/xml", RESULTS, RESULTS_XML),
    ("N4-alias-plain-results", "text/plain", RESULTS, RESULTS_TSV),
]


@pytest.mark.parametrize(("accept", "offer", "expected"), [pytest.param(*row[1:], id=row[0]) for row in ROWS])
def test_an_accept_field_gets_the_format_it_prefers(
    accept: str | None, offer: tuple[tuple[Format, ...], Format], expected: Format | None
) -> None:
    """RFC 9110, section 12.5.1, for the fields that clients really send and for those that nobody should."""
    offered, default = offer
    choice = negotiate(accept, offered, default=default)
    assert (choice.format if choice else None) == expected


PROFILES = [
    ("expanded", f'application/ld+json;profile="{EXPANDED}"', EXPANDED),
    ("compacted", f'application/ld+json; profile="{COMPACTED}"', COMPACTED),
    ("flattened", f'application/ld+json; Profile="{FLATTENED}"', FLATTENED),
    ("unquoted-is-malformed", f"application/ld+json;profile={EXPANDED}, application/ld+json", None),
    ("first-known-of-several", f'application/ld+json;profile="http://example.org/x {FLATTENED} {EXPANDED}"', FLATTENED),
    ("unknown-is-ignored", 'application/ld+json;profile="http://example.org/x"', None),
    ("empty", 'application/ld+json;profile=""', None),
    ("none", "application/ld+json", None),
    ("by-alias", f'application/json;profile="{EXPANDED}"', EXPANDED),
    ("preferred-to-none", f'application/ld+json, application/ld+json;profile="{EXPANDED}"', EXPANDED),
    ("weighs-less", f'application/ld+json, application/ld+json;profile="{EXPANDED}";q=0.5', None),
    (
        "weighs-most",
        f'application/ld+json;profile="{EXPANDED}";q=0.2, application/ld+json;profile="{COMPACTED}";q=0.9',
        COMPACTED,
    ),
    ("refused", f'application/ld+json;profile="{EXPANDED}";q=0, application/ld+json', None),
    ("of-no-other-format", f'text/turtle;profile="{EXPANDED}"', None),
    ("with-charset", f'application/ld+json;charset=utf-8;profile="{EXPANDED}"', EXPANDED),
]


@pytest.mark.parametrize(("accept", "expected"), [pytest.param(*row[1:], id=f"N4-{row[0]}") for row in PROFILES])
def test_a_json_ld_profile_is_honoured_when_known(accept: str, expected: str | None) -> None:
    """N4: expanded, compacted and flattened are ours to serve; any other profile is as if not given."""
    choice = negotiate(accept, DOCUMENT_FORMATS, default=TURTLE)
    assert choice is not None
    assert choice.profile == expected


@pytest.mark.parametrize(
    ("accept", "alias", "content_type"),
    [
        pytest.param("application/json", "application/json", JSON_LD.content_type, id="N4-alias"),
        pytest.param("text/n3", "text/n3", TURTLE.content_type, id="N4-charset-is-said"),
        pytest.param("application/ld+json", None, JSON_LD.content_type, id="N4-own"),
        pytest.param(
            f'application/ld+json;profile="{EXPANDED}"',
            None,
            f'{JSON_LD.content_type}; profile="{EXPANDED}"',
            id="N4-profile",
        ),
        pytest.param("*/*", None, TURTLE.content_type, id="N4-wildcard"),
    ],
)
def test_the_answer_is_labelled_truthfully(accept: str, alias: str | None, content_type: str) -> None:
    """N4: the label is the format's own media type and the profile served; what was asked for is kept beside it."""
    choice = negotiate(accept, DOCUMENT_FORMATS, default=TURTLE)
    assert choice is not None
    assert (choice.alias, choice.content_type) == (alias, content_type)


@pytest.mark.parametrize("form", RDF_FORMATS + RESULTS_FORMATS, ids=lambda form: form.key)
def test_every_format_is_reached_by_its_own_media_type(form: Format) -> None:
    """N2: asking for exactly one media type gives exactly that format, however many are offered."""
    offered = RDF_FORMATS if form in RDF_FORMATS else RESULTS_FORMATS
    assert negotiate(form.media_type, offered, default=offered[0]) == Choice(form)


@pytest.mark.parametrize(
    ("name", "offered", "expected"),
    [
        pytest.param("turtle", RDF_FORMATS, TURTLE, id="S12-short-name"),
        pytest.param("ttl", RDF_FORMATS, TURTLE, id="S12-extension"),
        pytest.param(" Turtle ", RDF_FORMATS, TURTLE, id="S12-letter-case"),
        pytest.param("json", RESULTS_FORMATS, RESULTS_JSON, id="S12-json-results"),
        pytest.param("json", RDF_FORMATS, JSON_LD, id="S12-json-graph"),
        pytest.param("json-ld", RDF_FORMATS, JSON_LD, id="S12-sparqlwrapper-json-ld"),
        pytest.param("xml", RDF_FORMATS, RDF_XML, id="S12-xml-graph"),
        pytest.param("n3", RDF_FORMATS, TURTLE, id="S12-n3"),
        pytest.param("n-triples", RDF_FORMATS, N_TRIPLES, id="S12-hyphen"),
        pytest.param("application/sparql-results+json", RESULTS_FORMATS, RESULTS_JSON, id="S12-media-type"),
        pytest.param("application/sparql-results json", RESULTS_FORMATS, RESULTS_JSON, id="S12-plus-decoded"),
        pytest.param("text/csv", RESULTS_FORMATS, RESULTS_CSV, id="S12-csv"),
        pytest.param("tab-separated-values", RESULTS_FORMATS, RESULTS_TSV, id="S12-subtype"),
        pytest.param("csv", RDF_FORMATS, None, id="S12-not-offered"),
        pytest.param("word", RDF_FORMATS, None, id="S12-unknown"),
        pytest.param("", RDF_FORMATS, None, id="S12-empty"),
        pytest.param("-", RDF_FORMATS, None, id="S12-hyphen-alone"),
        pytest.param(None, RDF_FORMATS, None, id="S12-none"),
    ],
)
def test_a_format_is_found_by_the_names_that_clients_use(
    name: str | None, offered: tuple[Format, ...], expected: Format | None
) -> None:
    """S12: `?format=` takes short names; what SPARQL clients send instead is understood, anything else is None."""
    assert format_by_name(name, offered) == expected


@pytest.mark.parametrize(
    ("accept_language", "expected"),
    [pytest.param(row.get("field"), row["language"], id=row["id"]) for row in negotiation_table("language")],
)
def test_a_page_speaks_the_language_preferred(accept_language: str | None, expected: str) -> None:
    """N6: lookup of RFC 4647, section 3.4; there is always an answer."""
    assert negotiate_language(accept_language, ("en", "fr"), "en") == expected


@pytest.mark.parametrize(
    ("accept_encoding", "expected"),
    [
        pytest.param(None, None, id="S10-none"),
        pytest.param("", None, id="S10-empty"),
        pytest.param("gzip, deflate, br, zstd", "gzip", id="S10-browsers"),
        pytest.param("GZIP", "gzip", id="S10-letter-case"),
        pytest.param("x-gzip", "gzip", id="S10-old-name"),
        pytest.param("deflate, br", None, id="S10-not-offered"),
        pytest.param("gzip;q=0", None, id="S10-zero-excludes"),
        pytest.param("*", "gzip", id="S10-any"),
        pytest.param("gzip;q=0, *", None, id="S10-zero-before-any"),
        pytest.param("identity", None, id="S10-identity"),
        pytest.param("identity;q=0.5, gzip;q=0.4", None, id="S10-identity-preferred"),
        pytest.param("identity;q=0.5, gzip;q=0.6", "gzip", id="S10-gzip-preferred"),
        pytest.param("identity, gzip", "gzip", id="S10-tie"),
        pytest.param("identity;q=0", None, id="S10-nothing-left-is-identity"),
        pytest.param("gzip;q=1.5", None, id="S10-malformed-ignored"),
    ],
)
def test_an_answer_is_compressed_only_when_asked(accept_encoding: str | None, expected: str | None) -> None:
    """RFC 9110, section 12.5.3: a coding is used when the field names it and likes it no less than none."""
    assert negotiate_encoding(accept_encoding, ("gzip",)) == expected


def test_of_two_codings_the_preferred_one_is_used() -> None:
    """Equal weights go to the server's order."""
    assert negotiate_encoding("gzip, br", ("br", "gzip")) == "br"
    assert negotiate_encoding("gzip, br;q=0.9", ("br", "gzip")) == "gzip"


FRAGMENTS = [
    "text",
    "/",
    "turtle",
    "*",
    ";",
    ",",
    "q=",
    "0.5",
    "=",
    '"',
    "\\",
    " ",
    "charset=",
    "utf-8",
    "\0",
    "é",
    "en-",
]
FIELDS = st.one_of(st.text(), st.lists(st.sampled_from(FRAGMENTS)).map("".join))


@settings(max_examples=200, deadline=None)
@given(FIELDS)
def test_nothing_in_a_header_raises(value: str) -> None:
    """N2: any text is answered, with an offered format or with none."""
    choice = negotiate(value, DOCUMENT_FORMATS, default=TURTLE)
    assert choice is None or choice.format in DOCUMENT_FORMATS
    assert negotiate_language(value, ("en", "fr"), "en") in {"en", "fr"}
    assert negotiate_encoding(value, ("gzip",)) in {"gzip", None}
    found = format_by_name(value, RESULTS_FORMATS)
    assert found is None or found in RESULTS_FORMATS


WEIGHTS = st.sampled_from([f"0.{digits}" for digits in range(1, 10)])


@settings(max_examples=100, deadline=None)
@given(st.dictionaries(st.sampled_from(GRAPH_FORMATS), WEIGHTS, min_size=1))
def test_the_order_of_elements_changes_nothing(weights: dict[Format, str]) -> None:
    """N2: only weights, specificity and the server's order count."""
    elements = [f"{form.media_type};q={weight}" for form, weight in weights.items()]
    best = max(weights.values())
    expected = next(form for form in GRAPH_FORMATS if weights.get(form) == best)
    assert negotiate(",".join(elements), GRAPH_FORMATS, default=TURTLE) == Choice(expected)
    assert negotiate(",".join(reversed(elements)), GRAPH_FORMATS, default=TURTLE) == Choice(expected)


@pytest.mark.parametrize(
    "hostile",
    [
        '"' * 60_000,
        '\\"' * 30_000,
        "a/b;" * 15_000,
        "a/b," * 15_000,
        "a/b;c=" * 10_000,
        "a/b;q=0." + "0" * 60_000,
        " " * 60_000,
        "a-" * 30_000,
        ("a-" * 3900 + "a,") * 90,
    ],
    ids=[
        "quotes",
        "quoted-pairs",
        "empty-parameters",
        "elements",
        "parameters",
        "digits",
        "spaces",
        "subtags",
        "subtags-of-many",
    ],
)
def test_a_long_field_is_read_once(hostile: str) -> None:
    """No pattern of the module goes back over what it has read: such fields would not come to an end otherwise."""
    negotiate(hostile, DOCUMENT_FORMATS, default=TURTLE)
    negotiate_language(hostile, ("en", "fr"), "en")


def test_elements_beyond_the_bound_are_not_read() -> None:
    """A field of thousands of elements costs what 200 cost."""
    filler = "image/png," * negotiation.ELEMENTS_MAX
    assert negotiate(filler + "text/turtle", DOCUMENT_FORMATS, default=TURTLE) is None
    assert negotiate(filler[10:] + "text/turtle", DOCUMENT_FORMATS, default=TURTLE) == Choice(TURTLE)


def test_an_element_beyond_the_bound_of_characters_is_not_read() -> None:
    """The bound falls between elements: one that it would cut is as if not sent, and those before it count."""
    bound = negotiation.FIELD_CHARS_MAX
    spaces = " " * (bound - len("image/png,text/turtle"))
    assert negotiate(f"image/png,{spaces}text/turtle", DOCUMENT_FORMATS, default=TURTLE) == Choice(TURTLE)
    assert negotiate(f"image/png,{spaces}text/turtle;q=0.5", DOCUMENT_FORMATS, default=TURTLE) is None
    assert negotiate(f"image/png,{spaces} text/turtle", DOCUMENT_FORMATS, default=TURTLE) is None
    assert negotiate(f'text/turtle,text/html;a="{spaces},', DOCUMENT_FORMATS, default=HTML) == Choice(TURTLE)


def test_long_fields_are_not_remembered() -> None:
    """What the cache holds is bounded in characters, not only in fields."""
    remembered = negotiation._ranges
    remembered.cache_clear()
    for number in range(3):
        negotiate(f"text/turtle;number={number}", DOCUMENT_FORMATS, default=TURTLE)
        negotiate(f"text/turtle;number={number}," + "a/b," * 1000, DOCUMENT_FORMATS, default=TURTLE)
    assert remembered.cache_info().currsize == 3
    assert (remembered.cache_info().maxsize or 0) * negotiation._REMEMBERED_CHARS_MAX < 100_000


def test_a_language_range_longer_than_any_tag_is_not_looked_up() -> None:
    """RFC 5646, section 4.4.1: 35 characters hold every tag without extensions; those looked up are never cut."""
    longest = "fr" + "-a" * 16 + "b"
    assert len(longest) == negotiation.LANGUAGE_CHARS_MAX
    assert negotiate_language(longest) == "fr"
    assert negotiate_language(longest + "c") == "en"
    assert negotiate_language(f"{longest}c, fr;q=0.1") == "fr"


def test_the_longest_beginning_of_a_language_range_is_taken() -> None:
    """RFC 4647, section 3.4: ranges are shortened from their end."""
    assert negotiate_language("fr-CA-x-y", ("en", "fr", "fr-CA"), "en") == "fr-CA"


def test_no_media_type_is_written_in_the_module() -> None:
    """The table of formats is the only place for them."""
    source = Path(negotiation.__file__).read_text(encoding="utf-8")
    known = {
        name for form in vars(formats).values() if isinstance(form, Format) for name in (form.media_type, *form.aliases)
    }
    assert not [name for name in known if name in source]
    assert not re.findall(r"\b(?:application|text|image)/[a-z]", source)
