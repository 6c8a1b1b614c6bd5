"""The widget on pages of other sites: strict ones, hostile ones, and ones that are not allowed."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from tests.browser.chat import assert_accessible, message_box, open_chat, pick, replies, request_visit, say
from tests.browser.clinic_site import ClinicSite
from tests.browser.conftest import NewPage
from tests.running import RunningAssistant

# Another spelling of this machine, and so another origin, which nobody has listed.
_UNLISTED = "127.0.0.1"


def _embedding(
    assistant: RunningAssistant, attributes: str = "", head: str = "", body: str = "", html: str = ""
) -> str:
    return f"""<!doctype html><html lang="en" {html}><head><title>A clinic</title>
        <meta name="viewport" content="width=device-width">{head}
        <script type="module" src="{assistant.base}/widget/knee-desk.js"></script></head>
        <body><main><h1>A clinic</h1>{body}</main>
        <knee-desk clinic="A clinic" phone="(404) 905-7342" {attributes}></knee-desk></body></html>"""


def test_a_strict_content_security_policy_is_kept_to(
    new_page: NewPage, clinic_site: ClinicSite, assistant: RunningAssistant
) -> None:
    policy = (
        f"default-src 'none'; script-src {assistant.base}; connect-src {assistant.base}; "
        "base-uri 'none'; require-trusted-types-for 'script'; trusted-types 'none'"
    )
    address = clinic_site.put("/strict", _embedding(assistant), Content_Security_Policy=policy)
    page = new_page("about:blank")
    page.add_init_script(
        "addEventListener('securitypolicyviolation', e => (window.refused ??= []).push(e.violatedDirective))"
    )
    page.add_init_script("window.print = () => { top.printed = document.body.innerText }")
    page.goto(address)
    open_chat(page)
    expect(say(page, "what is a meniscus")).to_contain_text("cartilage")
    assert page.locator("knee-desk .panel").bounding_box()["width"] > 300
    pick(page, "Print the conversation")
    assert "cartilage" in page.evaluate("window.printed")
    assert page.evaluate("window.refused ?? []") == []


def test_a_hostile_page_does_not_break_the_widget_nor_the_widget_the_page(
    new_page: NewPage, clinic_site: ClinicSite, assistant: RunningAssistant
) -> None:
    clinic_site.put(
        "/hostile.css", "* { all: unset !important; --kd-accent: red; } html { font-size: 62.5% }", "text/css"
    )
    clinic_site.put(
        "/hostile.js",
        "for (const kind of [Array, String, Object, Function]) kind.prototype.last = function () { return 'bad'; };"
        "Array.prototype.toJSON = () => 'bad'; delete window.onerror;",
        "text/javascript",
    )
    head = '<link rel="stylesheet" href="/hostile.css"><script src="/hostile.js"></script>'
    page = new_page(clinic_site.put("/hostile", _embedding(assistant, head=head)))
    box = page.get_by_role("button", name="Chat with us").bounding_box()
    assert box is not None
    assert box["x"] + box["width"] > 1150
    assert box["y"] + box["height"] > 750
    heading = page.evaluate("JSON.stringify(document.querySelector('h1').getBoundingClientRect())")
    page.evaluate(
        "for (const kind of ['keydown', 'keypress', 'keyup']) document.addEventListener(kind, event => {"
        "  if (event.target.tagName === 'KNEE-DESK') event.preventDefault(); })"
    )
    open_chat(page)
    message_box(page).focus()
    page.keyboard.type("what is a meniscus")
    expect(message_box(page)).to_have_value("what is a meniscus")
    page.keyboard.press("Enter")
    expect(replies(page).last).to_contain_text("cartilage")
    assert page.evaluate("JSON.stringify(document.querySelector('h1').getBoundingClientRect())") == heading
    button = page.get_by_role("button", name="Send")
    assert button.evaluate("b => getComputedStyle(b).backgroundColor") == "rgb(11, 92, 102)"
    assert button.evaluate("b => getComputedStyle(b).fontSize") == "16px"


def test_a_site_that_is_not_listed_is_told_so_and_its_visitors_get_the_phone(
    new_page: NewPage, clinic_site: ClinicSite, assistant: RunningAssistant
) -> None:
    address = clinic_site.put("/unlisted", _embedding(assistant)).replace("localhost", _UNLISTED)
    page = new_page("about:blank")
    told: list[str] = []
    page.on("console", lambda message: told.append(message.text))
    page.goto(address)
    page.get_by_role("button", name="Chat with us").click()
    card = page.locator("knee-desk .help")
    expect(card).to_contain_text("In an emergency call 911.")
    expect(card.get_by_role("link", name="(404) 905-7342")).to_be_visible()
    assert any("WIDGET_ORIGINS" in text for text in told)


def test_nothing_but_the_button_is_there_until_it_is_pressed_and_nothing_comes_from_elsewhere(
    new_page: NewPage, assistant: RunningAssistant
) -> None:
    page = new_page("about:blank")
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto(assistant.base)
    page.wait_for_load_state("networkidle")
    assert not any("/webhooks/" in url for url in asked)
    open_chat(page)
    say(page, "what is a meniscus")
    assert all(url.startswith(assistant.base) for url in asked)


def test_the_page_does_not_move(page: Page) -> None:
    page.evaluate(
        "window.moved = []; new PerformanceObserver(list => list.getEntries().forEach(entry =>"
        "  window.moved.push(...entry.sources.map(source => source.node?.nodeName))"
        ")).observe({ type: 'layout-shift', buffered: true })"
    )
    open_chat(page)
    say(page, "what is a meniscus")
    page.keyboard.press("Escape")
    page.wait_for_timeout(200)
    assert set(page.evaluate("window.moved")) <= {"KNEE-DESK"}


def test_without_javascript_911_and_the_phone_are_on_the_page(new_page: NewPage) -> None:
    page = new_page(java_script_enabled=False)
    card = page.locator(".without-script")
    expect(card.get_by_role("link", name="911")).to_be_visible()
    expect(card.get_by_role("link", name="(404) 905-7342")).to_be_visible()


def test_attributes_say_where_it_stands_what_it_says_and_in_which_language(
    new_page: NewPage, clinic_site: ClinicSite, assistant: RunningAssistant
) -> None:
    attributes = 'position="left" greeting="Ask us about your knee." open'
    text = _embedding(assistant, attributes).replace('lang="en"', 'lang="es-US"')
    page = new_page(clinic_site.put("/attributes", text))
    expect(replies(page).first).to_contain_text("Asistente: Ask us about your knee.")
    assert page.locator("knee-desk .panel").bounding_box()["x"] < 100
    assert page.evaluate("document.activeElement === document.body")
    page.evaluate("document.querySelector('knee-desk').lang = 'en'")
    expect(page.get_by_role("button", name="Close the chat")).to_be_visible()
    page.evaluate("document.querySelector('knee-desk').removeAttribute('open')")
    expect(page.get_by_role("button", name="Chat with us")).to_be_visible()


def test_open_on_load_covers_no_phone_and_takes_no_focus(
    new_page: NewPage, clinic_site: ClinicSite, assistant: RunningAssistant
) -> None:
    page = new_page(clinic_site.put("/open", _embedding(assistant, "open")), viewport={"width": 390, "height": 780})
    expect(page.get_by_role("button", name="Chat with us")).to_be_visible()
    assert page.evaluate("document.activeElement === document.body")


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("accent", ["#ffe600", "#777777", "white", "black", "hotpink", "rgb(0 90 200)"])
def test_every_accent_colour_is_readable(
    new_page: NewPage, clinic_site: ClinicSite, assistant: RunningAssistant, accent: str, scheme: str
) -> None:
    page = new_page(clinic_site.put("/accent", _embedding(assistant, f'accent="{accent}"')), color_scheme=scheme)
    open_chat(page)
    say(page, "what is a meniscus")
    assert_accessible(page)


def test_an_accent_that_is_no_colour_is_named_in_the_console_and_left_out(
    new_page: NewPage, clinic_site: ClinicSite, assistant: RunningAssistant
) -> None:
    page = new_page("about:blank")
    told: list[str] = []
    page.on("console", lambda message: told.append(message.text))
    page.goto(clinic_site.put("/accent", _embedding(assistant, 'accent="teal-ish"')))
    open_chat(page)
    assert 'the accent "teal-ish" is no opaque sRGB colour' in told[0]
    colour = page.get_by_role("button", name="Send").evaluate("b => getComputedStyle(b).backgroundColor")
    assert colour == "rgb(11, 92, 102)"


def test_custom_properties_set_accent_font_and_size(
    new_page: NewPage, clinic_site: ClinicSite, assistant: RunningAssistant
) -> None:
    head = "<style>knee-desk { --knee-desk-accent: #ffe600; --knee-desk-width: 22em; --knee-desk-font: serif }</style>"
    page = new_page(clinic_site.put("/properties", _embedding(assistant, head=head)))
    open_chat(page)
    send = page.get_by_role("button", name="Send")
    assert send.evaluate("b => getComputedStyle(b).backgroundColor") == "rgb(255, 230, 0)"
    assert send.evaluate("b => getComputedStyle(b).color") == "rgb(20, 33, 43)"
    assert send.evaluate("b => getComputedStyle(b).fontFamily") == "serif"
    assert page.locator("knee-desk .panel").bounding_box()["width"] == 22 * 16


def test_the_page_hears_what_happens_but_never_what_is_said(page: Page) -> None:
    page.evaluate(
        "window.heard = []; for (const name of ['opened', 'closed', 'message-sent', 'booking-requested', 'red-flag'])"
        "document.addEventListener(name, e => window.heard.push([name, e.detail]))"
    )
    open_chat(page)
    request_visit(page)
    say(page, "now i cant breathe")
    page.keyboard.press("Escape")
    heard = page.evaluate("window.heard")
    names = [name for name, _ in heard]
    assert names[:2] == ["opened", "message-sent"]
    assert names[-4:] == ["booking-requested", "message-sent", "red-flag", "closed"]
    assert {str(detail) for _, detail in heard} == {"None", "{'level': 'emergency'}"}


def test_a_page_that_takes_the_widget_out_and_puts_it_back_keeps_the_conversation(page: Page) -> None:
    open_chat(page)
    say(page, "what is a meniscus")
    page.evaluate(
        "window.told = []; for (const name of ['opened', 'closed']) addEventListener(name, () => told.push(name))"
    )
    page.evaluate("const desk = document.querySelector('knee-desk'); desk.remove(); document.body.append(desk)")
    expect(say(page, "and how is it treated")).to_be_visible()
    expect(message_box(page)).to_be_visible()
    assert page.evaluate("window.told") == []


def test_a_second_script_line_does_no_harm(
    new_page: NewPage, clinic_site: ClinicSite, assistant: RunningAssistant
) -> None:
    again = f'<script type="module" src="{assistant.base}/widget/knee-desk.js?again"></script>'
    page = new_page(clinic_site.put("/twice", _embedding(assistant, head=again)))
    open_chat(page)
