"""What a worker does for each kind of delivery: `JOBS` lists them all."""

from collections.abc import Callable, Mapping
from typing import Any

from engine.deliveries import CallService, SendMail
from workers.gateways import Outside
from workers.jobs.mail import send_mail
from workers.jobs.service import call_service

Job = Callable[[str, Mapping[str, Any], Outside], Mapping[str, Any] | None]

JOBS: Mapping[str, Job] = {
    SendMail.__name__: send_mail,
    CallService.__name__: call_service,
}
