"""Two wordings in one line."""

from engine.text import Text, apart, both, in_one


def test_a_description_comes_apart_as_it_was_put_together() -> None:
    described = Text("Termine fissato nell'invio", "Term set when it is sent")

    assert apart(in_one(described)) == described
    assert in_one(both("art. 16 c. 1-2 L. 241/1990")) == "art. 16 c. 1-2 L. 241/1990"
    assert apart("art. 16") == both("art. 16")
