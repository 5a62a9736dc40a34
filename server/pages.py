"""Pages for people: what the templates show, in English or French, made from descriptions and answers.

Everything that a template is given is plain frozen data; Jinja escapes every text of it.
"""

from __future__ import annotations

import json
import re
import shlex
from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import parse_qsl, urlencode, urljoin, urlsplit

from flask import render_template, request

from legation.graph.formats import (
    DOCUMENT_FORMATS,
    HTML,
    RDF_FORMATS,
    RESULTS_CSV,
    RESULTS_FORMATS,
    Format,
)
from legation.graph.prefixes import PREFIXES
from legation.graph.release import CHECKSUMS, DUMP_STEM, Dump
from legation.graph.sparql_terms import UnknownTerm
from legation.graph.views import VIEWS
from legation.ontology.terms import DIP

from .example_queries import example_queries
from .negotiation import negotiate_language
from .problems import Problem
from .site import Site
from .speech import LANGUAGES, messages
from .view_models import (
    DESCRIBING,
    NAME_CHARS_MAX,
    NAMING,
    NOTING,
    TEXT_CHARS_MAX,
    Reader,
    Table,
    Value,
    beginning,
    compact,
    undirected,
)

ROWS_MAX = 500
"""Rows of an answer that a page shows; the downloads beside it hold all."""
CODE_LICENCE = "https://www.apache.org/licenses/LICENSE-2.0"
_TOLD = frozenset({*NAMING, *DESCRIBING, *NOTING})
_SHOWN_APART = _TOLD.union(map(str, (DIP.evidence, DIP.proposition, DIP.inTensionWith)))
_NUMBERED = re.compile(r"[A-Z]\d+(?=-)")
_NOT_HTML = re.compile(
    "[\0-\x08\x0b\x0e-\x1f\x7f-\x9f\ufdd0-\ufdef"
    + "".join(chr(plane << 16 | last) for plane in range(17) for last in (0xFFFE, 0xFFFF))
    + "]"
)
"""Controls and noncharacters, which a page may not hold in any spelling (HTML, section 13.2.3.5)."""


def page_language() -> str:
    """The language of the page asked for: `?lang=` wins, then Accept-Language, then English."""
    return language_of(request.args.get("lang", ""), request.headers.get("Accept-Language"))


def language_of(wanted: str, accept_language: str | None) -> str:
    """The same, of what the address names and the header field."""
    return _named_language(wanted) or negotiate_language(accept_language, LANGUAGES, LANGUAGES[0])


def _named_language(wanted: str) -> str | None:
    return wanted.lower() if wanted.lower() in LANGUAGES else None


# Pages ----------------------------------------------------------------------------------------------------------


def dumps_page(here: Site, language: str) -> str:
    """The dumps with their sizes and checksums."""
    reader = reader_of(here, language)
    by_name = {dump.name: dump for dump in here.release.manifest.dumps}
    names = [(form, f"{DUMP_STEM}.{form.extension}") for form in RDF_FORMATS]
    dumps = [(by_name[name], form, f"{here.path}dumps/{name}") for form, name in names if name in by_name]
    return render(
        "dumps.html", reader,
        title=Value(reader.say("dumps_title")),
        dumps=dumps,
        packed={dump.name: packed for dump, _, _ in dumps if (packed := _packed(here, dump.name))},
        views=_views(here, language),
        checksums=f"{here.path}dumps/{CHECKSUMS}",
        address=here.url(f"dumps/{dumps[0][0].name}") if dumps else "",
        command=_checking(here, dumps[0][0].name) if dumps else "",
        canonical=here.url("dumps/"),
        names_release=True,
    )  # fmt: skip


def _packed(here: Site, name: str) -> Dump | None:
    """The same file as gzip, where the release has it."""
    return here.release.files[f"{name}.gz"][1] if f"{name}.gz" in here.release.files else None


def _views(here: Site, language: str) -> dict[str, list[tuple[Format, Dump, Dump | None]]]:
    """The views by title: each form with its file, and the same as gzip."""
    found: dict[str, list[tuple[Format, Dump, Dump | None]]] = {}
    for view in VIEWS:
        if view.name in here.release.files:
            file = here.release.files[view.name][1]
            found.setdefault(view.titles[language], []).append((view.form, file, _packed(here, view.name)))
    return found


def _checking(here: Site, name: str) -> str:
    return curl(f"-sO {shlex.quote(here.url(f'dumps/{name}'))}") + f"\nsha256sum {name}"


def editor_page(here: Site, language: str) -> str:
    """The query page with an example ready to run."""
    return _editor(reader_of(here, language), example_queries(language)[0][1])


def answer_page(
    here: Site,
    query: str,
    form: Format,
    content: str | None,
    language: str,
    unknown_terms: Sequence[UnknownTerm] = (),
) -> str:
    """The query page with an answer below; `content` is None for an answer too long for a page."""
    reader = reader_of(here, language)
    table, boolean, text = None, None, None
    if content is not None and form in RESULTS_FORMATS:
        found = json.loads(content)
        boolean = found.get("boolean")
        table = _table(reader, found) if boolean is None else None
    elif content is not None:
        text = content
    offered = RESULTS_FORMATS if form in RESULTS_FORMATS else RDF_FORMATS
    downloads = [(f, here.path + "sparql?" + urlencode({"query": query, "format": f.key})) for f in offered]
    return _editor(reader, query, table=table, boolean=boolean, text=text, answered=True,
                   too_long=content is None, downloads=downloads, unknown_terms=unknown_terms)  # fmt: skip


def problem_page(here: Site, problem: Problem, language: str) -> str:
    """The page of an error; a query that was asked in the address can be mended where it stands."""
    return render(
        "problem.html", reader_of(here, language),
        title=Value(problem.type.title[language]),
        problem=problem,
        detail=undirected(problem.detail),
        query=request.args.get("query", ""),
        available=problem.facts.get("available", ()),
        canonical=None,
        keeps_fields=True,
    )  # fmt: skip


def problem_type_page(here: Site, problem: Problem, language: str) -> str:
    """The page that the `type` of a problem document leads to."""
    title, address = Value(problem.type.title[language]), here.url(f"problems/{problem.type.slug}")
    return render("problem_type.html", reader_of(here, language), title=title, problem=problem, canonical=address)


def _editor(reader: Reader, query: str, **shown: object) -> str:
    here = reader.site
    asked = shlex.quote(here.url("sparql"))
    command = curl(f"-s {asked}", accepting(RESULTS_CSV), "--data-urlencode query@question.rq")
    return render("sparql.html", reader, title=Value(reader.say("sparql_title")), query=query, prefixes=PREFIXES,
                   examples=example_queries(reader.language), rows_max=ROWS_MAX, command=command,
                   canonical=here.url("sparql"), names_release=True, keeps_fields=True, **shown)  # fmt: skip


def reader_of(here: Site, language: str) -> Reader:
    """The reader of the page asked for."""
    return Reader(here, language)


def render(
    template: str,
    reader: Reader,
    *,
    title: Value,
    canonical: str | None,
    names_release: bool = False,
    keeps_fields: bool = False,
    **shown: Any,
) -> str:
    """A page from its template; every template is given the site, the reader and the frame's words.

    `canonical` is the address of the page without its language; None for a page that is shown at any address.
    A page `names_release` in its foot only where it changes with every release anyway. One that `keeps_fields` is
    linked in the other language with the fields of the address asked for, any other with those of its canonical one.
    """
    address = urlsplit(canonical or "")
    kept, stem = (_kept_fields() if keeps_fields else parse_qsl(address.query)), address.path
    others = {code: f"{stem}?{urlencode([*kept, ('lang', code)])}" for code in LANGUAGES}
    in_language = {code: urljoin(canonical or reader.site.base.iri, href) for code, href in others.items()}
    page = render_template(
        template,
        site=reader.site,
        reader=reader,
        say=reader.say,
        language=reader.language,
        languages=others,
        in_language={**in_language, "x-default": canonical} if canonical else {},
        language_names={code: messages(code)["language_name"] for code in LANGUAGES},
        title=title,
        head_title=undirected(title.text),
        licences=(reader.site.licence, CODE_LICENCE),
        canonical=canonical,
        names_release=names_release,
        **shown,
    )
    return _NOT_HTML.sub(_picture, page)


def _picture(found: re.Match[str]) -> str:
    """A sign for a character that HTML may not hold: Unicode's control picture, or the replacement character."""
    code = ord(found[0])
    return chr(0x2400 + code) if code < 0x20 else {0x7F: "\u2421", 0x85: "\u2424"}.get(code, "\ufffd")


def _kept_fields() -> list[tuple[str, str]]:
    """The fields of the present address that the same page in another language keeps."""
    return [(name, value) for name, value in request.args.items(multi=True) if name != "lang"]


# Parts of pages -------------------------------------------------------------------------------------------------


def variants_of(stem: str, query: str = "") -> list[tuple[Format, str]]:
    """The addresses of a document's data by format, of the view that a query names."""
    named = f"?{query}" if query else ""
    return [(form, f"{stem}.{form.extension}{named}") for form in DOCUMENT_FORMATS if form is not HTML]


def curl(*parts: str) -> str:
    """A curl command, a part a line."""
    return "curl " + " \\\n  ".join(parts)


def accepting(form: Format) -> str:
    """The part of a curl command that asks for a format."""
    return "-H " + shlex.quote("Accept: " + form.media_type)


def _table(reader: Reader, found: Mapping[str, Any]) -> Table:
    columns = tuple(map(str, found["head"]["vars"]))
    bindings = found["results"]["bindings"]
    rows = tuple(tuple(_cell(reader, row.get(name)) for name in columns) for row in bindings[:ROWS_MAX])
    return Table(columns, rows, len(bindings))


def _cell(reader: Reader, binding: Mapping[str, Any] | None) -> Value | None:
    """A value of an answer as it is, IRIs shortened."""
    if binding is None:
        return None
    if binding["type"] == "uri":
        iri, base = str(binding["value"]), reader.site.base
        short = base.relative(iri) if base.holds(iri) else compact(iri)
        return beginning(Value(short, None, reader.href(iri), iri), NAME_CHARS_MAX)
    other = binding.get("xml:lang")
    text = f"_:{binding['value']}" if binding["type"] == "bnode" else str(binding["value"])
    return beginning(Value(text, other if other != reader.language else None), TEXT_CHARS_MAX)
