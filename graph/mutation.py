"""Mutation testing of the gate: is each mistake that a hand could make in the facts refused, and by which rule?

A mutant goes the whole way of the facts: blank nodes named, literals compared with what the store keeps, the direct
layer derived, the shapes applied. It is caught when reading fails (FactsError), when the gate refuses to check
(GateError), or when a rule of severity Violation reports what it did not report before. Warnings do not count.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from contextlib import contextmanager
from dataclasses import dataclass
from enum import Enum
from functools import lru_cache
from multiprocessing import get_context
from pathlib import Path

import pyoxigraph as ox
from rdflib import RDFS

from legation.ontology import load_ontology, ontology_files
from legation.shapes import load_shapes

from .errors import FactsError, LegationError
from .fact_files import read_facts
from .identifiers import Base
from .incremental import IncrementalAssembly, IncrementalGate
from .mutants import Mutant, mutants
from .rdflib_terms import rdflib_graph, rdflib_triple
from .validation import Severity

Progress = Callable[[int, int], None]
_CHUNK = 100
"""Mutants that a process judges before it reports: about a second's work."""


class Outcome(Enum):
    """What became of a mutant; the value is how a report names it."""

    READING = "refused when read"
    GATE = "refused by the gate"
    VIOLATION = "violation"
    WARNING = "warning only"
    INFO = "info only"
    ESCAPED = "escaped"
    CRASHED = "the check crashed"
    EQUIVALENT = "the same facts"

    @property
    def is_caught(self) -> bool:
        """Whether the mutant could not have been published."""
        return self in {Outcome.READING, Outcome.GATE, Outcome.VIOLATION}


@dataclass(frozen=True, slots=True)
class Verdict:
    """What became of one mutant, and the numbers of the rules that reported it."""

    mutant: Mutant
    outcome: Outcome
    rules: tuple[str, ...] = ()


class Bench:
    """The facts of one folder, their mutants, and the gate made ready to judge them.

    Raises FactsError and GateError as a check does, and LegationError where the facts themselves have violations.
    """

    def __init__(self, folder: Path, base: Base) -> None:
        self._quads = tuple(quad for file in read_facts(folder, base) for quad in file.quads)
        vocabulary = [quad for file in ontology_files() for quad in _parsed(file.read_bytes())]
        subclasses = [quad for quad in vocabulary if quad.predicate == ox.NamedNode(str(RDFS.subClassOf))]
        self._assembly = IncrementalAssembly(self._quads, subclasses, base)
        self.mutants = mutants(self._quads, vocabulary, base)
        self._gate = IncrementalGate(rdflib_graph(self._assembly.triples), load_shapes(), load_ontology())
        if not self._gate.report.conforms:
            raise LegationError("the facts have violations already; mend them first: legation check")

    def verdict(self, mutant: Mutant) -> Verdict:
        """What becomes of one mutant. A crash publishes nothing either, but tells nobody what to mend: no catch."""
        try:
            return self._verdict(mutant)
        except FactsError:
            return Verdict(mutant, Outcome.READING)
        except Exception:
            return Verdict(mutant, Outcome.CRASHED)

    def _verdict(self, mutant: Mutant) -> Verdict:
        removed, added = self._assembly.change(mutant.removed, mutant.added)
        if not removed and not added:
            return Verdict(mutant, Outcome.EQUIVALENT)
        judgement = self._gate.judge(map(rdflib_triple, removed), map(rdflib_triple, added))
        if judgement.problems:
            return Verdict(mutant, Outcome.GATE)
        for severity, outcome in _OUTCOMES.items():
            if rules := judgement.of(severity):
                return Verdict(mutant, outcome, tuple(sorted(rules)))
        return Verdict(mutant, Outcome.ESCAPED)

    def spoilt(self, mutant: Mutant) -> list[ox.Quad]:
        """The authored quads with the mistake in them."""
        return [*(quad for quad in self._quads if quad not in mutant.removed), *mutant.added]


_OUTCOMES = {
    Severity.VIOLATION: Outcome.VIOLATION,
    Severity.WARNING: Outcome.WARNING,
    Severity.INFO: Outcome.INFO,
}


def _parsed(turtle: bytes) -> Iterator[ox.Quad]:
    return iter(ox.parse(turtle, format=ox.RdfFormat.TURTLE))


@lru_cache(maxsize=1)
def bench(folder: Path, base: Base) -> Bench:
    """The bench of a folder, one a process: it takes seconds to build and judges thousands. Raises as Bench does."""
    return Bench(folder, base)


def run(folder: Path, base: Base, numbers: Sequence[int], processes: int, progress: Progress) -> list[Verdict]:
    """The verdicts on the mutants of these numbers, in their order; `progress` is told how many of how many.

    Processes are begun anew ("spawn"), so each reads the facts for itself and nothing is shared.
    """
    chunks = [numbers[start : start + _CHUNK] for start in range(0, len(numbers), _CHUNK)]
    done: dict[int, Verdict] = {}
    for verdicts in _judged_chunks(folder, base, chunks, processes):
        done.update(verdicts)
        progress(len(done), len(numbers))
    return [done[number] for number in sorted(done)]


def _judged_chunks(
    folder: Path, base: Base, chunks: list[Sequence[int]], processes: int
) -> Iterator[list[tuple[int, Verdict]]]:
    if processes == 1:
        yield from (_judged(folder, base, chunk) for chunk in chunks)
        return
    with ProcessPoolExecutor(processes, mp_context=get_context("spawn")) as pool:
        for future in as_completed([pool.submit(_judged, folder, base, chunk) for chunk in chunks]):
            yield future.result()


def _judged(folder: Path, base: Base, numbers: Sequence[int]) -> list[tuple[int, Verdict]]:
    own = bench(folder, base)
    with _unheard_warnings():
        return [(number, own.verdict(own.mutants[number])) for number in numbers]


@contextmanager
def _unheard_warnings() -> Iterator[None]:
    """rdflib logs a traceback for each literal that is not of its datatype's form; here they are made on purpose."""
    logger = logging.getLogger("rdflib.term")
    level = logger.level
    logger.setLevel(logging.ERROR)
    try:
        yield
    finally:
        logger.setLevel(level)
