"""A release is signed, and checked with the public key and the dump alone."""

from __future__ import annotations

import gzip
import re
import subprocess
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, generate_private_key

from legation.graph.assembly import assemble_data
from legation.graph.history import make_current
from legation.graph.identifiers import Base
from legation.graph.publication import publish
from legation.graph.release import Release
from legation.graph.signatures import SignatureError, digest_of_dump, is_signed, make_key, sign, signatures
from legation.server.cli import main

DOCUMENTED = Path(__file__).parents[2] / "docs" / "signatures.md"


@pytest.fixture
def release(tmp_path: Path) -> Release:
    data = tmp_path / "data.trig"
    data.write_text("<urn:g> { <urn:a> <urn:p> _:x . _:x <urn:q> 1 }")
    made = publish(assemble_data([data], Base("https://sign.example/")), tmp_path / "releases", None).release
    make_current(tmp_path / "releases", made.digest)
    return made


def run(*arguments: object) -> Result:
    return CliRunner().invoke(main, list(map(str, arguments)))


def test_a_signature_is_checked_by_whoever_has_the_dump(release: Release, tmp_path: Path) -> None:
    """Key, signature and dump in an empty folder, as a reader has them; in either format, and compressed."""
    assert "is secret" in run("keygen", tmp_path / "publisher").output
    assert (tmp_path / "publisher.key").stat().st_mode & 0o777 == 0o600
    assert (
        "signed release" in run("sign", "--key", tmp_path / "publisher.key", "--releases", release.folder.parent).output
    )
    (signature,) = (release.folder.parent / "signatures").iterdir()
    packed = tmp_path / "legation.nq.gz"
    packed.write_bytes(gzip.compress(release.dump("nq").read_bytes()))
    for dump in (release.dump("nq"), release.dump("trig"), packed):
        checked = run("check-signature", dump, signature, "--key", tmp_path / "publisher.pub")
        assert (checked.exit_code, release.digest in checked.output) == (0, True)


def test_openssl_checks_it_as_the_manual_says(release: Release, tmp_path: Path) -> None:
    """The two lines of the manual, pasted."""
    make_key(tmp_path / "publisher.key", tmp_path / "publisher.pub")
    signature = sign(release.folder.parent, release, tmp_path / "publisher.key")
    (tmp_path / "legation.sig").write_bytes(signature.read_bytes())
    (tmp_path / "legation.nq").write_bytes(release.dump("nq").read_bytes())
    found = re.search(r"```sh\n(.*?)```", DOCUMENTED.read_text("utf-8"), re.DOTALL)
    assert found is not None
    command = ["bash", "-ec", found[1]]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, timeout=60, check=False)
    assert (done.returncode, "Verified Successfully" in done.stdout) == (0, True), done.stderr
    (tmp_path / "legation.nq").write_bytes(b"")
    assert subprocess.run(command, cwd=tmp_path, capture_output=True, timeout=60, check=False).returncode != 0


@pytest.mark.parametrize("change", ["dump", "signature", "key"])
def test_what_was_changed_is_refused(release: Release, tmp_path: Path, change: str) -> None:
    """Another quad, another signature, another key."""
    for name in ("a", "b"):
        make_key(tmp_path / f"{name}.key", tmp_path / f"{name}.pub")
    signature = tmp_path / "s.sig"
    content = sign(release.folder.parent, release, tmp_path / "a.key").read_bytes()
    signature.write_bytes(content[::-1] if change == "signature" else content)
    dump = tmp_path / "d.trig"
    dump.write_text(release.dump("trig").read_text() + ("<urn:g> { <urn:n> <urn:e> 2 }" if change == "dump" else ""))
    key = tmp_path / ("b.pub" if change == "key" else "a.pub")
    checked = run("check-signature", dump, signature, "--key", key)
    assert (checked.exit_code, "did not sign that" in checked.output) == (1, True)


def test_several_sign_one_release_and_each_twice_the_same(release: Release, tmp_path: Path) -> None:
    """A signature a key; Ed25519 has no chance in it."""
    releases = release.folder.parent
    names = sorted(make_key(tmp_path / f"{name}.key", tmp_path / f"{name}.pub") for name in "ab")
    for name in "aba":
        sign(releases, release, tmp_path / f"{name}.key")
    found = signatures(releases, release.digest)
    assert [one.key for one in found] == names
    public = [tmp_path / f"{name}.pub" for name in "ab"]
    assert sorted(is_signed(release.digest, one.content, key) for one in found for key in public) == [
        False, False, True, True,
    ]  # fmt: skip


def test_bad_files_are_told(release: Release, tmp_path: Path) -> None:
    """No key, a key of another kind, a dump without graphs, one that was touched, a key that would be overwritten."""
    make_key(tmp_path / "a.key", tmp_path / "a.pub")
    (tmp_path / "none").write_text("no key")
    other = generate_private_key(SECP256R1())
    (tmp_path / "ec").write_bytes(
        other.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    for key, told in (("none", "no private key"), ("ec", "another kind than Ed25519"), ("a.pub", "no private key")):
        with pytest.raises(SignatureError, match=told):
            sign(release.folder.parent, release, tmp_path / key)
    with pytest.raises(SignatureError, match=r"no public key"):
        is_signed(release.digest, b"", tmp_path / "none")
    with pytest.raises(SignatureError, match="is there already"):
        make_key(tmp_path / "a.key", tmp_path / "b.pub")
    with pytest.raises(SignatureError, match="without graphs"):
        digest_of_dump(release.dump("ttl"))
    touched = tmp_path / "x.nq"
    touched.write_bytes(release.dump("nq").read_bytes() + b"\n")
    with pytest.raises(SignatureError, match="has been changed"):
        digest_of_dump(touched)
    touched.write_bytes(b"no quads")
    with pytest.raises(SignatureError, match="is not N-Quads"):
        digest_of_dump(touched)
