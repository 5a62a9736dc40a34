"""The reference of the project's words for people, made from their Turtle alone: the ontology, a scheme, the rules."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import pyoxigraph as ox
from rdflib import OWL, RDF, RDFS, SH
from rdflib.namespace import DC, DCTERMS, SKOS, VANN

from legation.ontology import scheme_names
from legation.ontology.terms import ONTOLOGY, SCHEMA, SHAPES, VOCAB

from .pages import reader_of, render, variants_of
from .site import Site
from .speech import plural_names
from .view_models import DESCRIBING, NAMING, NOTING, Row, Term, Value, key_of
from .vocabulary_diagram import Kind, Relation, diagram
from .vocabulary_index import (
    PROPERTY_KINDS,
    Index,
    Source,
    Use,
    cases,
    example_uses,
    examples,
    rule_number,
    rules,
    rules_applying,
    rules_mentioning,
    scheme_uses,
    schemes_of,
)
from .vocabulary_listing import Listing, Piece
from .vocabulary_rules import Line, applies_to, asks, path
from .vocabulary_wording import Point, Wording

_OURS = f"{ONTOLOGY}#"
_DOMAIN = (str(RDFS.domain), str(SCHEMA.domainIncludes))
_RANGE = (str(RDFS.range), str(SCHEMA.rangeIncludes))
_UNIFORM = frozenset(map(str, (RDFS.isDefinedBy, SKOS.inScheme, SKOS.topConceptOf)))
"""What is the same for every word of a vocabulary and stands at its head."""
_ALIGNMENTS: Mapping[str, tuple[str, ...]] = {
    "align_same": tuple(map(str, (SKOS.exactMatch, OWL.sameAs, OWL.equivalentClass, OWL.equivalentProperty))),
    "align_close": (str(SKOS.closeMatch),),
    "align_narrower": (str(SKOS.broadMatch),),
    "align_broader": (str(SKOS.narrowMatch),),
    "align_related": (str(SKOS.relatedMatch),),
}
"""How a term compares with those of other vocabularies, in plain words, by SKOS's and OWL's properties."""
_CHARACTERISTICS: Mapping[str, str] = {
    str(OWL.DatatypeProperty): "trait_literal",
    str(OWL.AnnotationProperty): "trait_annotation",
    str(OWL.FunctionalProperty): "trait_functional",
    str(OWL.InverseFunctionalProperty): "trait_inverse_functional",
    str(OWL.SymmetricProperty): "trait_symmetric",
    str(OWL.AsymmetricProperty): "trait_asymmetric",
    str(OWL.TransitiveProperty): "trait_transitive",
    str(OWL.ReflexiveProperty): "trait_reflexive",
    str(OWL.IrreflexiveProperty): "trait_irreflexive",
}
_SEVERITIES: Mapping[str, tuple[str, str]] = {
    str(SH.Violation): ("severity_violation", "firm"),
    str(SH.Warning): ("severity_warning", "caution"),
    str(SH.Info): ("severity_info", "plain"),
}
"""What a rule's severity means for publication, and the tone of its badge."""


@dataclass(frozen=True, slots=True)
class PropertyLine:
    """A property in the table of a class: its name, the kinds of its values, and whether a scheme lists them."""

    name: Value
    ranges: tuple[Value, ...]
    schemes: tuple[Value, ...]


@dataclass(frozen=True, slots=True)
class ExampleUse:
    """A triple of an example, and where it stands."""

    triple: tuple[Piece, ...]
    example: Value
    is_said: bool


@dataclass(frozen=True, slots=True)
class Entry:
    """A section about one term; `rules` are those that apply to it, `mentions` the others that name it."""

    term: Term
    points: tuple[Point, ...] = ()
    properties: tuple[PropertyLine, ...] = ()
    uses: tuple[ExampleUse, ...] = ()
    listings: tuple[Listing, ...] = ()
    rules: tuple[Value, ...] = ()
    mentions: tuple[Value, ...] = ()


@dataclass(frozen=True, slots=True)
class Concern:
    """What the rules of one file of shapes are about."""

    anchor: str
    name: str


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule, or a part of rules, in words; what passes and what fails, where the installation has the cases."""

    term: Term
    concern: Concern
    severity: Value | None
    tone: str
    applies_to: tuple[Line, ...]
    path: Value | None
    asks: tuple[Line, ...]
    message: tuple[Value, ...]
    passing: tuple[Source, ...] = ()
    failing: tuple[Source, ...] = ()
    used_by: tuple[Value, ...] = ()


@dataclass(frozen=True, slots=True)
class Group:
    """Sections under one heading."""

    anchor: str
    name: str
    entries: tuple[Entry, ...]


@dataclass(frozen=True, slots=True)
class SchemeLine:
    """A concept scheme in a list: what it is of, how many concepts it has, and the properties that take them."""

    name: Value
    description: tuple[Value, ...]
    count: int
    used_by: tuple[Value, ...]


def vocabulary_page(here: Site, path: str, iri: str, language: str) -> str:
    """The page of the vocabulary `iri`, which is asked for at `path`."""
    wording = Wording(reader_of(here, language), iri)
    if iri == str(ONTOLOGY):
        return _ontology_page(wording, path)
    return _shapes_page(wording, path) if iri + "#" == str(SHAPES) else _scheme_page(wording, path)


def _ontology_page(wording: Wording, path: str) -> str:
    """Classes with their diagram, properties, datatypes, and the list of schemes."""
    index = wording.index
    classes = index.of_kind([str(OWL.Class), str(RDFS.Class)], _OURS)
    properties = _by_name(wording, index.of_kind(PROPERTY_KINDS, _OURS))
    datatypes = index.of_kind([str(RDFS.Datatype)], _OURS)
    others = [iri for iri in index.forward if iri.startswith(_OURS) and iri not in {*classes, *properties, *datatypes}]
    groups = (
        Group("part-classes", wording.say("part_classes"), tuple(_class(wording, iri) for iri in classes)),
        Group("part-properties", wording.say("part_properties"), tuple(_property(wording, p) for p in properties)),
        Group("part-datatypes", wording.say("part_datatypes"), tuple(_datatype(wording, iri) for iri in datatypes)),
        Group("part-others", wording.say("vocabulary_other_kind"), tuple(_plain(wording, iri) for iri in others)),
    )
    shown = {listing.name for group in groups for entry in group.entries for listing in entry.listings}
    kinds = _kinds(wording, classes)
    return _render(
        "vocabulary_ontology.html", wording, path,
        groups=tuple(group for group in groups if group.entries),
        diagram=diagram(kinds),
        kinds=kinds,
        in_words=_in_words(wording, classes),
        relation_count=sum(len(kind.relations) for kind in kinds),
        schemes=[_scheme_line(wording, str(VOCAB[name])) for name in scheme_names()],
        listings=[wording.listing(source) for source in examples() if source.name not in shown],
    )  # fmt: skip


def _scheme_page(wording: Wording, path: str) -> str:
    """A concept scheme: its concepts, their codes, and the properties that take them."""
    index, iri = wording.index, wording.vocabulary
    concepts = index.of_kind([str(SKOS.Concept)], f"{iri}#")
    others = [term for term in index.forward if term.startswith(f"{iri}#") and term not in concepts]
    groups = (
        Group("part-concepts", wording.say("part_concepts"), tuple(_concept(wording, term) for term in concepts)),
        Group("part-others", wording.say("vocabulary_other_kind"), tuple(_plain(wording, term) for term in others)),
    )
    return _render(
        "vocabulary_scheme.html", wording, path,
        groups=tuple(group for group in groups if group.entries),
        used_by=wording.words(scheme_uses().get(iri, ())),
        rules=tuple(map(wording.rule, rules_mentioning().get(iri, ()))),
        schemes=[_scheme_line(wording, str(VOCAB[name])) for name in scheme_names()],
    )  # fmt: skip


def _shapes_page(wording: Wording, path: str) -> str:
    """The rules by number, with contents by concern, and the parts that they are made of."""
    found = [_rule(wording, iri) for iri in rules()]
    namespace = str(SHAPES)
    parts = [iri for iri in wording.index.forward if iri.startswith(namespace) and rule_number(iri) is None]
    return _render(
        "vocabulary_shapes.html", wording, path,
        rules=found,
        concerns=_by_concern(found),
        severities=_severities(wording, found),
        parts=[_rule(wording, iri) for iri in sorted(parts, key=str.casefold)],
    )  # fmt: skip


def _render(template: str, wording: Wording, path: str, **shown: Any) -> str:
    """A page with the head that every vocabulary has."""
    own = wording.index.forward.get(wording.vocabulary, ())
    titles = wording.display.texts(own, (str(DCTERMS.title),))
    told = {*NAMING, *DESCRIBING, *NOTING, *_HEAD, str(SKOS.hasTopConcept), str(SH.declare), str(RDFS.label)}
    return render(
        template, wording.reader,
        title=titles[0] if titles else wording.display.name(wording.vocabulary) or Value(path),
        wording=wording,
        iri=wording.vocabulary,
        texts=wording.display.texts(own, DESCRIBING),
        notes=wording.display.texts(own, NOTING),
        head=_head(wording, own),
        header=wording.rows(own, told),
        prefixes=_prefixes(wording.index),
        section=path.partition("/")[0],
        variants=variants_of(wording.reader.site.url(path)),
        canonical=wording.reader.site.url(path),
        **shown,
    )  # fmt: skip


# Heads ----------------------------------------------------------------------------------------------------------

_HEAD: Mapping[str, str] = {
    str(OWL.versionInfo): "head_version",
    str(OWL.versionIRI): "head_version_iri",
    str(DCTERMS.modified): "head_modified",
    str(DCTERMS.created): "head_created",
    str(DC.creator): "head_creator",
    str(DCTERMS.creator): "head_creator",
    str(DCTERMS.license): "head_licence",
    str(VANN.preferredNamespacePrefix): "head_prefix",
    str(VANN.preferredNamespaceUri): "head_namespace",
    str(DCTERMS.bibliographicCitation): "head_citation",
}
"""What stands at the head of every vocabulary, in this order, and what it is called there."""


def _head(wording: Wording, own: Iterable[ox.Triple]) -> tuple[Row, ...]:
    """The facts about a vocabulary that a reader looks for first."""
    found: dict[str, list[Value]] = {}
    for predicate, key in _HEAD.items():
        for triple in own:
            if triple.predicate.value == predicate:
                found.setdefault(key, []).append(_head_value(wording, key, triple.object))
    return tuple(Row(Value(wording.say(key)), tuple(values)) for key, values in found.items())


_LICENCES = {"https://creativecommons.org/licenses/by/4.0/": "CC BY 4.0"}


def _head_value(wording: Wording, key: str, term: object) -> Value:
    value = wording.display.value(term)
    if value.iri in _LICENCES:
        return replace(value, text=_LICENCES[value.iri])
    is_code = key in {"head_prefix", "head_namespace"}
    return Value(value.text, is_verbatim=True) if is_code else value


def _prefixes(index: Index) -> str:
    """The prefixes of the page as Turtle declares them."""
    return "\n".join(f"@prefix {prefix}: <{space}> ." for prefix, space in sorted(index.prefixes.items()) if prefix)


# Terms ----------------------------------------------------------------------------------------------------------


def _class(wording: Wording, iri: str) -> Entry:
    index = wording.index
    applying = _applying(index, iri)
    mentioning = [rule for rule in rules_mentioning().get(iri, ()) if rule not in applying]
    points = (
        wording.point("class_superclasses", index.objects(iri, str(RDFS.subClassOf))),
        wording.point("class_subclasses", index.subjects(iri, str(RDFS.subClassOf))),
        *_alignments(wording, iri),
        wording.point("class_inherited", _inherited(index, iri)),
        wording.point("class_pointed_at", _by_name(wording, index.subjects(iri, *_RANGE))),
        wording.point("class_disjoint", _both_ways(index, iri, str(OWL.disjointWith))),
    )
    told = (str(RDFS.subClassOf), str(OWL.disjointWith), *_aligning())
    own = [source for source in examples() if source.stem.replace("-", "") == iri.rpartition("#")[2].lower()]
    return Entry(
        wording.term(iri, {*told, *_UNIFORM}),
        _filled((*points, _in_examples(wording, iri, own))),
        properties=tuple(_property_line(wording, p) for p in _by_name(wording, index.subjects(iri, *_DOMAIN))),
        listings=tuple(map(wording.listing, own)),
        rules=tuple(map(wording.rule, applying)),
        mentions=tuple(map(wording.rule, mentioning)),
    )


def _property(wording: Wording, iri: str) -> Entry:
    index = wording.index
    points = (
        wording.point("property_domain", index.objects(iri, str(RDFS.domain))),
        wording.point("property_domain_includes", index.objects(iri, str(SCHEMA.domainIncludes))),
        wording.point("property_range", index.objects(iri, str(RDFS.range))),
        wording.point("property_range_includes", index.objects(iri, str(SCHEMA.rangeIncludes))),
        wording.point("property_scheme", schemes_of(iri)),
        wording.point("property_super", index.objects(iri, str(RDFS.subPropertyOf))),
        wording.point("property_sub", index.subjects(iri, str(RDFS.subPropertyOf))),
        wording.point("property_inverse", _both_ways(index, iri, str(OWL.inverseOf))),
        _characteristics(wording, iri),
        *_alignments(wording, iri),
    )
    told = {*_DOMAIN, *_RANGE, str(RDFS.subPropertyOf), str(OWL.inverseOf), *_aligning(), *_UNIFORM}
    return Entry(
        wording.term(iri, told),
        _filled(points),
        uses=tuple(_example_uses(wording, iri)),
        mentions=tuple(map(wording.rule, rules_mentioning().get(iri, ()))),
    )


def _datatype(wording: Wording, iri: str) -> Entry:
    """A datatype with the schemes whose codes are typed by it."""
    used = {
        subject.partition("#")[0]: None
        for subject, triples in wording.index.forward.items()
        for t in triples
        if isinstance(t.object, ox.Literal) and t.object.datatype.value == iri
    }
    return Entry(wording.term(iri, _UNIFORM), _filled((wording.point("datatype_used", used),)))


def _concept(wording: Wording, iri: str) -> Entry:
    index = wording.index
    points = (
        *_codes(wording, iri),
        wording.point("concept_broader", _both_ways(index, iri, str(SKOS.broader), str(SKOS.narrower))),
        wording.point("concept_narrower", _both_ways(index, iri, str(SKOS.narrower), str(SKOS.broader))),
        wording.point("concept_related", _both_ways(index, iri, str(SKOS.related))),
        *_alignments(wording, iri),
        _in_examples(wording, iri),
    )
    told = {*_aligning(), *map(str, (SKOS.notation, SKOS.broader, SKOS.narrower, SKOS.related)), *_UNIFORM}
    mentions = tuple(map(wording.rule, rules_mentioning().get(iri, ())))
    return Entry(wording.term(iri, told), _filled(points), mentions=mentions)


def _plain(wording: Wording, iri: str) -> Entry:
    return Entry(wording.term(iri, _UNIFORM))


def _filled(points: Iterable[Point]) -> tuple[Point, ...]:
    return tuple(point for point in points if point.values)


def _by_name(wording: Wording, iris: Iterable[str]) -> list[str]:
    return sorted(iris, key=lambda iri: (wording.word(iri).text.casefold(), iri))


def _both_ways(index: Index, iri: str, predicate: str, inverse: str | None = None) -> list[str]:
    """What a term is linked with, on whichever side the link is written."""
    return list(dict.fromkeys((*index.objects(iri, predicate), *index.subjects(iri, inverse or predicate))))


def _aligning() -> Iterator[str]:
    return (predicate for predicates in _ALIGNMENTS.values() for predicate in predicates)


def _alignments(wording: Wording, iri: str) -> Iterator[Point]:
    return (wording.point(key, wording.index.objects(iri, *by)) for key, by in _ALIGNMENTS.items())


def _characteristics(wording: Wording, iri: str) -> Point:
    kinds = wording.index.objects(iri, str(RDF.type))
    traits = (Value(wording.say(key)) for kind, key in _CHARACTERISTICS.items() if kind in kinds)
    return Point(Value(wording.say("property_traits")), tuple(traits))


def _codes(wording: Wording, iri: str) -> Iterator[Point]:
    """The codes of a concept: its own, and those of other code books by the name of the book."""
    for triple in wording.index.forward.get(iri, ()):
        if triple.predicate.value == str(SKOS.notation) and isinstance(triple.object, ox.Literal):
            book = triple.object.datatype.value
            name = wording.word(book) if book.startswith(_OURS) else Value(wording.say("concept_code"))
            yield Point(name, (Value(triple.object.value, is_verbatim=True),))


def _ancestors(index: Index, iri: str) -> list[str]:
    """The classes that a class is a kind of, the nearest first."""
    found: dict[str, None] = {}
    waiting = [iri]
    for at in waiting:
        above = [up for up in index.objects(at, str(RDFS.subClassOf)) if up not in found]
        found |= dict.fromkeys(above)
        waiting += above
    return list(found)


def _applying(index: Index, iri: str) -> list[str]:
    """The rules that find the things of a class, as that class or as a kind of a wider one (SHACL, section 2.1.3.2)."""
    found = {rule for at in (iri, *_ancestors(index, iri)) for rule in rules_applying().get(at, ())}
    return [rule for rule in rules() if rule in found]


def _inherited(index: Index, iri: str) -> list[str]:
    return [p for above in _ancestors(index, iri) for p in index.subjects(above, *_DOMAIN)]


def _property_line(wording: Wording, iri: str) -> PropertyLine:
    ranges = wording.words(wording.index.objects(iri, *_RANGE))
    return PropertyLine(wording.word(iri), ranges, wording.words(schemes_of(iri)))


def _scheme_line(wording: Wording, iri: str) -> SchemeLine:
    own = wording.index.forward.get(iri, ())
    count = len(wording.index.of_kind([str(SKOS.Concept)], f"{iri}#"))
    used_by = wording.words(scheme_uses().get(iri, ()))
    return SchemeLine(wording.word(iri), wording.display.texts(own, DESCRIBING), count, used_by)


# Examples -------------------------------------------------------------------------------------------------------

_USES_MAX = 2
"""How many triples show the use of a property: two different ones say what one leaves open."""


def _example_uses(wording: Wording, iri: str) -> Iterator[ExampleUse]:
    """Triples of the examples with a property; those that only a proposition holds where there are no others."""
    found = [use for use in example_uses() if use.triple.predicate.value == iri]
    direct = [use for use in found if not use.is_said]
    for use in (direct or found)[:_USES_MAX]:
        text = " ".join(wording.turtle(node) for node in use.triple)
        yield ExampleUse(wording.code(f"{text} ."), _example(wording, use.example), use.is_said)


def _in_examples(wording: Wording, iri: str, own: Sequence[Source] = ()) -> Point:
    """The examples that use a class or a concept, but those shown with it."""
    shown = {source.name for source in own}
    names = dict.fromkeys(use.example for use in example_uses() if _is_use(use, iri) and use.example not in shown)
    return Point(Value(wording.say("seen_in")), tuple(_example(wording, name) for name in names))


def _is_use(use: Use, iri: str) -> bool:
    return isinstance(use.triple.object, ox.NamedNode) and use.triple.object.value == iri


def _example(wording: Wording, name: str) -> Value:
    iri = f"{ONTOLOGY}#example-{name.removesuffix('.ttl')}"
    is_here = wording.vocabulary == str(ONTOLOGY)
    href = iri.removeprefix(str(ONTOLOGY)) if is_here else wording.reader.href(iri)
    return Value(name, None, href, is_verbatim=True)


# The diagram ----------------------------------------------------------------------------------------------------


def _kinds(wording: Wording, classes: Sequence[str]) -> list[Kind]:
    """The classes to draw, each with its own properties that lead to things rather than to codes or values."""
    index = wording.index
    found = []
    for iri in classes:
        above = [up for up in index.objects(iri, str(RDFS.subClassOf)) if up in classes]
        name = wording.word(iri)
        relations = tuple(_relation(wording, p, iri, classes) for p in _drawn(index, iri))
        found.append(Kind(iri, _capital(name.text), name.href or "", above[0] if above else None, relations))
    return found


def _drawn(index: Index, iri: str) -> list[str]:
    """The properties of a class that its box shows: those whose values are things, not codes of a scheme."""
    mine = index.subjects(iri, *_DOMAIN)
    things = [p for p in mine if str(OWL.ObjectProperty) in index.objects(p, str(RDF.type))]
    return [p for p in things if index.objects(p, *_RANGE) != [str(SKOS.Concept)]]


def _relation(wording: Wording, iri: str, owner: str, classes: Sequence[str]) -> Relation:
    ranges = wording.index.objects(iri, *_RANGE)
    targets = tuple(target for target in ranges if target in classes and target != owner)
    label = wording.word(iri).text
    if targets:
        return Relation(label, targets)
    return Relation(label, (), "↻" if owner in ranges else ", ".join(wording.index.prefixed(r) for r in ranges))


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def _in_words(wording: Wording, classes: Sequence[str]) -> list[tuple[Value, tuple[Value, ...], list[PropertyLine]]]:
    """What the diagram shows, as text: each class, what it is a kind of, and its properties with their values."""
    return [
        (
            wording.word(iri),
            wording.words(up for up in wording.index.objects(iri, str(RDFS.subClassOf)) if up in classes),
            [_property_line(wording, p) for p in _drawn(wording.index, iri)],
        )
        for iri in classes
    ]


# Rules ----------------------------------------------------------------------------------------------------------


def _rule(wording: Wording, iri: str) -> Rule:
    index, number = wording.index, rule_number(iri)
    severities = index.objects(iri, str(SH.severity))
    key, tone = _SEVERITIES.get(severities[0] if severities else str(SH.Violation), ("severity_violation", "firm"))
    found = cases(number) if number is not None else ()
    return Rule(
        term=wording.term(
            iri, {t.predicate.value for t in index.forward[iri] if t.predicate.value.startswith(str(SH))}
        ),
        concern=_concern(wording, index.files[iri]),
        severity=Value(wording.say(key)) if number is not None else None,
        tone=tone,
        applies_to=applies_to(wording, iri),
        path=path(wording, iri),
        asks=asks(wording, iri),
        message=wording.display.texts(index.forward[iri], (str(SH.message),)),
        passing=tuple(case for case in found if not _is_failing(case)),
        failing=tuple(case for case in found if _is_failing(case)),
        used_by=_users(wording, iri) if number is None else (),
    )


def _is_failing(case: Source) -> bool:
    return case.expected != "nothing"


def _users(wording: Wording, part: str) -> tuple[Value, ...]:
    """The rules that are made with a part."""
    found: dict[str, None] = {}
    waiting, seen = [part], {part}
    for at in waiting:
        above = {key_of(t.subject): None for t in wording.index.backward.get(at, ())}
        found |= {iri: None for iri in above if rule_number(iri) is not None}
        waiting += [key for key in above if key not in seen and rule_number(key) is None]
        seen.update(above)
    order = {iri: n for n, iri in enumerate(rules())}
    return tuple(map(wording.rule, sorted(found, key=lambda iri: order[iri])))


def _concern(wording: Wording, stem: str) -> Concern:
    return Concern(f"concern-{stem}", plural_names(wording.reader.language).get(f"shapes:{stem}", stem))


def _by_concern(found: Sequence[Rule]) -> list[tuple[Concern, list[Rule]]]:
    """The rules by what they are about, the concern with the lowest number first."""
    grouped: dict[Concern, list[Rule]] = {}
    for rule in found:
        grouped.setdefault(rule.concern, []).append(rule)
    return list(grouped.items())


def _severities(wording: Wording, found: Sequence[Rule]) -> list[tuple[str, Value, int]]:
    """How many rules there are of each severity, with the tone of its badge."""
    said = [(tone, Value(wording.say(key))) for key, tone in _SEVERITIES.values()]
    return [(tone, name, sum(rule.tone == tone for rule in found)) for tone, name in said]
