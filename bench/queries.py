"""The queries of the benchmark of the endpoint: of each kind as many as are wanted, every one about another entity.

Entities are drawn from the generated data. Where there are fewer than queries, the rest differ in the names of their
variables: no text is asked twice in a run, so that only the rows that mean to can be answered from a cache.
`RUN` in a query stands for the run, which is put in its place when it is asked.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import islice
from pathlib import Path
from random import Random

from wordings import TOPICS

RUN = "RUN"
JSON, N_TRIPLES = "application/sparql-results+json", "application/n-triples"
ROWS = 100_000
_DIP = "PREFIX dip: <https://w3id.org/legation/ns#> "
_RDFS = "PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#> "
_SCHEMA = "PREFIX schema: <https://schema.org/> "
_LABELLED = re.compile(r'<\S+/organisation/[a-z]+> <\S+#label> "[^"]+"@fr')
_TYPE = " <http://www.w3.org/1999/02/22-rdf-syntax-ns#type> "


@dataclass(frozen=True, slots=True)
class Entities:
    """What the data hold to ask about, shuffled: N-Quads terms; and the first words of party names."""

    nodes: list[str]
    claims: list[str]
    words: list[str]


def entities(file: Path, seed: int) -> Entities:
    """The entities of generated data."""
    nodes, claims, words = [], [], []
    with file.open(encoding="utf-8") as lines:
        for line in lines:
            subject, is_typed, rest = line.partition(_TYPE)
            if is_typed:
                nodes.append(subject)
                if rest.startswith("<https://w3id.org/legation/ns#Claim>"):
                    claims.append(subject)
            elif _LABELLED.match(line):
                words.append(line.split('"')[1].split()[-1])
    rng = Random(seed)
    for found in (nodes, claims, words):
        rng.shuffle(found)
    return Entities(nodes, claims, words)


@dataclass(frozen=True, slots=True)
class Kind:
    """One row of the table. `make` writes a query from an entity's number and a suffix for its variables.

    `connections` are those to measure with; a kind that is `heavy` is timed request by request instead of by a load
    generator. `targets` are the ratios to reach, the first first.
    """

    name: str
    make: Callable[[Entities, int, str], str]
    targets: tuple[float, ...]
    accept: str = JSON
    texts: int = 32_000
    """Queries in a file: more than either side answers in a run."""
    heavy: bool = False
    counted_only: bool = False
    """Whether only the number of rows is the same on both sides: LIMIT without ORDER BY leaves the choice of rows."""

    def queries(self, found: Entities) -> Iterator[str]:
        """Queries without end, no text twice."""
        number = 0
        while True:
            yield self.make(found, number, f"{RUN}x{number}")
            number += 1


def _nth(things: list[str], number: int) -> str:
    return things[number % len(things)]


def _look_up(found: Entities, number: int, v: str) -> str:
    return f"SELECT ?p{v} ?o{v} {{ {_nth(found.nodes, number)} ?p{v} ?o{v} }}"


def _join(found: Entities, number: int, v: str) -> str:
    claim = _nth(found.claims, number)
    return (
        f"{_DIP}{_RDFS}SELECT ?who{v} ?name{v} {{ {claim} dip:assertedIn ?act{v} . "
        f"?act{v} dip:speaker ?who{v} . ?who{v} rdfs:label ?name{v} }}"
    )


def _ask(found: Entities, number: int, v: str) -> str:
    stance = "<https://w3id.org/legation/vocab/reporting-stance#hedged>"
    return f"{_DIP}ASK {{ {_nth(found.claims, number)} dip:assertedIn ?act{v} . ?act{v} dip:reportingStance {stance} }}"


def _filter_and_order(_: Entities, number: int, v: str) -> str:
    since = date(1991, 1, 1) + timedelta(number * 37 % 9000)
    return (
        f"{_DIP}PREFIX sem: <http://semanticweb.cs.vu.nl/2009/11/sem/> PREFIX time: <http://www.w3.org/2006/time#> "
        f"PREFIX xsd: <http://www.w3.org/2001/XMLSchema#> SELECT ?measure ?n{v} ?day {{ ?measure a dip:Expulsion ; "
        f"dip:headcount ?n{v} ; time:hasTime ?time . ?time sem:hasEarliestBeginTimeStamp ?day . "
        f'FILTER(?n{v} >= {1 + number % 7} && ?day >= "{since}"^^xsd:date) }} '
        f"ORDER BY DESC(?n{v}) ?day ?measure LIMIT 20"
    )


def _construct(found: Entities, number: int, v: str) -> str:
    claim = _nth(found.claims, number)
    return (
        f"CONSTRUCT {{ {claim} ?p{v} ?o{v} . ?o{v} ?q{v} ?x{v} }} "
        f"WHERE {{ {claim} ?p{v} ?o{v} . OPTIONAL {{ ?o{v} ?q{v} ?x{v} }} }}"
    )


def _aggregate(_: Entities, number: int, v: str) -> str:
    return f"SELECT ?p (COUNT(*) AS ?n{v}) {{ ?s ?p ?o }} GROUP BY ?p HAVING (COUNT(*) > {number % 100})"


def _contains(found: Entities, number: int, v: str) -> str:
    words = [*found.words, *(topic.en for topic in TOPICS)]
    return f'{_SCHEMA}SELECT ?c{v} ?t{v} {{ ?c{v} schema:text ?t{v} FILTER(CONTAINS(?t{v}, "{_nth(words, number)}")) }}'


def _rows(_: Entities, number: int, v: str) -> str:
    return f"SELECT ?s{v} ?p ?o {{ ?s{v} ?p ?o }} OFFSET {number % 1000} LIMIT {ROWS}"


KINDS = (
    Kind("point look-up", _look_up, (0.5, 1.0)),
    Kind("two-hop join", _join, (0.5, 1.0)),
    Kind("ASK", _ask, (0.5, 0.8)),
    Kind("filter + order", _filter_and_order, (1.2,), texts=4_000),
    Kind("CONSTRUCT", _construct, (1.0, 1.5), accept=N_TRIPLES, texts=10_000),
    Kind("aggregate over all", _aggregate, (1.8,), heavy=True),
    Kind("text CONTAINS over all", _contains, (1.2,), heavy=True),
    Kind(f"{ROWS} rows as JSON", _rows, (2.5,), heavy=True, counted_only=True),
)
LOOK_UP = KINDS[0]
REPEATED = (KINDS[0], KINDS[1], KINDS[2], KINDS[3])
"""What the rows that ask again consist of."""


def first(kind: Kind, found: Entities, number: int, run: str) -> list[str]:
    """The first queries of a kind, for a run."""
    return [query.replace(RUN, run) for query in islice(kind.queries(found), number)]
