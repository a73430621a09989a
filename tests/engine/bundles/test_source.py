"""The line of every key of a TOML file."""

from engine.bundles.source import Lines

TEXT = '''id = "x"
title.it = "a"

[deadline.term]
length = """
id = "not a key"
"""
nature = 'x'
[[stage]]
id = "one"
[[stage]]
  id = "two"
[[stage.part]]
"quoted key" = 1
[[stage.part]]
name = 1
'''


def test_keys_are_found_where_they_are_written() -> None:
    lines = Lines(TEXT)
    assert lines.of(["id"]) == 1
    assert lines.of(["title", "it"]) == 2
    assert lines.of(["deadline", "term"]) == 4
    assert lines.of(["deadline", "term", "nature"]) == 8
    assert lines.of(["stage", 0, "id"]) == 10
    assert lines.of(["stage", 1, "id"]) == 12
    assert lines.of(["stage", 1, "part", 0, "quoted key"]) == 14
    assert lines.of(["stage", 1, "part", 1, "name"]) == 16


def test_what_is_not_written_is_looked_for_around() -> None:
    lines = Lines(TEXT)
    assert lines.of(["title", "en"]) == 2
    assert lines.of(["deadline", "term", "length", "unit"]) == 5
    assert lines.of(["stage", 1, "milestone"]) == 11
    assert lines.of(["summary"]) == 1
