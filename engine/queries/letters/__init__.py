"""Draft letters of a piece of work: `drafting` writes one, `addressing` says from whom to whom.

`facts` is what a letter may know under the names its author uses, `terms` the terms it speaks of.
"""
