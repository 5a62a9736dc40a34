"""The forms of one document and their addresses: a stem that is negotiated, and a suffix for each form.

doc/x/E          negotiated
doc/x/E.ttl      Turtle; likewise .jsonld .rdf .nt
doc/x/E.html     the page, its language by Accept-Language or ?lang=
doc/x/E.fr.html  the page in French, whatever a request says
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from legation.graph.formats import DOCUMENT_FORMATS, HTML, Format

from .links import link
from .speech import LANGUAGES


@dataclass(frozen=True, slots=True)
class Variant:
    """One form of a document: a format, and the language of a page where its address fixes it."""

    format: Format
    language: str | None = None

    @property
    def suffix(self) -> str:
        """What its address ends with, the dot included."""
        return f".{self.language}.{self.format.extension}" if self.language else f".{self.format.extension}"

    def address(self, stem: str, query: str = "") -> str:
        """Where it lives, for a document whose further parts are told apart by a query."""
        return stem + self.suffix + (f"?{query}" if query else "")


VARIANTS = (*map(Variant, DOCUMENT_FORMATS), *(Variant(HTML, language) for language in LANGUAGES))
"""Every form that a document has an address for."""
_LONGEST_FIRST = sorted(VARIANTS, key=lambda variant: -len(variant.suffix))


def split(path: str) -> tuple[str, Variant | None]:
    """The stem of a path and the form that its suffix names; the path itself and None where it names none."""
    found = next((v for v in _LONGEST_FIRST if path.endswith(v.suffix) and len(path) > len(v.suffix)), None)
    return (path.removesuffix(found.suffix), found) if found else (path, None)


def alternates(stem: str, query: str = "") -> Iterator[str]:
    """A link to each form of a document, with its type, and its language where that is fixed (RFC 8288, 3.4.1)."""
    for variant in VARIANTS:
        language = {"hreflang": variant.language} if variant.language else {}
        yield link(variant.address(stem, query), "alternate", type=variant.format.media_type, **language)
