"""The widget for everyone: by keyboard, by screen reader, zoomed, in high contrast, on a small phone."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, Route, expect

from tests.browser.chat import (
    assert_accessible,
    message_box,
    messages,
    open_chat,
    pick,
    replies,
    request_visit,
    say,
    send,
)
from tests.browser.conftest import NewPage

Json = dict[str, Any]


def _typing(page: Page) -> None:
    open_chat(page)
    page.route("**/webhooks/widget/messages", lambda route: None)  # never answered
    send(page, "what is a meniscus")
    expect(page.locator("knee-desk .typing")).to_be_visible()


def _choices(page: Page) -> None:
    open_chat(page)
    say(page, "what can cause pain behind the knee?")
    expect(page.get_by_role("group", name="Was this helpful?")).to_be_visible()


def _rated(page: Page) -> None:
    _choices(page)
    page.get_by_role("button", name="Yes", exact=True).click()
    expect(page.get_by_text("Thank you.")).to_be_visible()


def _menu(page: Page) -> None:
    open_chat(page)
    pick(page, "Show times")


def _alert(page: Page) -> None:
    open_chat(page)
    say(page, "i cant breathe and my calf is swollen")


def _urgent(page: Page) -> None:
    open_chat(page)
    say(page, "my calf is swollen and hot")


def _booking(page: Page) -> None:
    open_chat(page)
    request_visit(page)


def _offline(page: Page) -> None:
    open_chat(page)
    page.context.set_offline(True)
    send(page, "what is a meniscus")
    expect(page.get_by_role("button", name="Try again")).to_be_visible()


_STATES: dict[str, Callable[[Page], None]] = {
    "closed": lambda page: None,
    "open": open_chat,
    "typing": _typing,
    "choices": _choices,
    "rated": _rated,
    "menu": _menu,
    "emergency": _alert,
    "urgent": _urgent,
    "booking": _booking,
    "offline": _offline,
}
_LOOKS: dict[str, Json] = {
    "light": {},
    "dark": {"color_scheme": "dark"},
    "forced colours": {"forced_colors": "active"},
    "320 px wide": {"viewport": {"width": 320, "height": 568}},
}


@pytest.mark.parametrize("look", _LOOKS)
@pytest.mark.parametrize("state", _STATES)
def test_axe_finds_nothing(new_page: NewPage, state: str, look: str) -> None:
    page = new_page(**_LOOKS[look])
    _STATES[state](page)
    assert_accessible(page)


@pytest.mark.parametrize("state", ["closed", "open", "choices", "urgent"])
@pytest.mark.parametrize("setting", ["lang = 'es'", "dir = 'rtl'"])
def test_axe_finds_nothing_in_spanish_and_from_right_to_left(new_page: NewPage, state: str, setting: str) -> None:
    page = new_page()
    page.evaluate(f"document.documentElement.{setting}")
    page.evaluate("document.querySelector('knee-desk').setAttribute('clinic', 'Clínica')")
    if state != "closed":
        open_chat(page, "Escríbanos" if "es" in setting else "Chat with us")
    if state == "choices":
        say(page, "what can cause pain behind the knee?")
    if state == "urgent":
        say(page, "tengo la pantorrilla hinchada y caliente")
    assert_accessible(page)


def test_a_visit_is_requested_by_keyboard_alone(page: Page) -> None:
    for _ in range(20):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.tagName") == "KNEE-DESK":
            break
    page.keyboard.press("Enter")
    expect(page.get_by_label("Your message")).to_be_focused()
    expect(replies(page).first).to_be_visible()
    for text in ("book a visit", "Ana Lopez", "404 905 7342", "tuesday"):
        before = replies(page).count()
        page.keyboard.type(text)
        page.keyboard.press("Enter")
        expect(replies(page)).to_have_count(before + 1)
    for _ in range(3):  # back over Evening and Any time
        page.keyboard.press("Shift+Tab")
    expect(page.get_by_role("button", name="Afternoon")).to_be_focused()
    page.keyboard.press("Enter")
    expect(replies(page).last).to_contain_text("what is it about")
    expect(page.get_by_label("Your message")).to_be_focused()
    for text in ("pain behind my knee", "i am new"):
        before = replies(page).count()
        page.keyboard.type(text)
        page.keyboard.press("Enter")
        expect(replies(page)).to_have_count(before + 1)
    expect(replies(page).last).to_contain_text("Name: Ana Lopez")
    for _ in range(3):
        page.keyboard.press("Shift+Tab")
    expect(page.get_by_role("button", name="Yes, send it")).to_be_focused()
    page.keyboard.press("Space")
    expect(page.get_by_text("reference number is KD-")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_role("button", name="Chat with us")).to_be_focused()


def test_the_focus_goes_through_the_window_from_top_to_bottom(page: Page) -> None:
    open_chat(page)
    page.get_by_role("button", name="More").focus()
    order = []
    for _ in range(9):
        order.append(
            page.evaluate(
                "(e => e.ariaLabel || e.textContent || e.id)(document.activeElement.shadowRoot.activeElement)"
            )
        )
        page.keyboard.press("Tab")
    assert order[0:3] == ["More", "Close the chat", "Conversation"]
    assert order[-2:] == ["text", "Send"]


def test_escape_closes_the_menu_first_and_then_the_chat(page: Page) -> None:
    open_chat(page)
    page.get_by_role("button", name="More").press("Enter")
    expect(page.get_by_role("button", name="Show times")).to_be_focused()
    page.keyboard.press("Tab")
    expect(page.get_by_role("button", name="Copy the conversation")).to_be_focused()
    page.keyboard.press("Escape")
    expect(page.get_by_role("button", name="Copy the conversation")).to_be_hidden()
    expect(page.get_by_role("button", name="More")).to_be_focused()
    page.keyboard.press("Escape")
    expect(page.get_by_role("button", name="Chat with us")).to_be_focused()


def test_a_red_flag_is_an_alert_that_takes_the_focus(page: Page) -> None:
    open_chat(page)
    say(page, "i cant breathe and my calf is swollen")
    alert = page.get_by_role("alert")
    expect(alert).to_contain_text("Call 911 now.")
    expect(alert).to_be_focused()
    expect(alert.get_by_role("link", name="911").first).to_have_attribute("href", "tel:911")


def test_trying_again_by_keyboard_keeps_the_focus_in_the_chat_and_an_emergency_takes_it(page: Page) -> None:
    open_chat(page)
    page.context.set_offline(True)
    send(page, "i cant breathe and my calf is swollen")
    page.get_by_role("button", name="Try again").focus()
    page.context.set_offline(False)
    page.keyboard.press("Enter")
    expect(page.get_by_role("alert")).to_be_focused()


def test_a_red_flag_takes_the_focus_from_nobody_who_is_typing_or_reading_the_page(page: Page) -> None:
    open_chat(page)

    def answer_late(route: Route) -> None:
        message_box(page).fill("and another thing")
        route.continue_()

    page.route("**/webhooks/widget/messages", answer_late, times=1)
    say(page, "i cant breathe and my calf is swollen")
    expect(page.get_by_role("alert")).to_be_visible()
    expect(message_box(page)).to_be_focused()
    page.route(
        "**/webhooks/widget/messages",
        lambda route: (page.locator("h1").click(), page.evaluate("document.activeElement.blur()"), route.continue_()),
        times=1,
    )
    say(page, "i really cant breathe")
    assert page.evaluate("document.activeElement === document.body")


def test_the_transcript_is_a_polite_log_that_does_not_read_out_the_history(page: Page) -> None:
    open_chat(page)
    say(page, "what is a meniscus")
    log = page.get_by_role("log", name="Conversation")
    expect(log).to_have_attribute("aria-live", "polite")
    page.reload()
    page.evaluate(
        "window.busy = []; const log = document.querySelector('knee-desk').shadowRoot.querySelector('.log');"
        "new MutationObserver(list => list.forEach(() => window.busy.push(log.ariaBusy)))"
        ".observe(log, { attributes: true, attributeFilter: ['aria-busy'] })"
    )
    open_chat(page)
    expect(messages(page)).to_have_count(1)
    expect(log).to_have_attribute("aria-busy", "false")
    assert page.evaluate("window.busy") == ["true", "false"]


def test_spanish_advice_is_marked_as_spanish(page: Page) -> None:
    open_chat(page)
    expect(say(page, "tengo la pantorrilla hinchada y caliente")).to_have_attribute("lang", "es")
    expect(replies(page).first).to_have_attribute("lang", "en")


def test_words_are_marked_with_their_language(page: Page) -> None:
    greeting = "Pregunte por su rodilla."
    page.evaluate(
        "greeting => { document.documentElement.lang = 'es'; const desk = document.querySelector('knee-desk');"
        "desk.setAttribute('greeting', greeting); desk.setAttribute('clinic', 'Clínica') }",
        greeting,
    )
    open_chat(page, "Escríbanos")
    expect(replies(page).first).to_have_attribute("lang", "es")
    expect(page.locator("knee-desk .choices button").first).to_have_attribute("lang", "en")
    reply = {"kind": "notice", "text": "That is more than I can answer.", "lang": "en", "choices": []}
    refusal = {"error": {"code": "too_fast", "message": ""}, "reply": reply}
    page.route("**/webhooks/widget/messages", lambda route: route.fulfill(status=429, json=refusal), times=1)
    send(page, "hola")
    expect(page.locator("knee-desk .help [lang=en]")).to_have_text("That is more than I can answer.")
    assert page.locator("knee-desk .help a").evaluate("link => link.closest('[lang]').lang") == "es"


def test_every_control_is_large_enough_to_hit(page: Page) -> None:
    open_chat(page)
    say(page, "what can cause pain behind the knee?")
    page.get_by_role("button", name="More").click()
    sizes = (
        page.locator("knee-desk")
        .locator("button:visible, textarea")
        .evaluate_all("all => all.map(e => e.getBoundingClientRect()).map(box => Math.min(box.width, box.height))")
    )
    assert len(sizes) > 8
    assert min(sizes) >= 24


@pytest.mark.parametrize(("width", "height"), [(640, 400), (320, 256), (320, 568)])
def test_zoomed_to_200_and_400_percent_everything_is_in_reach(new_page: NewPage, width: int, height: int) -> None:
    page = new_page(viewport={"width": width, "height": height})
    open_chat(page)
    say(page, "what can cause pain behind the knee?")
    say(page, "Donaudampfschifffahrtsgesellschaft" * 6)
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    inside = "[...document.querySelector('knee-desk').shadowRoot.querySelectorAll('.log, .entry, .panel')]"
    assert page.evaluate(f"{inside}.every(e => e.scrollWidth <= e.clientWidth)")
    for control in (page.get_by_role("button", name="Send"), page.get_by_role("button", name="Close the chat")):
        expect(control).to_be_in_viewport(ratio=1)


def test_on_a_phone_the_page_behind_cannot_be_reached(new_page: NewPage) -> None:
    page = new_page(viewport={"width": 390, "height": 780})
    open_chat(page)
    for _ in range(12):
        page.keyboard.press("Tab")
        assert page.evaluate("document.activeElement.tagName") in ("KNEE-DESK", "BODY")  # the browser's own bar
    page.keyboard.press("Escape")
    expect(page.get_by_role("button", name="Chat with us")).to_be_focused()


def test_turning_the_phone_keeps_chat_and_focus(new_page: NewPage) -> None:
    page = new_page(viewport={"width": 390, "height": 780})
    open_chat(page)
    message_box(page).fill("half a sent")
    page.set_viewport_size({"width": 1024, "height": 780})
    expect(message_box(page)).to_have_value("half a sent")
    expect(message_box(page)).to_be_focused()
    expect(page.locator("knee-desk .panel")).to_be_visible()


def test_nothing_moves_for_those_who_asked_for_less_motion(page: Page) -> None:
    _typing(page)
    dots = page.locator("knee-desk .typing i").first
    assert dots.evaluate("dot => getComputedStyle(dot).animationName") == "none"


def test_from_right_to_left_the_conversation_is_mirrored_and_english_stays_readable(page: Page) -> None:
    page.evaluate("document.documentElement.dir = 'rtl'")
    open_chat(page)
    say(page, "ركبتي تؤلمني")
    mine, theirs = messages(page).last.bounding_box(), replies(page).last.bounding_box()
    assert mine is not None
    assert theirs is not None
    assert mine["x"] < theirs["x"] + theirs["width"] - mine["width"]
    assert replies(page).last.evaluate("e => getComputedStyle(e).direction") == "ltr"
    assert messages(page).last.evaluate("e => getComputedStyle(e).direction") == "rtl"


def test_choices_are_pressed_by_keyboard_and_the_focus_stays_in_the_chat(page: Page) -> None:
    open_chat(page)
    page.get_by_role("group", name="Answers to choose from").get_by_role("button").first.focus()
    page.keyboard.press("Enter")
    expect(replies(page)).to_have_count(2)
    expect(message_box(page)).to_be_focused()
