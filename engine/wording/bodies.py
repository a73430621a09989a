"""What bodies are called: in full where they act, bare in the register of the territory."""

from engine.text import Text

FULL: dict[str, Text] = {"municipality": Text("Comune di {}", "Municipality of {}")}
"""Kinds whose name alone would read as a place; all others carry their kind in their name."""

OF_BODIES: dict[str, Text] = {
    "BodyRegistered": Text("Nel registro: {name}", "In the register: {name}"),
    "BodyCorrected": Text(
        "Corretto {name}, dal {valid_from}", "{name} corrected, from {valid_from}"
    ),
    "MandateGranted": Text(
        "Incarico a {holder} in {name}, dal {valid_from}: {act}",
        "Mandate of {holder} in {name}, from {valid_from}: {act}",
    ),
    "MandateEnded": Text(
        "L’incarico di {holder} in {name} finisce il {valid_to}",
        "The mandate of {holder} in {name} ends on {valid_to}",
    ),
    "SubstitutionGranted": Text(
        "{substitute} sostituisce {holder} in {name}, dal {valid_from} al {valid_to}: {act}",
        "{substitute} substitutes {holder} in {name}, {valid_from} to {valid_to}: {act}",
    ),
    "SubstitutionEnded": Text(
        "{substitute} non sostituisce più {holder} in {name} dopo il {valid_to}",
        "{substitute} no longer substitutes {holder} in {name} after {valid_to}",
    ),
    "IdentityBound": Text(
        "{name} è entrato la prima volta con {provider}",
        "{name} came in by {provider} for the first time",
    ),
    "PersonInvited": Text(
        "Invito a {holder} ({email}) per un incarico in {name}: {act}",
        "{holder} ({email}) invited to a mandate in {name}: {act}",
    ),
    "InvitationRevoked": Text(
        "Ritirato l’invito a {holder} in {name}", "Invitation of {holder} in {name} taken back"
    ),
    "InvitationAccepted": Text(
        "{holder} accetta l’invito in {name}", "{holder} accepts the invitation in {name}"
    ),
}
"""How what happens to bodies and their people is told."""

OF_FACTS: dict[str, Text] = {
    "name": Text("nome", "name"),
    "zone": Text("zona", "zone"),
    "istat_code": Text("codice ISTAT", "ISTAT code"),
    "ipa_code": Text("codice IPA", "IPA code"),
    "fiscal_code": Text("codice fiscale", "fiscal code"),
    "pec": Text("PEC", "certified mail"),
    "population": Text("abitanti", "inhabitants"),
    "neighbours": Text("confini", "boundaries"),
    "closed": Text("cessato", "closed"),
    "seat": Text("sede", "seat"),
    "member": Text("adesione", "membership"),
    "post": Text("posti", "posts"),
    "part_of": Text("fa parte di", "part of"),
    "legal_form": Text("forma giuridica", "legal form"),
    "representative": Text("chi rappresenta", "representative"),
}
"""What can hold of a body, in words."""

OF_ACCOUNTS: dict[str, Text] = {
    "sessions_ended": Text("{name}: accessi chiusi", "{name}: signed out everywhere"),
    "fiscal_code": Text("{name}: codice fiscale corretto", "{name}: fiscal code corrected"),
    "identities_removed": Text(
        "{name}: identità digitali dimenticate", "{name}: digital identities forgotten"
    ),
    "password_reset_sent": Text(
        "{name}: mandato il collegamento per una nuova password",
        "{name}: link for a new password sent",
    ),
    "password_reset": Text("{name}: nuova password scelta", "{name}: new password chosen"),
    "password_changed": Text("{name}: password cambiata", "{name}: password changed"),
    "mail_changed": Text("{name}: indirizzo di posta cambiato", "{name}: mail address changed"),
    "closed": Text("{name}: account chiuso", "{name}: account closed"),
    "reopened": Text("{name}: account riaperto", "{name}: account reopened"),
    "second_factor_set_up": Text(
        "{name}: secondo fattore attivato", "{name}: second factor set up"
    ),
    "second_factor_removed": Text("{name}: secondo fattore tolto", "{name}: second factor removed"),
    "second_factor_reset": Text("{name}: secondo fattore azzerato", "{name}: second factor reset"),
    "recovery_code_used": Text("{name}: usato un codice di riserva", "{name}: recovery code used"),
}
"""How it is told what was done with somebody's account, by himself or who administers it."""

TO = {
    "Comune": "al ",
    "Città": "alla ",
    "Regione": "alla ",
    "Assemblea": "all’",
    "Collegio": "al ",
    "Ordine": "all’",
    "Politecnico": "al ",
    "Università": "all’",
}


def name_in_full(kind: str, name: Text) -> Text:
    """`Comune di Chivasso`, `Municipality of Chivasso`: a body that acts, or owes an act."""
    pattern = FULL.get(kind)
    if pattern is None:
        return name
    return Text(pattern.it.format(name.it), pattern.en.format(name.en))


def to_body(name: str) -> str:
    """`al Comune di Chivasso`, `alla Regione Piemonte`: the Italian preposition of a body."""
    return TO.get(name.split(" ", 1)[0], "a ") + name
