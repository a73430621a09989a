"""The documentation names what exists, and what it names exists."""

import inspect
import re
import tomllib
from pathlib import Path

import pytest
import yaml

from engine import commands, events, model
from engine.settings import SETTINGS, Setting
from engine.settings.providers import PROVIDER_SETTINGS, ProviderSetting
from tests.architecture.source import ROOT, tracked_files

READMES = [name for name in tracked_files() if Path(name).name == "README.md"]


def text_of(name: str) -> str:
    return (ROOT / name).read_text(encoding="utf-8")


@pytest.mark.parametrize("room", ["engine", "processes", "webapp", "workers", "tests"])
def test_every_room_has_a_readme(room: str) -> None:
    assert f"{room}/README.md" in READMES


@pytest.mark.parametrize("setting", SETTINGS, ids=lambda setting: setting.name)
def test_every_setting_stands_in_the_table_of_its_owner(setting: Setting) -> None:
    default = f"`{setting.default}`" if setting.default else "empty"
    row = f"| `{setting.name}` | {default} | {setting.meaning} |"
    assert row in text_of(f"{setting.owner}/README.md")


@pytest.mark.parametrize("setting", PROVIDER_SETTINGS, ids=lambda setting: setting.word)
def test_every_setting_of_a_provider_stands_in_the_webs_readme(setting: ProviderSetting) -> None:
    default = "—" if setting.default is None else f"`{setting.default}`" if setting.default else ""
    row = f"| `…_{setting.word}` | {default or 'empty'} | {setting.meaning} |"
    assert row in text_of("webapp/README.md")


def test_every_command_stands_in_the_engines_readme() -> None:
    readme = text_of("engine/README.md")
    names = [name for name in commands.__all__ if inspect.isfunction(getattr(commands, name))]

    assert names
    assert [name for name in names if f"`{name}`" not in readme] == []


def test_every_event_stands_in_the_engines_readme() -> None:
    readme = text_of("engine/README.md")
    names = [event.__name__ for event in events.Event.__subclasses__()]

    assert set(names) == {event.__name__ for event in events.EVENTS}  # none is in no room's list
    assert [name for name in names if f"`{name}`" not in readme] == []


def test_the_glossary_names_every_mapped_class_and_no_other() -> None:
    glossary = text_of("README.md").partition("## Glossary")[2]
    named = re.findall(r"^\| `(\w+)` \|", glossary, re.MULTILINE)
    mapped = [
        name
        for name, value in vars(model).items()
        if inspect.isclass(value) and hasattr(value, "__tablename__")
    ]

    assert sorted(named) == sorted(mapped)


@pytest.mark.parametrize("readme", READMES)
def test_every_file_that_a_readme_links_to_exists(readme: str) -> None:
    folder = (ROOT / readme).parent
    targets = re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", text_of(readme))
    assert [target for target in targets if not (folder / target).exists()] == []


def test_decisions_are_numbered_without_gaps_and_complete() -> None:
    records = sorted((ROOT / "engine/decisions").glob("*.md"))
    assert [record.name[:4] for record in records] == [
        f"{number:04}" for number in range(1, len(records) + 1)
    ]
    for record in records:
        text = record.read_text(encoding="utf-8")
        for part in ("**Context.**", "**Decision.**", "**Consequences.**", "**How to undo.**"):
            assert part in text, f"{record.name} lacks {part}"


def test_every_library_has_its_reason_in_a_record() -> None:
    project = tomllib.loads(text_of("pyproject.toml"))["project"]
    wanted = [*project["dependencies"], *project["optional-dependencies"]["test"]]
    requirements = [re.split(r"[^\w.-]", line)[0] for line in wanted]
    records = " ".join(
        record.read_text(encoding="utf-8") for record in (ROOT / "engine/decisions").glob("*.md")
    ).lower()
    reasons = records.replace("*", "")

    assert len(requirements) > 20
    assert [name for name in requirements if name.lower() not in reasons] == []


def test_the_catalogue_entry_is_complete_and_of_this_version() -> None:
    entry = yaml.safe_load(text_of("publiccode.yml"))

    assert entry["publiccodeYmlVersion"] == "0.7"
    assert f'version = "{entry["softwareVersion"]}"' in text_of("pyproject.toml")
    assert f"## {entry['softwareVersion']}" in text_of("CHANGELOG.md")
    assert entry["legal"]["license"] == "EUPL-1.2"
    for language in entry["localisation"]["availableLanguages"]:
        words = entry["description"][language]
        assert len(words["shortDescription"]) <= 150
        assert 150 <= len(words["longDescription"]) <= 10_000
        assert len(words["features"]) >= 5
