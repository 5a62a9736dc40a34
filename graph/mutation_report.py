"""Tells what came of the mutants: shares by kind, which rules stopped them, and what got through and why."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

import pyoxigraph as ox

from .identifiers import Base
from .mutants import Kind, Mutant, short
from .mutation import Outcome, Verdict
from .mutation_scope import argument_for, reason_beyond

SHARE_MIN = 0.95
"""Of the mutants that a rule is meant to catch, the share that must be caught."""


@dataclass(frozen=True, slots=True)
class Tally:
    """The verdicts that count, in three heaps: mutants that a rule is meant to catch, those of them that got through,
    and mutants that no rule is meant to catch."""

    protected: tuple[Verdict, ...]
    escaped: tuple[Verdict, ...]
    beyond: tuple[Verdict, ...]

    @property
    def share(self) -> float:
        """The share caught of the mutants that a rule is meant to catch; 1 where there are none."""
        return 1 - len(self.escaped) / len(self.protected) if self.protected else 1.0


def tally(verdicts: Iterable[Verdict]) -> Tally:
    """Sort the verdicts; a mutant that leaves the facts as they were is none."""
    counted = [verdict for verdict in verdicts if verdict.outcome is not Outcome.EQUIVALENT]
    protected = tuple(verdict for verdict in counted if reason_beyond(verdict.mutant) is None)
    return Tally(
        protected,
        tuple(verdict for verdict in protected if not verdict.outcome.is_caught),
        tuple(verdict for verdict in counted if reason_beyond(verdict.mutant) is not None),
    )


def report_lines(found: Tally, base: Base) -> Iterator[str]:
    """The report as text, a line each; IRIs are short, or relative to the base."""
    yield from _by_kind(found.protected)
    yield ""
    caught = len(found.protected) - len(found.escaped)
    yield f"Caught: {caught} of {len(found.protected)} mutants that a rule is meant to catch, {found.share:.2%}"
    yield f"  {_outcomes(found.protected)}"
    yield f"  stopped by {_rules(found.protected)}"
    yield ""
    yield "Not caught, and why:" if found.escaped else "Nothing got through."
    yield from _escapes(found, base)
    yield ""
    yield from _beyond(found.beyond)


def _by_kind(verdicts: Sequence[Verdict]) -> Iterator[str]:
    made = Counter(verdict.mutant.kind for verdict in verdicts)
    caught = Counter(verdict.mutant.kind for verdict in verdicts if verdict.outcome.is_caught)
    yield "   made  caught    share  kind"
    for kind in (kind for kind in Kind if made[kind]):
        yield f"{made[kind]:7d} {caught[kind]:7d} {caught[kind] / made[kind]:8.1%}  {kind.value}"


def _outcomes(verdicts: Iterable[Verdict]) -> str:
    counts = Counter(verdict.outcome for verdict in verdicts)
    return ", ".join(f"{counts[outcome]} {outcome.value}" for outcome in Outcome if counts[outcome])


def _rules(verdicts: Iterable[Verdict]) -> str:
    """The rules with the mutants that each was the first to stop."""
    caught = (verdict for verdict in verdicts if verdict.outcome is Outcome.VIOLATION)
    counts = Counter(rule for verdict in caught for rule in verdict.rules)
    return ", ".join(f"{rule} {count}" for rule, count in sorted(counts.items())) or "no rule"


def _escapes(found: Tally, base: Base) -> Iterator[str]:
    made = Counter(verdict.mutant.group for verdict in found.protected)
    groups: dict[tuple[str, str, str], list[Verdict]] = defaultdict(list)
    for verdict in found.escaped:
        groups[verdict.mutant.group].append(verdict)
    for group, verdicts in sorted(groups.items()):
        kind, of, predicate = group
        first = verdicts[0]
        yield f"{len(verdicts):5d} of {made[group]:4d}  {predicate} of {of}: {kind} ({_outcomes(verdicts)})"
        yield f"               e.g. {_example(first.mutant, base)}"
        yield f"               {argument_for(first.mutant)}"


def _example(mutant: Mutant, base: Base) -> str:
    removed, added = (
        " , ".join(f"{_term(quad.predicate, base)} {_term(quad.object, base)}" for quad in quads)
        for quads in (mutant.removed, mutant.added)
    )
    subject = (*mutant.removed, *mutant.added)[0].subject
    return f"{_term(subject, base)}: {removed or 'nothing'} -> {added or 'nothing'}"


def _term(term: ox.NamedNode | ox.BlankNode | ox.Literal | ox.Triple, base: Base) -> str:
    if isinstance(term, ox.NamedNode):
        return base.relative(short(term.value))
    return "[]" if isinstance(term, ox.BlankNode) else str(term)


def _beyond(verdicts: Sequence[Verdict]) -> Iterator[str]:
    caught = sum(verdict.outcome.is_caught for verdict in verdicts)
    yield f"Beyond any rule: {len(verdicts)} more mutants, {caught} of them caught all the same"
    counts = Counter(reason_beyond(verdict.mutant) for verdict in verdicts)
    for reason, count in counts.most_common():
        yield f"{count:7d}  {reason}"
