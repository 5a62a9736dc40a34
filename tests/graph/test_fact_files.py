"""Reading fact files."""

from pathlib import Path

import pyoxigraph as ox
import pytest

from legation.graph.errors import FactsError, FactsSyntaxError
from legation.graph.fact_files import read_data, read_facts, read_unmet, subject_lines
from legation.graph.identifiers import Base

BASE = Base("http://localhost:8000/")


def write(folder: Path, name: str, text: str) -> Path:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, "utf-8")
    return path


def test_a_file_is_a_named_graph_under_the_base(tmp_path: Path) -> None:
    """`article/x.ttl` becomes `{base}graph/article/x`, and relative IRIs are resolved against the base."""
    write(tmp_path, "article/x.ttl", "<id/a> <id/p> <id/b> .")
    (file,) = read_facts(tmp_path, BASE)
    assert file.quads == (
        ox.Quad(
            ox.NamedNode(BASE.thing("a")),
            ox.NamedNode(BASE.thing("p")),
            ox.NamedNode(BASE.thing("b")),
            ox.NamedNode(BASE.graph("article/x")),
        ),
    )


def test_a_syntax_error_names_file_line_and_column(tmp_path: Path) -> None:
    """The curator is led to the very place."""
    write(tmp_path, "bad.ttl", "<id/a> <id/p> <id/b> .\n<id/a> <id/p q> <id/b> .\n")
    with pytest.raises(FactsSyntaxError) as caught:
        read_facts(tmp_path, BASE)
    assert (caught.value.file, caught.value.line) == ("bad.ttl", 2)
    assert str(caught.value).startswith("bad.ttl:2:")


def test_bytes_that_are_not_utf_8_are_an_error_not_a_crash(tmp_path: Path) -> None:
    """A file in another encoding is refused with the byte's place."""
    (tmp_path / "latin.ttl").write_bytes(b'<id/a> <id/p> "caf\xe9" .')
    with pytest.raises(FactsSyntaxError, match="not UTF-8: byte 18"):
        read_facts(tmp_path, BASE)


def test_an_empty_folder_is_an_error_that_says_what_to_do(tmp_path: Path) -> None:
    """An empty release is never what anybody meant."""
    with pytest.raises(FactsError, match="--facts names the folder"):
        read_facts(tmp_path, BASE)


def test_subject_lines_see_statements_and_nothing_else() -> None:
    """Strings, comments, nested blank nodes and objects are no subjects; decimals do not end a statement."""
    text = """@prefix c: <id/claim/> .
# <id/comment> <p> <o> .
<id/a> <id/p> "<id/string> ." , 1.5 ;
  <id/q> [ <id/inner> <id/o> ] .
c:one <id/p> \"\"\"long .
<id/long> <p> <o> .\"\"\" .

c:two <id/p> c:one.
<id/a> <id/p> <id/late> .
"""
    assert subject_lines(text, BASE, {"c": BASE.resolve("id/claim/")}) == {
        BASE.thing("a"): 3,
        BASE.thing("claim/one"): 5,
        BASE.thing("claim/two"): 8,
    }


def test_anybodys_data_keep_graphs_and_blank_nodes_apart(tmp_path: Path) -> None:
    """Two files with the same blank node label speak of two nodes (RDF 1.1 Concepts, section 3.4)."""
    paths = [write(tmp_path, name, "_:x <http://a/p> <http://a/o> .") for name in ("1.nt", "2.nt")]
    paths.append(write(tmp_path, "3.trig", "<http://a/g> { <http://a/s> <http://a/p> 1 }"))
    quads = [quad for file in read_data(paths, BASE) for quad in file.quads]
    assert len({quad.subject for quad in quads if isinstance(quad.subject, ox.BlankNode)}) == 2
    assert ox.NamedNode("http://a/g") in {quad.graph_name for quad in quads}


def test_an_unknown_extension_is_refused_with_those_known(tmp_path: Path) -> None:
    """The format is never guessed."""
    with pytest.raises(FactsError, match=r"unknown extension; known are \.ttl"):
        list(read_data([write(tmp_path, "x.csv", "")], BASE))


def test_a_folder_may_say_which_rules_it_leaves_unmet(tmp_path: Path) -> None:
    """One line a rule, with the reason; without the file there is none."""
    assert read_unmet(tmp_path) == {}
    (tmp_path / "unmet.txt").write_text("# why\n\nK44 nothing is quoted\nK60  no limit\n", "utf-8")
    assert read_unmet(tmp_path) == {"K44": "nothing is quoted", "K60": "no limit"}


@pytest.mark.parametrize("line", ["K44", "K44 ", "K4 no", "the rules of missions"])
def test_a_rule_is_left_unmet_for_a_reason(tmp_path: Path, line: str) -> None:
    """A line without a rule or without a reason is refused, with its place."""
    (tmp_path / "unmet.txt").write_text(f"# why\n{line}\n", "utf-8")
    with pytest.raises(FactsSyntaxError, match=r"unmet\.txt:2"):
        read_unmet(tmp_path)
