"""Finds the rules' phrases in a message.

A phrase is words in order, with three liberties: fillers ("really", "my") may stand anywhere between
them, `<list>` stands for any entry of a word list, and `...` for up to four other words.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

from spacy.matcher import PhraseMatcher
from spacy.tokens import Doc
from spacy.vocab import Vocab

_GAP = "..."
_LONGEST_GAP = 4


class Match(NamedTuple):
    """A phrase found: its label, and the places of its first word and behind its last one."""

    label: str
    start: int
    end: int


class PhraseBook:
    """Phrases by label, ready to be found; a label may have many phrases.

    spaCy's PhraseMatcher finds the phrases and list entries that are plain words, in one pass whatever
    their number; those with a list or a gap in them are then put together from what it found.
    """

    def __init__(
        self,
        phrases: Mapping[str, Iterable[str]],
        lists: Mapping[str, Iterable[str]] = {},
        fillers: Iterable[str] = (),
        gap_ends: Iterable[str] = (),
    ) -> None:
        self._fillers = frozenset(fillers)
        self._gap_ends = frozenset(gap_ends)
        self._vocab = Vocab()
        self._matcher = PhraseMatcher(self._vocab)
        self._labels: dict[int, tuple[str, tuple[str, ...]]] = {}
        self._composed: defaultdict[str, list[tuple[str, tuple[str, ...]]]] = defaultdict(list)
        self.vocabulary: set[str] = set()
        for label, texts in phrases.items():
            for text in texts:
                self._add(label, tuple(text.split()))
        for name in {part for _, parts in self._all_composed() for part in parts if part.startswith("<")}:
            for entry in lists[name[1:-1]]:
                self._add(name, tuple(entry.split()))

    def _add(self, label: str, parts: tuple[str, ...]) -> None:
        core = tuple(part for part in parts if part not in self._fillers)
        if not core:
            raise ValueError(f"{' '.join(parts)!r} says nothing but fillers")
        self.vocabulary.update(part for part in core if not part.startswith("<") and part != _GAP)
        if _GAP in core or any(part.startswith("<") for part in core):
            self._composed[core[0]].append((label, core))
            return
        key = f"{label} {' '.join(parts)}"
        self._matcher.add(key, [Doc(self._vocab, words=list(core))])
        self._labels[self._vocab.strings[key]] = (label, parts if core != parts else ())

    def _all_composed(self) -> Iterator[tuple[str, tuple[str, ...]]]:
        for phrases in self._composed.values():
            yield from phrases

    def find(self, words: Sequence[str]) -> list[Match]:
        """Return every match, those that lie within a longer one of the same label left out."""
        kept = [place for place, word in enumerate(words) if word not in self._fillers]
        if not kept:
            return []
        tokens = [words[place] for place in kept]
        matches: set[Match] = set()
        lists: list[dict[str, list[int]]] = [{} for _ in tokens]
        for key, start, end in self._matcher(Doc(self._vocab, words=tokens)):
            label, with_fillers = self._labels[key]
            if with_fillers and not self._stand_around(with_fillers, words, kept[start], kept[end - 1]):
                continue
            if label.startswith("<"):
                lists[start].setdefault(label, []).append(end)
            else:
                matches.add(Match(label, kept[start], kept[end - 1] + 1))
        for label, start, end in self._find_composed(tokens, lists):
            matches.add(Match(label, kept[start], kept[end - 1] + 1))
        return _longest(matches)

    def _stand_around(self, parts: Sequence[str], words: Sequence[str], first: int, last: int) -> bool:
        """Return whether the fillers that the phrase itself names stand in or right beside the match."""
        while first > 0 and words[first - 1] in self._fillers:
            first -= 1
        while last + 1 < len(words) and words[last + 1] in self._fillers:
            last += 1
        region = iter(words[first : last + 1])
        return all(part in region for part in parts)

    def _find_composed(self, tokens: Sequence[str], lists: Sequence[Mapping[str, list[int]]]) -> Iterator[Match]:
        for start, token in enumerate(tokens):
            for first in (token, *lists[start]):
                for label, parts in self._composed.get(first, ()):
                    for end in self._ends(parts, start, tokens, lists):
                        yield Match(label, start, end)

    def _ends(
        self, parts: Sequence[str], start: int, tokens: Sequence[str], lists: Sequence[Mapping[str, list[int]]]
    ) -> set[int]:
        """Return where the phrase can end that begins at `start`."""
        places = {start}
        for part in parts:
            if part == _GAP:
                places = {later for place in places for later in self._gap_from(place, tokens)}
            elif part.startswith("<"):
                places = {end for place in places if place < len(tokens) for end in lists[place].get(part, ())}
            else:
                places = {place + 1 for place in places if place < len(tokens) and tokens[place] == part}
        return places

    def _gap_from(self, place: int, tokens: Sequence[str]) -> Iterator[int]:
        yield place
        for later in range(place, min(place + _LONGEST_GAP, len(tokens))):
            if tokens[later] in self._gap_ends:
                return
            yield later + 1


def _longest(matches: Iterable[Match]) -> list[Match]:
    kept: list[Match] = []
    for match in sorted(matches, key=lambda found: (found.label, found.start, -found.end)):
        if kept and kept[-1].label == match.label and match.end <= kept[-1].end:
            continue
        kept.append(match)
    return sorted(kept, key=lambda found: (found.start, found.end, found.label))
