"""`make screenshots`: takes the pictures of docs/pictures/ from the running assistant."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, Page, expect, sync_playwright

from bot.settings import ROOT
from tests.browser.chat import log_in_as_staff, open_chat, press, say, send
from tests.browser.conftest import launch
from tests.running import RunningAssistant

_PICTURES = ROOT / "docs" / "pictures"
_DESKTOP: dict[str, Any] = {"viewport": {"width": 1280, "height": 800}}
_PHONE: dict[str, Any] = {
    "viewport": {"width": 390, "height": 780},
    "device_scale_factor": 2,
    "is_mobile": True,
    "has_touch": True,
}


def main() -> None:
    """Take every picture."""
    _PICTURES.mkdir(exist_ok=True)
    with (
        tempfile.TemporaryDirectory() as directory,
        RunningAssistant(Path(directory)) as assistant,
        sync_playwright() as playwright,
    ):
        browser = launch(playwright)
        _desktop(browser, assistant.base)
        _bad_days(browser, assistant.base)
        _phone(browser, assistant.base)
        _staff(browser, assistant.staff_base)
        browser.close()


def _page(browser: Browser, address: str, **options: Any) -> Page:
    page = browser.new_context(reduced_motion="reduce", **options).new_page()
    page.goto(address)
    return page


def _take(page: Page, name: str) -> None:
    page.mouse.move(0, 0)
    page.wait_for_timeout(200)
    page.screenshot(path=_PICTURES / f"{name}.png")
    print(f"docs/pictures/{name}.png")


def _desktop(browser: Browser, address: str) -> None:
    page = _page(browser, address, **_DESKTOP)
    _take(page, "closed")
    open_chat(page)
    say(page, "what can cause pain behind the knee?")
    _take(page, "open")
    page = _page(browser, address, **_DESKTOP)
    open_chat(page)
    for text in ("I'd like to come in", "Jordan Smith", "(404) 555-0123", "tuesdays"):
        say(page, text)
    press(page, "Morning")
    say(page, "sore behind the knee after squats")
    press(page, "I am new")
    _take(page, "booking")
    page = _page(browser, address, color_scheme="dark", **_DESKTOP)
    open_chat(page)
    say(page, "how do you treat it")
    _take(page, "dark")


def _bad_days(browser: Browser, address: str) -> None:
    page = _page(browser, address, **_DESKTOP)
    open_chat(page)
    say(page, "my calf is swollen and now i cant catch my breath")
    _take(page, "emergency")
    page = _page(browser, address, **_DESKTOP)
    open_chat(page)
    page.context.set_offline(True)
    send(page, "do I need an MRI?")
    expect(page.get_by_role("button", name="Try again")).to_be_visible()
    _take(page, "offline")


def _phone(browser: Browser, address: str) -> None:
    page = _page(browser, address, **_PHONE)
    open_chat(page)
    say(page, "what can cause pain behind the knee?")
    _take(page, "phone")


def _staff(browser: Browser, address: str) -> None:
    page = _page(browser, address, **_DESKTOP)
    log_in_as_staff(page, address)
    _take(page, "staff-list")
    page.locator("tr.emergency").first.get_by_role("link").click()
    expect(page.locator("mark").first).to_be_visible()
    _take(page, "staff-conversation")
    page.goto(f"{address}/content/answers/meniscus_tear")
    _take(page, "staff-content")


if __name__ == "__main__":
    main()
