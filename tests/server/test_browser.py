"""The pages in a real browser: headless Chromium, driven as a reader would."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from chromium import chromium, complaints, set_screen
from live import LiveServer
from selenium.webdriver.common.by import By
from selenium.webdriver.remote.webdriver import WebDriver

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[WebDriver]:
    with chromium(tmp_path_factory.mktemp("profile")) as browser:
        yield browser


def test_a_reader_walks_from_the_front_page_to_a_measure_and_into_french(live: LiveServer, browser: WebDriver) -> None:
    """Home, the expulsion, the same page in French; nothing is missing and no policy is broken."""
    browser.get(live.base)
    assert "Legation" in browser.title or browser.find_element(By.TAG_NAME, "h1").text
    links = [str(link.get_attribute("href")) for link in browser.find_elements(By.CSS_SELECTOR, "main a")]
    browser.get(next(link for link in links if "/measure/" in link))
    assert "/doc/measure/" in browser.current_url
    assert browser.find_element(By.TAG_NAME, "html").get_attribute("lang") == "en"
    english = browser.find_element(By.TAG_NAME, "h1").text
    browser.find_element(By.CSS_SELECTOR, 'a[hreflang="fr"], a[lang="fr"]').click()
    assert browser.find_element(By.TAG_NAME, "html").get_attribute("lang") == "fr"
    assert browser.find_element(By.TAG_NAME, "h1").text != english
    assert complaints(browser) == []


def test_a_reader_asks_a_question_and_sees_the_rows(live: LiveServer, browser: WebDriver) -> None:
    """The query page works without a script: write, send, read."""
    browser.get(live("sparql"))
    area = browser.find_element(By.TAG_NAME, "textarea")
    area.clear()
    area.send_keys("SELECT ?n WHERE { ?m <https://w3id.org/legation/ns#headcount> ?n } ORDER BY ?n")
    area.submit()
    cells = [cell.text for cell in browser.find_elements(By.CSS_SELECTOR, "table tbody td")]
    assert "8" in cells
    assert complaints(browser) == []


def test_a_faulty_query_is_explained_on_a_page(live: LiveServer, browser: WebDriver) -> None:
    """The reader learns the line and column, not a status code alone."""
    browser.get(live("sparql") + "?query=SELECT%20*%20WHERE%20%7B%20%3Fs%20%3Fp")
    assert "line 1" in browser.find_element(By.TAG_NAME, "main").text


@pytest.mark.parametrize("width", [360, 1200])
@pytest.mark.parametrize("path", ["", "doc/organisation/nato", "sparql", "ns", "dumps/", "nothing"])
def test_no_page_is_wider_than_the_screen(live: LiveServer, browser: WebDriver, path: str, width: int) -> None:
    """Usable on a telephone: nothing makes the page scroll sideways."""
    set_screen(browser, width)
    browser.get(live(path))
    assert browser.execute_script("return document.documentElement.scrollWidth") <= width  # type: ignore[no-untyped-call]
