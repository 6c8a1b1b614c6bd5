"""The figures of docs/safety.md: triage on the messages of `tests/safety/`, beside what simpler means reach.

Rows with an arguable level are left out, as the contract of the evaluation sets asks.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from bot.evaluation.figures import Share, share
from bot.settings import ROOT, Settings
from bot.triage.assessment import RED_FLAG_LEVELS
from bot.triage.engine import Triage
from bot.triage.messages import LabelledMessage, read_messages
from bot.triage.opening import load_triage

_FOLDER = ROOT / "tests" / "safety"
_BEGIN, _END = "<!-- figures: make safety -->", "<!-- end of figures -->"

Judge = Callable[[str], str]


def safety_sets() -> dict[str, list[LabelledMessage]]:
    """Return the messages by file, without the arguable ones of which a level is a red flag."""
    sets = {path.stem: read_messages(path) for path in sorted(_FOLDER.glob("*.csv"))}
    return {name: [message for message in rows if not _is_arguable(message)] for name, rows in sets.items()}


def judges(triage: Triage) -> dict[str, Judge]:
    """Return KneeDesk's triage and the simpler means, each a function from a text to a level."""
    rules = Triage(triage.rules)
    return {
        "KneeDesk": lambda text: triage.assess(text).level,
        "its rules alone": lambda text: rules.assess(text).level,
        "its second reader alone, a classifier": lambda text: _by_reader(triage, text),
        "keywords without context": _by_keywords(_FOLDER / "keywords.txt"),
    }


def sensitivity(messages: Sequence[LabelledMessage], judge: Judge, level: str = "") -> Share:
    """Return how many are recognised as a red flag, or as this level."""
    wanted = (level,) if level else RED_FLAG_LEVELS
    return share([judge(message.text) in wanted for message in messages])


def write_safety_case(settings: Settings, path: Path) -> str:
    """Put the present figures into the document and return them."""
    triage = load_triage(settings.clinic_directory, settings.models_directory)
    figures = "\n".join(_lines(judges(triage)))
    before, _, rest = path.read_text(encoding="utf-8").partition(_BEGIN)
    after = rest.partition(_END)[2]
    path.write_text(f"{before}{_BEGIN}\n{figures}\n{_END}{after}", encoding="utf-8")
    return figures


def _lines(all_judges: dict[str, Judge]) -> Iterator[str]:
    sets = safety_sets()
    red_flags = sets["red_flags"]
    emergencies = [message for message in red_flags if message.triage == "emergency"]
    columns = ("emergency as emergency", "emergency or urgent as either", "hard negatives flagged", "ordinary flagged")
    yield f"| | {' | '.join(columns)} | ordinary as emergency |"
    yield "|---|---|---|---|---|---|"
    for name, judge in all_judges.items():
        shares = [
            sensitivity(emergencies, judge, "emergency"),
            sensitivity(red_flags, judge),
            sensitivity(sets["hard_negatives"], judge),
            sensitivity(sets["ordinary"], judge),
            sensitivity(sets["ordinary"], judge, "emergency"),
        ]
        yield f"| {name} | {' | '.join(map(str, shares))} |"
    kneedesk = all_judges["KneeDesk"]
    for title, rows in sets.items():
        yield from ("", f"| {title.replace('_', ' ')} | flagged | of these as an emergency |", "|---|---|---|")
        for family in dict.fromkeys(message.family for message in rows):
            members = [message for message in rows if message.family == family]
            flagged, as_emergency = sensitivity(members, kneedesk), sensitivity(members, kneedesk, "emergency")
            yield f"| {family.replace('_', ' ')} | {flagged} | {as_emergency.hits} |"


def _is_arguable(message: LabelledMessage) -> bool:
    return bool(message.triage_alt) and not message.levels.isdisjoint(RED_FLAG_LEVELS)


def _by_reader(triage: Triage, text: str) -> str:
    reading = triage.second_reading(text)
    return triage.rules.groups[reading.group].level if reading else "none"


def _by_keywords(path: Path) -> Judge:
    keywords = [line.strip() for line in path.read_text(encoding="utf-8").splitlines() if line.strip()]

    def judge(text: str) -> str:
        said = text.lower().replace("’", "'")
        return "emergency" if any(keyword in said for keyword in keywords) else "none"

    return judge
