"""Every page of the office: a new page is one module here and one line in `PAGES`."""

from webapp.pages import (
    about,
    account,
    catalogue,
    mandates,
    notices,
    sign_in,
    territory,
    today,
    training,
    worklist,
)

PAGES = (
    sign_in,
    today,
    worklist,
    notices,
    account,
    mandates,
    catalogue,
    territory,
    training,
    about,
)
