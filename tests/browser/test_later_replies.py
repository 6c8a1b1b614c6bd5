"""What reaches the patient without having been asked for: the staff's word, and what a copy of the tab says."""

from __future__ import annotations

from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.chat import confirm_visit, messages, open_chat, pick, replies, request_visit, say
from tests.browser.clinic_site import ClinicSite
from tests.browser.conftest import NewPage
from tests.browser.line import Line
from tests.running import RunningAssistant

_CONFIRMED = "Our staff have confirmed your visit."
# Headless pages never hide by themselves.
_SHOW = (
    "Object.defineProperty(document, 'visibilityState', { get: () => window.state ?? 'visible' });"
    "window.show = state => { window.state = state; document.dispatchEvent(new Event('visibilitychange')) }"
)


def _duplicate(page: Page) -> Page:
    """Duplicate the tab as a browser does: with its session storage."""
    token = page.evaluate("sessionStorage.getItem('kneedesk-token')")
    copy = page.context.new_page()
    copy.add_init_script(
        f"sessionStorage.getItem('kneedesk-token') ?? sessionStorage.setItem('kneedesk-token', '{token}')"
    )
    copy.goto(page.url)
    return copy


def test_a_visit_that_staff_confirm_shows_in_the_open_chat_and_stays_in_the_history(
    page: Page, browser: Browser, assistant: RunningAssistant
) -> None:
    open_chat(page)
    reference = request_visit(page)
    confirm_visit(browser, assistant.staff_base, reference)
    expect(replies(page).last).to_contain_text(f"{_CONFIRMED} Your reference number is {reference}.")
    choices = page.get_by_role("group", name="Answers to choose from")  # the leg check still waits for an answer
    expect(choices).to_be_visible()
    assert choices.bounding_box()["y"] > replies(page).last.bounding_box()["y"]
    page.reload()
    open_chat(page)
    expect(replies(page).last).to_contain_text(_CONFIRMED)
    expect(page.get_by_text(_CONFIRMED)).to_have_count(1)


def test_a_closed_chat_listens_to_nothing_and_shows_it_when_it_is_opened(
    page: Page, browser: Browser, assistant: RunningAssistant
) -> None:
    open_chat(page)
    reference = request_visit(page)
    page.keyboard.press("Escape")
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    confirm_visit(browser, assistant.staff_base, reference)
    page.wait_for_timeout(2500)
    assert [url for url in asked if "/webhooks/" in url] == []
    page.get_by_role("button", name="Chat with us").click()
    expect(replies(page).last).to_contain_text(_CONFIRMED)


def test_what_was_said_while_the_laptop_slept_comes_when_it_wakes(
    new_page: NewPage, clinic_site: ClinicSite, browser: Browser, assistant: RunningAssistant
) -> None:
    with Line(urlsplit(assistant.base).port or 0) as line:
        script = f'<script type="module" src="{assistant.base}/widget/knee-desk.js"></script>'
        page = new_page(clinic_site.put("/sleepy", f'{script}<knee-desk server="{line.base}"></knee-desk>'))
        open_chat(page)
        reference = request_visit(page)
        page.reload()  # the history says which event was the last; the stream may not have said so yet
        open_chat(page)
        expect(replies(page).last).to_be_visible()
        page.context.set_offline(True)
        line.cut()
        confirm_visit(browser, assistant.staff_base, reference)
        line.mend()
        with page.expect_request("**/events") as asked:
            page.context.set_offline(False)
        assert int(asked.value.headers["last-event-id"]) > 0
        expect(replies(page).last).to_contain_text(_CONFIRMED)
        expect(page.get_by_text(_CONFIRMED)).to_have_count(1)


def test_an_open_chat_asks_once_and_then_waits(page: Page) -> None:
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    open_chat(page)
    page.wait_for_timeout(4000)
    assert [url.rpartition("/")[2] for url in asked if "/webhooks/" in url] == ["conversations", "events"]


def test_a_hidden_page_hangs_up_and_a_visible_one_calls_again(page: Page) -> None:
    open_chat(page)
    page.evaluate(_SHOW)
    with page.expect_event("requestfailed", lambda request: request.url.endswith("/events")):
        page.evaluate("show('hidden')")
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.evaluate("dispatchEvent(new Event('online'))")
    page.wait_for_timeout(300)
    assert asked == []
    with page.expect_request("**/events"):
        page.evaluate("show('visible')")


def test_a_copy_of_the_tab_shows_the_same_conversation(page: Page) -> None:
    open_chat(page)
    say(page, "what is a meniscus")
    copy = _duplicate(page)
    open_chat(copy)
    expect(messages(copy)).to_have_count(1)
    say(copy, "how do you treat it")
    expect(messages(page)).to_have_count(2)
    expect(replies(page)).to_have_count(3)
    say(page, "what should I bring")
    expect(messages(copy)).to_have_count(3)
    page.wait_for_timeout(2500)
    assert [messages(tab).count() for tab in (page, copy)] == [3, 3]
    assert replies(page).all_inner_texts() == replies(copy).all_inner_texts()


def test_a_chat_ended_in_one_tab_is_forgotten_in_its_copy(page: Page) -> None:
    open_chat(page)
    say(page, "what is a meniscus")
    copy = _duplicate(page)
    open_chat(copy)
    expect(messages(copy)).to_have_count(1)
    page.get_by_role("button", name="More").click()
    page.get_by_role("button", name="End and forget this chat").click()
    expect(messages(copy)).to_have_count(0)
    expect(copy.get_by_text("The chat was ended and forgotten on this device.")).to_be_visible()


@pytest.mark.parametrize("state", ["hidden", "closed", "never opened"])
def test_a_chat_ended_in_one_tab_is_forgotten_in_a_copy_that_nobody_looks_at(page: Page, state: str) -> None:
    open_chat(page)
    say(page, "what is a meniscus")
    copy = _duplicate(page)
    if state != "never opened":
        open_chat(copy)
        expect(messages(copy)).to_have_count(1)
    if state == "hidden":
        copy.evaluate(_SHOW)
        copy.evaluate("show('hidden')")
    if state == "closed":
        copy.keyboard.press("Escape")
    asked: list[str] = []
    copy.on("request", lambda request: asked.append(request.url))
    pick(page, "End and forget this chat")
    copy.wait_for_function("sessionStorage.getItem('kneedesk-token') === null")
    assert [url for url in asked if "/webhooks/" in url] == []
    if state == "hidden":
        copy.evaluate("show('visible')")
        expect(replies(copy)).to_have_count(1)
    else:
        open_chat(copy)
    expect(messages(copy)).to_have_count(0)


def test_an_event_that_nobody_understands_does_not_end_the_listening(new_page: NewPage) -> None:
    page = new_page("about:blank").context.new_page()  # whose script may fail
    page.goto(new_page().url)
    events = 'id: 1\nevent: turn\ndata: {"surprise": true}\n\nid: 2\nevent: turn\ndata: nonsense\n\n'
    page.route("**/events", lambda route: route.fulfill(body=events, content_type="text/event-stream"), times=1)
    with page.expect_request(lambda request: request.headers.get("last-event-id") == "2"):
        open_chat(page)


def test_two_tabs_opened_separately_are_two_conversations(page: Page) -> None:
    open_chat(page)
    say(page, "what is a meniscus")
    other = page.context.new_page()
    other.goto(page.url)
    open_chat(other)
    expect(messages(other)).to_have_count(0)
