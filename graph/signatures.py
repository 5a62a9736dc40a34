"""Signatures: who vouches for a release, checked with nothing but the public key and a dump.

What is signed is the release's name, the 64 hexadecimal digits of its digest, with Ed25519 (RFC 8032). The digest is
the SHA-256 of the N-Quads dump, so anybody who has the dump, the signature and the key can check it, with openssl too
(docs/signatures.md). Keys are PEM files: PKCS #8 for the private one, SubjectPublicKeyInfo for the public one. A
signature is 64 bytes in a file beside the releases, for a release itself never changes:

    releases/signatures/<digest>.<key>.sig     <key> is the beginning of the SHA-256 of the public key (DER)
"""

from __future__ import annotations

import gzip
import hashlib
import os
from dataclasses import dataclass
from pathlib import Path

import pyoxigraph as ox
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from .canonical import canonical_n_quads, canonical_quads, digest
from .errors import LegationError
from .formats import DATASET_FORMATS, N_QUADS, by_extension
from .release import Release, sync_folder
from .serialisation import rdf_format

FOLDER = "signatures"
KEY_DIGITS = 16


class SignatureError(LegationError):
    """A key, a signature or a dump that cannot be used."""


@dataclass(frozen=True, slots=True)
class Signature:
    """A signature of a release: whose key made it, and its 64 bytes."""

    digest: str
    key: str
    content: bytes


def make_key(private: Path, public: Path) -> str:
    """Write a new pair of keys, the private one for its owner's eyes only; return the name of the key.

    Raises SignatureError where a file is there already: a key that is overwritten is lost for good.
    """
    for path in (private, public):
        if path.exists():
            raise SignatureError(f"{path} is there already; a key that is overwritten is lost, so choose another name")
    key = Ed25519PrivateKey.generate()
    descriptor = os.open(private, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(
            key.private_bytes(
                serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
            )
        )
    public.write_bytes(_pem(key.public_key()))
    return key_name(key.public_key())


def key_name(key: Ed25519PublicKey) -> str:
    """What a key is called in file names: the first digits of the SHA-256 of its DER form."""
    der = key.public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)
    return hashlib.sha256(der).hexdigest()[:KEY_DIGITS]


def sign(releases: Path, release: Release, private: Path) -> Path:
    """Sign a release and write the signature; the same key and release give the same bytes. Raises SignatureError."""
    key = _private_key(private)
    folder = releases / FOLDER
    folder.mkdir(exist_ok=True)
    path = folder / f"{release.digest}.{key_name(key.public_key())}.sig"
    path.write_bytes(key.sign(release.digest.encode("ascii")))
    sync_folder(folder)
    return path


def signatures(releases: Path, name: str) -> list[Signature]:
    """The signatures of the release with this digest, in the order of their keys' names."""
    found = sorted((releases / FOLDER).glob(f"{name}.*.sig"))
    return [Signature(name, path.name.split(".")[1], path.read_bytes()) for path in found]


def is_signed(name: str, signature: bytes, public: Path) -> bool:
    """Whether the signature is this key's for the digest `name`. Raises SignatureError for a key that is none."""
    try:
        _public_key(public).verify(signature, name.encode("ascii"))
    except InvalidSignature:
        return False
    return True


def digest_of_dump(dump: Path) -> str:
    """The digest of the release that a dump with graphs holds (N-Quads or TriG, gzip too), canonicalised anew."""
    plain = dump.name.removesuffix(".gz")
    form = by_extension(plain.rpartition(".")[2], DATASET_FORMATS)
    if form is None:
        names = " or ".join(f".{form.extension}" for form in DATASET_FORMATS)
        raise SignatureError(f"{dump.name}: a dump without graphs has no digest of a release; take the one in {names}")
    content = gzip.decompress(dump.read_bytes()) if dump.name.endswith(".gz") else dump.read_bytes()
    try:
        quads = canonical_quads(ox.parse(content, format=rdf_format(form)))
    except SyntaxError as error:
        raise SignatureError(f"{dump.name} is not {form.label}: {error.msg}") from error
    canonical = canonical_n_quads(quads)
    if form is N_QUADS and canonical != content:
        raise SignatureError(f"{dump.name} has been changed: it is not in the canonical form of a release")
    return digest(canonical)


def _pem(key: Ed25519PublicKey) -> bytes:
    return key.public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)


def _private_key(path: Path) -> Ed25519PrivateKey:
    try:
        key = serialization.load_pem_private_key(path.read_bytes(), password=None)
    except (ValueError, TypeError) as error:
        raise SignatureError(
            f"{path} is no private key in PEM without a password; make one: legation keygen"
        ) from error
    if not isinstance(key, Ed25519PrivateKey):
        raise SignatureError(f"{path} is a key of another kind than Ed25519; make one: legation keygen")
    return key


def _public_key(path: Path) -> Ed25519PublicKey:
    try:
        key = serialization.load_pem_public_key(path.read_bytes())
    except ValueError as error:
        raise SignatureError(f"{path} is no public key in PEM") from error
    if not isinstance(key, Ed25519PublicKey):
        raise SignatureError(f"{path} is a key of another kind than Ed25519")
    return key
