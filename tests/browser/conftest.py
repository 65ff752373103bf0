"""A real JupyterLab for all browser tests, and a real Chromium for each module of them."""

import pytest
from playwright.sync_api import sync_playwright

from tests.browser.lab import Lab, find_chromium


@pytest.fixture(scope="session")
def lab(tmp_path_factory):
    """Return a JupyterLab that serves a folder of its own."""
    lab = Lab(tmp_path_factory.mktemp("lab"))
    try:
        yield lab
    finally:
        lab.close()


@pytest.fixture(scope="module")
def chromium():
    """Return a headless Chromium.

    No longer than a module: while Playwright runs, its event loop does, and other tests have loops of their own.
    """
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=find_chromium(),
            # Root, as in many a CI, has no sandbox; the rest keeps it from calling home.
            args=["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--no-first-run"],
        )
        yield browser
        browser.close()
