"""What is known of a SPARQL text before an engine sees it: form, volatility, SERVICE, bounds, and the work it takes."""

from __future__ import annotations

import json
import resource
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from types import SimpleNamespace

import pyoxigraph
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from legation.graph import sparql_text
from legation.graph.errors import QueryRefused
from legation.graph.sparql_text import (
    Form,
    Query,
    QuerySyntaxError,
    QueryTooDeep,
    QueryTooLong,
    ServiceRefused,
    UpdateRefused,
    describe_syntax_error,
    examine,
)
from legation.graph.sparql_tokens import decoded

MEGABYTE = 1_000_000
DEAD = "http://127.0.0.1:9/"
"""The discard port, which pyoxigraph refuses to call: a SERVICE that comes to life is an OSError and sends nothing."""
DATA = "<http://a> <http://a> <http://a>, <http://a:8>, <http://a#a.b>, <http://a#>, true . <http://a:8> a true ."


def passed(text: str, **options: object) -> Query:
    """The examined query, with room for anything."""
    return examine(text, chars_max=3 * MEGABYTE, **options)  # type: ignore[arg-type]


def store() -> pyoxigraph.Store:
    """A store in which the patterns of these tests find something, so that nothing behind them stays unevaluated."""
    found = pyoxigraph.Store()
    found.load(DATA.encode(), pyoxigraph.RdfFormat.TURTLE)
    return found


def run(text: str) -> list[str] | bool:
    """The engine's own answer."""
    found = store().query(text)
    return bool(found) if isinstance(found, pyoxigraph.QueryBoolean) else [str(row) for row in found]  # type: ignore[union-attr]


# ── Form ─────────────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("text", "form"),
    [
        pytest.param("SELECT * {}", Form.SELECT, id="S3-select"),
        pytest.param("ask{}", Form.ASK, id="S3-ask-small"),
        pytest.param("Construct WHERE {}", Form.CONSTRUCT, id="S3-construct"),
        pytest.param("DESCRIBE <http://a>", Form.DESCRIBE, id="S3-describe"),
        pytest.param("PREFIX ask: <http://a/> DESCRIBE ask:SELECT", Form.DESCRIBE, id="S3-prefix-is-no-form"),
        pytest.param("BASE <http://ASK> PREFIX : <x> BASE <y> ASK {}", Form.ASK, id="S3-declarations"),
        pytest.param("VERSION '1.2' PREFIX SELECT: <x> ASK {}", Form.ASK, id="S3-version"),
        pytest.param("# SELECT\nASK { ?s ?p 'CONSTRUCT' }", Form.ASK, id="S3-comment-is-no-form"),
        pytest.param("ASK { { SELECT * { ?s ?p ?o } } }", Form.ASK, id="S3-subquery-is-no-form"),
        pytest.param(r"S\u0045LECT * {}", Form.SELECT, id="S3-escaped"),
    ],
)
def test_the_form_is_the_querys_and_not_a_word_in_it(text: str, form: Form) -> None:
    """S3: what comes after BASE, PREFIX and VERSION decides."""
    assert passed(text).form is form


@pytest.mark.parametrize("text", ["", " \n", "# ASK {}", "PREFIX a: <b>", "BASE <http://a/>"])
def test_a_text_without_a_query_is_a_syntax_error(text: str) -> None:
    """S1: an empty query is the client's error, and it learns what was expected."""
    with pytest.raises(QuerySyntaxError, match="no query") as refused:
        passed(text)
    assert "SELECT" in refused.value.expected


@pytest.mark.parametrize(
    "text",
    [
        "INSERT DATA { <a:a> <a:b> 1 }",
        "delete where { ?s ?p ?o }",
        "LOAD <http://a>",
        "CLEAR ALL",
        "DROP GRAPH <http://a>",
        "CREATE GRAPH <http://a>",
        "ADD DEFAULT TO <http://a>",
        "MOVE <http://a> TO DEFAULT",
        "COPY <http://a> TO <http://b>",
        "WITH <http://a> DELETE { ?s ?p ?o } WHERE {}",
        "PREFIX a: <http://a> # ASK\n INSERT { ?s ?p ?o } WHERE {}",
        r"L\u004FAD <http://a>",
    ],
)
def test_an_update_is_refused_by_name(text: str) -> None:
    """S5: the first word after the declarations says what it is."""
    with pytest.raises(UpdateRefused) as refused:
        passed(text)
    assert refused.value.keyword in decoded(text).upper()
    assert text[refused.value.column - 1 :] or refused.value.line > 1


@pytest.mark.parametrize("text", ["ASK { ?s ?p 'INSERT' }", "ASK { ?insert ?load ?drop }", "PREFIX load: <a:> ASK {}"])
def test_words_of_updates_are_no_updates(text: str) -> None:
    """S5: no false alarm for strings, variables and prefixes."""
    assert passed(text).form is Form.ASK


@pytest.mark.parametrize(
    ("expression", "is_volatile"),
    [
        ("NOW()", True),
        ("now ( )", True),
        ("RAND()", True),
        ("UUID()", True),
        ("StrUUID( # here\n )", True),
        ("BNODE('x')", True),
        ("1+RAND()", True),
        ("NOT EXISTS { BIND(NOW() AS ?n) }", True),
        (r"N\u004FW()", True),
        ("ex:now()", False),
        ("'NOW()'", False),
        ("?now", False),
        ("<http://a/NOW()>", False),
        ("isBLANK(?x) # NOW()", False),
        ("MONTH(?now)", False),
    ],
)
def test_a_query_that_may_answer_differently_is_volatile(expression: str, is_volatile: bool) -> None:
    """S10: only calls count, in any spelling and at any depth."""
    assert passed(f"PREFIX ex: <http://a/> ASK {{ FILTER({expression}\n) }}").is_volatile is is_volatile


@pytest.mark.parametrize(
    ("text", "is_volatile"),
    [
        pytest.param("CONSTRUCT { _:x ?p ?o } { ?s ?p ?o }", True, id="S10-label"),
        pytest.param("CONSTRUCT { ?s ?p [] } { ?s ?p ?o }", True, id="S10-brackets"),
        pytest.param("CONSTRUCT{?s ?p[?q ?o]}{?s ?p ?o}", True, id="S10-brackets-with-properties"),
        pytest.param("CONSTRUCT { ?s ?p (1 ?o) } { ?s ?p ?o }", True, id="S10-list"),
        pytest.param("CONSTRUCT { ?s ?p () } { ?s ?p ?o }", False, id="S10-empty-list-is-nil"),
        pytest.param("CONSTRUCT WHERE { _:x ?p ?o }", True, id="S10-short-form"),
        pytest.param("CONSTRUCT FROM <http://g> WHERE { [] ?p ?o }", True, id="S10-short-form-with-dataset"),
        pytest.param("CONSTRUCT { << ?s ?p ?o >> ?p 1 } { ?s ?p ?o }", True, id="S10-reified"),
        pytest.param("CONSTRUCT { ?s ?p ?o ~ } { ?s ?p ?o }", True, id="S10-reifier-without-a-name"),
        pytest.param("CONSTRUCT { ?s ?p ?o {| ?p 1 |} } { ?s ?p ?o }", True, id="S10-annotated"),
        pytest.param("CONSTRUCT { ?s ?p ?o ~ ?r } { ?r ?p ?o . ?s ?p ?o }", False, id="S10-reifier-with-a-name"),
        pytest.param("CONSTRUCT { ?s ?p <<( ?s ?p ?o )>> } { ?s ?p ?o }", False, id="S10-triple-term"),
        pytest.param("CONSTRUCT { ?s ?p ?o, '_:x [' } { ?s ?p ?o } # [", False, id="S10-string-and-comment"),
        pytest.param("CONSTRUCT { ?s ?p ?o } { _:x ?p ?o . ?s ?p [], (1) }", False, id="S10-only-in-the-pattern"),
        pytest.param("SELECT * { _:x ?p [] }", False, id="S10-select"),
        pytest.param("DESCRIBE ?s { ?s ?p [] }", False, id="S10-describe"),
        pytest.param("ASK { _:x ?p (1) }", False, id="S10-ask"),
    ],
)
def test_a_query_that_makes_blank_nodes_is_volatile(text: str, is_volatile: bool) -> None:
    """S10, §16.2.1: a template's blank nodes are new for each solution; those of a pattern are variables."""
    query = passed(text)
    assert query.is_volatile is is_volatile
    found = store()
    first, second = (found.query(query.text) for _ in range(2))
    if not isinstance(first, pyoxigraph.QueryBoolean):
        assert ([str(row) for row in first] != [str(row) for row in second]) <= is_volatile  # type: ignore[union-attr]


def test_a_label_that_only_the_engine_reads_is_volatile() -> None:
    """S10: `true_:b` is one name, but where its prefix is not declared the engine reads a boolean and a label."""
    assert passed("CONSTRUCT { ?s ?p true_:b } { ?s ?p ?o }").is_volatile


def test_a_query_that_asks_another_endpoint_is_volatile() -> None:
    """S10: what another endpoint answers is not of this release."""
    text = "ASK { SERVICE <https://a.example/> { ?s ?p ?o } }"
    assert passed(text, service_allowed=frozenset({"https://a.example/"})).is_volatile


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("SELECT * FROM <http://a> {}", True),
        ("ASK from named <http://a> {}", True),
        ("DESCRIBE *FROM<http://a>{}", True),
        ("ASK { ?from ?p 'FROM' }", False),
        ("PREFIX from: <http://a/> ASK { from:FROM ?p <http://from> }", False),
    ],
)
def test_a_dataset_clause_is_seen(text: str, expected: bool) -> None:
    """S2: whether FROM describes the dataset."""
    assert passed(text).has_dataset_clause is expected


# ── SERVICE ──────────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("text", "column"),
    [
        pytest.param("ASK { SERVICE <http://a> {} }", 7, id="S6-plain"),
        pytest.param("ASK { service <http://a> {} }", 7, id="S6-small"),
        pytest.param("ASK { SeRvIcE <http://a> {} }", 7, id="S6-mixed"),
        pytest.param("ASK{SERVICE<http://a>{}}", 5, id="S6-no-spaces"),
        pytest.param("ASK { SERVICE SILENT <http://a> {} }", 7, id="S6-silent"),
        pytest.param("ASK { SERVICESILENT<http://a> {} }", 7, id="S6-silent-joined"),
        pytest.param("ASK { SERVICE ?s {} }", 7, id="S6-variable"),
        pytest.param("ASK { SERVICE?s{} }", 7, id="S6-variable-joined"),
        pytest.param("PREFIX a: <http://a> ASK { SERVICE a: {} }", 28, id="S6-prefixed"),
        pytest.param("ASK { SERVICE <a> {} }", 7, id="S6-relative"),
        pytest.param("ASK { SERVICE # <http://b>\n <http://a> {} }", 7, id="S6-comment"),
        pytest.param("ASK { { OPTIONAL { { SERVICE <http://a> {} } } } }", 22, id="S6-nested"),
        pytest.param("ASK { FILTER EXISTS { SERVICE <http://a> {} } }", 23, id="S6-exists"),
        pytest.param("ASK { { SELECT * { SERVICE <http://a> {} } } }", 20, id="S6-subquery"),
        pytest.param(r"ASK { \u0053ERVICE <http://a> {} }", 7, id="S6-escaped"),
        pytest.param(r"ASK { \U00000053\u0065rvic\u0045 <http://a> {} }", 7, id="S6-escaped-more"),
        pytest.param("ASK { ?s ?p trueSERVICE<http://a> {} }", 13, id="S6-joined-to-a-boolean"),
        pytest.param("ASK { ?s ?p 1SERVICE<http://a> {} }", 14, id="S6-joined-to-a-number"),
        pytest.param("ASK { ?s ?p 1.5eSERVICE<http://a> {} }", 16, id="S6-joined-to-half-a-number"),
        pytest.param("ASK { ?s ?p 'a'SERVICE<http://a> {} }", 16, id="S6-joined-to-a-string"),
        pytest.param("ASK { ?s ?p <b>SERVICE<http://a> {} }", 16, id="S6-joined-to-an-iri"),
        pytest.param("CONSTRUCT { SERVICE <http://a> {} } {}", 13, id="S6-where-it-makes-no-sense"),
    ],
)
def test_service_in_any_spelling_is_refused(text: str, column: int) -> None:
    """S6: before an engine sees it, with its place in the decoded text."""
    with pytest.raises(ServiceRefused) as refused:
        passed(text)
    assert (refused.value.line, refused.value.column) == (1, column)


INNOCENT = [
    ("string", "?s ?p 'SERVICE <http://a> {}'"),
    ("string-double", '?s ?p "SERVICE <http://a> {}"'),
    ("string-long", "?s ?p '''\nSERVICE <http://a> {}\n'''"),
    ("string-escaped-mark", r"?s ?p '\' SERVICE <http://a> {}'"),
    ("string-codepoint", r"?s ?p '\u0027 SERVICE <http://a> {} \u0027'"),
    ("comment", "?s ?p ?o # SERVICE <http://a> {}\n"),
    ("comment-with-a-mark", "?s ?p ?o # ' SERVICE\n. ?s ?p '#'"),
    ("comment-codepoint", "?s ?p ?o # \\u000A SERVICE <http://a> {}\n"),
    ("iri", "?s ?p <http://example.org/SERVICE>"),
    ("iri-relative", "?s ?p <SERVICE>"),
    ("variable", "?service $SERVICE ?o"),
    ("prefix", "service:x service:p service:o"),
    ("prefix-before-a-group", "?s ?p service:o { ?a ?b ?c }"),
    ("prefix-of-a-graph", "GRAPH service:g { ?a ?b ?c }"),
    ("local", "ex:SERVICE ex:service ex:Service"),
    ("local-before-a-group", "?s ex:service ?o { ?a ?b ?c }"),
    ("local-of-a-graph", "GRAPH ex:service { ?a ?b ?c }"),
    ("local-dotted", "?s ?p ex:a.b.service . { ?a ?b ?c }"),
    ("local-with-a-colon", "?s ?p ex:service:1 { ?a ?b ?c }"),
    ("language", "?s ?p 'a'@service"),
    ("node", "_:service ?p _:SERVICE.b"),
    ("local-of-an-open-query", "GRAPH q:service { ?a ?b ?c }"),
    ("local-of-a-bare-host", r"GRAPH host:\/service { ?a ?b ?c }"),
    ("local-escaped", r"GRAPH ex:service\-x { ?a ?b ?c }"),
    ("local-with-a-percent", "GRAPH ex:service%20x { ?a ?b ?c }"),
]
PROLOGUE = "BASE <http://base/> PREFIX ex: <http://example.org/> PREFIX service: <http://s.example/> "
PROLOGUE += "PREFIX q: <http://example.org/?q=> PREFIX host: <http://example.org> "


@pytest.mark.parametrize("pattern", [pytest.param(row[1], id=f"S6-{row[0]}") for row in INNOCENT])
def test_what_merely_contains_the_word_is_no_alarm(pattern: str) -> None:
    """S6: the query passes, and the engine reads it without calling anyone."""
    run(passed(f"{PROLOGUE} SELECT * {{ {pattern} }}").text)


HIDDEN = st.sampled_from(["SERVICE", "service", "Service", r"\u0053ERVICE", r"serv\U00000069ce"])
COATS: list[Callable[[str], str]] = [
    lambda word: f"?s ?p '{word} <{DEAD}> {{}}' .",
    lambda word: f'?s ?p "\\"{word} <{DEAD}> {{}}" .',
    lambda word: f"?s ?p '''{word}\n'' <{DEAD}> {{}}''' .",
    lambda word: f'?s ?p """" {word} <{DEAD}> {{}}""" .',
    lambda word: f"?s ?p ?o . # {word} <{DEAD}> {{}}\n",
    lambda word: f"?s ?p <http://example.org/{word}> .",
    lambda word: f"?{word} ?p ?o .",
    lambda word: f"?s ex:{word} ?o .",
    lambda word: f"ex:a.b.{word} ?p ?o .",
    lambda word: f"service:{word} ?p service:x .",
    lambda word: f"[] ?p 'a'@{word} .",
]


@settings(max_examples=100, deadline=None)
@given(st.lists(st.tuples(st.sampled_from(COATS), HIDDEN), min_size=1, max_size=6))
def test_the_word_can_be_hidden_anywhere_without_alarm(hidden: list[tuple[Callable[[str], str], str]]) -> None:
    """S6: in strings of four kinds, comments, IRIs, names, variables, language tags, escaped or not."""
    pattern = " ".join(coat(word) for coat, word in hidden)
    run(passed(f"{PROLOGUE} ASK {{ {pattern} }}").text)


SPELLING = st.lists(st.sampled_from(range(3)), min_size=7, max_size=7).map(
    lambda ways: "".join(
        (letter, letter.lower(), f"\\u{ord(letter):04X}")[way] for letter, way in zip("SERVICE", ways, strict=True)
    )
)
GAPS = st.sampled_from(["", " ", "\n", "\t\r\n", "#'\n", " # SERVICE\r"])
BEFORE = st.sampled_from(
    ["", "?s ?p ?o .", "?s ?p 1.", "?s ?p 'a'", "?s ?p true ", "{}", "OPTIONAL {}", "FILTER(1)", "{{"]
)
TARGETS = st.sampled_from([f"<{DEAD}>", "?s", "<a>", "dead:x", f"SILENT<{DEAD}>", " SILENT ?s"])


@settings(max_examples=150, deadline=None)
@given(BEFORE, SPELLING, GAPS, TARGETS)
def test_a_real_service_is_always_caught(before: str, word: str, gap: str, target: str) -> None:
    """S6: any letter case, any escape, any gap and any endpoint. (Joined to a prefix it is another name.)"""
    gap = gap or (" " if target[0] in "dS" else "")
    with pytest.raises(ServiceRefused):
        passed(f"PREFIX dead: <{DEAD}> ASK {{ {before}{word}{gap}{target}{{ ?a ?b ?c }} {'}' * before.count('{{')} }}")


PREFIXES = " ".join(
    f"PREFIX {label}: <{iri}>"
    for label, iri in {"": DEAD, "SERVICE": DEAD, "ex": "http://a:8", "e": "http://a#"}.items()
)
DISGUISED = {
    "a-declared-name": "SERVICE:x { ?a ?b ?c }",
    "silent": "SERVICESILENT:x { ?a ?b ?c }",
    "after-a-triple": "?s ?p ?o SERVICE:x { ?a ?b ?c }",
    "two-dots": "?s ?p e:a.b.SERVICE:x { ?a ?b ?c }",
    "invalid-iri": "?s ?p ex:SERVICE:x { ?a ?b ?c }",
    "invalid-iri-spaced": f"?s ?p ex:SERVICE <{DEAD}> {{ ?a ?b ?c }}",
    "invalid-iri-joined": "ex:atrueSERVICE:x { ?a ?b ?c }",
    "invalid-escape": "?s ?p e:SERVICE:x\\# { ?a ?b ?c }",
}


@pytest.mark.parametrize("pattern", DISGUISED.values(), ids=[f"S6-{name}" for name in DISGUISED])
def test_a_service_that_only_the_engine_would_see_does_not_live(pattern: str) -> None:
    """S6: the engine reads without tokens, so a name can become a keyword; in the text it is given none can."""
    text = f"{PREFIXES} SELECT * {{ {pattern} }}"
    with suppress(QuerySyntaxError, SyntaxError):
        run(passed(text).text)


@pytest.mark.parametrize("name", ["a-declared-name", "after-a-triple", "invalid-iri", "invalid-iri-joined"])
def test_the_disguises_are_not_imaginary(name: str) -> None:
    """The engine does call the host when it is given them as written; should this fail, the engine was mended."""
    with pytest.raises(OSError, match="port 9"):
        run(f"{PREFIXES} SELECT * {{ {DISGUISED[name]} }}")


WORDS = (
    "?s ?p ?o true a 1 'x' . ; , { } OPTIONAL UNION FILTER(1) ~ SERVICE:x SERVICESILENT:x trueSERVICE:x ex:SERVICE:x "
    "ex:atrueSERVICE:x e:a.b.SERVICE:x e:SERVICE :x ex: e:SERVICE:x\\# <SERVICE> ?SERVICE _:SERVICE 'SERVICE'"
)
PIECES = [*WORDS.split(), f"<{DEAD}>", "{ ?a ?b ?c }", "#SERVICE\n"]


@settings(max_examples=300, deadline=None)
@given(st.lists(st.sampled_from(PIECES), max_size=9), st.sampled_from(["", " "]))
@example(["?s", "?p", "?o", "SERVICE:x", "{ ?a ?b ?c }"], " ")
def test_no_text_that_passes_calls_a_host(pieces: list[str], gap: str) -> None:
    """S6, cross-checked with the engine: what passes is evaluated, or refused as syntax, but never sent anywhere."""
    try:
        query = passed(f"{PREFIXES} SELECT * {{ {gap.join(pieces)} }}")
    except QueryRefused:
        return
    with suppress(SyntaxError, RuntimeError):  # the latter for a reified triple whose subject is a literal
        run(query.text)


@pytest.mark.parametrize(
    ("text", "is_allowed"),
    [
        pytest.param("ASK { SERVICE <https://a.example/sparql> {} }", True, id="iri"),
        pytest.param("ASK { service silent <https://a.example/sparql> {} }", True, id="silent"),
        pytest.param("PREFIX a: <https://a.example/> ASK { SERVICE a:sparql {} }", True, id="prefixed"),
        pytest.param(
            "PREFIX a: <https://b/> PREFIX a: <https://a.example/> ASK { SERVICE a:sparql {} }", True, id="last"
        ),
        pytest.param(
            "PREFIX a: <https://a.example/> PREFIX a: <https://b/> ASK { SERVICE a:sparql {} }", False, id="first"
        ),
        pytest.param("ASK { SERVICE <https://b.example/sparql> {} }", False, id="another"),
        pytest.param("ASK { SERVICE <https://a.example/sparql/> {} }", False, id="compared-as-written"),
        pytest.param("BASE <https://a.example/> ASK { SERVICE <sparql> {} }", False, id="relative"),
        pytest.param("BASE <https://a.example/> PREFIX a: <> ASK { SERVICE a:sparql {} }", False, id="relative-prefix"),
        pytest.param("ASK { SERVICE ?s {} }", False, id="variable"),
        pytest.param("ASK { SERVICE", False, id="nothing"),
        pytest.param(
            "ASK { SERVICE <https://a.example/sparql> { SERVICE <https://b.example/> {} } }", False, id="nested"
        ),
    ],
)
def test_an_allow_list_names_endpoints(text: str, is_allowed: bool) -> None:
    """S6: the endpoint must be known from the text alone, and be on the list."""
    allowed = frozenset({"https://a.example/sparql"})
    if is_allowed:
        assert passed(text, service_allowed=allowed).form is Form.ASK
    else:
        with pytest.raises(ServiceRefused):
            passed(text, service_allowed=allowed)


# ── What the engine is given ─────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("ASK { ?s ?p 'a.b' } # ex:a.b", "ASK { ?s ?p 'a.b' } # ex:a.b", id="nothing-changes"),
        pytest.param("PREFIX a: <b:> ASK {?s ?p a:b.c.d}", r"PREFIX a: <b:> ASK {?s ?p a:b\.c\.d}", id="dots"),
        pytest.param(
            r"PREFIX a: <b:> ASK {?s ?p a:b\.c.d}", r"PREFIX a: <b:> ASK {?s ?p a:b\.c\.d}", id="dots-escaped"
        ),
        pytest.param("PREFIX xService: <b:> ASK {?s ?p xService:a}", "PREFIX n0: <b:> ASK {?s ?p n0:a}", id="label"),
        pytest.param(
            "PREFIX service: <b:> PREFIX n0: <c:> ASK {service:a n0:a 1}",
            "PREFIX n1: <b:> PREFIX n0: <c:> ASK {n1:a n0:a 1}",
            id="label-is-free",
        ),
        pytest.param("ASK { ?s ?p TRUE, False }", "ASK { ?s ?p true, false }", id="booleans"),
    ],
)
def test_the_engine_gets_names_it_cannot_misread(text: str, expected: str) -> None:
    """Only prefix labels with the word, dots in local names and capital booleans differ from what was written."""
    query = passed(text)
    assert (query.text, query.written) == (expected, text)


def test_names_keep_their_meaning() -> None:
    """A renamed prefix and escaped dots name the IRIs they named."""
    found = pyoxigraph.Store()
    thing = pyoxigraph.NamedNode("http://s.example/a.b.service.c")
    found.add(pyoxigraph.Quad(thing, thing, thing))
    text = "PREFIX service: <http://s.example/> ASK { service:a.b.service.c ?p service:a.b.service.c }"
    assert bool(found.query(passed(text).text))
    with pytest.raises(SyntaxError):
        found.query(text)


# ── Bounds ───────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_long_query_is_refused_by_its_length() -> None:
    """D7: the limit is named, in code points."""
    text = "ASK { ?s ?p '" + "𝄞" * 100 + "' }"
    assert examine(text, chars_max=len(text)).form is Form.ASK
    with pytest.raises(QueryTooLong) as refused:
        examine(text, chars_max=len(text) - 1)
    assert (refused.value.chars, refused.value.chars_max) == (len(text), len(text) - 1)


P = "<http://e/p>"
NESTED: dict[str, Callable[[int], str]] = {
    "groups": lambda n: "ASK" + "{" * n + "?s ?p ?o" + "}" * n,
    "optionals": lambda n: "ASK{" + "OPTIONAL{" * (n - 1) + "?s ?p ?o" + "}" * n,
    "exists": lambda n: "ASK{" + "FILTER EXISTS{" * (n - 1) + "?s ?p ?o" + "}" * n,
    "not-exists": lambda n: "ASK{" + "FILTER NOT EXISTS{" * (n - 1) + "?s ?p ?o" + "}" * n,
    "subqueries": lambda n: "ASK{" + "{SELECT*{" * (n // 2 - 1) + "{?s ?p ?o}" + "}}" * (n // 2 - 1) + "}",
    "parentheses": lambda n: "ASK{FILTER" + "(" * (n - 1) + "1" + ")" * (n - 1) + "}",
    "calls": lambda n: "ASK{FILTER(" + "STR(" * (n - 2) + "?a" + ")" * (n - 1) + "}",
    "conditionals": lambda n: "ASK{FILTER(" + "IF(1,1," * (n - 2) + "?a" + ")" * (n - 1) + "}",
    "mixed": lambda n: (
        "ASK{" + "MINUS{?a ?b ?c FILTER(COALESCE(EXISTS{" * (n // 4 - 1) + "?s ?p ?o" + "}))}" * (n // 4 - 1) + "}"
    ),
    "paths": lambda n: "ASK{?s " + "(" * (n - 1) + P + ")" * (n - 1) + " ?o}",
    "triple-terms": lambda n: "ASK{?s ?p " + "<<(?s ?p " * (n // 2 - 1) + "?o" + ")>>" * (n // 2 - 1) + "}",
}
CHAINS: dict[str, Callable[[int], str]] = {
    "path-steps": lambda n: "ASK{?s " + "/".join([P] * (n - 1)) + " ?o}",
    "path-alternatives": lambda n: "ASK{?s " + "|".join([P] * (n - 1)) + " ?o}",
    "inverse-steps": lambda n: "ASK{?s " + "/".join(["^" + P] * (n // 2 - 1)) + " ?o}",
    "or": lambda n: "ASK{FILTER(" + "||".join(["?a"] * (n - 2)) + ")}",
    "and": lambda n: "ASK{FILTER(" + "&&".join(["?a"] * (n - 2)) + ")}",
    "plus": lambda n: "ASK{FILTER(" + "+".join(["?a"] * (n - 2)) + ")}",
    "not": lambda n: "ASK{FILTER(" + "!" * (n - 4) + "?a)}",
    "unions": lambda n: "ASK{" + "UNION".join(["{}"] * (n // 2 - 1)) + "}",
    "optionals-in-a-row": lambda n: "ASK{" + "OPTIONAL{}" * (n // 2 - 1) + "}",
    "minuses-in-a-row": lambda n: "ASK{" + "MINUS{?s ?p ?o}" * (n // 2 - 1) + "}",
    "binds": lambda n: "ASK{" + "".join(f"BIND(1 AS ?x{i})" for i in range(n - 3)) + "}",
    "filters": lambda n: "ASK{" + "FILTER(1)" * (n - 3) + "}",
    "ground-triples": lambda n: "ASK{" + "<http://a> <http://a> <http://a>." * (n - 3) + "}",
    "projections": lambda n: "SELECT " + "".join(f"(1 AS ?v{i})" for i in range(n - 3)) + "{}",
    "described": lambda n: "DESCRIBE" + " <http://e/>" * (n - 2),
}


@pytest.mark.parametrize("text", NESTED.values(), ids=NESTED.keys())
def test_nesting_is_bounded(text: Callable[[int], str]) -> None:
    """One bound for all brackets: as deep as allowed passes, twice as deep does not."""
    assert passed(text(100), depth_max=100)
    with pytest.raises(QueryTooDeep) as refused:
        passed(text(208), depth_max=100)
    assert (refused.value.measure, refused.value.bound) == ("brackets", 100)


@pytest.mark.parametrize("text", CHAINS.values(), ids=CHAINS.keys())
def test_chains_are_bounded(text: Callable[[int], str]) -> None:
    """One bound for all that hangs on one another: as long as allowed passes, twice as long does not."""
    assert passed(text(500), links_max=500)
    with pytest.raises(QueryTooDeep) as refused:
        passed(text(1100), links_max=500)
    assert (refused.value.measure, refused.value.bound) == ("links", 500)


def test_chains_add_up_along_the_nesting_and_not_beside_it() -> None:
    """What hangs on one another is counted together; what stands side by side is not."""

    def chain(length: int) -> str:
        return "FILTER(" + "+".join(["1"] * length) + ")"

    assert passed("ASK {" + "{" + chain(300) + "}" + "{" + chain(300) + "} }")
    with pytest.raises(QueryTooDeep):
        passed("ASK { FILTER(" + "1+" * 300 + "(" + "+".join(["1"] * 300) + ")) }")


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("ASK { VALUES ?x {" + " -1" * 5000 + "} }", id="values"),
        pytest.param("ASK { VALUES (?x ?y) {" + "(<http://a> UNDEF)" * 5000 + "} }", id="rows"),
        pytest.param("ASK { FILTER(?x IN (" + ",".join(["-1"] * 400) + ")) }", id="members"),
        pytest.param("ASK { FILTER(CONCAT(" + ",".join(["STR(?x)"] * 2000) + ") = '') }", id="arguments"),
        pytest.param("PREFIX a: <b:> " * 2000 + "ASK {}", id="declarations"),
        pytest.param("ASK " + "FROM <http://a> " * 2000 + "{}", id="datasets"),
        pytest.param("ASK { ?s ?p '" + "{(" * 2000 + "' } # " + "{(" * 2000, id="brackets-in-strings-and-comments"),
        pytest.param("ASK {" + "?s ?p ?o . " * 400 + "}", id="triples"),
    ],
)
def test_what_costs_the_engine_no_stack_is_not_bounded(text: str) -> None:
    """Long data blocks, lists and prologues are ordinary; their length is bounded as the text's is."""
    assert passed(text).form is Form.ASK
    if "?s ?p ?o . " not in text:
        run(text)


def test_brackets_that_do_not_match_cannot_hide_depth() -> None:
    """Only its own closing bracket closes a bracket."""
    with pytest.raises(QueryTooDeep):
        passed("ASK " + "{)" * 101)
    with pytest.raises(QueryTooDeep):
        passed("ASK {" + "(>>" * 101)


QUICK = (
    "path-alternatives",
    "or",
    "plus",
    "not",
    "minuses-in-a-row",
    "binds",
    "ground-triples",
    "projections",
    "described",
)
ENGINE = """
import json, sys, pyoxigraph
for text in json.load(sys.stdin):
    found = pyoxigraph.Store().query(text)
    list(found) if not isinstance(found, pyoxigraph.QueryBoolean) else None
"""


def test_the_engine_bears_what_the_bounds_allow_on_half_its_stack() -> None:
    """At the default bounds, with 4 MiB of stack instead of 8, also where chains hang in the deepest nesting."""
    texts = [text(100) for text in NESTED.values()] + [CHAINS[name](500) for name in QUICK]
    texts.append("ASK{" + "FILTER EXISTS{" * 98 + "".join(f"BIND(1 AS ?x{i})" for i in range(200)) + "}" * 99)
    done = subprocess.run(
        [sys.executable, "-c", ENGINE],
        input=json.dumps([passed(text).text for text in texts]),
        text=True,
        capture_output=True,
        timeout=60,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_STACK, (4 << 20, 4 << 20)),
    )
    assert done.returncode == 0, done.stderr


# ── Any text ─────────────────────────────────────────────────────────────────────────────────────────────────────────

SIZE = 200_000
"""Characters of a hostile text: twice as many as the endpoint accepts."""
CPU_S = 6
"""Seconds of processor time given for one: it takes up to 2, and took 8 to 19 where parts were read again."""
HOSTILE: dict[str, str] = {
    "dotted-words": "a." * (SIZE // 2),
    "dotted-names": ":a." * (SIZE // 3),
    "dots": "ASK { ?s ?p :a" + "." * SIZE,
    "dots-in-labels": "ASK {" + "a..............b " * (SIZE // 17),
    "less-than": "<a" * (SIZE // 2),
    "open-iri": "ASK { <" + "a" * SIZE,
    "quotation-marks": '"' * SIZE,
    "open-string": "ASK { ?s ?p '" + "a" * SIZE,
    "open-long-string": "ASK { ?s ?p '''" + "''a" * (SIZE // 3),
    "escapes": r"\u0041" * (SIZE // 6),
    "half-escapes": r"\u" * (SIZE // 2),
    "escapes-in-an-open-string": "ASK { '" + r"\u0041" * (SIZE // 6),
    "backslashes-in-a-comment": "ASK {} #" + "\\" * SIZE,
    "hyphens": "@" + "a-" * (SIZE // 2),
    "digits": "1" * SIZE,
    "spaces": "ASK {}" + " " * SIZE,
    "comments": "#" * SIZE,
    "braces": "ASK" + "{" * SIZE,
    "backslashes-before-an-escape": "SELECT * {} #" + "\\" * SIZE + "\n#\\u0041",
    "hyphened-words": "SELECT * {" + "a-" * (SIZE // 2),
    "hyphened-and-dotted-words": "SELECT * {" + "a-a." * (SIZE // 4),
    "per-cent-signs": "ASK { :" + "%41." * (SIZE // 4) + "%",
    "language-tags": "ASK { 'a'" + "@a--a-" * (SIZE // 6),
    "exponents": "ASK { " + "1e1e+" * (SIZE // 5),
    "escapes-in-iris": "ASK { " + r"<\u0041" * (SIZE // 7),
    "lines": "ASK { ?s\n" * (SIZE // 9) + "'",
    "a-long-row": "SELECT * { VALUES (?x) {(" + "1 " * (SIZE // 2) + ")} }",
    "many-data-blocks": "SELECT * {" + "VALUES (?x) {} " * (SIZE // 15) + "}",
    "a-long-namespace": "PREFIX e: <urn:" + "a" * (SIZE // 2) + "> ASK {" + " e:service{}" * (SIZE // 24) + "}",
    "groups-in-groups": "SELECT * " + "{" * (SIZE // 2) + "}" * (SIZE // 2),
    "a-long-word": "S" + "E" * SIZE + "LECT",
    "a-long-prologue": "PREFIX a:<b> " * (SIZE // 13),
    "names-of-the-word": "PREFIX ex: <http://a:> ASK {" + "ex:service " * (SIZE // 11) + "}",
}


READER = """
import json, sys
from legation.graph.errors import QueryRefused
from legation.graph.sparql_text import describe_syntax_error, examine
for text in json.load(sys.stdin):
    try:
        examine(text, chars_max=len(text))
    except QueryRefused:
        pass
    describe_syntax_error(text, "error at 1:5: expected one of SELECT, [_]")
"""


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE.keys())
def test_a_hostile_text_is_read_to_its_end(text: str) -> None:
    """Were any part read again and again, the processor would not be given the time."""
    done = subprocess.run(
        [sys.executable, "-c", READER],
        input=json.dumps([text]),
        text=True,
        capture_output=True,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_CPU, (CPU_S, CPU_S)),
    )
    assert done.returncode == 0, done.stderr[-500:]


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE.keys())
def test_a_hostile_text_is_refused_or_passed_within_a_second(text: str) -> None:
    """At the endpoint's own limit of 100 000 characters; what goes on to an engine is bounded in depth and links."""
    began = time.process_time()
    with suppress(QueryRefused):
        describe_syntax_error(examine(text[: SIZE // 2], chars_max=SIZE // 2).written, "error at 1:5: expected [_]")
    assert time.process_time() - began < 1


def test_a_namespace_is_judged_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """However many names with the word use it: it may be as long as the query."""
    judged: list[str] = []
    pattern = sparql_text._OPEN_NAMESPACE
    counting = SimpleNamespace(fullmatch=lambda text: judged.append(text) or pattern.fullmatch(text))
    monkeypatch.setattr(sparql_text, "_OPEN_NAMESPACE", counting)
    passed("PREFIX ex: <urn:a> ASK {" + " GRAPH ex:service { ?s ?p ?o }" * 20 + "}")
    assert judged == ["urn:a"]


@settings(max_examples=150, deadline=None)
@given(st.text())
def test_any_text_is_examined_or_refused(text: str) -> None:
    """Nothing but the refusals of this module comes out of it."""
    with suppress(QueryRefused):
        assert examine(text, chars_max=1000).form in Form
