# make serve   set up, build the release, serve it on http://localhost:8000
# make test    set up and run every test, browser tests included

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready

.PHONY: serve test setup lint types contracts lock clean

serve: $(READY)
	$(BIN)/legation serve

test: $(READY)
	.ci/debian-packages apache2-bin chromium chromium-driver curl default-jdk-headless libnginx-mod-http-js libowlapi-java nginx-light openssl raptor2-utils virtuoso-opensource
	.ci/node-packages tests/clients
	$(BIN)/pytest -n 2 --dist loadfile

setup: $(READY)

$(READY): requirements.lock pyproject.toml .ci/virtual-environment
	.ci/virtual-environment $(PYTHON) $(VENV)
	touch $@

lint: $(READY)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: $(READY)
	$(BIN)/mypy

contracts: $(READY)
	$(BIN)/lint-imports

# Resolves the packages anew, for every Python from 3.11 on; needs uv (https://docs.astral.sh/uv/) on the PATH.
lock:
	uv pip compile pyproject.toml --extra dev --universal --python-version 3.11 --generate-hashes --no-emit-index-url \
	  --no-emit-find-links --no-annotate --no-header --upgrade --output-file requirements.lock

clean:
	rm -rf $(VENV) build dist *.egg-info .mypy_cache .ruff_cache .pytest_cache .hypothesis
