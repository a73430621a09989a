"""What a form tells its officer when an answer does not do: what would be right."""

from datetime import date

from engine.text import Text


def missing(kind: str) -> Text:
    """Nothing was answered where an answer is needed."""
    if kind in ("choice", "choices", "yes_no", "organisation", "officer"):
        return Text("Scegli una risposta.", "Choose an answer.")
    if kind == "file":
        return Text("Allega il file.", "Attach the file.")
    if kind == "list":
        return Text("Aggiungi almeno una riga.", "Add at least one row.")
    if kind == "date":
        return Text("Scrivi la data.", "Write the date.")
    return Text("Compila questo campo.", "Fill in this field.")


def unknown(name: str) -> Text:
    """An answer to a question that the form does not ask."""
    return Text(
        f"“{name}” non è un campo di questo modulo: toglilo.",
        f"“{name}” is no field of this form: leave it out.",
    )


def not_text() -> Text:
    """Something other than text where text is needed."""
    return Text("Scrivi un testo.", "Write a text.")


def unreadable_characters() -> Text:
    """Characters that no document can hold."""
    return Text(
        "Contiene caratteri che non si possono conservare: riscrivi il testo.",
        "It contains characters that cannot be kept: write the text again.",
    )


def one_line() -> Text:
    """A line break where a single line is needed."""
    return Text("Scrivi su una sola riga.", "Write on one line.")


def too_long(most: int, now: int) -> Text:
    """A text beyond its length."""
    return Text(
        f"Al massimo {most} caratteri: ora sono {now}.", f"At most {most} characters: now {now}."
    )


def too_short(least: int, now: int) -> Text:
    """A text below its length."""
    return Text(
        f"Almeno {least} caratteri: ora sono {now}.", f"At least {least} characters: now {now}."
    )


def not_as_asked(example: object) -> Text:
    """A text that does not have the form asked for."""
    if example in (None, ""):
        return Text("Non ha la forma richiesta.", "It does not have the form asked for.")
    return Text(
        f"Non ha la forma richiesta, per esempio {example}.",
        f"It does not have the form asked for, for example {example}.",
    )


def not_integer() -> Text:
    """Something other than a whole number."""
    return Text("Scrivi un numero intero, per esempio 12.", "Write a whole number, for example 12.")


def not_decimal() -> Text:
    """Something other than a number."""
    return Text("Scrivi un numero, per esempio 12,5.", "Write a number, for example 12.5.")


def not_money() -> Text:
    """Something other than an amount in euro and cents."""
    return Text(
        "Scrivi un importo con al massimo due decimali, per esempio 1.234,50.",
        "Write an amount with at most two decimals, for example 1234.50.",
    )


def not_date() -> Text:
    """Something other than a day of the calendar."""
    return Text(
        "Scrivi una data che esiste, come gg/mm/aaaa: per esempio 24/11/2026.",
        "Write a date that exists, as dd/mm/yyyy: for example 24/11/2026.",
    )


def far_away(first: int, last: int) -> Text:
    """A day in a year that nobody means."""
    return Text(
        f"Controlla l’anno: fra il {first} e il {last}.",
        f"Check the year: between {first} and {last}.",
    )


def too_small(least: object) -> Text:
    """A number or date before the first allowed."""
    if isinstance(least, date):
        return Text(f"Non prima del {least:%d/%m/%Y}.", f"Not before {least:%d/%m/%Y}.")
    return Text(f"Almeno {_italian(least)}.", f"At least {least}.")


def too_great(most: object) -> Text:
    """A number or date after the last allowed."""
    if isinstance(most, date):
        return Text(f"Non dopo il {most:%d/%m/%Y}.", f"Not after {most:%d/%m/%Y}.")
    return Text(f"Al massimo {_italian(most)}.", f"At most {most}.")


def not_an_option() -> Text:
    """A choice that is not offered."""
    return Text(
        "Questa risposta non è fra quelle offerte: scegline una dell’elenco.",
        "This answer is not among those offered: choose one from the list.",
    )


def not_a_list() -> Text:
    """A single thing where several are needed."""
    return Text("Servono più risposte, in un elenco.", "Give the answers as a list.")


def not_a_group() -> Text:
    """A single thing where several named answers are needed."""
    return Text("Servono le risposte ai singoli campi.", "Give the answers field by field.")


def chosen_twice() -> Text:
    """The same choice given more than once."""
    return Text("La stessa risposta compare due volte.", "The same answer appears twice.")


def not_yes_no() -> Text:
    """Neither yes nor no."""
    return Text("Rispondi sì o no.", "Answer yes or no.")


def too_few(least: int, now: int) -> Text:
    """Fewer rows or choices than needed."""
    return Text(f"Ne servono almeno {least}: ora {now}.", f"At least {least} needed: now {now}.")


def too_many(most: int, now: int) -> Text:
    """More rows or choices than allowed."""
    return Text(f"Al massimo {most}: ora {now}.", f"At most {most}: now {now}.")


def not_the_rows(number: int) -> Text:
    """Answers that are not one to each row of the case."""
    if not number:
        return Text(
            "Non c’è nessuna riga a cui rispondere: ricarica la pagina.",
            "There is no row to answer: reload the page.",
        )
    return Text(
        f"Serve una risposta per ciascuna delle {number} righe: ricarica la pagina.",
        f"Each of the {number} rows needs one answer: reload the page.",
    )


def no_such_file() -> Text:
    """An upload that is not there, or not the officer's."""
    return Text("Il file non c’è più: allegalo di nuovo.", "The file is gone: attach it again.")


def _italian(number: object) -> str:
    return str(number).replace(".", ",")
