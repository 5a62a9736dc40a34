"""The one table of formats: every media type, file extension and short name in the project derives from it.

Format IRIs are the W3C's unique URIs for file formats (https://www.w3.org/ns/formats/); media types are those of the
IANA registrations, and of SPARQL 1.1 Query Results JSON, XML, CSV and TSV.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

_W3C_FORMATS = "http://www.w3.org/ns/formats/"


class Kind(Enum):
    """What a format can carry."""

    PAGE = "a page for people"
    GRAPH = "RDF triples"
    DATASET = "RDF quads"
    RESULTS = "SPARQL solutions"
    PROBLEM = "an error"
    SITE = "a part of the site"
    TABLE = "rows and typed columns"
    FILE = "a file within"


@dataclass(frozen=True, slots=True)
class Format:
    """One format. `key` is the short name of `?format=` and `--format`, `aliases` are media types answered with it."""

    key: str
    label: str
    media_type: str
    extension: str
    kind: Kind
    iri: str | None = None
    aliases: tuple[str, ...] = ()
    parameters: tuple[str, ...] = ()

    @property
    def carries_datasets(self) -> bool:
        """Whether named graphs survive in this format."""
        return self.kind is Kind.DATASET

    @property
    def content_type(self) -> str:
        """The `Content-Type` field value: textual types say their charset, which is always UTF-8."""
        textual = self.media_type.startswith("text/") or self.kind is Kind.SITE
        return f"{self.media_type}; charset=utf-8" if textual else self.media_type


HTML = Format("html", "HTML", "text/html", "html", Kind.PAGE, aliases=("application/xhtml+xml",))
TURTLE = Format(
    "turtle", "Turtle", "text/turtle", "ttl", Kind.GRAPH, _W3C_FORMATS + "Turtle",
    aliases=("application/x-turtle", "text/n3", "text/rdf+n3"),
)  # fmt: skip
JSON_LD = Format(
    "jsonld", "JSON-LD", "application/ld+json", "jsonld", Kind.GRAPH, _W3C_FORMATS + "JSON-LD",
    aliases=("application/json",), parameters=("profile",),
)  # fmt: skip
RDF_XML = Format(
    "rdfxml", "RDF/XML", "application/rdf+xml", "rdf", Kind.GRAPH, _W3C_FORMATS + "RDF_XML",
    aliases=("application/xml", "text/xml"),
)  # fmt: skip
N_TRIPLES = Format(
    "ntriples", "N-Triples", "application/n-triples", "nt", Kind.GRAPH, _W3C_FORMATS + "N-Triples",
    aliases=("text/plain",),
)  # fmt: skip
TRIG = Format(
    "trig", "TriG", "application/trig", "trig", Kind.DATASET, _W3C_FORMATS + "TriG", aliases=("application/x-trig",)
)  # fmt: skip
N_QUADS = Format(
    "nquads", "N-Quads", "application/n-quads", "nq", Kind.DATASET, _W3C_FORMATS + "N-Quads",
    aliases=("text/x-nquads",),
)  # fmt: skip
RESULTS_JSON = Format(
    "json", "SPARQL results as JSON", "application/sparql-results+json", "srj", Kind.RESULTS,
    _W3C_FORMATS + "SPARQL_Results_JSON", aliases=("application/json",),
)  # fmt: skip
RESULTS_XML = Format(
    "xml", "SPARQL results as XML", "application/sparql-results+xml", "srx", Kind.RESULTS,
    _W3C_FORMATS + "SPARQL_Results_XML", aliases=("application/xml", "text/xml"),
)  # fmt: skip
RESULTS_CSV = Format(
    "csv", "SPARQL results as CSV", "text/csv", "csv", Kind.RESULTS, _W3C_FORMATS + "SPARQL_Results_CSV"
)
RESULTS_TSV = Format(
    "tsv", "SPARQL results as TSV", "text/tab-separated-values", "tsv", Kind.RESULTS,
    _W3C_FORMATS + "SPARQL_Results_TSV", aliases=("text/plain",),
)  # fmt: skip
PROBLEM_JSON = Format(
    "problem", "Problem details (RFC 9457)", "application/problem+json", "json", Kind.PROBLEM,
    aliases=("application/json",),
)  # fmt: skip
JSON = Format("plainjson", "JSON", "application/json", "json", Kind.SITE)
PARQUET = Format("parquet", "Apache Parquet", "application/vnd.apache.parquet", "parquet", Kind.TABLE)
GZIP = Format("gzip", "gzip", "application/gzip", "gz", Kind.FILE)
TEXT = Format("text", "Plain text", "text/plain", "txt", Kind.SITE)
CSS = Format("css", "Style sheet", "text/css", "css", Kind.SITE)
SVG = Format("svg", "Scalable Vector Graphics", "image/svg+xml", "svg", Kind.SITE)
FORM = Format("form", "HTML form data", "application/x-www-form-urlencoded", "", Kind.SITE)
SPARQL_QUERY = Format("sparql", "SPARQL query", "application/sparql-query", "rq", Kind.SITE)
SPARQL_UPDATE = Format("update", "SPARQL update", "application/sparql-update", "ru", Kind.SITE)

GRAPH_FORMATS = (TURTLE, JSON_LD, RDF_XML, N_TRIPLES)
DATASET_FORMATS = (TRIG, N_QUADS)
RDF_FORMATS = GRAPH_FORMATS + DATASET_FORMATS
RESULTS_FORMATS = (RESULTS_JSON, RESULTS_XML, RESULTS_CSV, RESULTS_TSV)
DOCUMENT_FORMATS = (HTML, *GRAPH_FORMATS)
"""The order is the server's own preference: it settles ties and the answer to `*/*`."""


FILE_FORMATS = (*RDF_FORMATS, RESULTS_CSV, PARQUET, JSON, GZIP)
"""What the files of a release are."""


def by_key(key: str, formats: tuple[Format, ...]) -> Format | None:
    """The format of `formats` with this short name or file extension, letter case aside; None where there is none."""
    wanted = key.strip().lower()
    return next((f for f in formats if wanted in {f.key, f.extension}), None)


def by_extension(extension: str, formats: tuple[Format, ...]) -> Format | None:
    """The format of `formats` whose file extension this is, without the dot; None where there is none."""
    return next((f for f in formats if f.extension == extension), None)
