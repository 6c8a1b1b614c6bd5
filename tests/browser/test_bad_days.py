"""The widget when something fails: nothing is lost, nothing is sent twice, and the phone is always there."""

from __future__ import annotations

import re
import uuid

import pytest
from playwright.sync_api import Page, Route, expect

from bot.store.database import open_database
from bot.store.tables import utc_now
from bot.store.turns import save_turn
from tests.browser.chat import message_box, messages, open_chat, pick, replies, say, send
from tests.browser.conftest import NewPage
from tests.builders import make_turn
from tests.running import RunningAssistant, conversation_of

_MESSAGES = "**/webhooks/widget/messages"


def _help(page: Page) -> None:
    card = page.locator("knee-desk .help")
    expect(card).to_contain_text("911")
    expect(card.get_by_role("link", name="(404) 905-7342").first).to_be_visible()


def _hold(page: Page) -> list[Route]:
    """Hold the next request back; return where it will be."""
    held: list[Route] = []

    def hold(route: Route) -> None:
        held.append(route)

    page.route(_MESSAGES, hold, times=1)
    return held


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


def test_an_answer_that_was_pending_at_a_reload_still_comes(page: Page, assistant: RunningAssistant) -> None:
    open_chat(page)
    token = page.evaluate("sessionStorage.getItem('kneedesk-token')")
    engine = open_database(assistant.settings.database_url)
    turn = make_turn("what is a meniscus", conversation_id=conversation_of(token))
    save_turn(engine, turn)
    page.reload()
    open_chat(page)
    expect(messages(page)).to_have_count(1)
    turn.answered_at, turn.outcome = utc_now(), "answered"
    turn.replies = [{"kind": "answer", "text": "It is cartilage.", "choices": []}]
    save_turn(engine, turn)
    expect(replies(page).last).to_contain_text("It is cartilage.")
    expect(messages(page)).to_have_count(1)


def test_a_message_that_the_stream_has_answered_is_not_called_unsent(page: Page) -> None:
    open_chat(page)
    held: list[Route] = []

    def hold(route: Route) -> None:
        route.fetch()
        held.append(route)

    page.route(_MESSAGES, hold, times=1)
    expect(say(page, "what is a meniscus")).to_contain_text("cartilage")
    held[0].abort()
    expect(page.locator("knee-desk .typing")).to_have_count(0)
    expect(page.get_by_text("Not sent.")).to_have_count(0)
    expect(page.locator("knee-desk .help")).to_be_empty()


def test_no_message_overtakes_one_that_failed(page: Page) -> None:
    open_chat(page)
    say(page, "book a visit")
    held = _hold(page)
    for text in ("Ana Lopez", "404 905 7342"):
        send(page, text)
    page.wait_for_function("document.querySelector('knee-desk').shadowRoot.querySelectorAll('.patient').length === 3")
    held[0].abort()
    expect(page.get_by_role("button", name="Try again")).to_have_count(2)
    page.get_by_role("button", name="Try again").last.click()
    expect(replies(page).last).to_contain_text("Which days suit you best?")
    expect(replies(page)).to_have_count(4)
    expect(page.get_by_text("Not sent.")).to_have_count(0)


def test_what_is_written_after_a_failed_message_goes_with_it(page: Page) -> None:
    open_chat(page)
    say(page, "book a visit")
    page.route(_MESSAGES, lambda route: route.abort(), times=1)
    send(page, "Ana Lopez")
    expect(page.get_by_role("button", name="Try again")).to_be_visible()
    send(page, "404 905 7342")
    expect(replies(page).last).to_contain_text("Which days suit you best?")


def test_a_message_that_the_server_will_never_take_holds_up_no_other(page: Page) -> None:
    open_chat(page)
    send(page, "\x01")
    expect(page.get_by_role("button", name="Try again")).to_be_visible()
    expect(say(page, "i cant breathe")).to_contain_text("Call 911 now.")


def test_a_server_that_refuses_every_token_is_not_stormed(page: Page) -> None:
    refusal = {"error": {"code": "token_invalid", "message": ""}}
    page.route(_MESSAGES, lambda route: route.fulfill(status=401, json=refusal))
    started: list[str] = []
    page.on("request", lambda request: started.append(request.url) if "/conversations" in request.url else None)
    open_chat(page)
    send(page, "what is a meniscus")
    expect(page.get_by_role("button", name="Try again")).to_be_visible()
    assert len(started) == 2
    page.unroute_all()
    page.get_by_role("button", name="Try again").click()
    expect(replies(page).last).to_contain_text("cartilage")


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
    expect(replies(page).last).to_contain_text("cartilage in the knee")
    log = page.get_by_role("log").inner_text()
    assert log.index("This is an automated assistant.") < log.index("what is a meniscus")


def test_a_history_that_loads_late_stands_above_the_new_message(page: Page) -> None:
    open_chat(page)
    say(page, "what is a meniscus")
    page.reload()
    page.route("**/webhooks/**", lambda route: route.abort(), times=1)
    page.get_by_role("button", name="Chat with us").click()
    _help(page)
    send(page, "how do you treat it")
    expect(replies(page)).to_have_count(3)
    expect(messages(page)).to_have_text([re.compile("what is a meniscus"), re.compile("how do you treat it")])
    expect(replies(page).last).to_contain_text("hands-on")
    expect(page.get_by_role("group", name="Was this helpful?")).to_have_count(1)


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


@pytest.mark.parametrize("waits", ["history", "message"])
def test_what_is_on_its_way_when_the_chat_is_ended_is_forgotten_too(page: Page, waits: str) -> None:
    open_chat(page)
    say(page, "what is a meniscus")
    _hold(page)
    if waits == "history":
        page.reload()
        page.get_by_role("button", name="Chat with us").click()
    with page.expect_event("requestfailed", lambda request: request.url.endswith("/messages")):
        for text in ("a secret", "another secret"):
            send(page, text)
        pick(page, "End and forget this chat")
    expect(replies(page)).to_have_count(1)
    say(page, "how do you treat it")
    expect(messages(page)).to_have_count(1)
    expect(page.get_by_text("Not sent.")).to_have_count(0)
    page.reload()
    open_chat(page)
    expect(messages(page)).to_have_text([re.compile("how do you treat it")])


@pytest.mark.parametrize("method", ["getItem", "setItem"])
def test_where_the_browser_reads_or_writes_no_storage_one_conversation_goes_on(page: Page, method: str) -> None:
    page.add_init_script(f"Storage.prototype.{method} = () => {{ throw new DOMException('no', 'QuotaExceededError') }}")
    page.reload()
    started: list[str] = []
    page.on("request", lambda request: started.append(request.url) if "/conversations" in request.url else None)
    open_chat(page)
    say(page, "what is a meniscus")
    say(page, "how do you treat it")
    assert len(started) == 1


def test_where_tabs_may_not_talk_to_each_other_the_chat_works(page: Page) -> None:
    page.add_init_script(
        "window.BroadcastChannel = class { constructor() { throw new DOMException('no', 'SecurityError') } }"
    )
    page.reload()
    open_chat(page)
    expect(say(page, "i cant breathe")).to_contain_text("Call 911 now.")
    pick(page, "End and forget this chat")
    expect(messages(page)).to_have_count(0)


def test_where_the_browser_forbids_storage_the_chat_works_as_long_as_the_page(new_page: NewPage) -> None:
    page = new_page("about:blank")
    page.add_init_script(
        "Object.defineProperty(window, 'sessionStorage', { get() { throw new DOMException('no', 'SecurityError') } })"
    )
    page.goto(new_page().url)
    open_chat(page)
    expect(say(page, "what is a meniscus")).to_contain_text("cartilage")
