"""What time it is: the only place that asks the machine. Instants are UTC, days are Rome's."""

from datetime import UTC, date, datetime, timedelta
from typing import Protocol
from zoneinfo import ZoneInfo

ROME = ZoneInfo("Europe/Rome")


class Clock(Protocol):
    """Hands out the present instant."""

    def now(self) -> datetime:
        """The present instant, in UTC."""


def day_of(instant: datetime) -> date:
    """The calendar day in Rome at an instant: the law counts local days (Europe/Rome)."""
    return instant.astimezone(ROME).date()


def end_of(day: date) -> datetime:
    """The instant at which a day of Rome is over: a term runs until 24:00 of its last day."""
    following = day + timedelta(days=1)
    return datetime(following.year, following.month, following.day, tzinfo=ROME).astimezone(UTC)


def next_hour(instant: datetime, hour: int) -> datetime:
    """When it is next that hour in Rome, later than the instant.

    On the night that skips an hour it is the hour after; of one that comes twice, the first.
    """
    day = day_of(instant)
    while True:
        found = datetime(day.year, day.month, day.day, hour, tzinfo=ROME).astimezone(UTC)
        if found > instant:
            return found
        day += timedelta(days=1)


class SystemClock:
    """The machine's clock."""

    def now(self) -> datetime:
        return datetime.now(UTC)


class ManualClock:
    """A clock that stands still until it is moved: tests and scenarios."""

    def __init__(self, at: datetime) -> None:
        self.at = at

    def now(self) -> datetime:
        return self.at

    def advance(self, by: timedelta) -> None:
        """Move forward; time never runs backwards."""
        if by < timedelta(0):
            raise ValueError("a clock is only moved forward")
        self.at += by


class ShiftedClock:
    """The machine's clock plus the days a training instance has been moved forward."""

    def __init__(self, days: int = 0) -> None:
        self.days = days

    def now(self) -> datetime:
        return datetime.now(UTC) + timedelta(days=self.days)
