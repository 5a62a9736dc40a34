"""The dataset as a whole: the home page and catalogue, the dumps, and the state of the server."""

from __future__ import annotations

from base64 import b64encode

from flask import Blueprint, Response, send_file
from rdflib.namespace import DCAT, VOID

from legation.graph.formats import DOCUMENT_FORMATS, JSON, RDF_FORMATS, TEXT, Format, by_extension
from legation.graph.release import DUMP_STEM

from .documents import Document, respond
from .pages import dumps_page, home_page, page_language
from .problems import ProblemRaised
from .site import Site, site

blueprint = Blueprint("datasets", __name__)
_CATALOGUE_QUERY = f"""CONSTRUCT {{ ?s ?p ?o }} WHERE {{
  {{ ?s a <{VOID.Dataset}> }} UNION {{ ?d a <{VOID.Dataset}> ; <{DCAT.distribution}> ?s }}
  ?s ?p ?o }}"""


@blueprint.get("/")
def home() -> Response:
    """What this is and the way on, for people; the dataset's description (DCAT 3, VoID) for machines."""
    return _catalogue(None)


@blueprint.get("/.well-known/void")
def well_known_void() -> Response:
    """The same description, where VoID (section 7.2) has clients look for it."""
    return _catalogue(None)


@blueprint.get("/catalogue.<extension>")
def catalogue(extension: str) -> Response:
    """One variant of the dataset's description."""
    return _catalogue(extension)


def _catalogue(extension: str | None) -> Response:
    here = site()
    document = Document(
        stem=here.url("catalogue"),
        topic=here.url(""),
        triples=lambda: here.store.construct(_CATALOGUE_QUERY),
        page=lambda language: home_page(here, language),
    )
    return respond(here, document, extension)


@blueprint.get("/dumps/")
def dumps() -> Response:
    """The dumps of this release, for people."""
    here = site()
    response = Response(dumps_page(here, page_language()), content_type=DOCUMENT_FORMATS[0].content_type)
    response.headers["Vary"] = "Accept-Language"
    response.headers["Content-Language"] = page_language()
    return response


@blueprint.get("/dumps/<name>")
def dump(name: str) -> Response:
    """One dump, whole or a range of its bytes (RFC 9110, section 14)."""
    here = site()
    form = _dump_format(name)
    path = here.release.dump(form.extension)
    if not path.is_file():
        raise ProblemRaised(
            "not-found", f"This release has no dump in {form.label}: the format cannot carry its triples."
        )
    sha256 = next(dump.sha256 for dump in here.release.manifest.dumps if dump.name == name)
    response = send_file(path, mimetype=form.media_type, conditional=True, etag=sha256[:32], last_modified=None)
    response.headers["Content-Type"] = form.content_type
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    response.headers["Cache-Control"] = f"public, max-age={here.settings.document_max_age_s}"
    response.headers["Repr-Digest"] = _digest_field(sha256)
    return response


def _dump_format(name: str) -> Format:
    stem, _, extension = name.partition(".")
    form = by_extension(extension, RDF_FORMATS)
    if stem != DUMP_STEM or form is None:
        names = [f"{DUMP_STEM}.{f.extension}" for f in RDF_FORMATS]
        raise ProblemRaised("not-found", f"There is no dump {name!r}; there are {', '.join(names)}.", available=names)
    return form


def _digest_field(sha256: str) -> str:
    """The value of Repr-Digest (RFC 9530, section 3)."""
    return f"sha-256=:{b64encode(bytes.fromhex(sha256)).decode()}:"


@blueprint.get("/health")
def health() -> Response:
    """Whether this server can answer, and from which release."""
    here: Site = site()
    here.store.select("SELECT ?s WHERE { ?s ?p ?o } LIMIT 1")
    response = Response(here.release.manifest.to_json(), content_type=JSON.content_type)
    response.headers["Cache-Control"] = "no-store"
    return response


@blueprint.get("/robots.txt")
def robots() -> Response:
    """Crawlers are welcome to everything but the endpoint."""
    return Response(f"User-agent: *\nDisallow: {site().path}sparql?\n", content_type=TEXT.content_type)
