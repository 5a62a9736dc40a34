"""The redirect rules for w3id.org in a real Apache httpd: where each permanent IRI leads, and that it is served there.

Debian's package apache2-bin has the server and its modules, and starts no service.
"""

from __future__ import annotations

import http.client
import os
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from live import LiveServer, free_port
from rdflib import FOAF, OWL

from legation.graph.formats import HTML, JSON_LD, TURTLE, Format
from legation.ontology import load_core, scheme_names
from legation.ontology.terms import ONTOLOGY, SHAPES, VOCAB, W3ID

APACHE = shutil.which("apache2", path=os.environ.get("PATH", "") + os.pathsep + "/usr/sbin")
MODULES = Path("/usr/lib/apache2/modules")
RULES_FILE = Path(__file__).parents[2] / "ontology" / "w3id" / ".htaccess"
HOST = "https://legation.example/"
START_S = 20.0
UNPRIVILEGED = "www-data"
"""Apache refuses to answer as root; the account is in every Debian."""

# What w3id.org allows a folder: its own .htaccess, and MultiViews unless the folder switches them off.
CONFIGURATION = """
ServerRoot "{folder}"
ServerName w3id.org
DefaultRuntimeDir "{folder}"
PidFile "{folder}/httpd.pid"
ErrorLog "{folder}/error.log"
TypesConfig "{folder}/mime.types"
Listen 127.0.0.1:{port}
LoadModule mpm_event_module {modules}/mod_mpm_event.so
LoadModule authz_core_module {modules}/mod_authz_core.so
LoadModule dir_module {modules}/mod_dir.so
LoadModule mime_module {modules}/mod_mime.so
LoadModule negotiation_module {modules}/mod_negotiation.so
LoadModule rewrite_module {modules}/mod_rewrite.so
DocumentRoot "{folder}/htdocs"
<Directory "{folder}/htdocs">
  Options FollowSymLinks MultiViews
  AllowOverride All
  Require all granted
</Directory>
"""

pytestmark = pytest.mark.skipif(APACHE is None, reason="Apache is not installed: apt-get install apache2-bin")

VERSION_IRI = str(load_core().value(ONTOLOGY, OWL.versionIRI))
NEGOTIATED = [
    str(W3ID),
    str(ONTOLOGY),
    VERSION_IRI,
    str(SHAPES).removesuffix("#"),
    *(str(VOCAB[name]) for name in scheme_names()),
]
CONTEXT = str(W3ID["context.jsonld"])


@contextmanager
def open_to_all() -> Iterator[Path]:
    """A folder that an unprivileged process may enter; pytest's own belong to whoever runs the tests."""
    with tempfile.TemporaryDirectory() as folder:
        yield Path(folder)


def configured(folder: Path, port: int) -> Path:
    """The rules where w3id.org has them, in the folder `legation` of the site, and a configuration around them."""
    (folder / "htdocs" / "legation").mkdir(parents=True)
    shutil.copy(RULES_FILE, folder / "htdocs" / "legation" / ".htaccess")
    (folder / "mime.types").touch()
    configuration = folder / "httpd.conf"
    configuration.write_text(CONFIGURATION.format(folder=folder, port=port, modules=MODULES), "utf-8")
    return configuration


def started(configuration: Path) -> subprocess.Popen[bytes]:
    """Apache in the foreground; as the unprivileged account where the tests run as root."""
    assert APACHE is not None
    command = [APACHE, "-f", str(configuration), "-D", "FOREGROUND"]
    if os.geteuid() != 0:
        return subprocess.Popen(command)
    for path in [configuration.parent, *configuration.parent.rglob("*")]:
        shutil.chown(path, UNPRIVILEGED, UNPRIVILEGED)
    return subprocess.Popen(command, user=UNPRIVILEGED, group=UNPRIVILEGED, extra_groups=[])


def wait_until_it_answers(port: int, process: subprocess.Popen[bytes], log: Path) -> None:
    """Return at the first answer; fail with Apache's own words when it has ended or takes too long."""
    until = time.monotonic() + START_S
    while time.monotonic() < until and process.poll() is None:
        try:
            got(port, "/", "*/*")
        except OSError:
            time.sleep(0.05)
        else:
            return
    raise AssertionError(log.read_text() if log.exists() else "Apache did not start")


@pytest.fixture(scope="module")
def apache() -> Iterator[int]:
    """The port of an Apache that stands in for w3id.org."""
    with open_to_all() as folder:
        port = free_port()
        process = started(configured(folder, port))
        try:
            wait_until_it_answers(port, process, folder / "error.log")
            yield port
        finally:
            process.terminate()
            process.wait(timeout=30)


def got(port: int, path: str, accept: str) -> tuple[int, str | None, str]:
    """Status, Location and media type of an answer."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
    try:
        connection.request("GET", path, headers={"Accept": accept, "Host": "w3id.org"})
        answer = connection.getresponse()
        answer.read()
        return answer.status, answer.headers["Location"], str(answer.headers["Content-Type"]).partition(";")[0]
    finally:
        connection.close()


def redirected(port: int, iri: str, accept: str) -> str:
    """Where Apache sends a client that asks for a permanent IRI."""
    status, location, _ = got(port, urlsplit(iri).path, accept)
    assert status in {302, 303}, f"{iri}: {status}"
    assert location is not None
    return location


accepting = pytest.mark.parametrize("form", [HTML, TURTLE, JSON_LD], ids=lambda form: form.key)


@accepting
@pytest.mark.parametrize("iri", [*NEGOTIATED, CONTEXT], ids=lambda iri: iri.removeprefix(str(W3ID)) or "site")
def test_apache_sends_a_permanent_iri_to_the_same_path_of_the_publisher(apache: int, iri: str, form: Format) -> None:
    """Whatever the client accepts: the publisher negotiates, not w3id.org."""
    assert redirected(apache, iri, form.media_type) == iri.replace(str(W3ID), HOST)


@accepting
@pytest.mark.parametrize("iri", NEGOTIATED, ids=lambda iri: iri.removeprefix(str(W3ID)) or "site")
def test_the_publisher_answers_there_in_the_format_asked_for(
    apache: int, live: LiveServer, iri: str, form: Format
) -> None:
    """A page for people and RDF for programs, at the end of one redirect."""
    path = urlsplit(redirected(apache, iri, form.media_type)).path
    status, _, media_type = got(urlsplit(live.base).port or 80, path, form.media_type)
    assert (status, media_type) == (200, form.media_type)


def test_the_publisher_answers_with_the_context(apache: int, live: LiveServer) -> None:
    """JSON-LD processors fetch it as JSON-LD."""
    path = urlsplit(redirected(apache, CONTEXT, JSON_LD.media_type)).path
    status, _, media_type = got(urlsplit(live.base).port or 80, path, JSON_LD.media_type)
    assert (status, media_type) == (200, JSON_LD.media_type)


def test_the_publisher_answers_with_the_logo(apache: int, live: LiveServer) -> None:
    """An image at the end of one redirect."""
    path = urlsplit(redirected(apache, str(load_core().value(ONTOLOGY, FOAF.logo)), "image/*")).path
    assert got(urlsplit(live.base).port or 80, path, "image/*") == (200, None, "image/svg+xml")


@pytest.mark.parametrize("path", ["id/organisation/nato", "ns/latest", "vocab/", "vocab/x/y", "shapes/K01", "sparql"])
def test_apache_redirects_nothing_else(apache: int, path: str) -> None:
    """Entities live under the publisher's own base; what is no document of the terms is not found."""
    status, location, _ = got(apache, urlsplit(str(W3ID[path])).path, "*/*")
    assert (status, location) == (404, None)
