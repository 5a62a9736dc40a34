"""The one table of formats."""

import re
from collections import Counter
from importlib import resources
from pathlib import Path

import pytest

from legation.graph import formats

ROOT = Path(str(resources.files("legation.graph"))).parent
MEDIA_TYPE = re.compile(r"[\"'](?:text|application|image)/[a-z0-9.+-]+")


def test_no_media_type_is_written_anywhere_else() -> None:
    """A second table would one day disagree with the first."""
    sources = [path for folder in ("ontology", "shapes", "graph", "server") for path in (ROOT / folder).glob("*.py")]
    found = {path.name for path in sources if MEDIA_TYPE.search(path.read_text("utf-8"))}
    assert found == {"formats.py"}


@pytest.mark.parametrize("group", [formats.RDF_FORMATS, formats.RESULTS_FORMATS, formats.DOCUMENT_FORMATS], ids=str)
def test_names_are_unique_within_a_choice(group: tuple[formats.Format, ...]) -> None:
    """A short name, an extension and a media type each lead to one format of those offered together."""
    for attribute in ("key", "extension", "media_type"):
        assert max(Counter(getattr(form, attribute) for form in group).values()) == 1


@pytest.mark.parametrize(
    ("name", "expected"),
    [("turtle", formats.TURTLE), ("ttl", formats.TURTLE), (" TTL ", formats.TURTLE), ("srj", None), ("", None)],
)
def test_a_short_name_or_an_extension_finds_its_format(name: str, expected: formats.Format | None) -> None:
    """`?format=ttl` and `?format=turtle` are the same."""
    assert formats.by_key(name, formats.RDF_FORMATS) is expected


def test_the_engine_knows_every_rdf_format() -> None:
    """A format of the table that the engine cannot write would be a promise nobody keeps."""
    from legation.graph.serialisation import rdf_format

    assert [rdf_format(form).media_type for form in formats.RDF_FORMATS] == [f.media_type for f in formats.RDF_FORMATS]
