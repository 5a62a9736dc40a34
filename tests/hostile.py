"""Hostile data, invented: texts and IRIs that mean harm to a page, to RDF or to a header field, and facts full of
them.

`poisoned` takes any release's N-Quads and puts them everywhere, so a page of a new kind is tried as soon as there is
one.
"""

from __future__ import annotations

import base64
import zlib
from collections.abc import Iterable, Iterator
from itertools import cycle

import pyoxigraph as ox

RDFS = "http://www.w3.org/2000/01/rdf-schema#"
XSD = "http://www.w3.org/2001/XMLSchema#"
TYPE = ox.NamedNode("http://www.w3.org/1999/02/22-rdf-syntax-ns#type")
LABEL, COMMENT = ox.NamedNode(RDFS + "label"), ox.NamedNode(RDFS + "comment")
CANARY = "pwned"
"""What every attack does: it makes a global of this name, or an element with this id."""
_DO = f"window.{CANARY}=1"
LONG_CHARS = 1_000_000

TEXTS = {
    "script": f"<script>{_DO}</script>",
    "script-end": f"</script><script>{_DO}</script><style></style>",
    "picture": f'<img src=x id={CANARY} onerror="{_DO}">',
    "attribute": f'"\' autofocus onfocus="{_DO}" x="',
    "svg": f"</title></textarea></style></pre></svg><svg id={CANARY} onload={_DO}>",
    "comment": f"<!--><iframe srcdoc='<script>parent.{CANARY}=1</script>'>--!><!-- ]]> <![CDATA[ <?php ?>",
    "entity": "&lt;b&gt; &amp;amp; &#x3c;i> &NotAnEntity; &quot &#0;",
    "template": "{{7*7}} {% raw %} ${7*7} <%= 7*7 %> #{7*7} {0.__class__} %(x)s",
    "markdown": f"[a](javascript:{_DO}) ![b](x) **c** `d` <javascript:{_DO}> # e",
    "override": "good \u202eevil\u202d \u202bmore",
    "isolates": "open \u2066\u2067\u2068 never closed",
    "pops": "\u202c\u2069\u2069\u2069 closes what others opened \u200f\u061c",
    "right-to-left": "وزارة الخارجية (لندن) 12, שגרירות!",
    "lines": "first\r\nsecond\rthird\n\n\u2028\u2029\u0085last\t.",
    "header": f"x\r\nSet-Cookie: {CANARY}=1\r\n\r\n<script>{_DO}</script>",
    "controls": "a\u0001b\u0008c\u000bd\u000ce\u001bf\u007fg\u0080h\u009fi",
    "nothing": "nul\u0000, \ufffe and \uffff are not for XML",
    "beyond": "𝔘𝔫𝔦𝔠𝔬𝔡𝔢 👩‍👩‍👧‍👦 e\u0301\u0301\u0301" + "\u0336" * 30 + " \U000e0041\U0010ffff",
    "separators": "; , = \" \\ <http://evil.example/>; rel=next, *'",
    "empty": "",
    "blank": " \u00a0\u200b\ufeff ",
    "unbroken": "x" * 5_000,
    "quotes": '"""\'\'\'\\"\\u0022\\',
}
"""A text for each way of breaking out of where it stands."""
LONG = "A long text. <script>" + "word " * (LONG_CHARS // 5)

_PAYLOAD = base64.b64encode(f"<script>parent.{CANARY}=1</script>".encode()).decode()
RUNNING_IRIS = (
    f"javascript:{_DO}",
    f"JaVaScRiPt:{_DO}//http://good.example/",
    f"javascript://good.example/%0A{_DO}",
    f"data:text/html;base64,{_PAYLOAD}",
    f"data:text/html,%3Cscript%3Eparent.{CANARY}=1%3C/script%3E",
    f"vbscript:{CANARY}",
    "file:///etc/passwd",
    "blob:http://good.example/1",
    "view-source:http://good.example/",
    "about:blank",
)
"""What a link must never lead to."""
ODD_IRIS = (
    "http://odd.example/a%20b%09c%0D%0ASet-Cookie:x",
    "http://odd.example/%22%3E%3Cscript%3E",
    f"http://odd.example/'onmouseover='{_DO}'",
    "http://odd.example/?a=1&b=2&lt;&copy=3#x&y;z,w",
    "http://odd.example/é/ü/日本/\U0001f600",
    "http://odd.example/\u202elive\u2066",
    "http://odd.example/%5D%5D%3E(x)*~!$@:;=",
    "http://good.example@evil.example/",
    "HTTP://ODD.EXAMPLE/",
    "urn:odd:%00%FF?+x?=y#z",
    "mailto:x@odd.example?body=%0D%0A",
    "http://odd.example/" + "long/" * 1_500,
)
ODD_PATHS = {
    "spaces": "a%20b%0Ac",
    "quotes": "say-%22-'single'-%3C%3E",
    "ampersand": "a&b=c;d,e",
    "letters": "école-日本",
    "controls": "\u202elive\u2066",
    "header": "x%0D%0ASet-Cookie:%20a=b",
    "slash": "a%2Fb",
    "suffix": "looks-like.ttl",
    "long": "long-" + "x" * 1_500,
}
"""The paths, below `id/odd/`, of things whose own IRIs are odd."""
_WRONG_DATES = ("0000-00-00", "-9999-12-31", "2021-02-30", "yesterday", "999999999-01-01", "<b>2021</b>")
_WRONG_NUMBERS = ("-5", "1" * 40, "many", "1e9", "")


def poisoned(content: bytes, base: str) -> Iterator[ox.Quad]:
    """The quads with a hostile text in front of each text, half of the dates and numbers wrong, and a hostile IRI
    beside each link of a thing of `base` to another.
    """
    texts, iris = cycle(TEXTS.values()), cycle((*RUNNING_IRIS, *ODD_IRIS))
    dates, numbers = cycle(_WRONG_DATES), cycle(_WRONG_NUMBERS)
    for quad in ox.parse(content, format=ox.RdfFormat.N_QUADS):
        value = quad.object
        if isinstance(value, ox.Literal):
            yield _with(quad, _spoilt(value, texts, dates, numbers, zlib.crc32(str(quad.subject).encode()) % 2 == 0))
            continue
        yield quad
        ours = isinstance(value, ox.NamedNode) and value.value.startswith(base + "id/")
        if ours and quad.predicate != TYPE and str(quad.subject).startswith(f"<{base}id/"):
            yield _with(quad, ox.NamedNode(next(iris)))


def _spoilt(
    value: ox.Literal, texts: Iterator[str], dates: Iterator[str], numbers: Iterator[str], is_wrong: bool
) -> ox.Literal:
    datatype = value.datatype.value
    if value.language or datatype == XSD + "string":
        text = f"{next(texts)} {value.value}"
        return ox.Literal(text, language=value.language) if value.language else ox.Literal(text)
    if is_wrong and datatype in {XSD + "date", XSD + "dateTime"}:
        return ox.Literal(next(dates), datatype=value.datatype)
    if is_wrong and datatype in {XSD + "integer", XSD + "nonNegativeInteger"}:
        return ox.Literal(next(numbers), datatype=value.datatype)
    return value


def _with(quad: ox.Quad, value: ox.NamedNode | ox.Literal) -> ox.Quad:
    return ox.Quad(quad.subject, quad.predicate, value, quad.graph_name)


def text_things(base: str) -> Iterator[ox.Quad]:
    """A thing for each text, `id/text/NAME`, which has it as name, description, note and value of an unknown property,
    in English, in French and in no language; and `id/text/long`, whose texts have a million characters.
    """
    for name, text in {**TEXTS, "long": LONG}.items():
        thing = ox.NamedNode(f"{base}id/text/{name}")
        yield _quad(thing, TYPE, ox.NamedNode(f"{base}id/class/{name}"))
        yield _quad(ox.NamedNode(f"{base}id/class/{name}"), LABEL, ox.Literal(text))
        for predicate in (LABEL, COMMENT, ox.NamedNode("http://www.w3.org/2004/02/skos/core#note"), _PROPERTY):
            yield _quad(thing, predicate, ox.Literal(text, language="en"))
            yield _quad(thing, predicate, ox.Literal(f"fr {text}", language="fr"))
        yield _quad(thing, _PROPERTY, ox.Literal(text))
        yield _quad(thing, _PROPERTY, ox.Literal(text, datatype=ox.NamedNode(f"javascript:{_DO}")))
        yield _quad(thing, ox.NamedNode("http://odd.example/link"), ox.NamedNode(f"{base}id/text/script"))


_PROPERTY = ox.NamedNode("http://odd.example/property")


def iri_things(base: str) -> Iterator[ox.Quad]:
    """A thing `id/iri/all` that points at every odd IRI by a plain property, by its type and as an `xsd:anyURI`; and
    things whose own IRIs are odd.
    """
    thing = ox.NamedNode(f"{base}id/iri/all")
    yield _quad(thing, LABEL, ox.Literal("All of them", language="en"))
    for iri in map(ox.NamedNode, (*RUNNING_IRIS, *ODD_IRIS)):
        yield _quad(thing, ox.NamedNode("http://odd.example/link"), iri)
        yield _quad(thing, TYPE, iri)
        yield _quad(thing, _PROPERTY, ox.Literal(iri.value, datatype=ox.NamedNode(XSD + "anyURI")))
        yield _quad(thing, iri, ox.Literal("by an odd property"))
    for name, path in ODD_PATHS.items():
        odd = ox.NamedNode(f"{base}id/odd/{path}")
        yield _quad(odd, TYPE, ox.NamedNode("http://odd.example/Odd"))
        yield _quad(odd, LABEL, ox.Literal(name, language="en"))
        yield _quad(thing, _PROPERTY, odd)
        yield _quad(odd, ox.NamedNode("http://odd.example/link"), thing)


def _quad(subject: ox.NamedNode, predicate: ox.NamedNode, value: ox.NamedNode | ox.Literal) -> ox.Quad:
    return ox.Quad(subject, predicate, value, ox.DefaultGraph())


def n_quads(quads: Iterable[ox.Quad]) -> bytes:
    """The quads as a file to be released."""
    content = ox.serialize(quads, format=ox.RdfFormat.N_QUADS)
    assert content is not None
    return content
