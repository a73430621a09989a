"""Acts on cases that stand below another one: opened for its parties, or raised by one."""
