"""The static twin: the whole site of a release as files, with what nginx needs to answer as the server does.

DIR/
  export.json        the mark of an export of ours: release, base, counts
  nginx.conf         the configuration: nginx -p DIR/ -c nginx.conf
  twin/              what it runs: legation.js (negotiation), tables.json (made here from the Python modules)
  site/              the contents under the addresses of their variants: doc/x/E.ttl, doc/x/E.fr.html, dumps/…
  more/              contents that have no address of their own, by their hash
  answers/ab/cd….json  what is answered at an address and its variants, by the hash of the path
  run/               nginx's own: process id, temporary files

The application is asked for everything (`recording`), so the bytes are the server's by construction.
"""

from __future__ import annotations

import hashlib
import html
import json
import os
import re
import shutil
import sys
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from functools import partial
from importlib import resources
from pathlib import Path
from urllib.parse import parse_qsl, quote, unquote, urlencode, urljoin, urlsplit

from flask import Flask
from werkzeug.exceptions import HTTPException

from legation.graph.errors import LegationError
from legation.graph.formats import DOCUMENT_FORMATS, HTML
from legation.graph.identifiers import thing_path
from legation.graph.release import Release
from legation.ontology import VERSION, scheme_names

from .addresses import as_uri, spellings
from .app import create_app
from .front import switched
from .librarian import is_page
from .problems import PROBLEMS
from .profiling import ARGUMENT, MEDIA_TYPE_ARGUMENT
from .recording import Answer, Asker, Fills, Recorded, Recorder, Shape, Shapes, key_of, tail_of
from .settings import Settings
from .site import Site
from .stores import open_store
from .twin_tables import SUFFIXES, Tables, recorder_for

MARK = "export.json"
RUN = "run"
_SAFE_SEGMENT = re.compile(r"(?!\.{1,2}\Z)[A-Za-z0-9._~!$&'()*+,;=:@%-]{1,200}")
_LINK = re.compile(rb'(?:href|src)="([^"]*)"')
_LINK_FIELD = re.compile(r"<([^>]*)>")
_SEEN_MIN = 2
_SEE_OTHER = 303
_DOCUMENT = "resources.document"
_CHOSEN = frozenset({"lang", ARGUMENT, MEDIA_TYPE_ARGUMENT, "format"})
"""Parameters of an address by which a client chooses: no other resource is behind them."""
_UNANSWERED = ("sparql", "graph-store")
"""What computes an answer: a copy has only the pages around it."""
Progress = Callable[[int, int], None]


class ExportRefused(LegationError):
    """A folder that is not to be written over."""


@dataclass(frozen=True, slots=True)
class Written:
    """What an export wrote."""

    resources: int
    files: int
    bytes: int


def export(settings: Settings, release: Release, folder: Path, listen: str, progress: Progress) -> Written:
    """Write the site of a release into `folder`, which appears whole or not at all. Raises ExportRefused."""
    refuse_foreign(folder)
    fresh = folder.with_name(f".{folder.name}.{os.getpid()}")
    fresh.mkdir(parents=True)
    try:
        written = _Export.of(settings, release, fresh).write(listen, progress)
        _put_in_place(fresh, folder)
    except BaseException:
        shutil.rmtree(fresh, ignore_errors=True)
        raise
    return written


def refuse_foreign(folder: Path) -> None:
    """Raise ExportRefused for a folder with other things in it than an export."""
    if folder.exists() and not folder.is_dir():
        raise ExportRefused(f"{folder} is a file; name a folder that is new, empty or an earlier export")
    if folder.is_dir() and any(folder.iterdir()) and not (folder / MARK).is_file():
        raise ExportRefused(
            f"{folder} holds files that are no export of Legation and would be lost; "
            "name a folder that is new, empty or an earlier export"
        )


def _put_in_place(fresh: Path, folder: Path) -> None:
    """Two renames; a running nginx keeps its folder `run` and reads the new files after a reload."""
    old = folder.with_name(f".{folder.name}.old.{os.getpid()}")
    if folder.exists():
        if (folder / RUN).is_dir():
            shutil.rmtree(fresh / RUN)
            (folder / RUN).rename(fresh / RUN)
        folder.rename(old)
    fresh.rename(folder)
    shutil.rmtree(old, ignore_errors=True)


@dataclass
class _Kind:
    """Resources whose contents are answered alike but for what is put in: what else is answered is alike, too.

    Two are asked for everything; where they differ in more than what is put in, so are all others.
    """

    seen: int = 0
    shape: int | Shape = 0
    fills: list[str] = field(default_factory=list)

    def saw(self, shape: int | Shape, fills: list[str]) -> None:
        """One has been asked for everything: its shape, and what was put in beyond its contents."""
        is_alike = not self.seen or (shape, fills) == (self.shape, self.fills)
        self.seen = self.seen + 1 if is_alike else -sys.maxsize
        self.shape, self.fills = shape, fills


@dataclass
class _Export:
    """One export while it is written."""

    app: Flask
    site: Site
    recorder: Recorder
    folder: Path
    shapes: Shapes = field(default_factory=Shapes)
    parameters: set[str] = field(default_factory=set)
    _kinds: dict[str, _Kind] = field(default_factory=dict)
    _files: int = 0
    _bytes: int = 0

    @classmethod
    def of(cls, settings: Settings, release: Release, folder: Path) -> _Export:
        app = create_app(settings, release, open_store(release, settings), switched(settings.releases, release))
        return cls(app, app.extensions["legation"], recorder_for(Asker(app.wsgi_app)), folder)

    def write(self, listen: str, progress: Progress) -> Written:
        (self.folder / RUN).mkdir()
        resources_count = self._write_resources(progress)
        tables = Tables(self.app, self.site, self.recorder, self.shapes, self._keep_template)
        self._put("twin/tables.json", json.dumps(tables.made(sorted(self.parameters))).encode())
        twin = resources.files(__package__) / "static_twin"
        self._put("twin/legation.js", (twin / "legation.js").read_bytes())
        self._put("nginx.conf", (twin / "nginx.conf").read_text("utf-8").replace("{{listen}}", listen).encode())
        made = {
            "release": self.site.release.digest, "base": self.site.base.iri, "resources": resources_count,
            "files": self._files + 1, "bytes": self._bytes,
        }  # fmt: skip
        self._put(MARK, (json.dumps(made, indent=2) + "\n").encode())
        self.site.store.close()
        return Written(resources_count, self._files, self._bytes)

    # ── What there is ────────────────────────────────────────────────────────────────────────────────────────────────

    def _write_resources(self, progress: Progress) -> int:
        """Every resource: those that are known, and those that their pages link to, until no new one is found."""
        waiting = dict.fromkeys(self._known())
        seen = set(waiting)
        done = 0
        while waiting:
            stem = next(iter(waiting))
            del waiting[stem]
            for found in self._write_group(stem):
                if not seen.intersection(spellings(found)):
                    seen.add(found)
                    waiting[found] = None
            done += 1
            progress(done, done + len(waiting))
        return done

    def _known(self) -> Iterator[str]:
        """The addresses that need no link to be found, without suffix and below the root of the host."""
        root = self.site.path
        for rule in self.app.url_map.iter_rules():
            if not rule.arguments and "GET" in (rule.methods or ()) and not rule.rule.endswith("graph-store"):
                yield rule.rule
                if rule.rule.endswith("/") and rule.rule != root:
                    yield rule.rule.rstrip("/")
        yield f"{root}ns/{VERSION}"
        yield from (f"{root}vocab/{name}" for name in scheme_names())
        yield from (f"{root}problems/{slug}" for slug in PROBLEMS)
        yield from (f"{root}dumps/{name}" for name in self.site.release.files)
        yield from (
            root + self.site.base.relative(iri) for iri in self.site.release.graphs if self.site.base.holds(iri)
        )
        static = Path(self.app.static_folder or "")
        yield from (f"{root}static/{path.relative_to(static)}" for path in sorted(static.rglob("*")) if path.is_file())
        for path in self._things():
            yield f"{root}doc/{path}"
            if self.recorder.ask(as_uri(f"{root}id/{path}")).status != _SEE_OTHER:  # withdrawn, or merged
                yield f"{root}id/{path}"
        yield f"{root}catalogue"

    def _things(self) -> Iterator[str]:
        prefix = self.site.base.thing("")
        rows = self.site.store.select(
            f'SELECT DISTINCT ?s WHERE {{ ?s ?p ?o FILTER(isIRI(?s) && STRSTARTS(STR(?s), "{prefix}")) }} ORDER BY ?s'
        )
        for (iri,) in rows:
            yield thing_path(self.site.base, getattr(iri, "value", "")) or ""

    def _links(self, answers: Iterable[Answer]) -> Iterator[str]:
        """The addresses on this site that answers lead to, without what only chooses a form of one resource."""
        for answer in answers:
            told = _LINK_FIELD.findall(answer.header("link"))
            if answer.media_type == HTML.media_type:
                told += [html.unescape(link.decode()) for link in _LINK.findall(answer.body)]
            for link in told:
                parts = urlsplit(urljoin(self.site.base.iri, link))
                if self.site.base.holds(parts._replace(query="", fragment="").geturl()):
                    yield from self._followed(parts.path, parts.query)

    def _followed(self, path: str, query: str) -> Iterator[str]:
        below = path.removeprefix(self.site.path)
        if below in _UNANSWERED or below.startswith(("id/", "static/")):
            return
        stem = _stem_of(path)
        left = [(name, value) for name, value in parse_qsl(query, keep_blank_values=True) if name not in _CHOSEN]
        self.parameters.update(name for name, _ in left)
        yield stem + ("?" + urlencode(sorted(left)) if left else "")

    # ── One resource and its variants ────────────────────────────────────────────────────────────────────────────────

    def _write_group(self, address: str) -> Iterator[str]:
        """A resource with its variants, which one entry holds; gives what they link to."""
        path, _, query = address.partition("?")
        target = as_uri(path)
        entry_path = path + _canonical_query(query)
        reference = self.recorder.record(target + (query and f"?{query}"), whole=False)
        own_name = "" if query or reference.choosing.offers else target
        fills = Fills(tail_of(target), partial(self._keep, own_name), is_page(self.site.path, "GET", path))
        fills.mark(fills.tail)
        answers = list(reference.answers.values())
        kind = self._kinds.setdefault(f"{self._endpoint(target)} {json.dumps(fills.shaped(reference))}", _Kind())
        if kind.seen < _SEEN_MIN:
            own = len(fills.values)
            variants = dict(self._variants(target, query))
            shape = self.shapes.number({suffix: fills.shaped(variant) for suffix, variant in variants.items()})
            kind.saw(shape, fills.values[own:])
            answers += [answer for variant in variants.values() for answer in variant.answers.values()]
        else:
            shape = kind.shape
            fills.values += kind.fills
        self._put(
            f"answers/{_folded(key_of(entry_path))}.json", json.dumps({"fills": fills.values, "shape": shape}).encode()
        )
        yield from self._links(answers)

    def _endpoint(self, target: str) -> str:
        """What of the application answers at a target: only its own addresses are alike in what else they have."""
        try:
            found: str = self.app.url_map.bind("").match(unquote(target))[0]
        except HTTPException as error:  # a redirect to the address with a slash at its end
            return f"{error.code}"
        return found

    def _variants(self, target: str, query: str) -> Iterator[tuple[str, Recorded]]:
        """The resource itself, its variants by suffix, and those of a document by the media type in its address."""
        asked = {suffix: target + suffix + (query and f"?{query}") for suffix in ("", *SUFFIXES)}
        if self._endpoint(target) == _DOCUMENT:
            asked |= {
                f"?{form.key}": f"{asked['']}{'&' if query else '?'}{MEDIA_TYPE_ARGUMENT}={quote(form.media_type)}"
                for form in DOCUMENT_FORMATS
            }
        for suffix, address in asked.items():
            recorded = self.recorder.record(address)
            if any(answer.status < 400 or answer.status == 410 for answer in recorded.answers.values()):
                yield suffix, recorded

    # ── Files ────────────────────────────────────────────────────────────────────────────────────────────────────────

    def _keep(self, target: str, answer: Answer, body: bytes) -> str:
        """Put a body away, under the address of its variant where it has one; what is coded, beside it."""
        name = self._name(target, answer)
        if name is not None:
            name += "" if body == answer.body else ".gz"
            path = self.folder / name
            if path.is_file() and path.read_bytes() == body:
                return name
            if not path.exists() and not any(parent.is_file() for parent in path.parents):
                self._put(name, body)
                return name
        return self._keep_by_hash(body)

    def _keep_by_hash(self, body: bytes) -> str:
        name = f"more/{_folded(hashlib.sha256(body).hexdigest())}"
        if not (self.folder / name).exists():
            self._put(name, body)
        return name

    def _keep_template(self, _: Answer, body: bytes) -> str:
        return self._keep_by_hash(body)

    def _name(self, target: str, answer: Answer) -> str | None:
        location = answer.header("content-location")
        if location:
            path = location.removeprefix(self.site.base.iri) if self.site.base.holds(location) else "?"
        else:
            path = target.removeprefix(self.site.path) if target else "?"
            if answer.media_type == HTML.media_type:
                path = (path if path and not path.endswith("/") else f"{path}index") + (
                    f".{answer.header('content-language')}.{HTML.extension}"
                )
        is_name = answer.status == 200 and all(map(_SAFE_SEGMENT.fullmatch, path.split("/")))
        return f"site/{path}" if is_name else None

    def _put(self, name: str, content: bytes) -> None:
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
        self._files += 1
        self._bytes += len(content)


def _stem_of(path: str) -> str:
    """The address without the suffix of a variant."""
    suffix = next((suffix for suffix in SUFFIXES if path.endswith(suffix)), "")
    return path.removesuffix(suffix)


def _canonical_query(query: str) -> str:
    """The part of an address behind the path as an entry is named by it: decoded, by name."""
    return "".join(f"?{name}={value}" for name, value in sorted(parse_qsl(query, keep_blank_values=True)))


def _folded(digest: str) -> str:
    return f"{digest[:2]}/{digest[2:]}"
