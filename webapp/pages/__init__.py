"""Every page of the office: a new page is one module here and one line in `PAGES`."""

from webapp.pages import (
    about,
    account,
    case,
    case_acts,
    case_parties,
    catalogue,
    documents,
    mandates,
    new_case,
    notices,
    sign_in,
    task,
    territory,
    today,
    training,
    worklist,
)

PAGES = (
    sign_in,
    today,
    worklist,
    task,
    new_case,
    case,
    case_acts,
    case_parties,
    documents,
    notices,
    account,
    mandates,
    catalogue,
    territory,
    training,
    about,
)
