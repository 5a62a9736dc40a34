"""The mistakes of `graph/sparql_mistakes.tsv`, and queries damaged at random, for the tests of guard and endpoint.

In the file `\\n`, `\\r`, `\\t`, `\\uXXXX` and `\\\\` are escapes.
"""

from __future__ import annotations

import re
from pathlib import Path

from hypothesis import strategies as st

_ESCAPE = re.compile(r"\\(u[0-9a-f]{4}|.)")
_PLAIN = {"n": "\n", "r": "\r", "t": "\t", "\\": "\\"}


def unescaped(text: str) -> str:
    return _ESCAPE.sub(lambda found: _PLAIN.get(found[1]) or chr(int(found[1][1:], 16)), text)


_FILE = Path(__file__).parent / "graph" / "sparql_mistakes.tsv"
ROWS = [
    (unescaped(query), int(line), int(column), hint or None)
    for line, column, hint, query in (row.split("\t") for row in _FILE.read_text("utf-8").splitlines()[1:])
]
"""Each mistake: the query, the line and the column it is sent to, and the hint or None."""

QUERIES = [row[0] for row in ROWS] + [
    "PREFIX ex: <http://e/> SELECT DISTINCT ?s (COUNT(?o) AS ?n) { ?s ex:p ?o FILTER(?o > 1 && ?o IN (1, 2)) } "
    "GROUP BY ?s HAVING (COUNT(?o) > 1) ORDER BY DESC(?n) LIMIT 10 OFFSET 5",
    "CONSTRUCT { ?s ?p [ ?q ( 1 2 ) ] } WHERE { ?s ?p ?o OPTIONAL { ?s a/^a* ?t } MINUS { ?s ?p 'x'@en } "
    "VALUES (?a ?b) { (1 UNDEF) } GRAPH ?g { ?a ?b ?c } BIND(IF(?a, 1, 2) AS ?x) }",
    "ASK { { SELECT ?s { ?s ?p '''a\n''' } } UNION { ?s ?p \"\\u00e9\" } FILTER NOT EXISTS { ?s !(a|^a) ?o } } # end",
]
TOKENS = st.sampled_from(sorted({token for text in QUERIES for token in re.findall(r"\w+|\W", text)}))


@st.composite
def damaged(draw: st.DrawFn) -> str:
    """A query with pieces taken out, doubled, exchanged, put in from others, or cut off."""
    pieces = re.findall(r"\w+|\s+|\W", draw(st.sampled_from(QUERIES)))
    for _ in range(draw(st.integers(1, 4))):
        at = draw(st.integers(0, len(pieces)))
        match draw(st.sampled_from(["out", "twice", "in", "any", "cut", "swap"])):
            case "out":
                del pieces[at : at + 1]
            case "twice":
                pieces[at:at] = pieces[at : at + draw(st.integers(1, 6))]
            case "in":
                pieces.insert(at, draw(TOKENS))
            case "any":
                pieces.insert(at, draw(st.text(max_size=3)))
            case "cut":
                del pieces[at:]
            case "swap":
                pieces[at : at + 2] = pieces[at : at + 2][::-1]
    return "".join(pieces)
