"""The widget when something fails: nothing is lost, nothing is sent twice, and the phone is always there."""

from __future__ import annotations

import re
import uuid

from playwright.sync_api import Page, Route, expect

from tests.browser.chat import message_box, messages, open_chat, pick, replies, say, send
from tests.browser.conftest import NewPage
from tests.running import RunningAssistant

_MESSAGES = "**/webhooks/widget/messages"


def _help(page: Page) -> None:
    card = page.locator("knee-desk .help")
    expect(card).to_contain_text("911")
    expect(card.get_by_role("link", name="(404) 905-7342").first).to_be_visible()


def test_a_message_that_was_not_sent_is_sent_exactly_once(page: Page) -> None:
    open_chat(page)
    page.context.set_offline(True)
    send(page, "what is a meniscus")
    expect(page.get_by_text("Not sent. Try again")).to_be_visible()
    _help(page)
    page.context.set_offline(False)
    page.get_by_role("button", name="Try again").dblclick()
    expect(replies(page).last).to_contain_text("cartilage in the knee")
    expect(page.locator("knee-desk .help")).to_be_empty()
    page.reload()
    open_chat(page)
    expect(messages(page)).to_have_count(1)


def test_an_answer_that_was_lost_on_the_way_comes_without_a_second_turn(page: Page) -> None:
    open_chat(page)

    def lose(route: Route) -> None:
        route.fetch()
        route.abort()

    page.route(_MESSAGES, lose, times=1)
    send(page, "what is a meniscus")
    expect(replies(page).last).to_contain_text("cartilage in the knee")
    expect(page.get_by_text("Not sent.")).to_have_count(0)
    page.reload()
    open_chat(page)
    expect(messages(page)).to_have_count(1)


def test_messages_typed_faster_than_they_are_answered_all_arrive_in_order(page: Page) -> None:
    page.get_by_role("button", name="Chat with us").click()
    for text in ("book a visit", "Ana Lopez", "404 905 7342"):
        send(page, text)
    expect(replies(page)).to_have_count(4)
    expect(replies(page).last).to_contain_text("Which days suit you best?")


def test_a_chat_that_opens_while_the_server_is_away_shows_the_phone_and_recovers(page: Page) -> None:
    page.route("**/webhooks/**", lambda route: route.abort())
    page.get_by_role("button", name="Chat with us").click()
    _help(page)
    page.unroute_all()
    say(page, "what is a meniscus")
    expect(page.get_by_text("This is an automated assistant.")).to_be_visible()
    expect(replies(page).last).to_contain_text("cartilage in the knee")


def test_a_proxys_own_error_page_is_a_message_not_sent(page: Page) -> None:
    open_chat(page)
    page.route(_MESSAGES, lambda route: route.fulfill(status=502, body="<h1>Bad gateway</h1>"), times=1)
    send(page, "what is a meniscus")
    expect(page.get_by_role("button", name="Try again")).to_be_visible()
    _help(page)


def test_an_answer_that_nobody_understands_does_not_stop_the_next_message(new_page: NewPage) -> None:
    page = new_page("about:blank")
    page = page.context.new_page()  # whose script may fail
    page.goto(new_page().url)
    open_chat(page)
    page.route(_MESSAGES, lambda route: route.fulfill(json={"surprise": True}), times=1)
    send(page, "what is a meniscus")
    _help(page)
    expect(say(page, "how do you treat it")).to_contain_text("hands-on")


def test_a_slow_answer_is_said_to_be_slow(page: Page) -> None:
    open_chat(page)
    page.route(_MESSAGES, lambda route: None)
    send(page, "what is a meniscus")
    expect(page.get_by_text("This takes longer than usual.")).to_be_visible(timeout=8000)


def test_too_many_messages_are_told_how_long_to_wait(page: Page, assistant: RunningAssistant) -> None:
    open_chat(page)
    page.evaluate(
        """async ids => Promise.all(ids.map(id => fetch('/webhooks/widget/messages', {
            method: 'POST', body: JSON.stringify({ id, text: 'hello' }),
            headers: { Authorization: 'Bearer ' + sessionStorage.getItem('kneedesk-token') } })))""",
        [uuid.uuid4().hex for _ in range(60)],
    )
    send(page, "what is a meniscus")
    expect(page.get_by_text(re.compile(r"Not sent\. Please wait \d+ seconds first\."))).to_be_visible()
    expect(page.locator("knee-desk .help")).to_contain_text("That is more messages than I can answer.")
    expect(page.get_by_role("button", name="Try again")).to_be_visible()


def test_an_expired_conversation_goes_on_in_a_new_one(page: Page) -> None:
    open_chat(page)
    say(page, "what is a meniscus")
    page.evaluate("sessionStorage.setItem('kneedesk-token', 'expired')")
    say(page, "how do you treat it")
    expect(page.get_by_text("The last chat has ended. This is a new one.")).to_be_visible()
    expect(replies(page).last).not_to_contain_text("What can I help with?")
    page.reload()
    open_chat(page)
    expect(messages(page)).to_have_count(1)


def test_a_token_that_has_expired_over_night_begins_a_new_conversation(page: Page) -> None:
    page.evaluate("sessionStorage.setItem('kneedesk-token', 'expired')")
    open_chat(page)
    expect(messages(page)).to_have_count(0)
    say(page, "what is a meniscus")


def test_after_a_reload_or_the_back_button_the_conversation_is_still_there(
    page: Page, assistant: RunningAssistant
) -> None:
    open_chat(page)
    say(page, "what is a meniscus")
    page.reload()
    open_chat(page)
    expect(messages(page)).to_have_text(re.compile("what is a meniscus"))
    page.goto(f"{assistant.base}/readyz")
    page.go_back()
    open_chat(page)
    expect(messages(page)).to_have_count(1)


def test_the_back_button_does_not_bring_back_a_chat_that_was_ended(page: Page) -> None:
    open_chat(page)
    say(page, "what is a meniscus")
    page.evaluate("sessionStorage.removeItem('kneedesk-token')")  # ended on the page that was left for
    page.evaluate("dispatchEvent(new PageTransitionEvent('pageshow', { persisted: true }))")
    expect(messages(page)).to_have_count(0)
    expect(replies(page)).to_have_count(1)


def test_the_browser_keeps_the_token_and_nothing_that_was_said(page: Page) -> None:
    open_chat(page)
    say(page, "what is a meniscus")
    assert page.evaluate("Object.keys(sessionStorage)") == ["kneedesk-token"]
    assert page.evaluate("localStorage.length + document.cookie.length") == 0
    assert page.evaluate("indexedDB.databases().then(all => all.length)") == 0
    assert page.evaluate("caches.keys().then(all => all.length)") == 0


def test_ending_the_chat_forgets_it(page: Page) -> None:
    open_chat(page)
    say(page, "what is a meniscus")
    message_box(page).fill("half a sentence")
    pick(page, "End and forget this chat")
    expect(messages(page)).to_have_count(0)
    expect(message_box(page)).to_have_value("")
    expect(message_box(page)).to_be_focused()
    page.reload()
    open_chat(page)
    expect(messages(page)).to_have_count(0)


def test_where_the_browser_forbids_storage_the_chat_works_as_long_as_the_page(new_page: NewPage) -> None:
    page = new_page("about:blank")
    page.add_init_script(
        "Object.defineProperty(window, 'sessionStorage', { get() { throw new DOMException('no', 'SecurityError') } })"
    )
    page.goto(new_page().url)
    open_chat(page)
    expect(say(page, "what is a meniscus")).to_contain_text("cartilage")
