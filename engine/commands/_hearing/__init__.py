"""Bodies with a C are asked, and work stands in the worklists of those who do it."""
