"""Forms of activities: read from TOML, shown as data, answers validated by marshmallow alone.

parse_form      forms/<activity>.toml → Form
validate        raw JSON answers → native values, or FormInvalid
json_fields     Form → the `fields` of the JSON interface, also used by the pages
visible_fields  the fields that the answers given so far bring up
examples        raw answers that pass, for generic clients, scenarios and checks
is_given        a list whose rows the case gives; each answer says its row under the name ROW
"""

from engine.bundles.forms.answers import Evaluate, Files, validate
from engine.bundles.forms.examples import examples
from engine.bundles.forms.presenting import Choices, json_fields
from engine.bundles.forms.reading import parse_form
from engine.bundles.forms.rows import ROW, is_given
from engine.bundles.forms.visibility import visible_fields

__all__ = [
    "ROW",
    "Choices",
    "Evaluate",
    "Files",
    "examples",
    "is_given",
    "json_fields",
    "parse_form",
    "validate",
    "visible_fields",
]
