"""The dataset as a whole: the home page and catalogue, the dumps, and the state of the server."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from flask import Blueprint, Response, request
from rdflib.namespace import DCAT, VOID
from werkzeug.http import http_date

from legation.graph.errors import ReleaseError
from legation.graph.formats import DOCUMENT_FORMATS, FILE_FORMATS, JSON, RDF_FORMATS, TEXT, Format, by_extension
from legation.graph.release import CHECKSUMS, DUMP_STEM, Dump, Release, open_release

from .conditional import Conditions, Outcome
from .documents import Document, asked_form, respond
from .front_page import home_page
from .headers import repr_digest
from .pages import dumps_page, page_language
from .problems import ProblemRaised
from .ranges import Part, Unsatisfiable, part_of
from .site import Site, site
from .variants import Variant

blueprint = Blueprint("datasets", __name__)
_READ_BYTES = 1 << 16
_PARTS = "|".join(f"<{link}>" for link in (DCAT.distribution, VOID.classPartition, VOID.propertyPartition))
_CATALOGUE_QUERY = f"""CONSTRUCT {{ ?s ?p ?o }} WHERE {{
  {{ ?s a <{VOID.Dataset}> }} UNION {{ ?s a <{DCAT.Catalog}> }} UNION {{ ?s a <{DCAT.DataService}> }}
  UNION {{ ?d a <{VOID.Dataset}> ; {_PARTS} ?s }}
  ?s ?p ?o }}"""


@blueprint.get("/")
def home() -> Response:
    """What this is and the way on, for people; the dataset's description (DCAT 3, VoID) for machines."""
    return _catalogue(None)


@blueprint.get("/.well-known/void")
def well_known_void() -> Response:
    """The same description, where VoID (section 7.2) has clients look for it."""
    return _catalogue(None)


@blueprint.get("/catalogue")
@blueprint.get("/catalogue.<suffix>")
def catalogue(suffix: str = "") -> Response:
    """The same description at an address of its own, and each of its forms."""
    return _catalogue(asked_form(suffix))


def _catalogue(variant: Variant | None) -> Response:
    here = site()
    document = Document(
        stem=here.url("catalogue"),
        topic=here.url(""),
        triples=lambda: here.store.construct(_CATALOGUE_QUERY),
        page=lambda language: home_page(here, language),
        canonical=here.url(""),
    )
    return respond(here, document, variant)


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
    """One dump, table or view, plain or as gzip, whole or a range of its bytes (RFC 9110, section 14)."""
    here = site()
    if name not in here.release.files:
        raise _no_dump(here.release, name)
    path, entry = here.release.files[name]
    form = by_extension(name.rpartition(".")[2], FILE_FORMATS)
    assert form is not None, name
    response = _file(path, entry, form)
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    response.headers["Cache-Control"] = f"public, max-age={here.settings.document_max_age_s}"
    return response


def _file(path: Path, entry: Dump, form: Format) -> Response:
    """A file of the release, whole or a part of it. Raises ReleaseError where it is not as the manifest says."""
    if not path.is_file() or path.stat().st_size != entry.bytes:
        raise ReleaseError("the release on disk is damaged")
    tag = entry.sha256[:32]
    outcome = Conditions.of(dict(request.headers)).outcome(tag, site().since)
    if outcome is Outcome.FAILED:
        raise ProblemRaised("precondition-failed", "The condition of the request does not hold.")
    if outcome is Outcome.NOT_MODIFIED:
        response = Response(status=304)
        del response.headers["Content-Type"]
    else:
        response = _content(path, entry, form)
    response.headers["Accept-Ranges"] = "bytes"
    response.set_etag(tag)
    return response


def _content(path: Path, entry: Dump, form: Format) -> Response:
    """The file, or the part of it that is asked for: conditions go before Range (RFC 9110, section 13.2.2)."""
    part = _part(entry)
    response = Response(_read(path, part), status=206 if part else 200, content_type=form.content_type)
    response.content_length = part.stop - part.start if part else entry.bytes
    if part:
        response.headers["Content-Range"] = part.content_range
    response.headers["Repr-Digest"] = repr_digest(bytes.fromhex(entry.sha256))
    response.headers["Last-Modified"] = http_date(site().since)
    return response


def _part(entry: Dump) -> Part | None:
    """The part that a GET asks for; If-Range with another tag than today's asks for the whole (RFC 9110, 13.1.5).

    A date there asks for the whole too: that of a release is too weak a validator for gluing bytes together.
    """
    if request.method != "GET" or request.headers.get("If-Range", f'"{entry.sha256[:32]}"') != f'"{entry.sha256[:32]}"':
        return None
    try:
        return part_of(request.headers.get("Range"), entry.bytes)
    except Unsatisfiable as error:
        raise beyond_the_end(entry.bytes) from error


def beyond_the_end(length: object) -> ProblemRaised:
    """The problem of a range that begins behind the end of a file of so many bytes."""
    headers = {"Content-Range": f"bytes */{length}"}
    return ProblemRaised("range-not-satisfiable", f"The file has {length} bytes.", headers=headers)


def _read(path: Path, part: Part | None) -> Iterator[bytes]:
    with path.open("rb") as file:
        file.seek(part.start if part else 0)
        left = part.stop - part.start if part else path.stat().st_size
        while left > 0 and (content := file.read(min(_READ_BYTES, left))):
            left -= len(content)
            yield content


def _no_dump(release: Release, name: str) -> ProblemRaised:
    """Why there is no file of this name: no such file, or a format that cannot carry the release's triples."""
    form = by_extension(name.removesuffix(".gz").partition(".")[2], RDF_FORMATS)
    if form is not None and name.startswith(f"{DUMP_STEM}."):
        return ProblemRaised(
            "not-found", f"This release has no dump in {form.label}: the format cannot carry its triples."
        )
    names = sorted(release.files)
    return ProblemRaised("not-found", f'There is no dump "{name}"; there are {", ".join(names)}.', available=names)


@blueprint.get(f"/dumps/{CHECKSUMS}")
def checksums() -> Response:
    """The SHA-256 of every file, as `sha256sum --check` reads them."""
    here = site()
    lines = (f"{file.sha256}  {name}\n" for name, (_, file) in sorted(here.release.files.items()))
    response = Response("".join(lines), content_type=TEXT.content_type)
    response.headers["Cache-Control"] = f"public, max-age={here.settings.document_max_age_s}"
    return response


@blueprint.get("/health")
def health() -> Response:
    """Whether this server can answer, and from which release."""
    here: Site = site()
    open_release(here.release.folder)
    here.store.select("SELECT ?s WHERE { ?s ?p ?o } LIMIT 1")
    response = Response(here.release.manifest.to_json(), content_type=JSON.content_type)
    response.headers["Cache-Control"] = "no-store"
    return response


@blueprint.get("/robots.txt")
def robots() -> Response:
    """Crawlers are welcome to everything but the endpoint."""
    return Response(f"User-agent: *\nDisallow: {site().path}sparql?\n", content_type=TEXT.content_type)
