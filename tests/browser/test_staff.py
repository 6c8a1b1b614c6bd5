"""The staff page in a real browser."""

from __future__ import annotations

from playwright.sync_api import Page, expect

from tests.browser.chat import assert_accessible, log_in_as_staff
from tests.running import RunningAssistant


def test_staff_log_in_open_a_red_flag_and_mark_it_reviewed(page: Page, assistant: RunningAssistant) -> None:
    assistant.patient().say("my calf is ballooned since my flight")
    page.goto(assistant.staff_base)
    assert_accessible(page)
    log_in_as_staff(page, assistant.staff_base)
    assert_accessible(page)
    page.locator("tr.urgent, tr.emergency").first.get_by_role("link").click()
    expect(page.locator("mark").first).to_be_visible()
    assert_accessible(page)
    page.get_by_role("button", name="Mark as reviewed").click()
    expect(page.get_by_role("heading", name="Conversations")).to_be_visible()
    page.get_by_role("link", name="Booking requests").click()
    expect(page.get_by_role("heading", name="Booking requests")).to_be_visible()
    assert_accessible(page)
    page.get_by_role("button", name="Log out").click()
    expect(page.get_by_label("Password")).to_be_visible()


def test_staff_read_an_answer_beside_its_facts_and_approve_it(page: Page, assistant: RunningAssistant) -> None:
    page.goto(assistant.staff_base)
    log_in_as_staff(page, assistant.staff_base)
    page.get_by_role("link", name="Content", exact=True).click()
    expect(page.get_by_role("heading", name="Content")).to_be_visible()
    assert_accessible(page)
    page.get_by_role("link", name="Meniscus tear").click()
    expect(page.get_by_role("heading", name="What it rests on")).to_be_visible()
    assert_accessible(page)
    page.get_by_role("button", name="Approve as").click()
    row = page.get_by_role("row").filter(has=page.get_by_role("link", name="Meniscus tear"))
    expect(row.get_by_text("approved", exact=True)).to_be_visible()
    assert_accessible(page)
