"""The widget's files as they are served: small, compressed, fresh, and to pages of every site."""

from __future__ import annotations

import re

import requests

from bot.channels.widget_files import FOLDER
from tests.running import RunningAssistant

_LARGEST = 20_000
_MODULES = sorted(path.name for path in FOLDER.glob("*.js"))


def _fetch(assistant: RunningAssistant, name: str, **headers: str) -> requests.Response:
    return requests.get(f"{assistant.base}/widget/{name}", headers=headers, timeout=30, stream=True)


def test_the_whole_widget_comes_in_less_than_20_kilobytes(assistant: RunningAssistant) -> None:
    answers = [_fetch(assistant, name) for name in _MODULES]
    assert {answer.headers["Content-Encoding"] for answer in answers} == {"gzip"}
    assert sum(len(answer.raw.read(decode_content=False)) for answer in answers) < _LARGEST


def test_the_modules_that_a_browser_loads_are_all_there_are(assistant: RunningAssistant) -> None:
    seen, waiting = set(), ["knee-desk.js"]
    while waiting:
        name = waiting.pop()
        seen.add(name)
        waiting += set(re.findall(r'from "\./([\w-]+\.js)"', _fetch(assistant, name).text)) - seen
    assert sorted(seen) == _MODULES


def test_pages_of_every_site_may_load_it_and_ask_each_time_whether_it_is_new(assistant: RunningAssistant) -> None:
    answer = _fetch(assistant, "knee-desk.js", Origin="https://www.example.com")
    assert answer.headers["Access-Control-Allow-Origin"] == "*"
    assert answer.headers["Cross-Origin-Resource-Policy"] == "cross-origin"
    assert answer.headers["Cache-Control"] == "no-cache"
    assert answer.headers["Content-Type"] == "text/javascript; charset=utf-8"
    again = _fetch(assistant, "knee-desk.js", **{"If-None-Match": answer.headers["ETag"]})
    assert (again.status_code, again.text) == (304, "")


def test_who_does_not_unpack_gets_it_plain_and_without_the_comments(assistant: RunningAssistant) -> None:
    answer = _fetch(assistant, "text.js", **{"Accept-Encoding": "identity"})
    assert "Content-Encoding" not in answer.headers
    assert "export function rendered" in answer.text
    assert "/**" not in answer.text
    assert len(answer.text.splitlines()) == len((FOLDER / "text.js").read_text(encoding="utf-8").splitlines())


def test_no_module_names_an_address_of_somebody_else() -> None:
    for name in _MODULES:
        text = (FOLDER / name).read_text(encoding="utf-8").replace("http://www.w3.org/2000/svg", "")
        assert not re.search(r"https?://\w", text), name


def test_nothing_else_is_served(assistant: RunningAssistant) -> None:
    for name in ("demo.html", "..%2fserver.py", "nothing.js", "%2e%2e/settings.py"):
        assert _fetch(assistant, name).status_code == 404


def test_docs_embed_names_every_attribute_property_and_event() -> None:
    source = "\n".join((FOLDER / name).read_text(encoding="utf-8") for name in _MODULES)
    page = (FOLDER.parent.parent / "docs" / "embed.md").read_text(encoding="utf-8")
    names = {
        *re.findall(r'this\.(?:get|has)Attribute\("([\w-]+)"', source),
        *re.findall(r"(--knee-desk-[\w-]+)", source),
        *re.findall(r'tell\("([\w-]+)"', source),
    }
    assert {"phone", "greeting", "--knee-desk-accent", "booking-requested", "closed"} <= names
    assert {name for name in names if name not in page} == set()
