"""Prints turns and evaluations for people."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence

from bot.evaluation.figures import Figures, Prediction
from bot.store.turns import Turn
from bot.triage.messages import LabelledMessage

_CONFUSIONS_SHOWN = 10
_EXAMPLES_SHOWN = 3

_NAMES = {
    "topic_accuracy": "topic right",
    "macro_f1": "macro F1 over topics",
    "out_of_scope_recall": "out of scope, turned away",
    "false_rejections": "in scope, turned away without its topic offered",
    "emergency_recognised": "emergency recognised as emergency",
    "emergency_as_ordinary": "emergency answered as routine or none",
    "urgent_recognised": "urgent recognised as urgent",
    "red_flag_recognised": "emergency or urgent recognised as either",
    "false_alarms": "ordinary message flagged (false alarm)",
    "false_emergencies": "ordinary message flagged as emergency",
    "ordinary_exact": "ordinary message at its level",
}


def shown_turn(turn: Turn) -> str:
    """Return the turn as a few lines: replies, topic, triage and evidence."""
    lines = []
    for reply in turn.replies or ():
        lines.append(reply["text"].strip())
        lines += [f"  [{choice['title']}]" for choice in reply["choices"]]
    lines += ["", f"outcome     {turn.outcome}"]
    lines.append(f"topic       {turn.topic or '-'}" + (f" ({turn.confidence:.2f})" if turn.confidence else ""))
    lines.append(f"triage      {turn.triage_level}")
    for sign in (turn.triage or {}).get("signs", ()):
        lines.append(f'  sign      {sign["group"]}/{sign["sign"]} ({sign["level"]}): "{sign["text"]}"')
    for finding in (turn.triage or {}).get("findings", ()):
        sites = ", ".join(finding["sites"])
        lines.append(f'  finding   {finding["name"]} of {sites}, {finding["context"]}: "{finding["text"]}"')
    return "\n".join(lines)


def shown_figures(figures: Figures, messages: Sequence[LabelledMessage], predictions: Sequence[Prediction]) -> str:
    """Return the report: the figures, every triage miss, and the most frequent confusions of topics."""
    lines = [f"{figures.messages} messages; intervals are Wilson 95%", ""]
    for name, title in _NAMES.items():
        value = getattr(figures, name)
        lines.append(f"{title:<50} {value:.3f}" if isinstance(value, float) else f"{title:<50} {value}")
    pairs = list(zip(messages, predictions, strict=True))
    lines += ["", "Triage, every miss:", *_triage_misses(pairs)]
    lines += ["", f"Topics, the {_CONFUSIONS_SHOWN} most frequent confusions:", *_confusions(pairs)]
    return "\n".join(lines)


def _triage_misses(pairs: Sequence[tuple[LabelledMessage, Prediction]]) -> Iterator[str]:
    for message, guess in pairs:
        if guess.triage not in message.levels and {guess.triage, *message.levels} & {"urgent", "emergency"}:
            label = "/".join(filter(None, (message.triage, message.triage_alt)))
            signs = f" [{', '.join(guess.signs)}]" if guess.signs else ""
            yield f"  {message.id}: {label} taken for {guess.triage}{signs}: {message.text}"


def _confusions(pairs: Sequence[tuple[LabelledMessage, Prediction]]) -> Iterator[str]:
    wrong = [(message, guess) for message, guess in pairs if guess.topic not in message.topics]
    counts = Counter((message.topic, guess.topic) for message, guess in wrong)
    for (label, guessed), count in counts.most_common(_CONFUSIONS_SHOWN):
        yield f"  {count} x {label} taken for {guessed}"
        examples = [m for m, guess in wrong if (m.topic, guess.topic) == (label, guessed)]
        yield from (f"      {message.id}: {message.text}" for message in examples[:_EXAMPLES_SHOWN])
