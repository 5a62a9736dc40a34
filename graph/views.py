"""The derived views of a release: other forms of the same content, made from its quads and never the other way round.

What there is:
    reifiers.nq reifiers.ttl   claims as RDF 1.2 reifiers of triple terms
    nanopublications.trig      what is affirmed outright, one nanopublication a claim
    claims.csv                 one row a claim
    claims-codebook.csv        what the columns of the table hold
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

import pyoxigraph as ox

from legation.ontology.terms import DIP

from .claims_table import claims_table, codebook
from .formats import N_QUADS, RESULTS_CSV, TRIG, TURTLE, Format
from .identifiers import Base
from .nanopublications import NANOPUB_PREFIXES, nanopublication_quads
from .node_index import NodeIndex
from .prefixes import PREFIXES
from .reifiers import reifier_triples
from .serialisation import serialise

Write = Callable[[NodeIndex, Base], bytes]


@dataclass(frozen=True, slots=True)
class View:
    """One view: its file's stem and format, its title in each language, and the pure function that writes it."""

    stem: str
    form: Format
    titles: Mapping[str, str]
    write: Write

    @property
    def name(self) -> str:
        """The file name in a release's `views/` folder, and the name that `legation dump --view` takes."""
        return f"{self.stem}.{self.form.extension}"


def _reifiers(form: Format) -> Write:
    return lambda index, _: serialise(reifier_triples(index), form, PREFIXES)


def _nanopublications(index: NodeIndex, _: Base) -> bytes:
    return serialise(nanopublication_quads(index), TRIG, {**PREFIXES, **NANOPUB_PREFIXES})


_REIFIERS = {"en": "Claims as RDF 1.2 reifiers", "fr": "Assertions en réificateurs RDF 1.2"}

VIEWS: tuple[View, ...] = (
    View("claims", RESULTS_CSV, {"en": "Claims table", "fr": "Table des assertions"}, claims_table),
    View(
        "claims-codebook",
        RESULTS_CSV,
        {"en": "Codebook of the claims table", "fr": "Dictionnaire de la table des assertions"},
        lambda _index, _base: codebook(),
    ),
    View(
        "nanopublications",
        TRIG,
        {"en": "Claims affirmed outright as nanopublications", "fr": "Assertions sans réserve en nanopublications"},
        _nanopublications,
    ),
    View("reifiers", TURTLE, _REIFIERS, _reifiers(TURTLE)),
    View("reifiers", N_QUADS, _REIFIERS, _reifiers(N_QUADS)),
)
"""Every view there is."""

VIEW_NAMES: tuple[str, ...] = tuple(view.name for view in VIEWS)


def views(quads: Iterable[ox.Quad], base: Base) -> dict[str, bytes]:
    """Every view of a release's quads, by file name; none where there is no claim.

    The same quads give the same bytes, in whatever order they come.
    """
    index = NodeIndex(quads)
    return {view.name: view.write(index, base) for view in VIEWS} if index.instances(DIP.Claim) else {}
