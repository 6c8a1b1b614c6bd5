"""How long a message may be, and how many may come."""

from __future__ import annotations

import math
import time

from limits import RateLimitItemPerMinute
from limits.storage import MemoryStorage
from limits.strategies import MovingWindowRateLimiter

# Twilio joins the parts of a long text into at most 1,600 characters.
LONGEST_TEXT = {"sms": 1600}
LONGEST_TEXT_ELSEWHERE = 1000


class TooFast(Exception):
    """More messages came than a patient writes."""

    def __init__(self, retry_after_seconds: int) -> None:
        super().__init__(retry_after_seconds)
        self.retry_after_seconds = retry_after_seconds


class RateLimits:
    """Counts messages by conversation, and new conversations by sender, within this process."""

    def __init__(self, messages_per_minute: int, conversations_per_minute: int) -> None:
        self._messages = RateLimitItemPerMinute(messages_per_minute)
        self._conversations = RateLimitItemPerMinute(conversations_per_minute)
        self._counts = MemoryStorage()  # kept here: the limiter holds it by a weak reference only
        self._limiter = MovingWindowRateLimiter(self._counts)

    def count_message(self, conversation_id: str) -> None:
        """Count a message, or raise TooFast."""
        self._count(self._messages, "message", conversation_id)

    def count_conversation(self, sender: str) -> None:
        """Count a new conversation of this sender (an internet address), or raise TooFast."""
        self._count(self._conversations, "conversation", sender)

    def _count(self, limit: RateLimitItemPerMinute, *who: str) -> None:
        if not self._limiter.hit(limit, *who):
            free_at, _ = self._limiter.get_window_stats(limit, *who)
            raise TooFast(max(1, math.ceil(free_at - time.time())))


def is_too_long(text: str, channel: str) -> bool:
    """Return whether the text is longer than this channel takes."""
    return len(text) > LONGEST_TEXT.get(channel, LONGEST_TEXT_ELSEWHERE)
