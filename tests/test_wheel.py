"""The built wheel, installed as a user would, does the main job with its bundled facts."""

from __future__ import annotations

import re
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest
import rdflib
from live import free_port, wait_until_ready

ROOT = Path(__file__).parents[1]


def run(*command: str | Path, cwd: Path) -> str:
    done = subprocess.run([str(part) for part in command], cwd=cwd, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    files = run("git", "ls-files", "--cached", "--others", "--exclude-standard", cwd=ROOT).splitlines()
    source = folder / "source"
    for name in files:
        if (ROOT / name).is_file():
            (source / name).parent.mkdir(parents=True, exist_ok=True)
            (source / name).write_bytes((ROOT / name).read_bytes())
    run(sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", folder, source, cwd=folder)
    return next(folder.glob("*.whl"))


@pytest.fixture(scope="module")
def environment(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A new virtual environment with the wheel and what it declares it needs, at the locked versions."""
    folder = tmp_path_factory.mktemp("environment")
    locked = re.findall(r"^([\w.-]+==[^\s;]+)", (ROOT / "requirements.lock").read_text(), re.MULTILINE)
    (folder / "constraints.txt").write_text("\n".join(locked))
    run(sys.executable, "-m", "venv", folder / "venv", cwd=folder)
    run(folder / "venv/bin/pip", "install", "--quiet", "-c", folder / "constraints.txt", wheel, cwd=folder)
    return folder / "venv"


def test_only_the_package_lands_in_a_users_site_packages(wheel: Path) -> None:
    """Nothing called graph or server; every data file that the code reads is there."""
    names = zipfile.ZipFile(wheel).namelist()
    assert {name.split("/")[0] for name in names} == {
        "legation",
        next(n for n in names if ".dist-info" in n).split("/")[0],
    }
    sources = {
        f"legation/{path.relative_to(ROOT)}"
        for folder, pattern in (
            ("ontology", "*.ttl"), ("ontology", "vocab/*.ttl"), ("ontology", "context.jsonld"), ("shapes", "*.ttl"),
            ("graph", "facts/**/*.ttl"), ("server", "templates/**/*.*"), ("server", "static/**/*.*"),
            ("server", "static_twin/*"), ("server", "**/*.toml"),
            ("ontology", "*.py"), ("shapes", "*.py"), ("graph", "*.py"), ("server", "*.py"),
        )
        for path in (ROOT / folder).glob(pattern)
    }  # fmt: skip
    assert sources <= set(names)


def test_the_wheel_publishes_and_serves_its_facts(environment: Path, tmp_path: Path) -> None:
    """`legation serve` in an empty folder: built, checked, served, and an entity dereferences."""
    port = free_port()
    command = [environment / "bin/legation", "serve", "--port", str(port)]
    log = tmp_path / "log"
    with log.open("wb") as output:
        process = subprocess.Popen(command, cwd=tmp_path, stdout=output, stderr=output)
    try:
        wait_until_ready(f"http://localhost:{port}/", process, log)
        graph = rdflib.Graph().parse(f"http://localhost:{port}/id/organisation/nato")
        assert len(graph) > 10
        dump = rdflib.Graph().parse(f"http://localhost:{port}/dumps/legation.ttl", format="turtle")
        assert len(dump) > 3000
    finally:
        process.terminate()
        ended = process.wait(timeout=30)
    assert ended == 0
    assert "SIGSEGV" not in log.read_text()
    asked = "PREFIX dip: <https://w3id.org/legation/ns#> SELECT ?n { ?m a dip:Expulsion ; dip:headcount ?n }"
    (tmp_path / "q.rq").write_text(asked)
    assert run(environment / "bin/legation", "query", "q.rq", cwd=tmp_path).split() == ["n", "8"]
