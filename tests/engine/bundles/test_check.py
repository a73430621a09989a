"""One spoilt thing per rule: each must be found, in its file, on its line, with a remedy."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from engine.bundles.check import check, check_files
from engine.bundles.load import folder_files, load_files
from engine.bundles.problem import Problem
from engine.bundles.versions import read_lock, write_lock
from tests.engine.bundles.tiny import line_of, spoilt, tiny

TOML, BPMN, RACI, PREPARE = "process.toml", "process.bpmn", "raci.csv", "forms/prepare.toml"
ASKS_THE_CASE = """
[[rules]]
must = "words > voted"
field = "words"
message.it = "No."
message.en = "No."
"""
STORY = "scenarios/straight.toml"
LETTER = "letters/invitation.txt"
QUEUE = '<spiffworkflow:property name="queue" value="unit"/>'
SHOWN_BY_CODE = 'show_when = {field = "code", in = ["x"]}'
INNER = 'fields = [{name = "a", type = "text", label = {it = "a", en = "b"}}]'

HEARD = """[[consultation]]
of = "sign"
question = { it = "Va bene?", en = "Is it right?" }

"""
FOUNDED = """[[foundation]]
answer = "outcome"
value = "ready"
legal_basis = "D.lgs. 267/2000 art. 30"
evidence = "unverified"

"""
SEPARATED = """[[separation]]
title = { it = "VAS", en = "SEA" }
first = ["prepare"]
second = ["sign"]
legal_basis = "D.Lgs. 152/2006 art. 5"
evidence = "V"

"""
STOPPED_LIMIT = """silence = "none"
bounds = "state"
interruption = { title = { it = "a", en = "b" }, legal_basis = "c", evidence = "V" }"""


def test_an_officer_does_what_is_not_connected_yet() -> None:
    letter = Path(__file__).parents[1] / "register-letter"
    files = {
        str(path.relative_to(letter)): path.read_bytes()
        for path in letter.rglob("*") if path.is_file()
    }  # fmt: skip
    assert check_files(files) == []

    drawn = files["process.bpmn"].decode()
    files["process.bpmn"] = drawn.replace("bpmn:userTask", "bpmn:manualTask").encode()

    (found,) = [p for p in check_files(files) if "no officer does it" in p.what]
    assert found.file == "process.bpmn"


def test_the_small_folder_obeys_every_rule() -> None:
    assert check_files(tiny()) == []


# file, what is taken out, what is put in, words on the line complained of, words of the complaint
SPOILT = [
    # process.toml by itself
    (TOML, 'id = "small-act"', "id = ", "id = ", "cannot be read"),
    (TOML, "number_prefix", "number_prefx", "number_prefx", "“number_prefx” is not known here"),
    (TOML, '"SMA"', '"small"', "number_prefix", "“small” is no prefix"),
    (TOML, 'summary.en = "An act for tests."\n', "", "summary.it", "no English wording"),
    (TOML, 'title.it = "Stesura"\n', "", 'title.en = "Drafting"', "no Italian wording"),
    (TOML, 'legal_basis = "L. 241/1990 art. 15"\n', "", 'id = "small-act"', "“legal_basis” is"),
    (TOML, 'evidence = "V"', 'evidence = "X"', 'evidence = "X"', "cannot be “X”"),
    (TOML, '"cmto.coordinator"\nleg', '"coordinator"\nleg', "accountable", "no role in a capac"),
    (TOML, '[start]\nby = ["cmto.coordinator"]', "", 'id = "small-act"', "Nobody may start"),
    (TOML, "version = 3", "version = 0", "version = 0", "must be a whole number"),
    (TOML, 'calls = ["hearing"]', 'calls = ["hearing", "vote"]', "calls", "no shared part “vote”"),
    # capacities and rights
    (TOML, '["municipality"]', '["village"]', '["village"]', "“village” is no kind"),
    (TOML, "min = 1\nmax = 9", "min = 10\nmax = 9", "max = 9", "max is below min"),
    (TOML, '"the:cmto"', '"the:region"', 'default = "the:region"', "gives nobody"),
    (TOML, 'id = "region"', 'id = "cmto"', 'id = "cmto"', "Two capacities “cmto”"),
    (TOML, 'withdraw_case = ["cmto.coordinator"]', 'withdraw_case = ["cmto.mayor"]',
     "withdraw_case", "nobody can hold the role “mayor”"),
    (TOML, "withdraw_case", "delete_case", "delete_case", "“delete_case” is not known"),
    (TOML, '[start]\nby = ["cmto', '[start]\nby = ["office', "by = ", "no capacity “office”"),
    # stages and milestones
    (TOML, 'milestone = "text_ready"', 'milestone = "text_done"', "text_done", "No node reaches"),
    (TOML, 'id = "signing"', 'id = "drafting"', 'milestone = "text_ready"', "Two stages"),
    (TOML, 'legal_basis = "L. 241/1990 art. 15"\n', 'legal_basis.it = "Accordo"\n',
     'legal_basis.it = "Accordo"', "“legal_basis” has no English wording"),
    (TOML, 'milestone = "act_signed"', 'milestone = "act_signed"\naside = true',
     'milestone = "act_signed"', "A stage aside has the milestone"),
    (BPMN, 'value="signing"', 'value="sealing"', 'id="sign"', "unknown stage “sealing”"),
    (BPMN, 'name="stage" value="signing"', 'name="case_state" value="open"', 'id="sign"',
     "belongs to no stage"),
    # the plan
    (TOML, 'milestone = "text_ready"', 'aside = true\nexpected = "9 days"', 'id = "drafting"',
     "is aside and has no place"),
    (TOML, 'milestone = "text_ready"', 'milestone = "text_ready"\nexpected = "9 days"',
     'id = "signing"', "does not say how long it takes"),
    (TOML, 'milestone = "text_ready"', 'milestone = "text_ready"\nterm = "lost-term"',
     'term = "lost-term"', "“lost-term” is no term"),
    (TOML, 'milestone = "text_ready"',
     'milestone = "text_ready"\nexpected = "9 days"\nterm = "drafting-term"',
     'expected = "9 days"', "from two places"),
    (TOML, 'milestone = "text_ready"', 'milestone = "text_ready"\nexpected = "case:sign_by"',
     'expected = "case', "An expected length is a length"),
    (TOML, 'milestone = "text_ready"', 'milestone = "text_ready"\nafter = ["signing"]',
     'after = ["signing"]', "cannot follow “signing”"),
    # what a case is founded on
    (TOML, "[[stage]]", FOUNDED.replace('"outcome"', '"ending"') + "[[stage]]",
     'answer = "ending"', "No form asks “ending”"),
    (TOML, "[[stage]]", FOUNDED.replace('"ready"', '"steady"') + "[[stage]]",
     'value = "steady"', "“steady” is no answer"),
    (TOML, "[[stage]]", FOUNDED + FOUNDED + "[[stage]]", None, "“ready” is there twice"),
    (TOML, "[[stage]]", FOUNDED.replace("evidence", "proof") + "[[stage]]",
     "proof", "“proof” is not known here"),
    # messages
    (TOML, "[message.object]", "[message.oppose]", "[message.oppose]", "has no form"),
    (TOML, "[message.object]", "[message.oppose]", "[message.oppose]", "Nothing waits for"),
    (BPMN, 'name="object"', 'name="oppose"', 'id="objection"', "Nobody may send"),
    (TOML, "[message.object]", "[message.case-withdrawn]", "[message.case-w", "by a command"),
    (TOML, "form = true", "form = false", None, "says it has no form"),
    (TOML, 'by = ["municipality.officer"]\n', "", "[message.object]", "Nobody may send"),
    # terms
    (TOML, 'length = "30 days"', 'length = "a month"', "a month", "no length of time"),
    (TOML, 'length = "30 days"\n', "", "[deadline.drafting-term]", "“length” is missing"),
    (TOML, 'consequence.en = "The act is void."\n', "", "L'atto è nullo", "no English wording"),
    (TOML, 'nature = "agreed"', 'nature = "nice"', 'nature = "nice"', "cannot be “nice”"),
    (TOML, 'silence = "none"', 'silence = "golden"', "golden", "cannot be “golden”"),
    (TOML, 'starts_at = "text_ready"\n', "", "[deadline.signing-term]", "never begins"),
    (TOML, 'silence = "none"', 'silence = "negative"', 'silence = "negative"', "somebody unnamed"),
    (TOML, 'starts_at = "text_ready"\n', 'starts_at = "text_ready"\nremind = ["soon"]\n',
     'remind = ["soon"]', "no point for a reminder"),
    (TOML, 'starts_at = "text_ready"\n',
     'starts_at = "text_ready"\nescalation = [{ after = "2 days", to = ["office.head"] }]\n',
     "escalation", "there is no capacity “office”"),
    (TOML, 'starts_at = "text_ready"\n',
     'starts_at = "text_ready"\nescalation = [{ after = "2 days" }]\n',
     "escalation", "The step asks nobody"),
    (TOML, 'starts_at = "text_ready"\n',
     'starts_at = "text_ready"\nsuffers = ["cmto.coordinator"]\n',
     "suffers", "no effect to suffer"),
    (TOML, 'silence = "escalate"', 'silence = "escalate"\nbounds = "state"',
     'silence = "escalate"', "knows no silence"),
    (TOML, 'silence = "escalate"', STOPPED_LIMIT,
     'bounds = "state"', "cannot be stopped"),
    (TOML, 'silence = "escalate"', 'silence = "none"\nbounds = "state"', None,
     "which says how long a state lasts"),
    (TOML, 'starts_at = "text_ready"', 'starts_at = "dawn"', "dawn", "“dawn” is no milestone"),
    (TOML, "case:sign_by", "case:whenever", "whenever", "Nothing writes the variable"),
    (TOML, "[deadline.ask_region.", "[deadline.ask_state.", "ask_state", "“ask_state”"),
    (BPMN, "deadline:drafting-term", "deadline:other-term", 'id="late"', "unknown term"),
    (BPMN, "deadline:drafting-term", "PT1H", 'id="late"', "unknown term “PT1H”"),
    (PREPARE, '"drafting-term"', '"lost-term"', "lost-term", "unknown term “lost-term”"),
    # drawing and forms
    (BPMN, '<bpmn:process id="small_act"', '<bpmn:process id="act"', "<?xml", "called “act”"),
    (BPMN, "</bpmn:definitions>", "", None, "no readable XML"),
    (BPMN, '<?xml version="1.0" encoding="UTF-8"?>', "<!DOCTYPE x [<!ENTITY a 'b'>]>", None,
     "declares a document type"),
    (BPMN, 'calledElement="hearing"', 'calledElement="sitting"', 'id="ask_region"', "not here"),
    (BPMN, 'id="sign" name', 'id="seal" name', 'id="seal"', "“seal” has no form"),
    (BPMN, 'id="sign" name', 'id="seal" name', None, "Form “sign” belongs to no activity"),
    (BPMN, 'id="sign" name', 'id="give_opinion" name', 'id="give_opinion"', "more than one file"),
    (BPMN, ' name="Firma l\'atto"', "", 'id="sign"', "“sign” has no name"),
    (BPMN, 'value="region.official"', 'value="region.judge"', 'id="ask_region"', "judge"),
    (BPMN, 'value="signing"/>', f'value="signing"/>{QUEUE}', 'id="sign"', "queues by “unit”"),
    (BPMN, 'value="completed"', 'value="done"', 'id="end"', "unknown state “done”"),
    (BPMN, 'name="hears" value="region.official"', 'name="joins" value="now"', 'id="ask_region"',
     "lets nobody join"),
    (BPMN, 'name="hears"', 'name="suspends"', 'id="ask_region"', "suspends an unknown term"),
    (BPMN, 'name="hears"', 'name="ground"', 'id="ask_region"', "has a ground but suspends nothing"),
    (BPMN, 'name="hears" value="region.official"', 'name="capacity" value="state"',
     'id="ask_region"', "unknown capacity “state”"),
    # the matrix
    (RACI, "item,", "row,", "row,", "no heading"),
    (RACI, "region.official", "region.judge", "item,", "“judge”"),
    (RACI, "municipality.mayor", "mayor", "item,", "Column “mayor” is no role"),
    (RACI, "sign,A,R,I", "sign,A,X,I", "sign,", "“X” is no letter"),
    (RACI, "sign,A,R,I", "sign,A,R,A", "sign,", "2 columns answer for “sign”"),
    (RACI, "sign,A,R,I", "sign,,R,I", "sign,", "Nobody answers for “sign”"),
    (RACI, "sign,A,R,I", "sign,A,I,I", "sign,", "Nobody does “sign”"),
    (RACI, "sign,A,R,I", "sign,A,R,I,I", "sign,", "too many cells"),
    (RACI, "sign,A,R,I", "sign,A,R,I\nsign,A,R,I", None, "“sign” has two rows"),
    (RACI, "sign,A,R,I", "seal,A,R,I", "seal,", "neither a milestone nor drawn"),
    (RACI, "sign,A,R,I\n", "", None, "“sign” has no row"),
    (RACI, "sign,A,R,I", "sign,A,RA,I", "sign,", "2 columns answer"),
    (RACI, "sign,A,R,I", "sign,RA,R,I", "sign,", "cmto.coordinator cannot close it"),
    (RACI, "cmto.coordinator", "cmto.administrator", "sign,", "without power to sign"),
    (TOML, "[[stage]]", SEPARATED + "[[stage]]", "[[separation]]", "has a hand in two functions"),
    (TOML, "[[stage]]", SEPARATED.replace('"sign"', '"seal"') + "[[stage]]", "second =",
     "“seal” is not drawn"),
    (TOML, "[[stage]]", HEARD + "[[stage]]", "of = \"sign\"", "Nobody is heard in “sign”"),
    (RACI, "text_ready,RA,,C", "text_ready,A,,R", None, "in the lane of cmto.coordinator"),
    (BPMN, 'name="municipality.mayor"', 'name="The mayor"', 'id="sign"', "no role in a capacity"),
    ("forms/sign.toml", '"political"', '"technical"', None, "municipality.mayor cannot close"),
    # forms by themselves
    (PREPARE, 'why.en = "Why."\n', "", "why.it", "no English wording"),
    (PREPARE, 'nature = "technical"\n', "", "title.it", "“nature” is missing"),
    (PREPARE, "name = \"reason\"", "name = \"a reason\"", "a reason", "no name for a field"),
    (PREPARE, 'type = "long_text"', 'type = "prose"', "prose", "cannot be “prose”"),
    (PREPARE, 'label.en = "Reason"\n', "", "Motivo", "no English wording"),
    (PREPARE, 'label.en = "Wrong"', 'label.fr = "Faux"', None, "no language here"),
    (PREPARE, 'name = "present"', 'name = "code"', 'name = "code"', "Two fields “code”"),
    (PREPARE, '{field = "outcome"', '{field = "code"', "show_when", "waits for “code”"),
    (PREPARE, 'in = ["wrong"]', 'in = ["bad"]', "show_when", "never the answer"),
    (PREPARE, 'value = "ready"', 'value = "rejected"', "options = [", "begins with “rejected”"),
    (PREPARE, 'value = "wrong"', 'value = "ready"', "options = [", "a value twice"),
    (PREPARE, 'type = "choice"', 'type = "text"', "options = [", "would never show"),
    (PREPARE, 'type = "choice"', 'type = "officer"', None, "offers nobody"),
    (PREPARE, "max = 400", 'max = "many"', "many", "“many” is no max"),
    (PREPARE, "max = 400", "max = 4\nmin = 9", "max = 4", "max is below min"),
    (PREPARE, 'example = "Manca un allegato."\n', "", 'name = "reason"', "maximum but no example"),
    (PREPARE, "min_items = 1\n", "min_items = 8\n", "max_items", "max_items is below min_items"),
    (PREPARE, '"[A-Z]{3}-[0-9]+"', '"[A-Z"', "[A-Z", "pattern of “code” is wrong"),
    (PREPARE, '"[A-Z]{3}-[0-9]+"', '"([A-Z]+)+-[0-9]+"', "pattern =", "may never end"),
    (PREPARE, 'example = "ABC-1"\n', "", "pattern =", "a pattern but no example"),
    (PREPARE, 'example = "ABC-1"', 'example = "abc"', 'example = "abc"', "“code”: Three letters"),
    (PREPARE, 'example = "10.50"', 'example = "5000"', None, "“lines.0.amount”: At most 1000"),
    (PREPARE, "present >= in", "present < in", None, "Those in favour are"),
    (PREPARE, "present >= in_favour", "present >= (", "must =", "rule cannot be read"),
    (PREPARE, "present >= in_favour", "1 > 0", "must =", "compares no field"),
    (PREPARE, "present >= in_favour", "in_favour >= lost", "must =", "writes the variable “lost”"),
    (PREPARE, 'field = "in_favour"', 'field = "votes"', 'field = "votes"', "points at no field"),
    (PREPARE, "min = 1\nexample = 12", "min = 1", 'name = "present"', "in a rule but has no exam"),
    (PREPARE, "[[fields.fields]]", "[[other]]", 'name = "lines"', "“lines” has no fields"),
    (PREPARE, "[[rules]]", "[[rule]]", "[[rule]]", "Did you mean “rules”"),
    ("forms/start.toml", 'name = "words"', 'name = "title"', None, "no field “title”"),
    ("forms/start.toml", 'label.en = "Text"', 'label.en = "Text"\nexample = "a"\n' + ASKS_THE_CASE,
     "must =", "“voted” is no field"),
    (PREPARE, "example = 12\n", 'example = "many"\n', None, "“present”: Write a whole number"),
    (PREPARE, "min_items = 1", "min = 1", None, "“lines” has no min"),
    (PREPARE, 'pattern = "[A-Z]{3}', 'min_items = 2\npattern = "[A-Z]{3}', "min_items = 2",
     "“code” has no items"),
    (PREPARE, "required = false", 'table = "rows"', "table =", "shows no table"),
    (PREPARE, "required = false", 'anew = "prepare"', "anew =", "worked out anew by “prepare”"),
    (PREPARE, "required = false", 'options_from = "streets:all"', "options_from", "“streets:all”"),
    (PREPARE, "required = false", 'pattern = "[0-9]+"\nexample = "2026-01-01"', "pattern =",
     "“sign_by” is no text"),
    (PREPARE, "required = false", "required = 3", "required = 3", "must be true or false"),
    (PREPARE, 'in = ["wrong"]', "in = []", "show_when", "names no answer"),
    (PREPARE, 'show_when = {field = "outcome", in = ["wrong"]}', "show_when = 3", "show_when",
     "must be a table"),
    (PREPARE, "min_items = 1", SHOWN_BY_CODE, SHOWN_BY_CODE, "“code” has no fixed answers"),
    (PREPARE, "min = 1", "min = 1\noptions = 3", "options = 3", "must be a list of tables"),
    (PREPARE, "min = 1", INNER, INNER, "cannot hold fields"),
    (PREPARE, "required = false", "usual = true", "usual =", "answered as the last time"),
    # letters, guide, stories, coverage
    (PREPARE, '["invitation"]', '["invitations"]', "letters =", "no letter “invitations”"),
    (PREPARE, 'letters = ["invitation"]', "", None, "No form names the letter"),
    (LETTER, "title.en: Invitation\n", "", None, "has no “title.en”"),
    (LETTER, "subject:", "object:", "object:", "not known in the head"),
    (LETTER, "subject:", "title.it: X\nsubject:", "title.it: X", "said twice"),
    (LETTER, "parties:municipality", "parties:town", "to:", "no capacity “town”"),
    (LETTER, "parties:municipality", "case:towns", "to:", "is called “towns”"),
    (LETTER, "{case.number}", "{case.numbre}", "subject:", "“case.numbre” is nothing"),
    (LETTER, "{case.number}", "{ }", "subject:", "names nothing"),
    (LETTER, "{case.number}", "{case number}", "subject:", "names nothing"),
    (LETTER, "{case.number}", "{case.number", "subject:", "has no partner"),
    (LETTER, "{code}", "{cod}", "{cod}", "Did you mean “code”?"),
    (LETTER, "{code}", "{code.name}", "{code.name}", "“code” has no “name”"),
    (LETTER, "{one.amount}", "{one.amont}", "{one.amont}", "“one” has no “amont”"),
    (LETTER, "{code}", "{drafting_term}", "{drafting_term}", "is called “drafting_term”"),
    (LETTER, "deadline.drafting-term.", "deadline.x.", "deadline.x", "no term “x”"),
    (LETTER, "drafting-term.length", "drafting-term.days", "term.days", "is nothing a letter"),
    (LETTER, "outcome = ready", "outcome = redy", "redy", "“redy” is never the answer"),
    (LETTER, "one in lines", "one in code", "one in code", "“code” has no rows"),
    (LETTER, "% for one", "% per one", "% per one", "is not understood"),
    (LETTER, "amount}\n% end", "amount}", "% for one", "has no end"),
    (STORY, 'complete = "prepare"', 'complete = "prepair"', "prepair", "is no activity"),
    (STORY, 'outcome = "ready"', 'result = "ready"', "data = {result", "“result” is no field"),
    (STORY, '"give_opinion@region"', '"give_opinion@asti"', "asti", "no party of the story"),
    (STORY, 'advance_clock = "45 days"', 'service = "pec"', None, "neither answers nor fails"),
    (STORY, 'advance_clock = "45 days"', 'service = "pec"\nfails = ""', "service", "topic “pec”"),
    (STORY, '"45 days"', '"a while"', "a while", "no length of time"),
    (STORY, 'message = "object"', 'message = "shout"', "shout", "is no message"),
    (STORY, '"suspend_case"', '"stop_case"', "stop_case", "is no command"),
    (STORY, '"alba.mayor"', '"asti.mayor"', "asti.mayor", "no party of the story"),
    (STORY, 'by = "alba.mayor"\n', "", None, "“by” is missing"),
    (STORY, 'capacity = "municipality"', 'capacity = "town"', "alba = ", "is no capacity"),
    (STORY, 'istat = "001001", ', "", "alba = ", "which body “alba” is"),
    (STORY, '"alba.mayor"', '"alba"', 'by = "alba"', "“alba” is nobody"),
    (STORY, 'complete = "sign"\nby', 'complte = "sign"\nby', None, "does not say what happens"),
    (STORY, '"act_signed"', '"act_burnt"', "act_burnt", "“act_burnt” is no milestone"),
    (STORY, "[expect]", "[expected]", "[expected]", "not known here"),
    ("coverage.csv", "1,prepare", "1,prepair", "prepair", "“prepair” is not drawn"),
    ("coverage.csv", "prepare,straight", "prepare,crooked", "crooked", "no scenario “crooked”"),
    ("coverage.csv", "item,element", "step,element", "step,", "no heading"),
    # shared parts
    ("shared/hearing/process.toml", 'title.en = "Opinion"\n', "", None, "no English wording"),
    ("shared/hearing/process.bpmn", 'id="hearing" is', 'id="audit" is', None, "called “audit”"),
    ("shared/hearing/process.bpmn", "deadline:hearing-term", "deadline:x", None, "unknown term"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("file", "old", "new", "place", "words"), SPOILT, ids=[f"{s[0]}: {s[4]}" for s in SPOILT]
)
def test_each_rule_is_enforced(
    file: str, old: str, new: str, place: str | None, words: str
) -> None:
    files = spoilt(file, old, new)
    found = check_files(files, evaluate=_evaluate)

    matching = [p for p in found if words in p.what or words in p.hint]
    assert matching, f"not found; instead: {[str(p) for p in found]}"
    assert all(p.hint for p in matching)
    assert all(p.file in files for p in matching)
    if place is not None:
        wanted = line_of(files, file, place)
        assert [p for p in matching if (p.file, p.line) == (file, wanted)], (
            f"line {wanted}: {[str(p) for p in matching]}"
        )


@pytest.mark.parametrize(
    ("process", "form", "script", "other"),
    [
        ("technical-assistance", "shared/assistance-queue/forms/read_place.toml", "find_place",
         "find_next"),  # of another drawing
        ("dispute", "forms/convene_talks.toml", "gather_findings",
         "check_neutrality"),  # of another part of this one
    ],
)  # fmt: skip
def test_a_table_is_worked_out_by_a_script_that_stands_beside_the_work_or_around_it(
    process: str, form: str, script: str, other: str
) -> None:
    files = folder_files(Path(__file__).parents[3] / "processes" / process)
    text = files[form].decode()
    assert not [problem for problem in check_files(files) if problem.file == form]

    files[form] = text.replace(f'anew = "{script}"', f'anew = "{other}"').encode()
    (told,) = [problem for problem in check_files(files) if problem.file == form]
    assert f"worked out anew by “{other}”" in told.what
    assert told.line == line_of(files, form, "anew =")


GONE = [
    (TOML, TOML, "no process.toml"),
    (BPMN, BPMN, "no drawing"),
    (RACI, RACI, "no raci.csv"),
    ("forms/start.toml", "forms/start.toml", "no form for starting"),
    ("forms/message-object.toml", TOML, "has no form"),
    ("shared/hearing/forms/give_opinion.toml", "shared/hearing/process.bpmn", "has no form"),
    ("letters/invitation.txt", PREPARE, "no letter “invitation”"),
    ("guide.it.md", "guide.it.md", "missing in one language"),
    ("coverage.csv", "coverage.csv", "no coverage.csv"),
    ("CHANGES.md", "CHANGES.md", "no CHANGES.md"),
    (STORY, "scenarios", "no scenario"),
]


@pytest.mark.parametrize(("gone", "file", "words"), GONE, ids=[g[0] for g in GONE])
def test_each_needed_file_is_missed(gone: str, file: str, words: str) -> None:
    files = tiny()
    del files[gone]
    assert [p for p in check_files(files) if p.file == file and words in p.what and p.hint]


LOST = [
    ("letters/invitation/it.txt", "no place for a letter"),
    ("letters/another.txt", "No form names the letter"),
    ("forms/notes.txt", "no place for a form"),
    ("forms/message-shout.toml", "belongs to no message"),
    ("forms/dance.toml", "belongs to no activity"),
    ("forms/give_opinion.toml", "has two forms"),
]


@pytest.mark.parametrize(("name", "words"), LOST, ids=[name for name, _ in LOST])
def test_a_file_that_serves_nothing_is_told(name: str, words: str) -> None:
    files = tiny() | {name: tiny()["forms/start.toml"]}
    if name == "forms/give_opinion.toml":
        # The shared part has one too: the second of the two is complained of.
        name = "shared/hearing/forms/give_opinion.toml"
    assert [p for p in check_files(files) if p.file == name and words in p.what and p.hint]


def test_a_shared_part_that_nothing_calls_is_told() -> None:
    files = spoilt(TOML, 'calls = ["hearing"]', 'calls = ["hearing", "vote"]')
    part = {n: c for n, c in tiny().items() if n.startswith("shared/hearing/process")}
    for name, content in part.items():
        renamed = content.replace(b"hearing", b"vote").replace(b"give_opinion", b"vote_on_it")
        files[name.replace("hearing", "vote")] = renamed
    assert [p for p in check_files(files) if "Nothing calls the shared part “vote”" in p.what]


def test_two_shared_parts_may_not_mean_different_terms_by_one_name() -> None:
    files = tiny()
    other = files["shared/hearing/process.toml"].replace(b"20 days", b"90 days")
    files["shared/other/process.toml"] = other
    assert [p for p in check_files(files) if "means two different terms" in p.what and p.line == 5]


def test_two_drawings_may_not_have_the_same_process() -> None:
    files = tiny() | {"shared/other/process.toml": tiny()["shared/hearing/process.toml"]}
    files["shared/other/process.bpmn"] = files["shared/hearing/process.bpmn"]
    assert [p for p in check_files(files) if "Process id “hearing” is taken" in p.what]


def test_fields_nested_beyond_reason_are_told() -> None:
    deep = "".join(
        f'[[{".".join(["fields"] * depth)}]]\nname = "a"\ntype = "group"\n'
        'label = {it = "a", en = "b"}\n'
        for depth in range(1, 6)
    )
    files = tiny() | {"forms/start.toml": tiny()["forms/start.toml"] + deep.encode()}
    assert [p for p in check_files(files) if "more than 3 deep" in p.what]


@pytest.mark.parametrize(("first", "told"), [("0", True), ("1", False), ("None", False)])
def test_a_first_value_that_the_form_would_refuse_is_told(first: str, told: bool) -> None:
    files = spoilt(PREPARE, "min = 1\nexample = 12", 'min = 1\nprefill = "seen"\nexample = 12')
    script = f"<spiffworkflow:postScript>seen = {first}</spiffworkflow:postScript>".encode()
    files[BPMN] = files[BPMN].replace(
        b"<bpmn:extensionElements>", b"<bpmn:extensionElements>" + script, 1
    )
    found = [p for p in check_files(files) if "would be offered 0" in p.what]
    assert [(p.file, p.hint) for p in found] == (
        [(PREPARE, "Let the script begin with seen = None: then nothing is offered.")]
        if told
        else []
    )


def test_a_rule_that_fails_on_the_examples_is_told() -> None:
    def fails(expression: str, values: Mapping[str, Any]) -> bool:
        raise ZeroDivisionError(f"{expression} {len(values)}")

    (told,) = check_files(tiny(), evaluate=fails)
    assert (told.file, told.line) == (PREPARE, line_of(tiny(), PREPARE, "must ="))


def test_all_problems_are_told_at_once() -> None:
    files = spoilt(TOML, '["municipality"]', '["village"]')
    files[RACI] = files[RACI].replace(b"sign,A,R,I", b"sign,A,X,I")
    files[PREPARE] = files[PREPARE].replace(b"max = 400", b'max = "many"')
    told = {problem.file for problem in check_files(files)}
    assert told >= {TOML, RACI, PREPARE}


def test_text_that_is_not_utf8_is_told_with_its_line() -> None:
    files = tiny()
    files[RACI] = b"item,cmto.coordinator\nprepare,\xff\n"
    assert Problem(RACI, 2, "The file is not UTF-8 text.", "Save it as UTF-8.") in check_files(
        files
    )


def test_a_changed_content_needs_a_higher_version() -> None:
    published = read_lock(write_lock({}, [load_files(tiny())]), [])
    assert check_files(tiny(), locked=published) == []

    changed = spoilt("guide.it.md", "Guida", "Guida nuova")
    (late,) = check_files(changed, locked=published)
    assert (late.file, late.line) == (TOML, line_of(changed, TOML, "version = 3"))
    assert "version = 4" in late.hint

    changed[TOML] = changed[TOML].replace(b"version = 3", b"version = 4")
    assert check_files(changed, locked=published) == []


def test_a_new_trace_is_no_new_version() -> None:
    published = read_lock(write_lock({}, [load_files(tiny())]), [])
    files = tiny() | {"scenarios/straight.trace": b"something else"}
    assert check_files(files, locked=published) == []


def test_an_unreadable_lock_line_is_told() -> None:
    problems: list[Problem] = []
    assert read_lock("# heading\nsmall-act three abc\n", problems) == {}
    assert [(p.file, p.line) for p in problems] == [("versions.lock", 2)]


def test_folders_are_checked_where_they_lie(tmp_path: Path) -> None:
    write(tmp_path, spoilt("shared/hearing/forms/give_opinion.toml", 'what.it = "', 'wat.it = "'))
    folder = tmp_path / "small-act"
    told = {problem.file for problem in check(folder)}
    assert told == {str(tmp_path / "shared/hearing/forms/give_opinion.toml")}


def test_a_shared_part_is_checked_by_itself(tmp_path: Path) -> None:
    write(tmp_path, tiny())
    part = tmp_path / "shared" / "hearing"
    drawing = part / "process.bpmn"
    asks = '<bpmn:receiveTask id="wait" messageRef="m"/>'
    drawing.write_text(
        drawing.read_text()
        .replace("<bpmn:process", '<bpmn:message id="m" name="answer"/><bpmn:process')
        .replace("</bpmn:process>", f"{asks}</bpmn:process>")
    )
    # Stages, terms of its callers and senders of messages are the callers' to name.
    assert check(part) == []
    assert [p for p in check(tmp_path / "small-act") if "Nobody may send" in p.what]

    (part / "forms" / "give_opinion.toml").unlink()
    assert [p for p in check(part) if "has no form" in p.what]


def write(root: Path, files: Mapping[str, bytes]) -> None:
    """Lay the folder out as in `processes/`."""
    for name, content in files.items():
        place = root / name if name.startswith("shared/") else root / "small-act" / name
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(content)


def _evaluate(expression: str, values: Mapping[str, Any]) -> bool:
    # The rule of the small folder; the sandbox itself is tested where it lives.
    present, in_favour = values["present"], values["in_favour"]
    return bool(present >= in_favour) if ">=" in expression else bool(present < in_favour)
