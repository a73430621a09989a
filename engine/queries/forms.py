"""A form as data, for whoever fills it in without the pages."""

from collections.abc import Mapping
from typing import Any

from engine.bundles.form import Form, Option
from engine.bundles.forms import json_fields
from engine.choices import Choice


def form_fields(
    form: Form, choices: Mapping[str, tuple[Choice, ...]], language: str
) -> list[dict[str, Any]]:
    """The fields of a form with what may be chosen in them now."""
    offers = {
        path: tuple(Option(choice.value, choice.label, choice.help) for choice in offered)
        for path, offered in choices.items()
    }
    return json_fields(form, language, offers)
