"""Process folders: read into values (`load`), checked without running them (`check`).

`definition` says what a procedure is; its parts are values in rooms of their own: `columns`, `law`,
`form`, `deadline`, `letter`, `questions`, `drawn`.
"""
