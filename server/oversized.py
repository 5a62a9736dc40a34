"""Requests whose head is over the bounds (RFC 9110, section 15.5.15; RFC 6585, section 5)."""

from __future__ import annotations

from .patience import Scope
from .problems import ProblemRaised

REQUEST_LINE_BYTES = 8190
"""The longest request target that is read: what most proxies allow."""
HEADER_BYTES = 32_768
"""The most bytes of header fields that are read."""


def refuse_oversized(scope: Scope, header_bytes: int) -> None:
    """Raise ProblemRaised for what is over the bounds: uri-too-long, headers-too-large."""
    if len(scope["raw_path"]) + len(scope["query_string"]) > REQUEST_LINE_BYTES:
        raise ProblemRaised(
            "uri-too-long", f"The address is longer than {REQUEST_LINE_BYTES} bytes.", bytes_max=REQUEST_LINE_BYTES
        )
    if header_bytes > HEADER_BYTES:
        raise ProblemRaised(
            "headers-too-large", f"The header fields take more than {HEADER_BYTES} bytes.", bytes_max=HEADER_BYTES
        )
