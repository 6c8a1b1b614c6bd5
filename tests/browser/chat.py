"""What a visitor does with the widget, and what staff do on their page."""

from __future__ import annotations

import re

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Locator, Page, expect

from tests.running import STAFF_NAME, STAFF_PASSWORD

_RULES = {
    "runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
    "rules": {"target-size": {"enabled": True}},
}


def open_chat(page: Page, button: str = "Chat with us") -> None:
    """Press the button and wait for the greeting."""
    page.get_by_role("button", name=button).click()
    expect(replies(page).first).to_be_visible()


def message_box(page: Page) -> Locator:
    """Return the writing line."""
    return page.locator("knee-desk textarea")


def send(page: Page, text: str) -> None:
    """Type the text and press Enter."""
    message_box(page).fill(text)
    page.keyboard.press("Enter")


def say(page: Page, text: str) -> Locator:
    """Send the text and return the first reply that came."""
    before = replies(page).count()
    send(page, text)
    expect(replies(page).nth(before)).to_be_visible()
    return replies(page).nth(before)


def press(page: Page, title: str) -> Locator:
    """Press the button of this title and return the reply that came."""
    before = replies(page).count()
    page.get_by_role("button", name=title, exact=True).click()
    expect(replies(page).nth(before)).to_be_visible()
    return replies(page).nth(before)


def pick(page: Page, title: str) -> None:
    """Pick this from the menu."""
    page.get_by_role("button", name="More").click()
    page.get_by_role("button", name=title).click()


def replies(page: Page) -> Locator:
    """Return the assistant's entries."""
    return page.locator("knee-desk .entry.assistant")


def messages(page: Page) -> Locator:
    """Return the patient's entries."""
    return page.locator("knee-desk .entry.patient")


def request_visit(page: Page) -> str:
    """Ask for a visit and return its reference."""
    for text in ("book a visit", "Ana Lopez", "404 905 7342", "tuesday", "morning", "pain behind my knee", "i am new"):
        say(page, text)
    found = re.search(r"KD-\w{6}", press(page, "Yes, send it").inner_text())
    assert found
    return found[0]


def log_in_as_staff(page: Page, staff_base: str) -> None:
    """Log in on the staff page."""
    page.goto(staff_base)
    page.get_by_label("Name").fill(STAFF_NAME)
    page.get_by_label("Password").fill(STAFF_PASSWORD)
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Conversations")).to_be_visible()


def confirm_visit(browser: Browser, staff_base: str, reference: str) -> None:
    """Confirm the requested visit on the staff page, as staff do."""
    page = browser.new_page()
    log_in_as_staff(page, staff_base)
    page.get_by_role("link", name="Booking requests").click()
    page.get_by_role("button", name=f"Confirm {reference}").click()
    expect(page.get_by_role("row", name=reference)).to_contain_text("confirmed")
    page.close()


def assert_accessible(page: Page) -> None:
    """Fail with every violation of WCAG 2.2 AA and of good practice that axe finds on the page."""
    results = Axe().run(page, options=_RULES)
    found = [
        (rule["id"], node["target"], node["failureSummary"])
        for rule in results.response["violations"]
        for node in rule["nodes"]
    ]
    assert found == []
