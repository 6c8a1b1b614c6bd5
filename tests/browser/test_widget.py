"""What a patient does with the widget, against the real assistant."""

from __future__ import annotations

import re

from playwright.sync_api import Browser, Page, expect

from tests.browser.chat import log_in_as_staff, messages, open_chat, pick, press, replies, request_visit, say
from tests.running import RunningAssistant, conversation_of


def test_a_visitor_reads_the_notice_and_then_a_real_answer(page: Page) -> None:
    open_chat(page)
    notice = page.locator("knee-desk .notice")
    expect(notice).to_contain_text("automated assistant")
    expect(notice).to_contain_text("not for emergencies")
    expect(notice.get_by_role("link", name="911")).to_be_visible()
    reply = say(page, "what can cause pain behind the knee?")
    expect(reply).to_contain_text("strained or overused")
    expect(reply.locator("li").first).to_be_visible()


def test_a_visit_is_requested_with_buttons(page: Page) -> None:
    open_chat(page)
    press(page, "Ask for a visit")
    for text in ("Ana Lopez", "404 905 7342", "tuesday"):
        say(page, text)
    press(page, "Afternoon")
    say(page, "sore after squats")
    press(page, "I am new")
    expect(press(page, "Yes, send it")).to_contain_text(re.compile(r"reference number is KD-\w{6}"))
    expect(page.get_by_role("group", name="Was this helpful?")).to_have_count(0)


def test_phone_numbers_can_be_tapped(page: Page) -> None:
    open_chat(page)
    reply = say(page, "when are you open")
    expect(reply.get_by_role("link", name="(404) 905-7342")).to_have_attribute("href", "tel:+14049057342")


def test_hostile_text_stays_text(page: Page) -> None:
    open_chat(page)
    hostile = "<img src=x onerror=alert(1)> [a](javascript:alert(1)) javascript:alert(1) <b>b</b>"
    turn = {"id": "x", "at": "", "text": "", "replies": [{"kind": "answer", "text": hostile, "choices": []}]}
    page.route("**/webhooks/widget/messages", lambda route: route.fulfill(json=turn))
    reply = say(page, "hello <b>there</b>")
    expect(reply).to_contain_text(hostile)
    assert reply.locator("img, a, b").count() == 0
    expect(messages(page).last).to_contain_text("hello <b>there</b>")


def test_an_answer_is_rated_and_staff_see_it(page: Page, browser: Browser, assistant: RunningAssistant) -> None:
    open_chat(page)
    say(page, "what is a meniscus, rated")
    page.get_by_role("button", name="No", exact=True).click()
    expect(page.get_by_text("Thank you.")).to_be_visible()
    expect(page.get_by_role("button", name="No", exact=True)).to_have_attribute("aria-pressed", "true")
    page.reload()
    open_chat(page)
    expect(page.get_by_role("button", name="No", exact=True)).to_have_attribute("aria-pressed", "true")
    staff = browser.new_page()
    log_in_as_staff(staff, assistant.staff_base)
    token = page.evaluate("sessionStorage.getItem('kneedesk-token')")
    staff.goto(f"{assistant.staff_base}/conversations/{conversation_of(token)}")
    expect(staff.locator(".turn")).to_contain_text("not helpful")
    staff.close()


def test_nobody_is_asked_whether_advice_or_a_greeting_was_helpful(page: Page) -> None:
    open_chat(page)
    for text in ("hello", "my calf is swollen and hot", "thanks"):
        say(page, text)
        expect(page.get_by_role("group", name="Was this helpful?")).to_have_count(0)


def test_a_rating_that_was_not_kept_says_so(page: Page) -> None:
    open_chat(page)
    say(page, "what is a meniscus")
    page.context.set_offline(True)
    page.get_by_role("button", name="Yes", exact=True).click()
    expect(page.get_by_text("Your answer could not be sent.")).to_be_visible()
    expect(page.get_by_role("button", name="Yes", exact=True)).to_have_attribute("aria-pressed", "false")


def test_times_are_shown_on_demand(page: Page) -> None:
    open_chat(page)
    say(page, "what is a meniscus")
    times = page.locator("knee-desk time")
    expect(times.first).to_be_hidden()
    pick(page, "Show times")
    expect(times).to_have_count(3)
    expect(times.last).to_be_visible()


def test_the_conversation_can_be_copied(page: Page) -> None:
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    open_chat(page)
    say(page, "what is a meniscus")
    pick(page, "Copy the conversation")
    expect(page.get_by_text("The conversation was copied.")).to_be_visible()
    copied = page.evaluate("navigator.clipboard.readText()")
    assert copied.startswith("iCare Physical Therapy & Wellness\n\nAssistant (")
    assert "):\nwhat is a meniscus\n\nAssistant (" in copied


def test_the_conversation_alone_is_printed(page: Page) -> None:
    page.add_init_script("window.print = () => { top.printed = document.body.innerText }")
    page.reload()
    open_chat(page)
    say(page, "what is a meniscus")
    pick(page, "Print the conversation")
    printed = page.evaluate("window.printed")
    assert "what is a meniscus" in printed
    assert "How we treat it" not in printed.splitlines()


def test_a_page_sees_the_visit_requested_exactly_once(page: Page) -> None:
    page.evaluate("window.requested = 0; document.addEventListener('booking-requested', () => window.requested += 1)")
    open_chat(page)
    request_visit(page)
    page.wait_for_timeout(2500)  # the event stream brings the turn as well
    assert page.evaluate("window.requested") == 1
    assert replies(page).count() == len({reply.inner_text() for reply in replies(page).all()})
