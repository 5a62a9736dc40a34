"""Settings."""

from __future__ import annotations

from dataclasses import fields
from pathlib import Path

import pytest

from legation.graph.errors import SettingsError
from legation.server.settings import Settings, variable

MANUAL = (Path(__file__).parents[2] / "docs" / "settings.md").read_text("utf-8")


def test_the_environment_is_read_and_options_win() -> None:
    """An option of the command line is nearer than the environment."""
    environment = {
        "LEGATION_PORT": "9000",
        "LEGATION_QUERY_TIMEOUT_S": "2.5",
        "LEGATION_RELEASES": "/srv/x",
        "HOME": "/",
    }
    settings = Settings.from_environment(environment, port=9001, host=None)
    assert (settings.port, settings.query_timeout_s, settings.releases) == (9001, 2.5, Path("/srv/x"))
    assert settings.host == "127.0.0.1"


@pytest.mark.parametrize(
    ("environment", "named"),
    [
        ({"LEGATION_PORT": "http"}, "LEGATION_PORT='http'"),
        ({"LEGATION_PORT": "70000"}, "LEGATION_PORT=70000"),
        ({"LEGATION_WORKERS": "0"}, "LEGATION_WORKERS=0"),
        ({"LEGATION_QUERY_TIMEOUT": "5"}, "LEGATION_QUERY_TIMEOUT;"),
        (
            {"LEGATION_PROXIES_TRUSTED": "10.0.0.1/8"},
            "LEGATION_PROXIES_TRUSTED='10.0.0.1/8': 10.0.0.1/8 has host bits set",
        ),
        ({"LEGATION_PROXIES_TRUSTED": "proxy.example"}, "LEGATION_PROXIES_TRUSTED='proxy.example'"),
        ({"LEGATION_PROXIES_FIELD": "X-Real-IP"}, "LEGATION_PROXIES_FIELD=X-Real-IP"),
        ({"LEGATION_BUDGET_S": "0"}, "LEGATION_BUDGET_S=0"),
        ({"LEGATION_BUDGET_S": "9" * 16}, "LEGATION_BUDGET_S"),
    ],
    ids=[
        "no number",
        "no port",
        "no workers",
        "misspelt",
        "no network",
        "a name",
        "no field",
        "no budget",
        "a budget that no field can carry",
    ],
)
def test_a_setting_that_cannot_be_used_is_named(environment: dict[str, str], named: str) -> None:
    """Loudly, at the start, with the variable's name."""
    with pytest.raises(SettingsError) as caught:
        Settings.from_environment(environment)
    assert named in str(caught.value)


@pytest.mark.parametrize("field", fields(Settings), ids=lambda field: field.name)
def test_every_setting_is_in_the_manual_with_its_default(field: object) -> None:
    """A setting that is missing from the manual fails the build."""
    name, default = field.name, field.default  # type: ignore[attr-defined]
    shown = f"{default:g}" if isinstance(default, float) else str(default)
    assert f"| `{variable(name)}` | `{shown}` |" in MANUAL


def test_the_manual_names_no_setting_that_is_gone() -> None:
    """The other way round."""
    named = {line.split("`")[1] for line in MANUAL.splitlines() if line.startswith("| `")}
    assert named == {variable(field.name) for field in fields(Settings)}
