"""Rule D4 of the HTTP contract, pure: one row a clause."""

from __future__ import annotations

import pytest

from legation.graph.identifiers import is_valid_iri
from legation.server.addresses import BadAddress, as_uri, leaves_its_space, path_of, spellings


@pytest.mark.parametrize(
    ("raw", "path"),
    [
        pytest.param("/doc/a/b", "a/b", id="D4-plain"),
        pytest.param("/doc/a%2Fb", "a%2Fb", id="D4-an-escaped-slash-stays"),
        pytest.param("/doc/a%252Fb", "a%252Fb", id="D4-nothing-is-decoded-twice"),
        pytest.param("/doc/%C3%A9", "%C3%A9", id="D4-escapes-as-written"),
        pytest.param("/doc/Ã©", "é", id="D4-raw-UTF-8"),
        pytest.param("/d%6Fc/a?b/c", "a", id="D4-the-query-is-not-the-path"),
        pytest.param("/doc//a//", "/a//", id="D4-empty-segments-stay"),
    ],
)
def test_a_path_is_read_as_it_was_written(raw: str, path: str) -> None:
    """`raw` is the request line's bytes as Latin-1."""
    assert path_of(raw, 1) == path


@pytest.mark.parametrize(
    "raw",
    [
        pytest.param("/doc/%00", id="D4-NUL"),
        pytest.param("/doc/a%00b", id="D4-NUL-within"),
        pytest.param("/doc/%FF", id="D4-not-UTF-8"),
        pytest.param("/doc/\xff", id="D4-raw-not-UTF-8"),
        pytest.param("/doc/%C3", id="D4-UTF-8-cut-short"),
        pytest.param("/doc/%C0%AF", id="D4-overlong-UTF-8"),
        pytest.param("/doc/%ED%A0%80", id="D4-a-surrogate"),
        pytest.param("/doc/\xc3%A9", id="D4-half-raw-half-escaped-is-raw-malformed"),
        pytest.param("/doc/%zz", id="D4-no-escape"),
        pytest.param("/doc/a%", id="D4-a-lone-percent"),
        pytest.param("/doc/a%4", id="D4-half-an-escape"),
    ],
)
def test_a_path_that_is_no_text_is_refused(raw: str) -> None:
    """400, whoever asks."""
    with pytest.raises(BadAddress):
        path_of(raw, 1)


@pytest.mark.parametrize("one", ["a/%C3%A9", "a/%c3%a9", "a/é", "%61/%c3%A9"])
@pytest.mark.parametrize("other", ["a/%C3%A9", "a/%c3%a9", "a/é"])
def test_escapes_in_either_case_and_raw_utf_8_meet(one: str, other: str) -> None:
    """Whichever of them names the thing in the data, each of them finds it."""
    assert other in spellings(one)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        pytest.param("a%2Fb", "a/b", id="slash"),
        pytest.param("a%252Fb", "a%2Fb", id="percent"),
        pytest.param("a%3Fb", "a?b", id="question-mark"),
        pytest.param("a%23b", "a#b", id="number-sign"),
        pytest.param("a%20b", "a b", id="space"),
        pytest.param("a%3Eb", "a>b", id="bracket"),
        pytest.param("a+b", "a b", id="plus"),
    ],
)
def test_names_that_differ_do_not_meet(one: str, other: str) -> None:
    """An escape of a character that parts, or that no IRI holds, is not undone."""
    assert other not in spellings(one)


@pytest.mark.parametrize("path", ["a%3E%20b", "a%22%7B", "a%0D%0Ab", "é%3C", 'a">b', "a b", "a\nb", "%E2%80%AEx"])
def test_no_spelling_injects_anything(path: str) -> None:
    """What is looked up is an IRI or is not looked up, and what a header carries is ASCII without a break."""
    usable = [name for name in spellings(path) if is_valid_iri(f"http://x.example/id/{name}")]
    assert all(character not in name for name in usable for character in ' <>"\r\n{}')
    assert as_uri(path).isascii()
    assert all(character not in as_uri(path) for character in ' <>"\r\n{}')


@pytest.mark.parametrize("path", ["..", "a/..", "../a", "a/./b", "%2e%2E/a", "a/.%2e"])
def test_dot_segments_are_seen(path: str) -> None:
    """Escaped or not (RFC 3986, section 6.2.2.3)."""
    assert leaves_its_space(path)


@pytest.mark.parametrize("path", ["a..b", "...", "..%2Fa", "a/b.c"])
def test_dots_in_a_name_are_no_dot_segments(path: str) -> None:
    """`..%2F` is a name: it parts nothing, and nothing is looked up on a disk by it."""
    assert not leaves_its_space(path)
