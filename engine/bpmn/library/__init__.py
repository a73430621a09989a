"""SpiffWorkflow 3.2.0 as this house uses it: its defects mended, its gaps filled, its version held.

Classes keep the library's own names, so that stored states stay in the library's format.
"""
