"""The smallest process folder that obeys every rule, and ways to spoil it."""

from collections.abc import Mapping

_DRAWING = """<?xml version="1.0" encoding="UTF-8"?>
<bpmn:definitions xmlns:bpmn="http://www.omg.org/spec/BPMN/20100524/MODEL"
 xmlns:spiffworkflow="http://spiffworkflow.org/bpmn/schema/1.0/core"
 id="definitions" targetNamespace="urn:concerto">
<bpmn:message id="message_object" name="object"/>
<bpmn:message id="message_withdrawn" name="case-withdrawn"/>
<bpmn:process id="small_act" isExecutable="true">
<bpmn:laneSet id="lanes">
<bpmn:lane id="lane_cmto" name="cmto.coordinator">
<bpmn:flowNodeRef>prepare</bpmn:flowNodeRef>
</bpmn:lane>
<bpmn:lane id="lane_town" name="municipality.mayor">
<bpmn:flowNodeRef>sign</bpmn:flowNodeRef>
</bpmn:lane>
</bpmn:laneSet>
<bpmn:startEvent id="start"/>
<bpmn:userTask id="prepare" name="Prepara l'atto">
<bpmn:extensionElements><spiffworkflow:properties>
<spiffworkflow:property name="stage" value="drafting"/>
</spiffworkflow:properties></bpmn:extensionElements>
</bpmn:userTask>
<bpmn:boundaryEvent id="late" attachedToRef="prepare" cancelActivity="false">
<bpmn:timerEventDefinition id="timer_1">
<bpmn:timeDuration>deadline:drafting-term</bpmn:timeDuration>
</bpmn:timerEventDefinition>
</bpmn:boundaryEvent>
<bpmn:boundaryEvent id="withdrawn" attachedToRef="prepare">
<bpmn:messageEventDefinition id="m2" messageRef="message_withdrawn"/>
</bpmn:boundaryEvent>
<bpmn:callActivity id="ask_region" name="Senti la Regione" calledElement="hearing">
<bpmn:extensionElements><spiffworkflow:properties>
<spiffworkflow:property name="stage" value="drafting"/>
<spiffworkflow:property name="hears" value="region.official"/>
</spiffworkflow:properties></bpmn:extensionElements>
</bpmn:callActivity>
<bpmn:intermediateThrowEvent id="drafted" name="Testo pronto">
<bpmn:extensionElements><spiffworkflow:properties>
<spiffworkflow:property name="milestone" value="text_ready"/>
</spiffworkflow:properties></bpmn:extensionElements>
</bpmn:intermediateThrowEvent>
<bpmn:userTask id="sign" name="Firma l'atto">
<bpmn:extensionElements><spiffworkflow:properties>
<spiffworkflow:property name="stage" value="signing"/>
</spiffworkflow:properties></bpmn:extensionElements>
</bpmn:userTask>
<bpmn:boundaryEvent id="objection" attachedToRef="sign" cancelActivity="false">
<bpmn:messageEventDefinition id="m1" messageRef="message_object"/>
</bpmn:boundaryEvent>
<bpmn:endEvent id="end">
<bpmn:extensionElements><spiffworkflow:properties>
<spiffworkflow:property name="milestone" value="act_signed"/>
<spiffworkflow:property name="case_state" value="completed"/>
</spiffworkflow:properties></bpmn:extensionElements>
</bpmn:endEvent>
<bpmn:sequenceFlow id="f1" sourceRef="start" targetRef="prepare"/>
<bpmn:sequenceFlow id="f2" name="pronto" sourceRef="prepare" targetRef="ask_region">
<bpmn:conditionExpression>size &gt; 1</bpmn:conditionExpression>
</bpmn:sequenceFlow>
<bpmn:sequenceFlow id="f3" sourceRef="ask_region" targetRef="drafted"/>
<bpmn:sequenceFlow id="f4" sourceRef="drafted" targetRef="sign"/>
<bpmn:sequenceFlow id="f5" sourceRef="sign" targetRef="end"/>
</bpmn:process>
</bpmn:definitions>
"""

_HEARING = """<?xml version="1.0" encoding="UTF-8"?>
<bpmn:definitions xmlns:bpmn="http://www.omg.org/spec/BPMN/20100524/MODEL"
 id="definitions" targetNamespace="urn:concerto">
<bpmn:process id="hearing" isExecutable="true">
<bpmn:startEvent id="hearing_start"/>
<bpmn:subProcess id="hearing_body">
<bpmn:startEvent id="hearing_body_start"/>
<bpmn:userTask id="give_opinion" name="Esprimi il parere"/>
<bpmn:endEvent id="hearing_body_end"/>
<bpmn:sequenceFlow id="h1" sourceRef="hearing_body_start" targetRef="give_opinion"/>
<bpmn:sequenceFlow id="h2" sourceRef="give_opinion" targetRef="hearing_body_end"/>
</bpmn:subProcess>
<bpmn:boundaryEvent id="hearing_late" attachedToRef="hearing_body">
<bpmn:timerEventDefinition id="timer_2">
<bpmn:timeDuration>deadline:hearing-term</bpmn:timeDuration>
</bpmn:timerEventDefinition>
</bpmn:boundaryEvent>
<bpmn:endEvent id="hearing_end"/>
<bpmn:sequenceFlow id="h3" sourceRef="hearing_start" targetRef="hearing_body"/>
<bpmn:sequenceFlow id="h4" sourceRef="hearing_body" targetRef="hearing_end"/>
<bpmn:sequenceFlow id="h5" sourceRef="hearing_late" targetRef="hearing_end"/>
</bpmn:process>
</bpmn:definitions>
"""

_MANIFEST = """id = "small-act"
version = 3
number_prefix = "SMA"
accountable = "cmto.coordinator"
legal_basis = "L. 241/1990 art. 15"
evidence = "V"
calls = ["hearing"]
title.it = "Atto piccolo"
title.en = "Small act"
summary.it = "Un atto per le prove."
summary.en = "An act for tests."

[start]
by = ["cmto.coordinator"]

[permissions]
withdraw_case = ["cmto.coordinator"]

[[stage]]
id = "drafting"
title.it = "Stesura"
title.en = "Drafting"
milestone = "text_ready"

[[stage]]
id = "signing"
title.it = "Firma"
title.en = "Signing"
milestone = "act_signed"

[[capacity]]
id = "municipality"
title.it = "Comune"
title.en = "Municipality"
kinds = ["municipality"]
min = 1
max = 9

[[capacity]]
id = "cmto"
title.it = "Città metropolitana"
title.en = "Metropolitan City"
kinds = ["cmto"]
default = "the:cmto"

[[capacity]]
id = "region"
title.it = "Regione"
title.en = "Region"
kinds = ["region"]
default = "the:region"

[message.object]
title.it = "Obiezione"
title.en = "Objection"
by = ["municipality.officer"]
form = true

[deadline.drafting-term]
title.it = "Stesura"
title.en = "Drafting"
length = "30 days"
silence = "escalate"
nature = "internal"
legal_basis = "organisational"
evidence = "V"
consequence.it = "Chi coordina riceve un sollecito."
consequence.en = "The coordinator is reminded."

[deadline.signing-term]
title.it = "Firma"
title.en = "Signing"
length = "case:sign_by"
starts_at = "text_ready"
silence = "none"
nature = "agreed"
legal_basis = "organisational"
evidence = "V"
consequence.it = "L'atto è nullo."
consequence.en = "The act is void."

[deadline.ask_region.hearing-term]
length = "45 days"
"""

_PART = """id = "hearing"
title.it = "Parere"
title.en = "Opinion"

[deadline.hearing-term]
title.it = "Parere"
title.en = "Opinion"
length = "20 days"
silence = "proceed_without"
nature = "statutory"
legal_basis = "L. 241/1990 art. 16"
evidence = "V"
consequence.it = "Si procede senza parere."
consequence.en = "The procedure goes on without it."
"""


def explained(nature: str, fields: str, extra: str = "") -> str:
    """A form with all its explanations and these fields."""
    return f"""title.it = "Titolo"
title.en = "Title"
what.it = "Che cosa fai."
what.en = "What you do."
why.it = "Perché."
why.en = "Why."
next.it = "Dopo."
next.en = "Next."
help.it = "Chi aiuta."
help.en = "Who helps."
nature = "{nature}"
legal_basis = "organisational"
evidence = "V"
{extra}
{fields}"""


PREPARE_FIELDS = """
[[fields]]
name = "outcome"
type = "choice"
label.it = "Esito"
label.en = "Outcome"
options = [
  {value = "ready", label.it = "Pronto", label.en = "Ready"},
  {value = "wrong", label.it = "Sbagliato", label.en = "Wrong"},
]

[[fields]]
name = "reason"
type = "long_text"
label.it = "Motivo"
label.en = "Reason"
max = 400
example = "Manca un allegato."
show_when = {field = "outcome", in = ["wrong"]}

[[fields]]
name = "sign_by"
type = "date"
label.it = "Da firmare entro"
label.en = "To be signed by"
required = false

[[fields]]
name = "present"
type = "integer"
label.it = "Presenti"
label.en = "Present"
min = 1
example = 12

[[fields]]
name = "in_favour"
type = "integer"
label.it = "Favorevoli"
label.en = "In favour"
example = 12

[[fields]]
name = "code"
type = "text"
label.it = "Codice"
label.en = "Code"
pattern = "[A-Z]{3}-[0-9]+"
pattern_help.it = "Tre lettere, trattino, cifre."
pattern_help.en = "Three letters, hyphen, digits."
example = "ABC-1"

[[fields]]
name = "lines"
type = "list"
label.it = "Voci"
label.en = "Lines"
min_items = 1
max_items = 3

[[fields.fields]]
name = "amount"
type = "money"
label.it = "Importo"
label.en = "Amount"
max = "1000.00"
example = "10.50"

[[rules]]
must = "present >= in_favour"
field = "in_favour"
message.it = "I favorevoli non superano i presenti."
message.en = "Those in favour are at most those present."
"""

PREPARE_EXTRA = 'deadline = "drafting-term"\nletters = ["invitation"]'

_PLAIN_FIELD = """
[[fields]]
name = "words"
type = "text"
label.it = "Testo"
label.en = "Text"
"""

_LIGHT = 'title.it = "Avvia"\ntitle.en = "Start"\n'

_STORY = """title = "The straight path"
[start]
by = "cmto.coordinator"
data = {words = "Prova"}
[parties]
alba = {istat = "001001", capacity = "municipality"}
[[steps]]
complete = "prepare"
by = "cmto.coordinator"
data = {outcome = "ready"}
[[steps]]
expect_open = ["give_opinion@region"]
[[steps]]
advance_clock = "45 days"
[[steps]]
expect_refused = {complete = "sign", by = "cmto.coordinator", error = "NotResponsible"}
[[steps]]
message = "object"
by = "alba.officer"
party = "alba"
[[steps]]
command = "suspend_case"
by = "cmto.coordinator"
reason = "Prova"
[[steps]]
complete = "sign"
by = "alba.mayor"
[expect]
state = "completed"
milestones = ["text_ready", "act_signed"]
"""

_TEXTS: Mapping[str, str] = {
    "process.toml": _MANIFEST,
    "process.bpmn": _DRAWING,
    "raci.csv": (
        "item,cmto.coordinator,municipality.mayor,region.official\n"
        "text_ready,RA,,C\n"
        "ask_region,A,,R\n"
        "sign,A,R,I\n"
    ),
    "forms/start.toml": _LIGHT + _PLAIN_FIELD,
    "forms/prepare.toml": explained("technical", PREPARE_FIELDS, PREPARE_EXTRA),
    "forms/sign.toml": explained("political", _PLAIN_FIELD),
    "forms/message-object.toml": _LIGHT + _PLAIN_FIELD,
    "letters/invitation.txt": (
        "title.it: Invito\ntitle.en: Invitation\nto: parties:municipality\n"
        "subject: {case.number}. Invito\n\n"
        "% if outcome = ready\nEntro {deadline.drafting-term.length}, {code}.\n% else\n"
        "Non ancora.\n% end\n"
        "% for one in lines\n- {one.amount}\n% end\n"
        "Si firma entro il {sign_by | giorno della firma}.\n"
    ),
    "guide.it.md": "# Guida\n",
    "guide.en.md": "# Guide\n",
    "CHANGES.md": "# 3\n",
    "coverage.csv": "item,element,scenario\n1,prepare,straight\n2,sign f5,straight.toml\n",
    "scenarios/straight.toml": _STORY,
    "scenarios/straight.trace": "",
    "shared/hearing/process.toml": _PART,
    "shared/hearing/process.bpmn": _HEARING,
    "shared/hearing/forms/give_opinion.toml": explained("technical", _PLAIN_FIELD),
}


def tiny() -> dict[str, bytes]:
    """The files of the valid folder."""
    return {name: text.encode() for name, text in _TEXTS.items()}


def spoilt(file: str, old: str, new: str) -> dict[str, bytes]:
    """The same with one thing changed, which must be there to be changed."""
    files = tiny()
    text = files[file].decode()
    assert old in text, f"{file} does not say {old!r}"
    files[file] = text.replace(old, new, 1).encode()
    return files


def line_of(files: Mapping[str, bytes], file: str, words: str) -> int:
    """The first line of a file that says these words."""
    lines = files[file].decode().splitlines()
    return next(number for number, line in enumerate(lines, start=1) if words in line)
