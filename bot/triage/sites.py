"""Says of which part of the body a finding is said."""

from __future__ import annotations

from collections.abc import Sequence

from bot.triage.context import MessageContext
from bot.triage.phrases import Match, PhraseBook
from bot.triage.rules import BodyFile

UNSAID = ("unsaid",)
# A body part behind a parting word counts as this much further away.
_PARTED = 10


class SiteFinder:
    """Finds body parts, and the ones that belong to a finding."""

    def __init__(self, body: BodyFile) -> None:
        self._book = PhraseBook(body.sites, fillers=body.fillers)
        self._parted_by = frozenset(body.parted_by)
        self._joined_by = frozenset(body.joined_by)
        self._goes_on_by = frozenset(body.goes_on_by)

    @property
    def vocabulary(self) -> set[str]:
        """Return the words of all body parts."""
        return self._book.vocabulary

    def find(self, words: Sequence[str]) -> list[Match]:
        """Return the body parts of the message in order; of two that overlap, the longer one."""
        kept: list[Match] = []
        for site in sorted(self._book.find(words), key=lambda site: (site.start - site.end, site.start)):
            if all(site.end <= other.start or other.end <= site.start for other in kept):
                kept.append(site)
        return sorted(kept, key=lambda site: site.start)

    def of(
        self,
        finding: Match,
        findings: Sequence[Match],
        sites: Sequence[Match],
        words: Sequence[str],
        context: MessageContext,
    ) -> tuple[str, ...]:
        """Return the finding's sites: the nearest in its clause with those joined to it, else the last before."""
        said = self._said_together(finding, findings, words)
        near = [
            site
            for site in sites
            if context.clause(site.start) == context.clause(finding.start)
            and not context.denies_between(min(site.end, said.end), max(site.start, said.start))
        ]
        if near:
            return self._joined(min(near, key=lambda site: self._distance(said, site, words)), near, words)
        earlier = [site for site in sites if site.end <= finding.start]
        return (earlier[-1].label,) if earlier else UNSAID

    def _said_together(self, finding: Match, findings: Sequence[Match], words: Sequence[str]) -> Match:
        """Return the whole of "cold and white": findings joined in a row are said of the same place."""
        start, end = finding.start, finding.end
        for other in sorted(findings, key=lambda other: other.start, reverse=True):
            if other.end <= start and self._joins(words[other.end : start]):
                start = other.start
        for other in sorted(findings, key=lambda other: other.start):
            if other.start >= end and self._joins(words[end : other.start]):
                end = other.end
        return Match(finding.label, start, end)

    def _distance(self, finding: Match, site: Match, words: Sequence[str]) -> tuple[int, int]:
        if site.start < finding.end and finding.start < site.end:
            return (-1, 0)
        if site.end <= finding.start:
            between, side = words[site.end : finding.start], 0
        else:
            between, side = words[finding.end : site.start], 1
        parted = 0 if self._parted_by.isdisjoint(between) else _PARTED
        return (len(between) + parted, side)

    def _joined(self, nearest: Match, near: Sequence[Match], words: Sequence[str]) -> tuple[str, ...]:
        place = near.index(nearest)
        first = last = place
        while first > 0 and self._joins(words[near[first - 1].end : near[first].start]):
            first -= 1
        while last + 1 < len(near) and self._leads_on(words[near[last].end : near[last + 1].start]):
            last += 1
        return tuple(sorted({site.label for site in near[first : last + 1]}))

    def _joins(self, between: Sequence[str]) -> bool:
        return self._joined_by.issuperset(between)

    def _leads_on(self, between: Sequence[str]) -> bool:
        return self._joins(between) or not self._goes_on_by.isdisjoint(between)
