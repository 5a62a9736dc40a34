"""Compacts expanded JSON-LD with a context that is known and simple, in a fraction of the general algorithm's time.

What a context may have here is what ours has: prefixes, terms with `@type` and with `@container` `@set` or
`@language`, property-scoped contexts that hold an `@vocab` and do not propagate, an `@vocab` of its own, and other
names for keywords. Whatever does not fit a term is written in the longer form that every processor reads the same, so
that expanding (JSON-LD 1.1 API, section 5.1) gives back what was compacted. IRIs of nodes stay whole: a reader can
follow them.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from .errors import NotExpressible

Node = Mapping[str, Any]
_KEYWORDS = ("@id", "@type", "@included", "@reverse")
_LANGUAGE = re.compile(r"[a-z]{2,3}(-[a-z0-9]+)*")
_REMEMBERED_MAX = 10_000
_GEN_DELIMS = (":", "/", "?", "#", "[", "]", "@")
"""What the IRI of a term must end with to be a prefix (JSON-LD 1.1 API, section 4.2.2, step 14.2.5)."""


@dataclass(frozen=True, slots=True)
class _Term:
    """One term: the IRI that it stands for, how its values are read, and whether they stand in an array."""

    name: str
    iri: str
    coercion: str | None = None
    is_set: bool = False
    is_language_map: bool = False
    vocab: str | None = None


@dataclass(frozen=True)
class Context:
    """A context with the address under which documents name it; documents hold it whole where that is None."""

    definitions: Mapping[str, Any]
    iri: str | None = None

    @cached_property
    def _prefixes(self) -> Mapping[str, str]:
        simple = {name: value for name, value in self.definitions.items() if isinstance(value, str)}
        return {name: iri for name, iri in simple.items() if name[0] != "@" and iri.endswith(_GEN_DELIMS)}

    @cached_property
    def _vocab(self) -> str | None:
        return self.definitions.get("@vocab")

    @cached_property
    def _terms(self) -> Mapping[str, Sequence[_Term]]:
        """The terms of each IRI; the plain ones of a class or a prefix among them."""
        found: dict[str, list[_Term]] = {}
        for name, value in self.definitions.items():
            if name[0] != "@" and not (isinstance(value, str) and value.startswith("@")):
                term = self._term(name, {"@id": value} if isinstance(value, str) else value)
                found.setdefault(term.iri, []).append(term)
        return found

    def _term(self, name: str, definition: Mapping[str, Any]) -> _Term:
        container = definition.get("@container")
        return _Term(
            name,
            self._whole(definition.get("@id", name)),
            self._whole(definition["@type"]) if "@type" in definition else None,
            is_set=container == "@set",
            is_language_map=container == "@language",
            vocab=definition.get("@context", {}).get("@vocab"),
        )

    def _whole(self, name: str) -> str:
        """The IRI that a compact IRI or a name in the context stands for."""
        prefix, colon, local = name.partition(":")
        if name.startswith("@") or (colon and prefix not in self._prefixes):
            return name
        return self._prefixes[prefix] + local if colon else f"{self._vocab or ''}{name}"

    @cached_property
    def _aliases(self) -> Mapping[str, str]:
        """What the keywords are called."""
        named = {value: name for name, value in self.definitions.items() if name[0] != "@" and value in _KEYWORDS}
        return {keyword: named.get(keyword, keyword) for keyword in _KEYWORDS}

    # Names ------------------------------------------------------------------------------------------------------

    def _checked(self, iri: str) -> str:
        """An IRI that is written whole. Raises NotExpressible where its scheme would be read as a prefix."""
        scheme, _, rest = iri.partition(":")
        if scheme in self._prefixes and not rest.startswith("//"):
            raise NotExpressible(f"JSON-LD would read the scheme of <{iri}> as a prefix; ask for Turtle or N-Triples")
        return iri

    def _word(self, iri: str, vocab: str | None = None) -> str:
        """A class, a property or a code: a term, what follows the vocabulary, a compact IRI, or the whole IRI."""
        plain = next((term.name for term in self._terms.get(iri, ())), None)
        if plain:
            return plain
        space = vocab or self._vocab
        local = iri.removeprefix(space) if space and iri.startswith(space) else ""
        if local and ":" not in local and local[0] != "@" and local not in self.definitions:
            return local
        return self._compact(iri)

    def _compact(self, iri: str) -> str:
        """A prefixed name, or the whole IRI."""
        found = self._compacted.get(iri)
        if found is None:
            fitting = ((space, prefix) for prefix, space in self._prefixes.items() if iri.startswith(space))
            names = (f"{prefix}:{iri[len(space) :]}" for space, prefix in sorted(fitting, reverse=True))
            found = next((name for name in names if self._is_safe(name)), None) or self._checked(iri)
            if len(self._compacted) < _REMEMBERED_MAX:
                self._compacted[iri] = found
        return found

    def _is_safe(self, name: str) -> bool:
        """Whether a prefixed name is read as one: not as a term, nor as an IRI with an authority."""
        local = name.partition(":")[2]
        return bool(local) and name not in self.definitions and not local.startswith("//")

    @cached_property
    def _compacted(self) -> dict[str, str]:
        return {}

    # Documents --------------------------------------------------------------------------------------------------

    def compacted(self, roots: Sequence[Node]) -> dict[str, Any]:
        """One document: a root with its context, or several under `@graph`."""
        head = {"@context": self.iri or dict(self.definitions)}
        if len(roots) == 1:
            return head | self._node(roots[0])
        return head | {"@graph": [self._node(root) for root in roots]}

    def _node(self, node: Node) -> dict[str, Any]:
        """A node object: identity and kind first, then names, then the rest by key, last what stands beside it."""
        found: dict[str, Any] = {}
        if "@id" in node:
            found[self._aliases["@id"]] = self._checked(node["@id"])
        if "@type" in node:
            types = [self._word(iri) for iri in node["@type"]]
            found[self._aliases["@type"]] = types[0] if len(types) == 1 else types
        properties = self._properties((key, node[key]) for key in node if not key.startswith("@"))
        found |= dict(sorted(properties.items(), key=_rank))
        if "@reverse" in node:
            found[self._aliases["@reverse"]] = {
                self._key(iri): [self._node(other) for other in others] for iri, others in node["@reverse"].items()
            }
        if "@included" in node:
            found[self._aliases["@included"]] = [self._node(other) for other in node["@included"]]
        return found

    def _properties(self, properties: Iterable[tuple[str, Sequence[Node]]]) -> dict[str, Any]:
        found: dict[str, Any] = {}
        for iri, values in properties:
            for value in values:
                term = self._fitting(iri, value)
                if term is None:
                    _add(found, self._compact(iri), self._value(value, None), is_set=False)
                elif term.is_language_map:
                    _add(found.setdefault(term.name, {}), value["@language"], value["@value"], is_set=False)
                else:
                    _add(found, term.name, self._value(value, term), is_set=term.is_set)
        return found

    def _key(self, iri: str) -> str:
        """The key of a property whose values are nodes, written as objects."""
        term = self._fitting(iri, {})
        return term.name if term else self._compact(iri)

    def _fitting(self, iri: str, value: Node) -> _Term | None:
        """The term for a property with this value: a language map takes texts with a language and nothing else."""
        terms = [*self._terms.get(iri, ()), *self._by_vocab(iri)]
        is_text = "@language" in value
        return next((term for term in terms if not term.is_language_map or is_text), None)

    def _by_vocab(self, iri: str) -> Iterator[_Term]:
        if self._vocab and (name := self._word(iri)) and ":" not in name and name not in self.definitions:
            yield _Term(name, iri)

    def _value(self, value: Node, term: _Term | None) -> Any:
        coercion = term.coercion if term else None
        if "@list" in value:
            return {"@list": [self._value(item, term) for item in value["@list"]]}
        if "@value" in value:
            return self._literal(value, coercion)
        if value.keys() == {"@id"} and coercion == "@id":
            return self._checked(value["@id"])
        if value.keys() == {"@id"} and coercion == "@vocab" and not value["@id"].startswith("_:"):
            return self._word(value["@id"], term.vocab if term else None)
        return self._node(value)

    def _literal(self, value: Node, coercion: str | None) -> Any:
        kind = value.get("@type")
        is_plain = "@language" not in value and (kind is None if coercion is None else kind == coercion)
        return value["@value"] if is_plain else dict(value) | ({"@type": self._word(kind)} if kind else {})


def _rank(item: tuple[str, object]) -> tuple[bool, str]:
    """Names and texts come first."""
    key, value = item
    return key != "name" and not _is_language_map(value), key


def _is_language_map(value: object) -> bool:
    """Whether a value is texts by language, which are read first; what else an object can be has a longer key."""
    return isinstance(value, dict) and bool(value) and all(_LANGUAGE.fullmatch(key) for key in value)


def _add(found: dict[str, Any], key: str, value: Any, *, is_set: bool) -> None:
    """Put a value beside those that are there: alone as it is, several in an array, and always so in a set."""
    if key not in found:
        found[key] = [value] if is_set else value
    elif isinstance(found[key], list):
        found[key].append(value)
    else:
        found[key] = [found[key], value]
