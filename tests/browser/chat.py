"""What a visitor does with the widget."""

from __future__ import annotations

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Locator, Page, expect


def open_chat(page: Page) -> None:
    """Press the button and wait for the greeting."""
    page.get_by_role("button", name="Chat with us").click()
    expect(replies(page).first).to_be_visible()


def say(page: Page, text: str) -> Locator:
    """Type the text, press Enter, and return the replies that came."""
    before = replies(page).count()
    page.get_by_label("Your message").fill(text)
    page.keyboard.press("Enter")
    expect(replies(page).nth(before)).to_be_visible()
    return replies(page).nth(before)


def press(page: Page, title: str) -> Locator:
    """Press the button of this title and return the reply that came."""
    before = replies(page).count()
    page.get_by_role("button", name=title, exact=True).click()
    expect(replies(page).nth(before)).to_be_visible()
    return replies(page).nth(before)


def replies(page: Page) -> Locator:
    """Return the assistant's entries."""
    return page.locator("knee-desk .entry.assistant")


def assert_accessible(page: Page) -> None:
    """Fail with every violation that axe finds on the page."""
    results = Axe().run(page)
    assert results.violations_count == 0, results.generate_report()
