"""What the document of a thing says: bounded, complete about who says so, and the same in every format."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path

import pyoxigraph as ox
import pytest
from memory_store import MemoryStore

from legation.graph.assembly import assemble_facts
from legation.graph.canonical import canonical_quads
from legation.graph.description import CLAIMS_MAX, LABEL_CHARS_MAX, Describer, Description
from legation.graph.errors import NotExpressible, PageKeyMalformed
from legation.graph.fact_files import bundled_facts
from legation.graph.formats import GRAPH_FORMATS, JSON_LD
from legation.graph.identifiers import Base
from legation.graph.incoming import INCOMING_MAX, PageKey, page_address, page_key
from legation.graph.jsonld import EXPANDED, FLATTENED, written
from legation.graph.jsonld_compaction import Context
from legation.graph.prefixes import PREFIXES
from legation.graph.schema_org import in_schema_org, schema_org_context
from legation.graph.serialisation import rdf_format, serialise
from legation.ontology import context_document

BASE = Base("https://archive.example/")
CASES = Path(__file__).parents[1] / "cases" / "facts"
CONTEXT = Context(context_document()["@context"])
"""The published context, held by the documents themselves, so that nothing has to be fetched to read them."""
DIP, RDFS = "https://w3id.org/legation/ns#", "http://www.w3.org/2000/01/rdf-schema#"
OA, TEXT = "http://www.w3.org/ns/oa#", "https://schema.org/text"


def iri(path: str) -> str:
    return BASE.iri + "id/" + path


@cache
def described(source: str) -> tuple[MemoryStore, Describer]:
    """A store and a describer over the article's facts, or over the five invented cases."""
    facts = bundled_facts() if source == "article" else CASES
    store = MemoryStore(assemble_facts(facts, BASE).quads)
    return store, Describer(store, BASE)


@cache
def all_of(source: str) -> tuple[Description, ...]:
    store, describer = described(source)
    rows = store.select(f'SELECT DISTINCT ?s {{ ?s ?p ?o FILTER(STRSTARTS(STR(?s), "{BASE.iri}id/")) }} ORDER BY ?s')
    found = (describer.describe(subject.value) for (subject,) in rows if isinstance(subject, ox.NamedNode))
    return tuple(description for description in found if description is not None)


def article(path: str) -> Description:
    found = described("article")[1].describe(iri(path))
    assert found is not None
    return found


def invented(turtle: str) -> tuple[MemoryStore, Describer]:
    """The same over a few triples that a test makes up."""
    head = f"@base <{BASE.iri}id/> . @prefix dip: <{DIP}> . @prefix rdfs: <{RDFS}> . @prefix : <https://x.example/> .\n"
    store = MemoryStore(ox.parse((head + turtle).encode(), format=ox.RdfFormat.TURTLE))
    return store, Describer(store, BASE)


def canonical(triples: Iterable[ox.Triple]) -> list[str]:
    """RDFC-1.0: equal lists for equal graphs."""
    return list(map(str, canonical_quads(ox.Quad(t.subject, t.predicate, t.object) for t in triples)))


def read_back(content: bytes, form: ox.RdfFormat) -> list[str]:
    return canonical(quad.triple for quad in ox.parse(content, format=form))


def variants(description: Description) -> Iterator[tuple[str, list[ox.Triple], bytes, ox.RdfFormat]]:
    """Each serialisation of each profile of a thing, with the triples that it has to hold."""
    schema = in_schema_org(description, BASE.document(description.iri.partition("/id/")[2]))
    for profile, triples, context, incoming in (
        ("provenance", description.triples, CONTEXT, description.incoming),
        ("plain", description.plain, CONTEXT, description.incoming),
        ("schema", schema, schema_org_context(), ()),
    ):
        for form in GRAPH_FORMATS:
            if form is not JSON_LD:
                yield f"{profile} {form.key}", triples, serialise(triples, form, PREFIXES), rdf_format(form)
        for shape in (None, EXPANDED, FLATTENED):
            content = written(triples, description.iri, context, shape, incoming)
            yield f"{profile} JSON-LD {shape}", triples, content, ox.RdfFormat.JSON_LD


@pytest.mark.parametrize("source", ["article", "cases"])
def test_every_serialisation_of_every_thing_is_the_same_graph(source: str) -> None:
    """D2: RDFC-1.0 finds no difference between formats, whatever the profile of the media type."""
    assert len(all_of(source)) > 400
    different = []
    for description in all_of(source):
        expected: dict[int, list[str]] = {}
        for name, triples, content, form in variants(description):
            wanted = expected.setdefault(id(triples), canonical(triples))
            if read_back(content, form) != wanted:
                different.append((description.iri, name))
    assert different == []


@pytest.mark.parametrize("source", ["article", "cases"])
def test_a_description_is_the_same_whoever_asks_first(source: str) -> None:
    """Nothing of what was described before, of the day or of the release comes in."""
    store, _ = described(source)
    for description in all_of(source)[::20]:
        assert Describer(store, BASE).describe(description.iri) == description


def test_a_description_takes_few_queries() -> None:
    """However much is told of a thing, it is asked for in steps and not one by one."""
    store, describer = described("article")
    describer.describe(iri("organisation/nato"))
    before = store.asked
    describer.describe(iri("measure/2021-10-nato-expels-eight"))
    assert store.asked - before <= 10


# Who says so -----------------------------------------------------------------------------------------------------


def objects(triples: Iterable[ox.Triple], subject: str, predicate: str) -> set[str]:
    found = (t.object for t in triples if t.subject == ox.NamedNode(subject) and t.predicate.value == predicate)
    return {o.value for o in found if not isinstance(o, ox.Triple)}


@pytest.mark.parametrize("source", ["article", "cases"])
def test_each_claim_comes_with_its_speaker_and_the_chain_down_to_the_source(source: str) -> None:
    """No claim is told without who makes it, with what force, and through whom it came."""
    asserted, reported, part = DIP + "assertedIn", DIP + "reportedIn", "http://purl.org/dc/terms/isPartOf"
    told = 0
    for description in all_of(source):
        triples = description.triples
        claims = [t for t in description.claims if t.predicate.value == asserted]
        for triple in claims:
            claim, act = str(triple.subject)[1:-1], str(triple.object)[1:-1]
            assert objects(triples, claim, DIP + "modality"), claim
            chain = [act]
            while above := objects(triples, chain[-1], reported):
                chain.append(above.pop())
            for statement in chain:
                assert objects(triples, statement, DIP + "speaker"), (description.iri, statement)
                assert objects(triples, statement, DIP + "reportingStance"), (description.iri, statement)
            (document,) = objects(triples, chain[-1], part)
            assert document in description.sources
            told += 1
    assert told > 400


def test_the_claims_about_a_thing_are_those_that_name_it() -> None:
    """By proposition, by subject matter; a claim's own are those that it is in tension with."""
    measure = article("measure/2021-10-nato-expels-eight")
    kind = "http://www.w3.org/1999/02/22-rdf-syntax-ns#type"
    claims = {
        str(t.subject)[1:-1] for t in measure.claims if t.predicate.value == kind and str(t.object) == f"<{DIP}Claim>"
    }
    stem = iri("claim/55ee074e7567bb82/")
    assert {stem + "c09", stem + "c13", stem + "i6"} <= claims
    assert measure.claims_count == len(claims)
    notified = article("claim/55ee074e7567bb82/c30")
    tension = objects(notified.own, notified.iri, DIP + "inTensionWith")
    assert tension
    assert all(objects(notified.claims, other, DIP + "assertedIn") for other in tension)


def test_the_claims_of_a_statement_and_the_statement_of_a_claim_are_told() -> None:
    """A statement is read with what it puts forward, a claim with the act that puts it forward."""
    statement, claim = article("statement/55ee074e7567bb82/s07"), article("claim/55ee074e7567bb82/c28")
    made = {str(t.subject)[1:-1] for t in statement.claims if t.predicate.value == DIP + "assertedIn"}
    assert {iri(f"claim/55ee074e7567bb82/c{n}") for n in (28, 29, 30)} <= made
    assert objects(claim.claims, statement.iri, DIP + "speaker") == {iri("person/sergey-lavrov")}
    evidence = objects(claim.own, claim.iri, DIP + "evidence")
    assert all(objects(claim.parts, passage, "http://www.w3.org/ns/oa#hasSelector") for passage in evidence)


def test_the_plain_description_has_neither_claims_nor_evidence() -> None:
    """The rest is the same; what is pointed at keeps its names."""
    for description in all_of("article"):
        plain, told = set(description.plain), {triple.subject for triple in description.claims}
        told -= {ox.NamedNode(description.iri), *(triple.subject for triple in description.parts)}
        full = {t.subject for t in plain - set(description.incoming) if t.predicate.value not in (RDFS + "label", TEXT)}
        evidence = {t.subject for t in plain - set(description.own) if t.predicate.value == OA + "hasSelector"}
        assert plain <= set(description.triples)
        assert full.isdisjoint(told)
        assert evidence <= {t.subject for t in description.incoming}
    nato = article("organisation/nato")
    named = {str(t.subject)[1:-1] for t in nato.plain if t.predicate.value == RDFS + "label"}
    assert iri("measure/2021-10-nato-expels-eight") in named


def test_everything_mentioned_is_named_in_both_languages() -> None:
    """Whatever has a label in the release has it in the description."""
    store, _ = described("article")
    for description in all_of("article")[::7]:
        for node in {t.object for t in description.own if isinstance(t.object, ox.NamedNode)}:
            known = store.construct(f"CONSTRUCT {{ {node} <{RDFS}label> ?l }} WHERE {{ {node} <{RDFS}label> ?l }}")
            assert set(known) <= set(description.triples)


def test_the_document_says_what_it_is_and_nothing_of_the_release() -> None:
    """D2 and D3: topic, dataset, licence, publisher, sources; no digest, no date of the day."""
    description = article("measure/2021-10-nato-expels-eight")
    document = BASE.document("measure/2021-10-nato-expels-eight")
    said = {
        t.predicate.value.rpartition("/")[2].rpartition("#")[2]
        for t in description.document
        if str(t.subject) == f"<{document}>"
    }
    assert said == {
        "type", "primaryTopic", "isPartOf", "inDataset", "license", "publisher", "wasDerivedFrom", "hasPart"
    }  # fmt: skip
    assert iri("article/55ee074e7567bb82") in objects(
        description.document, document, "http://www.w3.org/ns/prov#wasDerivedFrom"
    )


# Links -----------------------------------------------------------------------------------------------------------


def pages(describer: Describer, thing: str) -> list[Description]:
    """All pages of a thing, followed by their keys as a client writes and sends them."""
    page = describer.describe(thing)
    found = []
    while page is not None:
        found.append(page)
        key = page.next and page_key(page.next.written(BASE), BASE)
        page = describer.describe(thing, key) if key else None
    return found


@pytest.mark.parametrize("count", [0, 1, INCOMING_MAX, INCOMING_MAX + 1, 2 * INCOMING_MAX, 2 * INCOMING_MAX + 3])
def test_links_are_paged_in_the_order_of_property_and_subject(count: int) -> None:
    """Each link stands on one page, no page has more than the bound, and every page counts them all."""
    links = "".join(f"<a/{n}> :p{n % 3} <hub> . " for n in range(count))
    _, describer = invented("<hub> rdfs:label 'hub' . [] :p0 <hub> . " + links)
    found = pages(describer, iri("hub"))
    listed = [(t.predicate.value, str(t.subject)[1:-1]) for page in found for t in page.incoming]
    assert len(found) == max(1, -(-count // INCOMING_MAX))
    assert listed == sorted(set(listed))
    assert len(listed) == count
    assert all(len(page.incoming) <= INCOMING_MAX and page.incoming_count == count for page in found)
    assert all(Counter(p for p, _ in listed) == Counter(dict(page.incoming_counts)) for page in found)


def test_links_are_counted_by_property_in_the_document() -> None:
    """VoID: a property partition a property; Hydra says where the next page is, on each page but the last."""
    links = "".join(f"<a/{n}> :p{n % 2} <hub> . " for n in range(INCOMING_MAX + 5))
    first, last = pages(invented("<hub> rdfs:label 'hub' . " + links)[1], iri("hub"))
    document = BASE.document("hub")
    partition = f"{document}#incoming-%3Chttps://x.example/p0%3E"
    assert objects(first.document, partition, "http://rdfs.org/ns/void#triples") == {"103"}
    assert objects(first.document, f"{document}#incoming", "http://rdfs.org/ns/void#triples") == {"205"}
    hydra = "http://www.w3.org/ns/hydra/core#next"
    following = page_address(document, BASE, first.next)
    assert objects(first.document, document, hydra) == {following}
    assert not [t for t in last.document if t.predicate.value == hydra]
    assert last.own == first.own
    assert first.next is not None


@pytest.mark.parametrize(
    "key",
    [
        PageKey(DIP + "takenBy", iri("measure/x")),
        PageKey("https://x.example/p", "urn:x:y"),
        PageKey("time:5", iri("a/b?c=d")),
        PageKey(DIP + "a/b", "https://archive.example.org/id/x"),
    ],
)
def test_a_key_is_read_as_it_was_written(key: PageKey) -> None:
    """No scheme passes for a prefix, no foreign IRI for one of ours."""
    assert page_key(key.written(BASE), BASE) == key


def test_a_key_is_short_where_names_are_ours() -> None:
    """It stands in addresses that people see."""
    key = PageKey(DIP + "takenBy", iri("measure/x"))
    assert page_address("https://archive.example/doc/e", BASE, key) == (
        "https://archive.example/doc/e?after=dip:takenBy%20id/measure/x"
    )


@pytest.mark.parametrize(
    "text", ["", " ", "x", "dip:takenBy", "dip:takenBy ", " id/x", "a b c", 'dip:p "', "<a> id/x", "nope:p id/x"]
)
def test_what_is_no_key_is_refused(text: str) -> None:
    """Nothing of it comes into a query."""
    with pytest.raises(PageKeyMalformed):
        page_key(text, BASE)


def test_a_key_that_names_no_link_is_a_place_in_the_order() -> None:
    """It stays good when the link it was made from is gone; behind the last there is an empty page."""
    links = "".join(f"<a/{n}> :p <hub> . " for n in range(10))
    _, describer = invented("<hub> rdfs:label 'hub' . " + links)
    behind = describer.describe(iri("hub"), PageKey("https://x.example/p", iri("a/45")))
    assert behind is not None
    assert [str(t.subject) for t in behind.incoming] == [f"<{iri(f'a/{n}')}>" for n in range(5, 10)]
    end = describer.describe(iri("hub"), PageKey("https://x.example/z", iri("z")))
    assert end is not None
    assert (end.incoming, end.incoming_count, end.next) == ((), 10, None)


# Bounds and hostile data -----------------------------------------------------------------------------------------


def test_many_claims_are_counted_and_the_first_are_told() -> None:
    """The rest is reached through the links."""
    claims = "".join(
        f"<c/{n:03}> a dip:Claim ; dip:assertedIn <s> ; <https://schema.org/about> <e> . "
        for n in range(CLAIMS_MAX + 40)
    )
    found = invented("<e> rdfs:label 'e' . " + claims)[1].describe(iri("e"))
    assert found is not None
    told = {str(t.subject)[1:-1] for t in found.claims}
    assert told == {iri(f"c/{n:03}") for n in range(CLAIMS_MAX)}
    assert found.claims_count == CLAIMS_MAX + 40
    assert objects(found.document, BASE.document("e") + "#claims", "http://rdfs.org/ns/void#entities") == {"100"}


def test_a_text_too_long_for_a_name_stays_with_what_it_describes() -> None:
    """A megabyte in a label of one thing does not come into the documents of all others."""
    long, short = "x" * (LABEL_CHARS_MAX + 1), "x" * LABEL_CHARS_MAX
    _, describer = invented(f"<e> :p <long>, <short> . <long> rdfs:label '{long}' . <short> rdfs:label '{short}' .")
    here, there = describer.describe(iri("e")), describer.describe(iri("long"))
    assert here is not None
    assert there is not None
    assert [str(t.subject) for t in here.labels] == [f"<{iri('short')}>"]
    assert len(there.own) == 1


def test_what_is_inside_blank_nodes_is_told_with_the_thing() -> None:
    """Nobody could ask for it."""
    _, describer = invented("<e> :p [ :q [ :r 'deep' ] ], 'flat' . <f> :p [ :s 'other' ] .")
    found = describer.describe(iri("e"))
    assert found is not None
    assert len(found.own) == 4
    assert canonical(found.triples) == read_back(
        written(found.triples, found.iri, CONTEXT, None, found.incoming), ox.RdfFormat.JSON_LD
    )


def test_chains_that_run_in_circles_come_to_an_end() -> None:
    """Statements reported in one another, parts inside themselves."""
    _, describer = invented(
        "<c> a dip:Claim ; dip:assertedIn <s> . <s> a dip:Statement ; dip:reportedIn <t> . "
        "<t> a dip:Statement ; dip:reportedIn <s> . <c> dip:evidence <c> , <c/1> . "
        "<c/1> :p <c/1/2> . <c/1/2> :p <c/1> ."
    )
    found = describer.describe(iri("c"))
    assert found is not None
    assert canonical(found.triples) == read_back(
        written(found.triples, found.iri, CONTEXT, None, found.incoming), ox.RdfFormat.JSON_LD
    )


@pytest.mark.parametrize("name", ["e> . ?s ?p ?o", 'e"', "e{", "e f", ""])
def test_an_address_that_is_no_iri_describes_nothing(name: str) -> None:
    """Nothing of an address is read as a part of a query."""
    assert invented("<e> :p 1 .")[1].describe(iri(name)) is None


def test_what_json_ld_cannot_carry_is_said() -> None:
    """A scheme that is a prefix of the context would be read as something else."""
    _, describer = invented("<e> :p <time:5> .")
    found = describer.describe(iri("e"))
    assert found is not None
    with pytest.raises(NotExpressible, match="time:5"):
        written(found.triples, found.iri, CONTEXT)
    assert json.loads(written(found.triples, found.iri, CONTEXT, EXPANDED))
