"""Times as the data have them: four days between which something begins and ends, any of them unknown."""

from __future__ import annotations

from dataclasses import dataclass

import pyoxigraph as ox
from rdflib import RDF

from legation.ontology.terms import SEM

from .node_index import NodeIndex

BOUNDS = (
    SEM.hasEarliestBeginTimeStamp,
    SEM.hasLatestBeginTimeStamp,
    SEM.hasEarliestEndTimeStamp,
    SEM.hasLatestEndTimeStamp,
)
"""The properties of a time that have its bounds, in the order of `Bounds`."""
LAST = "~"
"""Sorts after every date."""


@dataclass(frozen=True, slots=True)
class Bounds:
    """A time as four days, each as written or empty: it begins between two of them and ends between two.

    `edtf` is its one expression (Extended Date/Time Format, levels 0 and 1), empty where there is none.
    """

    earliest_begin: str = ""
    latest_begin: str = ""
    earliest_end: str = ""
    latest_end: str = ""
    edtf: str = ""

    @property
    def days(self) -> tuple[str, str, str, str]:
        """The four days in the order of `BOUNDS`."""
        return (self.earliest_begin, self.latest_begin, self.earliest_end, self.latest_end)

    @property
    def is_known(self) -> bool:
        """Whether there is any bound."""
        return any(self.days)

    @property
    def order(self) -> tuple[str, int, str]:
        """Where it stands among others: by its begin, or else by its end, before what begins on that day."""
        begin, end = self.earliest_begin or self.latest_begin, self.latest_end or self.earliest_end
        return (begin, 1, end or LAST) if begin else (end or LAST, 0, end)


def bounds_of(index: NodeIndex, time: ox.NamedNode | None) -> Bounds:
    """The bounds of a time; none of them for no time."""
    return Bounds(*(index.text(time, day) for day in (*BOUNDS, RDF.value)))
