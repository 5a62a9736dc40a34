"""The gate: the shapes are checked, then the facts are checked by them.

A SHACL engine conforms for an empty shapes graph, a mistyped `sh:targetClass` and a mistyped `sh:mincount`: silence
looks like success. So the gate first refuses shapes that cannot be trusted and nodes that no shape looks at
(`GateError`, every problem at once), and only then asks pySHACL, with inference off, for the results (`Report`).

Publishing needs this module; serving does not, and must not import it.
"""

from __future__ import annotations

import re
from collections import Counter
from contextlib import contextmanager
from dataclasses import dataclass
from difflib import get_close_matches
from enum import Enum
from functools import cache
from typing import TYPE_CHECKING, Any, Final

import pyshacl
import rdflib
from pyshacl.errors import ReportableRuntimeError
from rdflib import RDF, RDFS, SH, XSD, Graph, Literal, URIRef
from rdflib.namespace import DCAT, DCTERMS, FOAF, ORG, OWL, PROV, SDO, SKOS, TIME, VOID
from rdflib.plugins.sparql import prepareQuery

from legation.ontology.terms import LOC, OA, SEM

from .errors import LegationError
from .fact_files import UNMET

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping

    from rdflib.plugins.sparql.sparql import Query
    from rdflib.query import Result as Answer
    from rdflib.term import IdentifiedNode, Node

LANGUAGES: Final = ("en", "fr")
_RULE = re.compile(r"#(K\d\d)-[a-z0-9-]+\Z")
_PREFIXED_NAME = re.compile(r"(?<![\w:<])([a-z][a-z-]*):([A-Za-z][\w-]*)")

_SHACL_TERMS: Final = frozenset(
    str(SH) + name
    for name in """
    NodeShape PropertyShape SPARQLConstraint PrefixDeclaration Violation Warning Info
    IRI BlankNode Literal BlankNodeOrIRI BlankNodeOrLiteral IRIOrLiteral
    targetClass targetNode targetObjectsOf targetSubjectsOf
    path inversePath alternativePath zeroOrMorePath oneOrMorePath zeroOrOnePath
    severity message name description order group defaultValue
    property node not and or xone class datatype nodeKind minCount maxCount
    minExclusive minInclusive maxExclusive maxInclusive minLength maxLength pattern flags languageIn uniqueLang
    equals disjoint lessThan lessThanOrEquals
    qualifiedValueShape qualifiedMinCount qualifiedMaxCount qualifiedValueShapesDisjoint
    closed ignoredProperties hasValue in
    sparql select prefixes declare prefix namespace
    """.split()  # noqa: SIM905 a list of words reads better than ninety quoted strings
)
"""SHACL Core and SHACL-SPARQL constraints (W3C Recommendation of 20 July 2017): what a shapes file may use.

sh:entailment is left out, for nothing is inferred here."""

_FOREIGN: Final = (RDF, RDFS, OWL, XSD, SKOS, DCTERMS, FOAF, ORG, PROV, TIME, SDO, DCAT, VOID, LOC, OA, SEM)
"""The vocabularies we reuse, each with its closed list of terms."""

_TARGETS: Final = (SH.targetClass, SH.targetNode, SH.targetSubjectsOf, SH.targetObjectsOf)
_TAKES_A_TERM: Final = (
    SH.targetClass, SH.targetSubjectsOf, SH.targetObjectsOf, SH.path, SH["class"], SH.disjoint, SH.equals, SH.lessThan,
    SH.lessThanOrEquals, SH.datatype, SH.hasValue,
)  # fmt: skip
_TAKES_A_SHAPE: Final = (SH.property, SH.node, SH["not"], SH.qualifiedValueShape)
_TAKES_SHAPES: Final = (SH["and"], SH["or"], SH.xone)
_DESCRIBES: Final = frozenset(
    {*_TARGETS, SH.path, SH.property, SH.severity, SH.message, SH.name, SH.description, SH.order}
)
"""SHACL predicates that constrain nothing: a shape with these only never reports."""


_translated = cache(prepareQuery)
"""A query's text as rdflib's algebra: the same few texts are asked for hundreds of nodes."""


def rule_of(shape: str) -> str:
    """The number of the rule that a shape's IRI carries, such as K23; empty for a shape that is not a rule."""
    found = _RULE.search(shape)
    return found.group(1) if found else ""


class GateError(LegationError):
    """The shapes cannot be trusted, or do not look at all the facts: `problems` has a sentence for each reason."""

    def __init__(self, problems: Iterable[str]) -> None:
        self.problems = tuple(sorted(set(problems)))
        super().__init__("the facts were not checked:\n" + "\n".join(f"- {problem}" for problem in self.problems))


class Severity(Enum):
    """How grave a result is (SHACL 2.1.4), gravest first. Only a violation stops a publication."""

    VIOLATION = "Violation"
    WARNING = "Warning"
    INFO = "Info"

    @property
    def iri(self) -> URIRef:
        """The severity's IRI in SHACL."""
        return URIRef(SH[self.value])

    @property
    def rank(self) -> int:
        """0 for the gravest."""
        return list(Severity).index(self)


@dataclass(frozen=True, slots=True)
class Result:
    """One finding. `rule` is the number of the rule, `shape` the IRI that reports, `messages` has "en" and "fr"."""

    rule: str
    severity: Severity
    shape: str
    focus: Node
    path: Node | None
    value: Node | None
    messages: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Coverage:
    """How many nodes of the data a shape looked at."""

    shape: str
    nodes: int


@dataclass(frozen=True, slots=True)
class Report:
    """What the gate found: results gravest first and by rule, coverage by shape; always in the same order."""

    results: tuple[Result, ...]
    coverage: tuple[Coverage, ...]

    def of(self, severity: Severity) -> tuple[Result, ...]:
        """The results of one severity."""
        return tuple(result for result in self.results if result.severity is severity)

    @property
    def violations(self) -> tuple[Result, ...]:
        """What must be mended before anything is published."""
        return self.of(Severity.VIOLATION)

    @property
    def warnings(self) -> tuple[Result, ...]:
        """What must be explained."""
        return self.of(Severity.WARNING)

    @property
    def infos(self) -> tuple[Result, ...]:
        """What would be nice to have."""
        return self.of(Severity.INFO)

    @property
    def unmet(self) -> tuple[str, ...]:
        """The numbers of the rules that had no node to look at."""
        return tuple(sorted({rule_of(entry.shape) for entry in self.coverage if not entry.nodes} - {""}))

    @property
    def conforms(self) -> bool:
        """Whether the facts may be published; unlike sh:conforms, warnings and infos do not count."""
        return not self.violations


def validate(
    data: Graph, shapes: Graph, vocabulary: Graph, *, require_matches: bool = True, unmet: Collection[str] = ()
) -> Report:
    """Check `data` by `shapes`; `vocabulary` is the ontology and the concept schemes, for subclasses and for schemes.

    With `require_matches` (publishing) the rules whose targets meet no node must be those that `unmet` numbers, no more
    and no fewer; a single case needs it off. None of the three graphs is changed. Raises GateError.
    """
    subclasses = _Subclasses(vocabulary)
    coverage = _coverage(data, shapes, subclasses)
    problems = [*shapes_problems(shapes, vocabulary), *data_problems(data, shapes, vocabulary)]
    if require_matches:
        problems += _unmet_problems(shapes, coverage, unmet)
    if problems:
        raise GateError(problems)
    return Report(_results(data, shapes, vocabulary), coverage)


def _unmet_problems(shapes: Graph, coverage: Iterable[Coverage], meant: Collection[str]) -> Iterator[str]:
    empty = {entry.shape: _rules_of(shapes, URIRef(entry.shape)) for entry in coverage if not entry.nodes}
    names = [shape.rpartition("#")[2] for shape, rules in empty.items() if not rules or rules - set(meant)]
    if names:
        yield (
            f"{len(names)} shapes meet no node, so they check nothing: {', '.join(names)}; where these facts are meant "
            f"to leave them unmet, say so with --allow-unmet, or rule by rule in their {UNMET}"
        )
    for rule in sorted(set(meant) - set(map(rule_of, empty))):
        yield f"{UNMET} says that {rule} meets no node, but no such rule is left unmet: delete its line"


def _rules_of(shapes: Graph, shape: Node) -> set[str]:
    """The numbers of the rules that a shape is, or gathers."""
    return {rule_of(str(found)) for found in _reported_for(shapes, shape)} - {""}


# The shapes themselves ------------------------------------------------------------------------------------------


def shapes_problems(shapes: Graph, vocabulary: Graph) -> list[str]:
    """Why these shapes cannot be trusted, a sentence for each reason; empty when they can."""
    if not set(_with_a_target(shapes)):
        return ["the shapes graph has no shape with a target: everything would conform"]
    return [
        *_unknown_shacl(shapes),
        *_unknown_terms(shapes, vocabulary),
        *_unreadable_queries(shapes),
        *_unknown_in_queries(shapes, vocabulary),
        *_switched_off(shapes),
        *_unused(shapes),
        *(problem for shape in _reporting(shapes) for problem in _unreportable(shapes, shape)),
    ]


def _with_a_target(shapes: Graph) -> Iterator[Node]:
    return (subject for target in _TARGETS for subject in shapes.subjects(target))


def _unknown_shacl(shapes: Graph) -> Iterator[str]:
    used = {term for triple in shapes for term in triple if isinstance(term, URIRef) and term.startswith(str(SH))}
    for term in used:
        if str(term) not in _SHACL_TERMS and term != SH.deactivated:
            yield f"sh:{term.removeprefix(str(SH))} is no term of SHACL Core or SHACL-SPARQL that the gate knows"


def _unknown_terms(shapes: Graph, vocabulary: Graph) -> Iterator[str]:
    for parameter in _TAKES_A_TERM:
        for shape, term in shapes.subject_objects(parameter):
            if isinstance(term, URIRef) and not _is_known(term, vocabulary):
                yield f"{shape} has sh:{parameter.removeprefix(str(SH))} <{term}>, which is in no vocabulary"


def _unreadable_queries(shapes: Graph) -> Iterator[str]:
    prologue = "".join(f"PREFIX {prefix}: <{namespace}>\n" for prefix, namespace in sorted(_declared_prefixes(shapes)))
    for constraint, query in shapes.subject_objects(SH.select):
        try:
            _translated(prologue + str(query))
        except Exception as error:  # rdflib has no class of its own for an unknown prefix
            yield f"the query of {constraint} cannot be read: {error}"


def _unknown_in_queries(shapes: Graph, vocabulary: Graph) -> Iterator[str]:
    prefixes = dict(_declared_prefixes(shapes))
    for constraint, query in shapes.subject_objects(SH.select):
        for prefix, name in set(_PREFIXED_NAME.findall(_without_literals(str(query)))):
            if prefix in prefixes and not _is_known(URIRef(prefixes[prefix] + name), vocabulary):
                yield f"the query of {constraint} uses {prefix}:{name}, which is in no vocabulary"


def _without_literals(query: str) -> str:
    return re.sub(r'"[^"\n]*"|\'[^\'\n]*\'|<[^>\s]*>|#[^\n]*', " ", query)


def _declared_prefixes(shapes: Graph) -> Iterator[tuple[str, str]]:
    for declaration in shapes.objects(None, SH.declare):
        yield str(shapes.value(declaration, SH.prefix)), str(shapes.value(declaration, SH.namespace))


def _switched_off(shapes: Graph) -> Iterator[str]:
    for shape in shapes.subjects(SH.deactivated):
        yield f"{shape} has sh:deactivated: a rule that is switched off looks like one that holds; delete it instead"


def _unused(shapes: Graph) -> Iterator[str]:
    typed = {shape for kind in (SH.NodeShape, SH.PropertyShape) for shape in shapes.subjects(RDF.type, kind)}
    used = set(_with_a_target(shapes)) | set(_referred_to(shapes))
    return (f"{shape} has no target and no shape uses it: it checks nothing" for shape in typed - used)


def _referred_to(shapes: Graph) -> Iterator[Node]:
    for parameter in _TAKES_A_SHAPE:
        yield from shapes.objects(None, parameter)
    for parameter in _TAKES_SHAPES:
        for members in shapes.objects(None, parameter):
            yield from shapes.items(members)


def _reporting(shapes: Graph) -> set[Node]:
    """Shapes that results name: those with a target and, through sh:property, theirs, where they constrain anything."""
    reachable = {shape for target in _with_a_target(shapes) for shape in _reported_for(shapes, target)}
    return {shape for shape in reachable if any(_constrains(predicate) for predicate in shapes.predicates(shape))}


def _reported_for(shapes: Graph, shape: Node) -> set[Node]:
    """The shape and, through sh:property, those that report under its focus nodes."""
    return {found for found in shapes.transitive_objects(shape, SH.property) if found is not None}


def _constrains(predicate: Node) -> bool:
    return str(predicate).startswith(str(SH)) and predicate not in _DESCRIBES


def _unreportable(shapes: Graph, shape: Node) -> Iterator[str]:
    """What a reader of the report would miss: a name with its rule's number, a severity, a message in each language."""
    if not rule_of(str(shape)):
        yield f"{shape} needs an IRI that ends in #K, two digits, - and a readable name"
    severities = [severity.iri for severity in Severity]
    given = list(shapes.objects(shape, SH.severity))
    if len(given) != 1 or given[0] not in severities:
        yield f"{shape} needs one sh:severity of sh:Violation, sh:Warning and sh:Info"
    languages = Counter(
        message.language for message in shapes.objects(shape, SH.message) if isinstance(message, Literal)
    )
    if languages != Counter(LANGUAGES):
        yield f"{shape} needs one sh:message in each of {', '.join(LANGUAGES)} and no other"


def _is_known(term: URIRef, vocabulary: Graph) -> bool:
    """Whether the vocabulary says anything of the term, or it is on the list of a vocabulary that we reuse."""
    return (term, None, None) in vocabulary or any(term in namespace for namespace in _FOREIGN)


# The data against the shapes ------------------------------------------------------------------------------------


def data_problems(data: Graph, shapes: Graph, vocabulary: Graph) -> list[str]:
    """Nodes that no shape looks at, and words that mean nothing: classes and properties defined in no vocabulary."""
    subclasses = _Subclasses(vocabulary)
    looked_at = {node for shape in shapes.subjects(SH.targetClass) for node in _focus(data, shapes, shape, subclasses)}
    typed = set(data.subject_objects(RDF.type))
    seen = {node for shape in set(_with_a_target(shapes)) for node in _focus(data, shapes, shape, subclasses)}
    untyped = {node for node in data.subjects(unique=True) if node not in seen} - {node for node, _ in typed}
    proposed = {word for word in data.objects(None, RDF.predicate) if _is_foreign(word)}
    words = {word for _, word in typed} | set(data.predicates()) | proposed
    return [
        *(f"<{node}> is a <{kind}>, and no shape targets it" for node, kind in typed if node not in looked_at),
        *(f"<{node}> has no class, so no shape looks at it: say what it is, with a" for node in untyped),
        *(
            f"<{word}> is used in the facts and defined nowhere (on <{_user(data, word)}>)"
            + _resembling(str(word), vocabulary)
            for word in words
            if _is_misspelt(word, vocabulary)
        ),
    ]


def _is_foreign(word: Node) -> bool:
    """Whether the word is of a vocabulary that we reuse; propositions of our own words are looked at by K50."""
    return any(str(word).startswith(str(vocabulary)) for vocabulary in _FOREIGN)


def _user(data: Graph, word: Node) -> str:
    """The first node that has the word as a property or a class, or as the predicate that it proposes."""
    uses = (data.subjects(word), data.subjects(RDF.type, word), data.subjects(RDF.predicate, word))
    return min(str(node) for nodes in uses for node in nodes)


def _is_misspelt(word: Node, vocabulary: Graph) -> bool:
    """Whether the word is of a namespace whose every term we know, and is not among them."""
    if not isinstance(word, URIRef) or _is_known(word, vocabulary):
        return False
    closed = {*map(str, _FOREIGN), *(_namespace(str(term)) for term in vocabulary.subjects())}
    return _namespace(word) in closed


def _resembling(word: str, vocabulary: Graph) -> str:
    """A question that names the defined term nearest to a misspelt one; empty where none resembles it."""
    reused = (str(term) for known in _FOREIGN if word.startswith(str(known)) for term in dir(known))
    terms = {*map(str, vocabulary.subjects()), *reused}
    near = get_close_matches(word, sorted(term for term in terms if _namespace(term) == _namespace(word)), 1)
    return f"; did you mean <{near[0]}>?" if near else ""


def _namespace(iri: str) -> str:
    return re.sub(r"[^/#]*\Z", "", iri)


class _Subclasses:
    """The classes below a class, itself among them; the transitive closure is taken once a class."""

    def __init__(self, vocabulary: Graph) -> None:
        self._vocabulary = vocabulary
        self._below: dict[Node, frozenset[Node]] = {}

    def of(self, class_: Node) -> frozenset[Node]:
        if class_ not in self._below:
            below = self._vocabulary.transitive_subjects(RDFS.subClassOf, class_)
            self._below[class_] = frozenset(found for found in below if found is not None)
        return self._below[class_]


def _focus(data: Graph, shapes: Graph, shape: Node, subclasses: _Subclasses) -> set[Node]:
    """The nodes of the data that the shape's own targets select (SHACL 2.1.3)."""
    classes = {below for target in shapes.objects(shape, SH.targetClass) for below in subclasses.of(target)}
    return {
        *(node for class_ in classes for node in data.subjects(RDF.type, class_)),
        *(node for predicate in shapes.objects(shape, SH.targetSubjectsOf) for node in data.subjects(predicate)),
        *(node for predicate in shapes.objects(shape, SH.targetObjectsOf) for node in data.objects(None, predicate)),
        *(node for node in shapes.objects(shape, SH.targetNode) if (node, None, None) in data),
    }


def _coverage(data: Graph, shapes: Graph, subclasses: _Subclasses) -> tuple[Coverage, ...]:
    nodes: dict[str, set[Node]] = {}
    for target in set(_with_a_target(shapes)):
        focus = _focus(data, shapes, target, subclasses)
        for shape in _reported_for(shapes, target):
            nodes.setdefault(str(shape), set()).update(focus)
    return tuple(Coverage(shape, len(found)) for shape, found in sorted(nodes.items()))


# The engine -----------------------------------------------------------------------------------------------------


def _results(data: Graph, shapes: Graph, vocabulary: Graph) -> tuple[Result, ...]:
    checked = filled(PreparedGraph(bind_namespaces="none"), data, vocabulary)
    report = _run(checked, filled(Graph(bind_namespaces="none"), shapes))
    found = (_result(report, node, shapes) for node in report.subjects(RDF.type, SH.ValidationResult))
    once = {_order(result): result for result in found}
    return tuple(once[key] for key in sorted(once))


def filled(empty: Graph, *graphs: Graph) -> Graph:
    """The very terms of the graphs in the empty one: nothing is parsed again, so no literal is rewritten."""
    for graph in graphs:
        for triple in graph:
            empty.add(triple)
    return empty


class PreparedGraph(Graph):
    """A graph that reads each query once: pySHACL asks the same text anew for every focus node, and reading it takes
    longer than answering it."""

    def query(self, query_object: str | Query, *args: Any, **kwargs: Any) -> Answer:
        """As rdflib's; a query given as text is translated at its first use."""
        prepared = _translated(query_object) if isinstance(query_object, str) else query_object
        return super().query(prepared, *args, **kwargs)


def _run(data: Graph, shapes: Graph) -> Graph:
    """pySHACL's report. Nothing is inferred: a range axiom would type a node first and then find it well typed."""
    with _literals_left_alone():
        try:
            _, report, text = pyshacl.validate(data, shacl_graph=shapes, inference="none", inplace=True)
        except ReportableRuntimeError as error:
            raise GateError([f"the shapes cannot be run: {error}"]) from error
    if not isinstance(report, Graph):
        raise GateError([f"the shapes cannot be run: {text}"])
    return report


@contextmanager
def _literals_left_alone() -> Iterator[None]:
    """Undo what pySHACL does to the whole process while it loads shapes: it switches rdflib's normalisation of literals
    on, and exchanges the reading of booleans (pySHACL 0.40.1, `rdflib_bool_patch`)."""
    mapping = rdflib.term._toPythonMapping
    normalises, reads_boolean = rdflib.NORMALIZE_LITERALS, mapping[XSD.boolean]
    try:
        yield
    finally:
        rdflib.NORMALIZE_LITERALS, mapping[XSD.boolean] = normalises, reads_boolean


def _result(report: Graph, node: Node, shapes: Graph) -> Result:
    shape = report.value(node, SH.sourceShape)
    return Result(
        rule=rule_of(str(shape)),
        severity=Severity(str(report.value(node, SH.resultSeverity)).removeprefix(str(SH))),
        shape=str(shape),
        focus=_present(report.value(node, SH.focusNode)),
        path=report.value(node, SH.resultPath),
        value=report.value(node, SH.value),
        messages=_messages(shapes, shape),
    )


def _present(node: Node | None) -> Node:
    assert node is not None, "SHACL 3.6.2.1: every result has one focus node"
    return node


def _messages(shapes: Graph, shape: Node | None) -> dict[str, str]:
    """The shape's own messages: the results of SPARQL constraints lose their language tags (pySHACL 0.40.1)."""
    literals = [message for message in shapes.objects(shape, SH.message) if isinstance(message, Literal)]
    return {language: str(text) for language in LANGUAGES for text in literals if text.language == language}


def _order(result: Result) -> tuple[int, str, str, str, str, str]:
    terms = ("" if term is None else term.n3() for term in (result.focus, result.path, result.value))
    focus, path, value = terms
    return result.severity.rank, result.rule, result.shape, focus, path, value


def report_graph(report: Report, iri: str) -> Graph:
    """The report as a W3C sh:ValidationReport named `iri`, its results `iri`#1 and on: no blank node.

    sh:conforms keeps SHACL's own meaning (3.6.1.2): false as soon as there is any result, whatever its severity.
    """
    graph = Graph(bind_namespaces="none")
    root = URIRef(iri)
    graph.add((root, RDF.type, SH.ValidationReport))
    graph.add((root, SH.conforms, Literal(not report.results)))
    for number, result in enumerate(report.results, start=1):
        node = URIRef(f"{iri}#{number}")
        graph.add((root, SH.result, node))
        for triple in _result_triples(node, result):
            graph.add(triple)
    return graph


def _result_triples(node: IdentifiedNode, result: Result) -> Iterator[tuple[IdentifiedNode, URIRef, Node]]:
    yield node, RDF.type, SH.ValidationResult
    yield node, SH.resultSeverity, result.severity.iri
    yield node, SH.sourceShape, URIRef(result.shape)
    yield node, SH.focusNode, result.focus
    for predicate, term in ((SH.resultPath, result.path), (SH.value, result.value)):
        if term is not None:
            yield node, predicate, term
    for language, text in result.messages.items():
        yield node, SH.resultMessage, Literal(text, lang=language)
