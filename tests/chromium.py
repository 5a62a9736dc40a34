"""Headless Chromium, driven as a reader would."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from selenium import webdriver
from selenium.webdriver.remote.webdriver import WebDriver

FLAGS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--hide-scrollbars",
    "--window-size=1200,1600",
]
SCRIPT_S = 180
"""What a script in a page may take on a machine that does much else."""


@contextmanager
def chromium(profile: Path, *flags: str) -> Iterator[WebDriver]:
    """A browser with a fresh profile in that folder; it keeps what its console says."""
    binary, driver = shutil.which("chromium"), shutil.which("chromedriver")
    assert binary, "install Debian's chromium: make test does"
    assert driver, "install Debian's chromium-driver: make test does"
    options = webdriver.ChromeOptions()
    options.binary_location = binary
    options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
    for flag in (*FLAGS, *flags, f"--user-data-dir={profile}"):
        options.add_argument(flag)
    browser = webdriver.Chrome(options=options, service=webdriver.ChromeService(driver))
    browser.set_script_timeout(SCRIPT_S)
    try:
        yield browser
    finally:
        browser.quit()


def complaints(browser: WebDriver) -> list[str]:
    """What the browser's console holds: a policy violation, a missing file."""
    return [entry["message"] for entry in browser.get_log("browser")]  # type: ignore[no-untyped-call]


def set_screen(browser: WebDriver, width: int, height: int = 900, scheme: str = "light") -> None:
    """A screen of this many CSS pixels; below 500 it is a telephone's. `scheme` is what its owner prefers."""
    browser.execute_cdp_cmd(
        "Emulation.setDeviceMetricsOverride",
        {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": width < 500},
    )
    features = [{"name": "prefers-color-scheme", "value": scheme}]
    browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": features})


def run(browser: WebDriver, script: str, *arguments: object) -> Any:
    """What a script returns that runs in the page."""
    return browser.execute_script(script, *arguments)  # type: ignore[no-untyped-call]


def run_async(browser: WebDriver, script: str, *arguments: object) -> Any:
    """What a script hands to its last argument, a function, when it is ready."""
    return browser.execute_async_script(script, *arguments)  # type: ignore[no-untyped-call]
