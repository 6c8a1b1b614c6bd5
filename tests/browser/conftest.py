"""A real Chromium, pages in it, and a clinic's site that embeds the widget."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, Playwright, sync_playwright

from tests.browser.clinic_site import ClinicSite
from tests.running import RunningAssistant

# Quiet: no sandbox for root, and none of the calls home that Chromium makes in the background.
_OPTIONS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
]
_DESKTOP: dict[str, Any] = {"viewport": {"width": 1200, "height": 800}, "reduced_motion": "reduce"}

NewPage = Callable[..., Page]


def launch(playwright: Playwright) -> Browser:
    """Start the system's Chromium: Playwright's own would have to be downloaded."""
    program = os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("google-chrome")
    return playwright.chromium.launch(executable_path=program, args=_OPTIONS)


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = launch(playwright)
        yield browser
        browser.close()


@pytest.fixture
def new_page(browser: Browser, assistant: RunningAssistant) -> Iterator[NewPage]:
    """Opens pages, on the demo site unless told otherwise; the test fails if a script of them does."""
    pages: list[Page] = []
    faults: list[str] = []

    def open_page(address: str = assistant.base, **options: Any) -> Page:
        page = browser.new_context(**{**_DESKTOP, **options}).new_page()
        page.on("pageerror", lambda fault: faults.append(str(fault)))
        pages.append(page)
        page.goto(address)
        return page

    yield open_page
    for page in pages:
        page.context.close()
    assert faults == []


@pytest.fixture
def page(new_page: NewPage) -> Page:
    """A page on the demo site."""
    return new_page()


@pytest.fixture(scope="session")
def clinic_site(clinic_origin: str) -> Iterator[ClinicSite]:
    """A clinic's own site, which WIDGET_ORIGINS lists."""
    with ClinicSite(clinic_origin) as site:
        yield site
