"""Refusals. Each states the fact and the way out, in both languages; none knows the web."""

from collections.abc import Mapping
from typing import Any

from engine.text import Text


class EngineError(Exception):
    """Base of every refusal: `message` is the fact, `hint` what to do."""

    hint_by_default = Text(
        "Riprova; se si ripete, avvisa chi amministra l’installazione.",
        "Try again; if it happens again, tell your administrator.",
    )

    def __init__(self, message: Text, hint: Text | None = None, **details: Any) -> None:
        super().__init__(message.en)
        self.message = message
        self.hint = hint or self.hint_by_default
        self.details: Mapping[str, Any] = details

    @property
    def code(self) -> str:
        return type(self).__name__


class NotFound(EngineError):
    """What was asked for does not exist, or is not the asker's to see: the answer is the same."""

    hint_by_default = Text(
        "Controlla l’indirizzo, oppure cerca il caso fra i tuoi.",
        "Check the address, or look for the case among yours.",
    )


class CaseNotFound(NotFound):
    """No such case for this reader."""


class WorkItemNotFound(NotFound):
    """No such work item for this reader."""


class ProcessNotFound(NotFound):
    """No procedure of that name has been published."""


class OrganisationNotFound(NotFound):
    """No such organisation in the register."""


class PartyNotFound(NotFound):
    """The organisation takes no part in the case."""


class DeadlineNotFound(NotFound):
    """No such term."""


class DocumentNotFound(NotFound):
    """No such document for this reader."""


class LetterNotFound(NotFound):
    """The form of this work proposes no such letter."""


class DeliveryNotFound(NotFound):
    """No such delivery."""


class OfficerNotFound(NotFound):
    """No such officer."""


class MandateNotFound(NotFound):
    """No such mandate or substitution for this reader."""

    hint_by_default = Text(
        "Controlla l’indirizzo, oppure chiedi a chi amministra gli incarichi del tuo ente.",
        "Check the address, or ask who administers the mandates of your body.",
    )


class LinkUnknown(NotFound):
    """A link that never was, or is good no longer: used, replaced, taken back or expired."""

    hint_by_default = Text(
        "Usa il collegamento dell’ultimo messaggio ricevuto, o chiedi a chi te l’ha mandato di "
        "rinviarlo.",
        "Use the link in the latest message you received, or ask whoever sent it to send it again.",
    )


class NotAllowed(EngineError):
    """The actor lacks the right."""

    hint_by_default = Text(
        "Chiedi a chi risponde dell’attività, o cambia l’incarico per cui agisci.",
        "Ask whoever answers for the activity, or change the mandate you act for.",
    )


class SignInRefused(NotAllowed):
    """Wrong name or password; which of the two is not said."""


class LocalDoorClosed(NotAllowed):
    """This installation lets nobody in with a password."""


class PersonUnknown(NotAllowed):
    """The identity provider vouches for somebody who has no account here."""


class SecondFactorRefused(NotAllowed):
    """The code is wrong, too old, or was used before; which of these is not said."""


class NotResponsible(NotAllowed):
    """The matrix gives the activity to others."""


class NotAccountable(NotAllowed):
    """Only who answers for it may do this."""


class FourEyes(NotAllowed):
    """Whoever prepared it cannot approve it."""

    hint_by_default = Text(
        "Deve approvarla un’altra persona che ne risponde, o chi la sostituisce.",
        "Another person who answers for it must approve, or a substitute.",
    )


class KeptApart(NotAllowed):
    """Two functions that the law keeps apart are not exercised by one person."""

    hint_by_default = Text(
        "Deve farla un’altra persona: chi risponde dell’attività può passarla a un collega.",
        "Another person must do it: whoever answers for the work can hand it to a colleague.",
    )


class Conflict(EngineError):
    """The world has moved on, or several readings are possible."""

    hint_by_default = Text(
        "Ricarica la pagina: vedrai la situazione attuale.",
        "Reload the page: you will see how things stand now.",
    )


class StaleVersion(Conflict):
    """Somebody changed it after the caller read it."""


class AlreadyClaimed(Conflict):
    """A colleague holds the work item."""


class AlreadyCompleted(Conflict):
    """The work item is no longer open."""


class NotHeld(Conflict):
    """Nobody, or somebody else, holds the work item."""


class CaseSuspended(Conflict):
    """The case stands still until it is resumed."""


class CaseClosed(Conflict):
    """The case has ended; reopen it first."""


class WrongState(Conflict):
    """The command does not fit the state of the case."""


class NotYetHeard(Conflict):
    """Somebody whom the matrix wants heard has not answered yet."""

    hint_by_default = Text(
        "Aspetta la risposta o la fine del suo termine: dopo, il silenzio è registrato e puoi"
        " concludere. Quello che hai scritto resta se lo salvi come bozza.",
        "Wait for the answer or the end of its term: then the silence is recorded and you can"
        " complete. What you wrote stays if you save it as a draft.",
    )


class NobodyApproves(Conflict):
    """What was prepared could be approved by nobody else."""

    hint_by_default = Text(
        "Chiedi a chi amministra gli incarichi dell’ente che ne risponde di nominare qualcuno, o un"
        " sostituto. Quello che hai scritto resta se lo salvi come bozza.",
        "Ask whoever administers the mandates of the body that answers for it to appoint somebody,"
        " or a substitute. What you wrote stays if you save it as a draft.",
    )


class NeedsMissing(Conflict):
    """A notice period still runs, or an opinion the law asks for is missing."""

    hint_by_default = Text(
        "Attendi che sia passato, o chiedi a chi deve darlo; la bozza resta.",
        "Wait until it is over, or ask whoever has to give it; the draft stays.",
    )


class HeldUpByCase(Conflict):
    """What an open case raised from this one is about has to wait for its result."""

    hint_by_default = Text(
        "Aspetta l’esito di quel caso, oppure chiedi a chi l’ha aperto di ritirarlo.",
        "Wait for the result of that case, or ask whoever opened it to withdraw it.",
    )


class NobodyWaits(Conflict):
    """The case does not expect that message now."""


class SeveralMandates(Conflict):
    """More than one of the actor's mandates permits it: he must say which."""


class AlreadyParty(Conflict):
    """The organisation already takes part in that capacity."""


class KeyReused(Conflict):
    """An idempotency key was used before for something else."""


class AlreadyKnown(Conflict):
    """Somebody with this address has an account already."""


class WindowClosed(Conflict):
    """The term for it has passed."""


class Invalid(EngineError):
    """The input is wrong; the message says what and where."""

    hint_by_default = Text(
        "Correggi quanto indicato e riprova.", "Correct what is shown and try again."
    )


class PasswordAsked(Invalid):
    """It takes the password again, or a fresh sign-in."""

    hint_by_default = Text("Riscrivila e ripeti.", "Type it again and repeat.")


class FormInvalid(Invalid):
    """One or more fields are wrong: field name (nested) → what would be right."""

    def __init__(self, fields: Mapping[str, Any]) -> None:
        super().__init__(
            Text("Alcuni campi sono da correggere.", "Some fields need correcting."),
            Text(
                "Ogni campo dice che cosa non va; quello che hai scritto è conservato.",
                "Each field says what is wrong; what you typed is kept.",
            ),
        )
        self.fields = fields


class BundleInvalid(Invalid):
    """A process folder has problems: all of them, with file, line and remedy."""

    def __init__(self, problems: list[Any]) -> None:
        count = len(problems)
        some = Text(f"{count} problemi", f"{count} problems")
        many = some if count != 1 else Text("un problema", "one problem")
        super().__init__(
            Text(
                f"La cartella del procedimento ha {many.it}.",
                f"The process folder has {many.en}.",
            ),
            Text(
                "Correggi i file indicati, poi `python -m engine check`.",
                "Mend the files named, then run `python -m engine check`.",
            ),
            problems=[str(p) for p in problems],
        )
        self.problems = problems


class FileRefused(Invalid):
    """An upload is too large, empty, or not of a kind that is accepted."""


class PartiesInvalid(Invalid):
    """The organisations given do not fit the capacities of the procedure."""


class MatrixInvalid(Invalid):
    """Letters that a matrix may not have: no A or two, nobody who does it, no power to sign."""

    hint_by_default = Text(
        "Una A e almeno una R per riga, a chi ne ha il potere; una A si sposta con due cambi "
        "insieme.",
        "One A and at least one R in each line, to whoever has the power; an A moves by two "
        "changes at once.",
    )


class ProcessFault(EngineError):
    """A drawing failed while it ran: nothing was changed; who keeps the procedure must mend it."""

    hint_by_default = Text(
        "Non è stato cambiato nulla. Segnala il caso a chi cura il procedimento.",
        "Nothing was changed. Report the case to whoever maintains the procedure.",
    )
