"""Content codings: which requests get gzip, and that it is gzip."""

from __future__ import annotations

import gzip

import pytest

from legation.server.codings import Compressor, accepts_gzip, compressed


@pytest.mark.parametrize(
    ("field", "expected"),
    [
        pytest.param("", False, id="nothing asked: no coding"),
        pytest.param("gzip", True, id="named"),
        pytest.param("GZIP;q=1.0", True, id="any case, with a weight"),
        pytest.param("x-gzip", True, id="its old name (RFC 9110, 8.4.1.3)"),
        pytest.param("gzip;q=0", False, id="excluded"),
        pytest.param("gzip;q=0, *", False, id="excluded although anything else goes"),
        pytest.param("*", True, id="anything"),
        pytest.param("*;q=0", False, id="nothing but what is named"),
        pytest.param("br, deflate", False, id="others only"),
        pytest.param("identity, gzip;q=0.5", False, id="less welcome than none"),
        pytest.param("identity;q=0.5, gzip;q=0.8", True, id="more welcome than none"),
        pytest.param("gzip;q=much", False, id="a malformed element is ignored"),
        pytest.param("gzip, deflate, br, zstd", True, id="a browser's own"),
    ],
)
def test_s10_gzip_is_sent_to_whom_it_is_welcome(field: str, *, expected: bool) -> None:
    """RFC 9110, section 12.5.3."""
    assert accepts_gzip(field) is expected


def test_the_same_body_gives_the_same_bytes() -> None:
    """A strong entity tag stands for bytes, so no time of day may be in them."""
    assert compressed(b"a" * 5000) == compressed(b"a" * 5000)
    assert gzip.decompress(compressed(b"a" * 5000)) == b"a" * 5000


def test_a_body_in_parts_is_one_gzip_member() -> None:
    """What is sent part by part can be read back whole."""
    compressor = Compressor()
    sent = [compressor.part(f"line {n}\n".encode() * 50) for n in range(200)]
    read = gzip.decompress(b"".join([*sent, compressor.end()]))
    assert read == b"".join(f"line {n}\n".encode() * 50 for n in range(200))
