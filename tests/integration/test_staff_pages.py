"""The staff page over real HTTP."""

from __future__ import annotations

import re
import sqlite3

import pytest
import requests
from sqlalchemy.engine import make_url

from bot.staff.pages import create_app
from tests.builders import make_settings
from tests.running import STAFF_NAME, STAFF_PASSWORD, RunningAssistant


def _form_token(page: str) -> str:
    found = re.search(r'name="form_token" value="([^"]+)"', page)
    assert found
    return found[1]


def _log_in(assistant: RunningAssistant, password: str = STAFF_PASSWORD) -> requests.Session:
    session = requests.Session()
    page = session.get(f"{assistant.staff_base}/login", timeout=10).text
    form = {"name": STAFF_NAME, "password": password, "form_token": _form_token(page)}
    session.post(f"{assistant.staff_base}/login", data=form, timeout=30)
    return session


@pytest.fixture(scope="module")
def staff(assistant: RunningAssistant) -> requests.Session:
    return _log_in(assistant)


def test_every_page_but_the_login_asks_for_a_session(assistant: RunningAssistant) -> None:
    app = create_app(make_settings(assistant.directory))
    paths = {route.path for route in app.routes} - {"/login", "/readyz", "/static"}
    assert {"/", "/conversations/{id}", "/bookings"} <= paths
    for path in paths:
        for method in ("GET", "POST"):
            answer = requests.request(method, assistant.staff_base + path, allow_redirects=False, timeout=10)
            assert (answer.status_code, answer.headers.get("location")) == (303, "/login"), path


def test_a_wrong_password_is_refused(assistant: RunningAssistant) -> None:
    page = _log_in(assistant, "wrong").get(assistant.staff_base, timeout=10)
    assert page.url.endswith("/login")


def test_the_transcript_shows_topic_triage_and_the_words_that_triggered_it(
    assistant: RunningAssistant, staff: requests.Session
) -> None:
    patient = assistant.patient()
    patient.say("what can cause it <script>alert(1)</script>")
    patient.say("my calf is ballooned since my flight")
    page = staff.get(f"{assistant.staff_base}/conversations/{patient.conversation_id}", timeout=10).text
    assert "<mark>ballooned</mark>" in page
    assert "clot/leg_swelling" in page
    assert "<script>alert" not in page


def test_red_flags_come_first_until_they_are_reviewed(assistant: RunningAssistant, staff: requests.Session) -> None:
    assistant.patient().say("i cant breathe, review me")
    assistant.patient().say("what can cause it")
    listing = staff.get(assistant.staff_base, timeout=10).text
    first = re.findall(r'<tr class="(\w+)">\s*<td><a href="([^"]+)"', listing)[0]
    assert first[0] == "emergency"
    page = staff.get(assistant.staff_base + first[1], timeout=10).text
    form = {"form_token": _form_token(page)}
    staff.post(f"{assistant.staff_base}{first[1]}/reviewed", data=form, timeout=10)
    assert "Reviewed " in staff.get(assistant.staff_base + first[1], timeout=10).text


def test_booking_requests_are_listed_with_their_number(assistant: RunningAssistant, staff: requests.Session) -> None:
    for text in ("book a visit", "Booked Patient", "same", "monday", "1", "knee pain", "1", "1"):
        assistant.text(text, "+14045550166")
    page = staff.get(f"{assistant.staff_base}/bookings", timeout=10).text
    assert "Booked Patient" in page
    assert "(404) 555-0166" in page


def test_content_is_approved_as_it_was_read(assistant: RunningAssistant, staff: requests.Session) -> None:
    address = f"{assistant.staff_base}/content/answers/bakers_cyst"
    page = staff.get(address, timeout=10).text
    assert "popliteal cyst" in page
    assert "(Common Causes of Posterior Knee Pain)" in page
    content_hash = re.search(r'name="content_hash" value="(\w+)"', page)
    assert content_hash
    form = {"form_token": _form_token(page), "content_hash": "of words read long ago"}
    refused = staff.post(address, data=form, timeout=10)
    assert (refused.status_code, "has changed since" in refused.text) == (409, True)
    listing = staff.post(address, data={**form, "content_hash": content_hash[1]}, timeout=10).text
    row = next(row for row in listing.split("<tr>") if "/content/answers/bakers_cyst" in row)
    assert ("approved" in row, STAFF_NAME in row) == (True, True)


def test_content_that_does_not_exist_is_not_found(assistant: RunningAssistant, staff: requests.Session) -> None:
    assert staff.get(f"{assistant.staff_base}/content/answers/nothing", timeout=10).status_code == 404


def test_every_view_is_in_the_audit(assistant: RunningAssistant, staff: requests.Session) -> None:
    staff.get(f"{assistant.staff_base}/bookings", timeout=10)
    path = make_url(assistant.settings.database_url).database
    with sqlite3.connect(f"file:{path}?mode=ro", uri=True) as database:
        actions = {
            row[0] for row in database.execute("SELECT action FROM audit_entries WHERE staff_name = ?", [STAFF_NAME])
        }
    assert {
        "logged in",
        "failed to log in",
        "viewed the list of conversations",
        "viewed a conversation",
        "viewed the booking requests",
        "marked a conversation reviewed",
        "viewed the list of content",
        "approved content",
    } <= actions


def test_a_form_another_site_made_is_refused(assistant: RunningAssistant, staff: requests.Session) -> None:
    answer = staff.post(f"{assistant.staff_base}/logout", data={"form_token": "forged"}, timeout=10)
    assert answer.status_code == 403
    assert staff.get(assistant.staff_base, timeout=10).url == f"{assistant.staff_base}/"


def test_an_unknown_conversation_is_not_found(assistant: RunningAssistant, staff: requests.Session) -> None:
    assert staff.get(f"{assistant.staff_base}/conversations/web-nobody", timeout=10).status_code == 404


def test_the_session_cookie_is_out_of_reach_of_scripts_and_other_sites(assistant: RunningAssistant) -> None:
    cookie = requests.get(f"{assistant.staff_base}/login", timeout=10).headers["set-cookie"].lower()
    assert "httponly" in cookie
    assert "samesite=strict" in cookie


def test_logging_out_ends_the_session(assistant: RunningAssistant) -> None:
    session = _log_in(assistant)
    page = session.get(assistant.staff_base, timeout=10).text
    session.post(f"{assistant.staff_base}/logout", data={"form_token": _form_token(page)}, timeout=10)
    assert session.get(assistant.staff_base, timeout=10).url.endswith("/login")


def test_guessing_passwords_is_slowed_down(assistant: RunningAssistant) -> None:
    session = requests.Session()
    token = _form_token(session.get(f"{assistant.staff_base}/login", timeout=10).text)
    form = {"name": "nobody", "password": "guess", "form_token": token}
    codes = [session.post(f"{assistant.staff_base}/login", data=form, timeout=30).status_code for _ in range(12)]
    assert codes[-1] == 429
