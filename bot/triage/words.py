"""Cuts a message into the words that the rules speak of, each with its place in the original text.

Lower case, no apostrophes, no stretched letters, texting shorthand written out, and misspelt words put
right where exactly the rules' own words are near. A word that English or Spanish knows is never changed.
"""

from __future__ import annotations

import dataclasses
import functools
import math
import re
import unicodedata
from collections import defaultdict
from collections.abc import Collection, Mapping

from spellchecker import SpellChecker

_TOKEN = re.compile(r"[^\W_]+(?:['’‘´`ʼ][^\W_]+)*|\n|[^\w\s]|_")
_APOSTROPHES = re.compile(r"['’‘´`ʼ]")
_STRETCHED = re.compile(r"(.)\1{2,}")
# Shorter words have too many neighbours: "calf" is one letter from "half", "numb" from "dumb".
_SHORTEST_MISSPELT = 4
# A "word" longer than this is no word, and looking for its neighbours takes long.
_LONGEST_MISSPELT = 20
_LANGUAGES = ("en", "es")
# A word that a language does not know is this frequent in it, and so much likelier (in logarithms) a message
# must be Spanish: the "no" that both languages have is not enough, "si" is.
_UNSEEN = 1e-7
_CLEARLY_SPANISH = 5.0


@dataclasses.dataclass(frozen=True)
class Word:
    """A word as the rules spell it, and where it stands in the message."""

    text: str
    start: int
    end: int


class Spelling:
    """Puts misspelt words right, towards a given vocabulary only."""

    def __init__(self, vocabulary: Collection[str], shorthand: Mapping[str, str]) -> None:
        self._vocabulary = frozenset(vocabulary)
        self._shorthand = dict(shorthand)
        self._by_deletion: dict[str, list[str]] = {}
        for word in sorted(word for word in vocabulary if len(word) >= _SHORTEST_MISSPELT):
            for shortened in _deletions(word):
                self._by_deletion.setdefault(shortened, []).append(word)
        self._put_right = functools.lru_cache(maxsize=20_000)(self._look_up)

    def words_of(self, text: str) -> list[Word]:
        """Return the message's words and punctuation marks, in order."""
        return [
            Word(self._put_right(match.group().lower()), match.start(), match.end()) for match in _TOKEN.finditer(text)
        ]

    def _look_up(self, token: str) -> str:
        word = _APOSTROPHES.sub("", _without_accents(token)).strip() or token
        if word in self._shorthand:
            return self._shorthand[word]
        if word in self._vocabulary or not word.isalpha():
            return word
        for squeezed in (_STRETCHED.sub(r"\1\1", word), _STRETCHED.sub(r"\1", word)):
            if squeezed in self._vocabulary:
                return squeezed
        if not _SHORTEST_MISSPELT <= len(word) <= _LONGEST_MISSPELT or any(
            word in _frequencies(language) for language in _LANGUAGES
        ):
            return word
        return self._nearest(word)

    def _nearest(self, word: str) -> str:
        near = {known for shortened in _deletions(word) for known in self._by_deletion.get(shortened, ())}
        # People rarely get the first letter wrong.
        return min(near, key=lambda known: (known[0] != word[0], -len(known), known), default=word)


def _deletions(word: str) -> set[str]:
    """Return the word with each of its letters left out, and whole.

    Two words that meet here differ by one letter that is wrong, missing, too many or moved.
    """
    return {word} | {word[:place] + word[place + 1 :] for place in range(len(word))}


def _without_accents(token: str) -> str:
    decomposed = unicodedata.normalize("NFKD", token)
    return "".join(letter for letter in decomposed if not unicodedata.combining(letter))


def plain(text: str) -> str:
    """Return the words alone: lower case, no accents, no apostrophes, no punctuation."""
    words = (_APOSTROPHES.sub("", token) for token in _TOKEN.findall(_without_accents(text.lower())))
    return " ".join(word for word in words if word.isalnum())


def language_of(text: str) -> str:
    """Return "es" if the words are clearly more frequent in Spanish than in English, else "en"."""
    spanish, english = _frequencies("es"), _frequencies("en")
    words = {_without_accents(_APOSTROPHES.sub("", token)) for token in _TOKEN.findall(text.lower())}
    ratios = [spanish.get(word, _UNSEEN) / english.get(word, _UNSEEN) for word in words]
    return "es" if sum(map(math.log, ratios)) > _CLEARLY_SPANISH else "en"


@functools.lru_cache(maxsize=2)
def _frequencies(language: str) -> dict[str, float]:
    """Return how frequent each word of the language is, without accents."""
    known = SpellChecker(language=language).word_frequency
    shares: dict[str, float] = defaultdict(float)
    for word, count in known.items():
        shares[_without_accents(word)] += count / known.total_words
    return dict(shares)
