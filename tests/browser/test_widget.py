"""The widget in a real browser against the real assistant."""

from __future__ import annotations

import re

from playwright.sync_api import Browser, Page, Route, expect

from tests.browser.chat import assert_accessible, open_chat, press, replies, say
from tests.running import RunningAssistant


def test_a_visitor_asks_and_reads_a_real_answer(page: Page) -> None:
    open_chat(page)
    reply = say(page, "what can cause pain behind the knee?")
    expect(reply).to_contain_text("strained or overused")
    expect(reply.locator("li").first).to_be_visible()
    assert_accessible(page)


def test_nothing_is_asked_of_the_server_until_the_chat_is_opened(browser: Browser, assistant: RunningAssistant) -> None:
    page = browser.new_page()
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto(assistant.base)
    page.wait_for_load_state("networkidle")
    assert all(url.startswith(assistant.base) for url in asked)
    assert not any("/webhooks/" in url for url in asked)
    assert_accessible(page)
    page.close()


def test_a_red_flag_is_an_alert_that_takes_the_focus(page: Page) -> None:
    open_chat(page)
    say(page, "i cant breathe and my calf is swollen")
    alert = page.get_by_role("alert")
    expect(alert).to_contain_text("Call 911 now.")
    expect(alert).to_be_focused()
    expect(alert.get_by_role("link", name="911").first).to_have_attribute("href", "tel:911")
    assert_accessible(page)


def test_a_visit_is_booked_by_keyboard_alone(page: Page) -> None:
    page.get_by_role("button", name="Chat with us").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_label("Your message")).to_be_focused()
    expect(replies(page).first).to_be_visible()
    for text in ("book a visit", "Ana Lopez", "404 905 7342", "tuesday"):
        say(page, text)
    page.get_by_role("button", name="Afternoon").focus()
    page.keyboard.press("Enter")
    expect(replies(page).last).to_contain_text("what is it about")
    expect(page.get_by_label("Your message")).to_be_focused()
    say(page, "pain behind my knee")
    say(page, "i am new")
    expect(replies(page).last).to_contain_text("Name: Ana Lopez")
    expect(press(page, "Yes, send it")).to_contain_text(re.compile(r"reference number is KD-\w{6}"))
    page.keyboard.press("Escape")
    expect(page.get_by_role("button", name="Chat with us")).to_be_focused()


def test_messages_typed_faster_than_they_are_answered_all_arrive_in_order(page: Page) -> None:
    page.get_by_role("button", name="Chat with us").click()
    for text in ("book a visit", "Ana Lopez", "404 905 7342"):
        page.get_by_label("Your message").fill(text)
        page.keyboard.press("Enter")
    expect(replies(page)).to_have_count(4)
    expect(replies(page).last).to_contain_text("Which days suit you best?")


def test_after_a_reload_the_conversation_is_still_there(page: Page) -> None:
    open_chat(page)
    say(page, "what is a meniscus")
    page.reload()
    open_chat(page)
    expect(page.locator("knee-desk .entry.patient")).to_have_text(re.compile("what is a meniscus"))
    assert page.evaluate("Object.keys(sessionStorage)") == ["kneedesk-token"]
    assert page.evaluate("localStorage.length") == 0


def test_a_message_that_did_not_get_through_is_sent_exactly_once_later(page: Page) -> None:
    open_chat(page)
    page.context.set_offline(True)
    page.get_by_label("Your message").fill("what is a meniscus")
    page.keyboard.press("Enter")
    expect(page.get_by_text("Not sent. Try again")).to_be_visible()
    help_card = page.locator("knee-desk .help")
    expect(help_card).to_contain_text("911")
    expect(help_card.get_by_role("link", name="(404) 905-7342")).to_be_visible()
    assert_accessible(page)
    page.context.set_offline(False)
    page.get_by_role("button", name="Try again").click()
    expect(replies(page).last).to_contain_text("cartilage in the knee")
    page.reload()
    open_chat(page)
    expect(page.locator("knee-desk .entry.patient")).to_have_count(1)


def test_an_answer_that_was_lost_on_the_way_is_fetched_without_a_second_turn(page: Page) -> None:
    open_chat(page)

    def lose(route: Route) -> None:
        route.fetch()
        route.abort()

    page.route("**/webhooks/widget/messages", lose, times=1)
    page.get_by_label("Your message").fill("what is a meniscus")
    page.keyboard.press("Enter")
    page.get_by_role("button", name="Try again").click()
    expect(replies(page).last).to_contain_text("cartilage in the knee")
    page.reload()
    open_chat(page)
    expect(page.locator("knee-desk .entry.patient")).to_have_count(1)


def test_an_expired_conversation_goes_on_in_a_new_one(page: Page) -> None:
    open_chat(page)
    page.evaluate("sessionStorage.setItem('kneedesk-token', 'expired')")
    page.get_by_label("Your message").fill("what is a meniscus")
    page.keyboard.press("Enter")
    expect(replies(page).last).to_contain_text("cartilage in the knee")


def test_ending_the_chat_forgets_it(page: Page) -> None:
    open_chat(page)
    say(page, "what is a meniscus")
    page.get_by_role("button", name="End and forget this chat").click()
    expect(page.locator("knee-desk .entry.patient")).to_have_count(0)
    page.reload()
    open_chat(page)
    expect(page.locator("knee-desk .entry.patient")).to_have_count(0)


def test_hostile_text_stays_text(page: Page) -> None:
    open_chat(page)
    page.route(
        "**/webhooks/widget/messages",
        lambda route: route.fulfill(
            json={
                "id": "x",
                "at": "",
                "text": "",
                "replies": [
                    {"kind": "answer", "text": "<img src=x onerror=alert(1)> javascript:alert(1)", "choices": []}
                ],
            }
        ),
    )
    reply = say(page, "hello <b>there</b>")
    expect(reply).to_contain_text("<img src=x onerror=alert(1)>")
    assert reply.locator("img, a").count() == 0
    expect(page.locator("knee-desk .entry.patient").last).to_contain_text("hello <b>there</b>")


def test_a_narrow_phone_shows_the_whole_chat(browser: Browser, assistant: RunningAssistant) -> None:
    page = browser.new_page(viewport={"width": 320, "height": 568})
    page.goto(assistant.base)
    open_chat(page)
    say(page, "what can cause pain behind the knee?")
    assert page.evaluate("document.documentElement.scrollWidth") <= 320
    assert_accessible(page)
    page.close()
