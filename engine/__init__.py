"""Concerto's engine: everything the office can do, without any screen.

`Engine.run(actor, command, …)` changes things in one transaction, `Engine.read(query, …)` looks;
`open(settings)` gives the engine of an installation.
"""

from engine.actor import Actor
from engine.facade import Engine
from engine.facade import open_engine as open

__all__ = ["Actor", "Engine", "open"]
