"""Header fields that every answer carries, whoever makes it."""

from __future__ import annotations

from base64 import b64encode

EXPOSED = (
    "Accept-Post, Accept-Query, Allow, Content-Location, Content-Range, ETag, Last-Modified, Legation-Hint, "
    "Legation-Release, Link, Location, RateLimit, RateLimit-Policy, Repr-Digest, Retry-After, Server-Timing, Vary"
)
ON_EVERY_ANSWER = {
    "Access-Control-Allow-Origin": "*",
    "Access-Control-Expose-Headers": EXPOSED,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Content-Security-Policy": "default-src 'none'; style-src 'self'; img-src 'self' data:; form-action 'self'; "
    "base-uri 'none'; frame-ancestors 'none'",
}
"""CORS (Fetch standard, section 3.3) for readers of any origin, and what browsers may do with a page."""


def repr_digest(sha256: bytes) -> str:
    """The value of Repr-Digest (RFC 9530, section 3) for a SHA-256 of 32 bytes."""
    return f"sha-256=:{b64encode(sha256).decode()}:"
