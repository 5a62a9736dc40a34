"""Errors as clients see them: one table of problem types, and problem documents (RFC 9457) made from it.

Errors of the graph know facts, not statuses; `ERRORS` maps them. What a problem says is made of plain sentences and the
public facts of the error; nothing of the inside is ever in it.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from legation.graph import errors, remote_text, sparql_text

from .ways_on import WayOn


@dataclass(frozen=True, slots=True)
class ProblemType:
    """A kind of problem: `slug` ends the dereferenceable IRI of its `type`, `advice` says what to do next."""

    slug: str
    status: int
    title: Mapping[str, str]
    advice: Mapping[str, str]


def _type(slug: str, status: int, title: tuple[str, str], advice: tuple[str, str]) -> ProblemType:
    languages = ("en", "fr")
    return ProblemType(
        slug, status, dict(zip(languages, title, strict=True)), dict(zip(languages, advice, strict=True))
    )


PROBLEMS = {
    problem.slug: problem
    for problem in (
        _type("bad-request", 400, ("The request cannot be understood", "La requête ne peut être comprise"),
              ("Compare the request with the manual.", "Comparez la requête avec le manuel.")),
        _type("query-syntax", 400, ("The query is not valid SPARQL", "La requête n’est pas du SPARQL valide"),
              ("Mend the query at the place named and send it again.",
               "Corrigez la requête à l’endroit indiqué et renvoyez-la.")),
        _type("query-parameters", 400, ("The parameters of the query contradict the protocol",
                                        "Les paramètres de la requête contredisent le protocole"),
              ("Compare the parameters with the SPARQL 1.1 Protocol, section 2.1.",
               "Comparez les paramètres au protocole SPARQL 1.1, section 2.1.")),
        _type("query-too-complex", 400, ("The query is nested or chained too deeply",
                                         "La requête est trop imbriquée ou trop longue en chaînes"),
              ("Split the query, or work on a dump: see /dumps/.",
               "Divisez la requête, ou travaillez sur un export : voir /dumps/.")),
        _type("unknown-format", 400, ("There is no format of this name", "Aucun format ne porte ce nom"),
              ("Choose one of the formats listed.", "Choisissez l’un des formats énumérés.")),
        _type("unknown-profile", 400, ("There is no profile of this name", "Aucun profil ne porte ce nom"),
              ("Choose one of the profiles listed, or leave `_profile` out.",
               "Choisissez l’un des profils énumérés, ou omettez `_profile`.")),
        _type("service-refused", 403, ("Federated queries are refused", "Les requêtes fédérées sont refusées"),
              ("Ask each endpoint by itself and join the answers at your side.",
               "Interrogez chaque point d’accès séparément et joignez les réponses de votre côté.")),
        _type("update-refused", 403, ("This endpoint only reads", "Ce point d’accès est en lecture seule"),
              ("A release never changes; corrections are made in the facts and published as a new release.",
               "Une version publiée ne change jamais ; une correction se fait dans les faits, puis paraît à neuf.")),
        _type("not-found", 404, ("Nothing is published here", "Rien n’est publié ici"),
              ("Start from the home page, or ask the endpoint for the IRI you look for.",
               "Partez de la page d’accueil, ou cherchez l’IRI au moyen du point d’accès.")),
        _type("method-not-allowed", 405, ("This method is not allowed here", "Cette méthode n’est pas permise ici"),
              ("Use one of the methods in the Allow header.", "Employez l’une des méthodes de l’en-tête Allow.")),
        _type("not-acceptable", 406, ("None of the formats you accept is available",
                                      "Aucun des formats que vous acceptez n’est disponible"),
              ("Ask for one of the alternates listed.", "Demandez l’un des formats énumérés.")),
        _type("not-expressible", 406, ("The answer cannot be written in this format",
                                       "La réponse ne peut s’écrire dans ce format"),
              ("Ask for Turtle, N-Triples or JSON-LD.", "Demandez Turtle, N-Triples ou JSON-LD.")),
        _type("request-timeout", 408, ("The request did not arrive in time", "La requête n’est pas arrivée à temps"),
              ("Send the whole request at once.", "Envoyez la requête d’un seul trait.")),
        _type("precondition-failed", 412, ("The content is another than the one you have",
                                           "Le contenu n’est plus celui que vous avez"),
              ("Ask again without If-Match or If-Unmodified-Since.",
               "Redemandez sans If-Match ni If-Unmodified-Since.")),
        _type("too-large", 413, ("The request is too large", "La requête est trop volumineuse"),
              ("Shorten it below the limit named, or work on a dump: see /dumps/.",
               "Réduisez-la sous la limite indiquée, ou travaillez sur un export : voir /dumps/.")),
        _type("uri-too-long", 414, ("The address is too long", "L’adresse est trop longue"),
              ("Shorten the address; a query may be sent with POST.",
               "Abrégez l’adresse ; une requête SPARQL peut être envoyée par POST.")),
        _type("media-type", 415, ("The body has a type that is not read here",
                                   "Le corps a un type qui n’est pas lu ici"),
              ("Send a form or a SPARQL query, in UTF-8.", "Envoyez un formulaire ou une requête SPARQL, en UTF-8.")),
        _type("range-not-satisfiable", 416, ("The range lies behind the end", "La plage se trouve au-delà de la fin"),
              ("Ask for bytes that the file has; a download that is complete needs no more.",
               "Demandez des octets que le fichier possède ; un téléchargement complet n’exige rien de plus.")),
        _type("client-gone", 400, ("The client closed its side of the connection",
                                   "Le client a fermé son côté de la connexion"),
              ("Keep the connection open until the answer has come.",
               "Gardez la connexion ouverte jusqu’à la réponse.")),
        _type("rate-limited", 429, ("Your queries have used up their computing time",
                                    "Vos requêtes ont épuisé leur temps de calcul"),
              ("Wait as long as Retry-After says; the addresses named instead can be read at once and cost nothing.",
               "Attendez le délai de Retry-After ; les adresses proposées se lisent aussitôt et ne coûtent rien.")),
        _type("headers-too-large", 431, ("The header fields are too large",
                                         "Les champs d’en-tête sont trop volumineux"),
              ("Send fewer or shorter header fields.", "Envoyez moins de champs, ou des champs plus courts.")),
        _type("internal", 500, ("Something went wrong on our side", "Une erreur s’est produite de notre côté"),
              ("Try again; if it stays, tell the publisher what you asked.",
               "Réessayez ; si l’erreur persiste, signalez à l’éditeur ce que vous demandiez.")),
        _type("http-version", 505, ("The answer is too long for HTTP/1.0", "La réponse est trop longue pour HTTP/1.0"),
              ("Ask over HTTP/1.1, add a LIMIT, or take a dump: see /dumps/.",
               "Demandez en HTTP/1.1, ajoutez LIMIT, ou prenez un export : voir /dumps/.")),
        _type("query-timeout", 503, ("The query took too long and was stopped",
                                     "La requête a pris trop de temps et a été arrêtée"),
              ("Ask for less: add a LIMIT or narrower patterns; or load a dump into your own store: see /dumps/.",
               "Demandez moins : LIMIT, des motifs plus précis ; ou chargez un export chez vous : voir /dumps/.")),
        _type("query-memory", 503, ("The query needed too much memory and was stopped",
                                    "La requête exigeait trop de mémoire et a été arrêtée"),
              ("Ask for less: a LIMIT, fewer joins, no large ORDER BY; or load a dump into a store: see /dumps/.",
               "Demandez moins : LIMIT, moins de jointures, pas de grand ORDER BY ; ou un export : voir /dumps/.")),
        _type("query-crashed", 503, ("The query could not be evaluated", "La requête n’a pu être évaluée"),
              ("Simplify the query; nobody else was affected.",
               "Simplifiez la requête ; personne d’autre n’est touché.")),
        _type("engine-refused", 501, ("The engine does not take this query",
                                      "Le moteur n’accepte pas cette requête"),
              ("Write the query another way, or load a dump into a store of your own: see /dumps/.",
               "Formulez la requête autrement, ou chargez un export chez vous : voir /dumps/.")),
        _type("answer-incomplete", 503, ("The answer would not have been complete",
                                         "La réponse n’aurait pas été complète"),
              ("Ask for pages with ORDER BY, LIMIT and OFFSET, or take a dump: see /dumps/.",
               "Demandez des pages avec ORDER BY, LIMIT et OFFSET, ou prenez un export : voir /dumps/.")),
        _type("engine-term-refused", 403, ("Terms of one engine are refused",
                                           "Les termes propres à un moteur sont refusés"),
              ("Use the functions of SPARQL 1.1.", "Employez les fonctions de SPARQL 1.1.")),
        _type("static-copy", 501, ("This copy of the site is files", "Cette copie du site est faite de fichiers"),
              ("Take a dump and ask it at your side: see /dumps/.",
               "Prenez un export et interrogez-le chez vous : voir /dumps/.")),
        _type("busy", 503, ("Too many queries are running", "Trop de requêtes sont en cours"),
              ("Wait as long as Retry-After says and ask again.", "Attendez le délai de Retry-After puis redemandez.")),
        _type("unavailable", 503, ("The release cannot be read just now",
                                    "La version publiée ne peut être lue pour l’instant"),
              ("Try again in a moment.", "Réessayez dans un instant.")),
    )
}  # fmt: skip

ERRORS: Mapping[type[errors.LegationError], str] = {
    sparql_text.ServiceRefused: "service-refused",
    sparql_text.UpdateRefused: "update-refused",
    sparql_text.QueryTooLong: "too-large",
    sparql_text.QueryTooDeep: "query-too-complex",
    sparql_text.QuerySyntaxError: "query-syntax",
    errors.NotExpressible: "not-expressible",
    errors.PageKeyMalformed: "bad-request",
    errors.QueryTimeout: "query-timeout",
    errors.EngineTimeout: "query-timeout",
    errors.QueryAbandoned: "client-gone",
    errors.QueryMemory: "query-memory",
    errors.QueryCrashed: "query-crashed",
    errors.EngineUnavailable: "unavailable",
    errors.EngineRefused: "engine-refused",
    errors.AnswerIncomplete: "answer-incomplete",
    remote_text.TermRefused: "engine-term-refused",
    errors.StoreBusy: "busy",
    errors.ReleaseError: "unavailable",
}
"""Which problem an error of the graph becomes; the first class that fits, in this order."""


@dataclass(frozen=True, slots=True)
class Problem:
    """One problem: a type, a plain sentence about this case, the error's public facts, and header fields to send."""

    type: ProblemType
    detail: str
    facts: Mapping[str, Any] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)

    def to_json(self, type_iri: str, language: str = "en") -> str:
        """The problem document (RFC 9457, section 3) as JSON text; `advice` is an extension member."""
        members = {
            "type": type_iri,
            "title": self.type.title[language],
            "status": self.type.status,
            "detail": self.detail,
            "advice": self.type.advice[language],
        }
        return json.dumps({**self.facts, **members}, ensure_ascii=False, indent=2, default=str) + "\n"


class ProblemRaised(Exception):
    """Raised anywhere in a view to answer with a problem."""

    def __init__(self, slug: str, detail: str, *, headers: Mapping[str, str] | None = None, **facts: Any) -> None:
        self.problem = Problem(PROBLEMS[slug], detail, facts, headers or {})
        super().__init__(detail)


def with_ways_on(error: errors.QueryTimeout, ways: Iterable[WayOn]) -> ProblemRaised:
    """The problem of a query that was stopped, with the ways on that it has."""
    problem, ways = problem_of(error), tuple(ways)
    detail = " ".join((f"{problem.detail}.", *(way.sentence for way in ways)))
    facts = {**problem.facts, "instead": [way.address for way in ways]}
    return ProblemRaised(problem.type.slug, detail, headers=problem.headers, **facts)


def problem_of(error: errors.LegationError) -> Problem:
    """The problem that an error of the graph becomes; an error that is not in the table is an internal one."""
    slug = next((slug for kind, slug in ERRORS.items() if isinstance(error, kind)), "internal")
    if slug == "internal":
        return Problem(PROBLEMS[slug], "The server met an error it did not expect.")
    headers = {"Retry-After": str(getattr(error, "retry_after_s", 1))} if PROBLEMS[slug].status == 503 else {}
    return Problem(PROBLEMS[slug], f"{error}", errors.facts_of(error), headers)
