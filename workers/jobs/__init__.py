"""What a worker does for each kind of delivery: `JOBS` outside, `CHORES` inside the house."""

from collections.abc import Callable, Mapping
from typing import Any

from engine import Engine
from engine.deliveries import CallService, SendLink, SendMail, TendChildren
from engine.tending import tend_children
from workers.gateways import Outside
from workers.jobs.mail import send_link, send_mail
from workers.jobs.service import call_service

Job = Callable[[str, Mapping[str, Any], Outside], Mapping[str, Any] | None]

Chore = Callable[[Engine, Mapping[str, Any]], None]

JOBS: Mapping[str, Job] = {
    SendMail.__name__: send_mail,
    SendLink.__name__: send_link,
    CallService.__name__: call_service,
}
CHORES: Mapping[str, Chore] = {TendChildren.__name__: tend_children}
