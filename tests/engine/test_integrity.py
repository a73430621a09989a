"""Whatever is done to the history behind the product's back is found, and named."""

import json
import os
import re
import subprocess
import sys
import threading
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import delete, func, insert, select, update
from sqlalchemy.orm import Session

from engine.clock import day_of
from engine.commands import claim, seal_day
from engine.commands.seals import SETTLING
from engine.digests import entry_digest, path_of, root_of
from engine.errors import CaseNotFound
from engine.integrity import Verdict, verify
from engine.model import Case, DailySeal, HistoryEntry, SealedEntry
from engine.queries import exported_proof
from engine.settings import Settings
from engine.unit_of_work import UnitOfWork
from tests.architecture.source import ROOT
from tests.office import CASTAGNETO, CHIVASSO, RONDISSONE, SYSTEM, Office
from workers.clock import seal_past_days


@dataclass(slots=True)
class Archive:
    """An office with a case of two days and a case of one, all days sealed but the last."""

    office: Office
    long: str
    short: str
    number: str

    def verdict(self) -> Verdict:
        return self.office.engine.read(verify)

    def damage(self, act: Callable[[Session], Any]) -> list[str]:
        """Do something no command does; return what is then found."""
        assert self.verdict().findings == []
        database = self.office.engine.database
        sqlite = database.dialect.name == "sqlite"
        with database.connect() as connection:
            # Whoever does such things switches the foreign keys off first.
            if sqlite:
                connection.connection.cursor().execute("PRAGMA foreign_keys=OFF")
            else:
                connection.exec_driver_sql("SET session_replication_role = replica")
            with Session(connection) as session:
                act(session)
                session.commit()
            connection.commit()
            if sqlite:
                connection.connection.cursor().execute("PRAGMA foreign_keys=ON")
            connection.invalidate()
        return self.verdict().findings

    def entries(self, case_id: str | None = None) -> list[HistoryEntry]:
        return self.office.history(case_id or self.long)


@pytest.fixture
def archive(office: Office) -> Archive:
    coordinator = office.officer("davide", ("cmto", "coordinator"))
    elena = office.officer("elena", (CHIVASSO, "officer"))
    long = office.visit(coordinator, CHIVASSO, CASTAGNETO)
    short = office.visit(coordinator, CHIVASSO, RONDISSONE)
    office.clock.advance(timedelta(days=2))
    office.complete(
        coordinator, office.item(long, "prepare"), visit_on="2027-03-01", budget="1200.50"
    )
    office.clock.advance(timedelta(days=1))
    assert seal_past_days(office.engine) == 3
    office.claim(elena, office.item(long, "answer", CHIVASSO))
    with office.session() as session:
        number = session.get_one(Case, long).number
    return Archive(office, long, short, number)


def row(case_id: str, seq: int) -> Any:
    return (HistoryEntry.case_id == case_id) & (HistoryEntry.seq == seq)


def rechain(session: Session, case_id: str, *, also_the_case: bool) -> None:
    """Do as a careful forger does: compute every digest anew."""
    digest = ""
    statement = select(HistoryEntry).where(HistoryEntry.case_id == case_id)
    for entry in session.scalars(statement.order_by(HistoryEntry.seq)).all():
        entry.digest = digest = entry_digest(digest, entry)
        last = entry.seq
    session.flush()
    if also_the_case:
        session.execute(
            update(Case)
            .where(Case.id == case_id)
            .values(history_count=last, history_digest=digest, version=Case.version)
        )


# --- what the chain of a case finds


def test_a_whole_history_has_no_findings(archive: Archive) -> None:
    verdict = archive.verdict()

    with archive.office.session() as session:
        assert verdict.entries == session.scalar(select(func.count()).select_from(HistoryEntry))
    assert (verdict.findings, verdict.cases, verdict.seals) == ([], 2, 3)
    assert str(verdict.sealed_until) == "2026-11-25"


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("actor", "Qualcun altro"),
        ("type", "CaseResumed"),
        ("acting_for", "Comune di Altrove"),
        ("actor_id", "another"),
        ("payload", {"title": "Altro"}),
    ],
)
def test_an_altered_entry_is_named(archive: Archive, column: str, value: Any) -> None:
    findings = archive.damage(
        lambda s: s.execute(
            update(HistoryEntry).where(row(archive.long, 2)).values({column: value})
        )
    )

    assert len(findings) == 1
    assert findings[0].startswith(f"{archive.number}: entry 2 (")
    assert "was altered" in findings[0]


def test_a_moved_instant_is_named(archive: Archive) -> None:
    later = archive.entries()[1].at + timedelta(microseconds=1)
    findings = archive.damage(
        lambda s: s.execute(update(HistoryEntry).where(row(archive.long, 2)).values(at=later))
    )

    assert [f for f in findings if f.startswith(f"{archive.number}: entry 2 (")]


def test_a_removed_entry_is_named(archive: Archive) -> None:
    findings = archive.damage(lambda s: s.execute(delete(HistoryEntry).where(row(archive.long, 2))))

    assert findings == [f"{archive.number}: entry 2 is missing"]


def test_the_last_entry_removed_is_named_even_before_its_day_is_sealed(archive: Archive) -> None:
    last = archive.entries()[-1].seq
    findings = archive.damage(
        lambda s: s.execute(delete(HistoryEntry).where(row(archive.long, last)))
    )

    assert findings == [f"{archive.number}: entry {last} is missing"]


def test_all_entries_of_a_case_removed_are_named(archive: Archive) -> None:
    count = len(archive.entries(archive.short))
    findings = archive.damage(
        lambda s: s.execute(delete(HistoryEntry).where(HistoryEntry.case_id == archive.short))
    )

    assert any(f.endswith(f": entries 1 to {count} are missing") for f in findings)


@pytest.mark.parametrize("where", ["at the end", "before the first"])
def test_an_entry_put_in_is_named(archive: Archive, where: str) -> None:
    def put_in(session: Session) -> None:
        model = archive.entries()[-1]
        forged = HistoryEntry(
            id="forged", case_id=archive.long, seq=model.seq + 1 if where == "at the end" else 0,
            at=model.at, type="CaseResumed", actor_id=None, actor="Nessuno", acting_for=None,
            payload={}, digest="",
        )  # fmt: skip
        forged.digest = entry_digest(model.digest, forged)
        session.add(forged)

    seq = archive.entries()[-1].seq + 1 if where == "at the end" else 0
    assert f"{archive.number}: entry {seq} (CaseResumed) was put in" in archive.damage(put_in)


def test_a_case_row_that_vanished_is_named(archive: Archive) -> None:
    findings = archive.damage(lambda s: s.execute(delete(Case).where(Case.id == archive.short)))

    count = len(archive.entries(archive.short))
    assert findings == [f"case {archive.short}: removed, though {count} entries are left"]


def test_an_altered_entry_outside_any_case_is_named(archive: Archive) -> None:
    findings = archive.damage(
        lambda s: s.execute(
            update(HistoryEntry).where(HistoryEntry.case_id.is_(None)).values(actor="Nessuno")
        )
    )

    assert findings
    assert all(re.fullmatch(r"installation: entry \S+ \(\w+\) was altered", f) for f in findings)


# --- what only the seals find: forgers who compute everything anew


def test_an_entry_altered_with_all_digests_after_it_contradicts_its_seal(
    archive: Archive,
) -> None:
    def forge(session: Session) -> None:
        session.execute(update(HistoryEntry).where(row(archive.long, 1)).values(actor="Altri"))
        rechain(session, archive.long, also_the_case=True)

    findings = archive.damage(forge)

    assert findings
    assert all(
        re.fullmatch(
            rf"{archive.number}: entry \d+ \(\w+\) was altered after its day was sealed", found
        )
        for found in findings
    )


def test_the_last_entries_removed_together_with_the_counter_are_named(archive: Archive) -> None:
    sealed = [e for e in archive.entries() if e.at < archive.office.clock.at - timedelta(hours=12)]
    first_day = [e for e in sealed if e.at < sealed[-1].at]

    def forge(session: Session) -> None:
        kept = first_day[-1].seq
        session.execute(
            delete(HistoryEntry).where(
                HistoryEntry.case_id == archive.long, HistoryEntry.seq > kept
            )
        )
        rechain(session, archive.long, also_the_case=True)

    findings = archive.damage(forge)

    assert findings == [
        f"{archive.number}: entry {sealed[-1].seq}, sealed on 2026-11-25, was removed"
    ]


def test_a_case_removed_without_a_trace_is_missed_by_its_seal(archive: Archive) -> None:
    last = archive.entries(archive.short)[-1].seq

    def forge(session: Session) -> None:
        session.execute(delete(HistoryEntry).where(HistoryEntry.case_id == archive.short))
        session.execute(delete(Case).where(Case.id == archive.short))

    findings = archive.damage(forge)

    assert findings == [f"case {archive.short}: entry {last}, sealed on 2026-11-23, was removed"]


def test_an_entry_put_into_a_sealed_day_is_named(archive: Archive) -> None:
    first = archive.entries(archive.short)[0].at

    def forge(session: Session) -> None:
        session.execute(
            insert(HistoryEntry).values(
                id="forged", case_id=archive.short, seq=len(archive.entries(archive.short)) + 1,
                at=first, type="CaseResumed", actor="Nessuno", payload={}, digest="",
            )
        )  # fmt: skip
        rechain(session, archive.short, also_the_case=True)

    (finding,) = archive.damage(forge)

    assert finding.endswith("was put in after 2026-11-23 was sealed")


def test_a_removed_seal_is_named(archive: Archive) -> None:
    def forge(session: Session) -> None:
        middle = session.scalars(select(DailySeal).order_by(DailySeal.day).offset(1)).first()
        assert middle is not None
        session.delete(middle)

    assert "seal of 2026-11-24: removed" in archive.damage(forge)


def test_an_altered_seal_is_named(archive: Archive) -> None:
    def forge(session: Session) -> None:
        session.execute(
            update(SealedEntry).where(SealedEntry.case_id == archive.short).values(digest="0" * 64)
        )
        for seal in session.scalars(select(DailySeal).order_by(DailySeal.day).limit(1)):
            statement = select(SealedEntry).where(SealedEntry.day == seal.day)
            seal.root = root_of(session.scalars(statement).all())

    findings = archive.damage(forge)

    assert findings[0] == "seal of 2026-11-23: altered, or the seal before it"


def test_seals_made_anew_are_known_by_a_digest_noted_elsewhere(
    archive: Archive, tmp_path: Path
) -> None:
    noted = archive.verdict().last_seal
    assert run(archive, tmp_path, "verify", "--seal", noted).returncode == 0

    def forge(session: Session) -> None:
        session.execute(delete(HistoryEntry).where(HistoryEntry.case_id == archive.short))
        session.execute(delete(Case).where(Case.id == archive.short))
        session.execute(delete(SealedEntry))
        session.execute(delete(DailySeal))

    assert archive.damage(forge) == [], "alone the database cannot know"
    seal_past_days(archive.office.engine)
    assert archive.verdict().findings == []

    told = run(archive, tmp_path, "verify", "--seal", noted)
    assert told.returncode == 1
    assert f"seal {noted}: not among the seals" in told.stdout


# --- sealing


def test_each_day_is_sealed_once_and_only_when_it_is_over(office: Office) -> None:
    office.visit(office.officer("davide", ("cmto", "coordinator")), CHIVASSO, RONDISSONE)
    assert office.engine.run(SYSTEM, seal_day) is None

    # 09:00 in Rome: the day ends fifteen hours later, and an hour is left for what is on its way.
    office.clock.advance(timedelta(hours=15, minutes=59))
    assert office.engine.run(SYSTEM, seal_day) is None
    office.clock.advance(timedelta(minutes=1))
    sealed = office.engine.run(SYSTEM, seal_day)
    assert sealed is not None
    assert sealed["day"] == "2026-11-23"
    assert office.engine.run(SYSTEM, seal_day) is None


def test_a_clock_that_was_away_seals_every_day_it_missed(office: Office) -> None:
    office.clock.advance(timedelta(days=5))

    assert seal_past_days(office.engine) == 5
    assert seal_past_days(office.engine) == 0
    assert office.engine.read(verify).findings == []


def test_two_clocks_seal_each_day_once(office: Office) -> None:
    office.clock.advance(timedelta(days=20))
    counts: list[int] = []
    clocks = [
        threading.Thread(target=lambda: counts.append(seal_past_days(office.engine)))
        for _ in range(2)
    ]
    for clock in clocks:
        clock.start()
    for clock in clocks:
        clock.join()

    assert sum(counts) == 20
    verdict = office.engine.read(verify)
    assert (verdict.seals, verdict.findings) == (20, [])


def test_the_clock_process_seals_what_is_over(office: Office) -> None:
    """A process goes by the machine's clock."""
    now = datetime.now(UTC)
    office.clock.at = now - timedelta(days=3)
    office.visit(office.officer("davide", ("cmto", "coordinator")), CHIVASSO, RONDISSONE)

    settings = office.engine.settings
    done = subprocess.run(
        [sys.executable, "-m", "workers", "clock", "--once"],
        cwd=ROOT, env=environment_of(settings), capture_output=True, text=True, check=False,
    )  # fmt: skip

    verdict = office.engine.read(verify)
    assert done.returncode == 0, done.stderr
    assert verdict.sealed_until is not None
    assert verdict.sealed_until >= day_of(now - SETTLING) - timedelta(days=1)
    assert verdict.findings == []
    assert verdict.last_seal in done.stdout + done.stderr, "noted outside the database too"


def test_an_act_written_while_the_history_is_verified_is_no_finding(archive: Archive) -> None:
    """All is read as of one moment, although the office goes on."""
    carlo = archive.office.officer("carlo", (CASTAGNETO, "officer"))
    item = archive.office.item(archive.long, "answer", CASTAGNETO)

    def verify_slowly(reading: Any) -> Verdict:
        real = reading.session.execute

        def execute(*args: Any, **kwargs: Any) -> Any:
            answer = real(*args, **kwargs)
            reading.session.execute = real
            archive.office.engine.run(carlo, claim, work_item_id=item.id)
            return answer

        reading.session.execute = execute
        return verify(reading)

    before = archive.verdict().entries
    verdict = archive.office.engine.read(verify_slowly)

    assert verdict.findings == []
    assert verdict.entries == before
    assert archive.verdict().entries > before


# --- the proof that leaves the building

SCRIPT = re.search(
    r"```python\n(# check_proof\.py.*?)```",
    (ROOT / "engine/README.md").read_text(encoding="utf-8"),
    re.DOTALL,
)


def check(proof: str, tmp_path: Path) -> subprocess.CompletedProcess[str]:
    """Run the script of the documentation, alone, on a proof."""
    assert SCRIPT is not None
    (tmp_path / "check_proof.py").write_text(SCRIPT[1], encoding="utf-8")
    (tmp_path / "proof.json").write_text(proof, encoding="utf-8")
    # -I and -S: no library is within its reach, ours included.
    return subprocess.run(
        [sys.executable, "-I", "-S", "check_proof.py", "proof.json"],
        cwd=tmp_path, capture_output=True, text=True, check=False,
    )  # fmt: skip


def test_where_there_is_no_installation_nothing_is_verified_or_begun(tmp_path: Path) -> None:
    place = tmp_path / "slip"
    told = subprocess.run(
        [sys.executable, "-m", "engine", "history", "verify"], cwd=ROOT,
        env={"PATH": os.environ["PATH"], "DATA_DIR": str(place)},
        capture_output=True, text=True, check=False,
    )  # fmt: skip

    assert told.returncode == 1
    assert "There is no installation here." in told.stderr
    assert "Traceback" not in told.stderr
    assert list(place.glob("*.sqlite3")) == []


def run(archive: Archive, tmp_path: Path, *words: str) -> subprocess.CompletedProcess[str]:
    """`python -m engine history …` on the archive's database."""
    environment = environment_of(archive.office.engine.settings)
    return subprocess.run(
        [sys.executable, "-m", "engine", "history", *words],
        cwd=ROOT, env=environment, capture_output=True, text=True, check=False,
    )  # fmt: skip


def environment_of(settings: Settings) -> dict[str, str]:
    """What another process needs to find the same installation."""
    return {
        "PATH": os.environ["PATH"],
        "DATABASE_URL": settings.database_url,
        "DATA_DIR": str(settings.data_dir),
        "SECRET_KEY": settings.secret_key,
    }


def test_the_script_of_the_documentation_is_short() -> None:
    assert SCRIPT is not None
    assert SCRIPT[1].count("\n") <= 30


def test_an_exported_proof_is_checked_by_the_script_alone(archive: Archive, tmp_path: Path) -> None:
    exported = run(archive, tmp_path, "proof", archive.number)
    assert exported.returncode == 0, exported.stderr

    told = check(exported.stdout, tmp_path)

    assert told.returncode == 0, told.stderr
    assert f"{len(archive.entries())} entries of {archive.number} hold" in told.stdout
    with archive.office.session() as session:
        named = session.scalars(
            select(SealedEntry)
            .where(SealedEntry.case_id == archive.long)
            .order_by(SealedEntry.day.desc())
        ).first()
        assert named is not None
        assert str(named.day) in told.stdout
        assert session.get_one(DailySeal, named.day).digest in told.stdout


def test_a_proof_without_a_seal_says_so(office: Office, tmp_path: Path) -> None:
    case_id = office.visit(office.officer("davide", ("cmto", "coordinator")), CHIVASSO, RONDISSONE)
    proof = office.engine.read(exported_proof, actor=SYSTEM, case=case_id)

    told = check(json.dumps(proof), tmp_path)

    assert told.returncode == 0, told.stderr
    assert "no day of it is sealed yet" in told.stdout


def changed(proof: dict[str, Any]) -> dict[str, Callable[[], Any]]:
    """Every kind of change to a proof, by name."""
    entries, seal = proof["entries"], proof["seal"]
    return {
        "a word": lambda: entries[1].update(actor="Davidf"),
        "a value": lambda: entries[0]["payload"].update(title="Ex cavb"),
        "an instant": lambda: entries[2].update(at=entries[2]["at"].replace("08:", "09:")),
        "an entry less": lambda: entries.pop(2),
        "the first less": lambda: entries.pop(0),
        "two exchanged": lambda: entries.insert(1, entries.pop(2)),
        "a digest": lambda: entries[-1].update(digest="0" * 64),
        "the seal": lambda: seal.update(digest="0" * 64),
        "the day": lambda: seal["day"].update(day="2026-11-24"),
        "the sealed entry": lambda: seal["entry"].update(seq=1),
        "a neighbour": lambda: seal["path"].append(["left", "0" * 64]),
        "the day before": lambda: seal.update(before="0" * 64),
    }


def test_a_changed_proof_does_not_hold(archive: Archive, tmp_path: Path) -> None:
    proof = archive.office.engine.read(exported_proof, actor=SYSTEM, case=archive.long)
    whole = json.dumps(proof)
    for change in changed(proof):
        copy = json.loads(whole)
        changed(copy)[change]()
        assert json.dumps(copy) != whole, change

        told = check(json.dumps(copy), tmp_path)

        assert told.returncode == 1, change + told.stdout
        assert "does not" in told.stderr, change


def test_a_proof_whose_digests_were_all_made_anew_misses_its_seal(
    archive: Archive, tmp_path: Path
) -> None:
    def forge(work: UnitOfWork) -> None:
        work.session.execute(update(HistoryEntry).where(row(archive.long, 1)).values(actor="Altri"))
        rechain(work.session, archive.long, also_the_case=True)

    archive.office.engine.run(SYSTEM, forge)
    proof = archive.office.engine.read(exported_proof, actor=SYSTEM, case=archive.long)

    told = check(json.dumps(proof), tmp_path)

    assert told.returncode == 1
    assert "seal" in told.stderr


def test_a_proof_tells_nothing_of_other_cases(archive: Archive) -> None:
    proof = json.dumps(archive.office.engine.read(exported_proof, actor=SYSTEM, case=archive.long))

    assert archive.long in proof
    assert archive.short not in proof


def test_a_case_of_others_has_no_proof_for_me(archive: Archive) -> None:
    stranger = archive.office.officer("franca", (RONDISSONE, "officer"))

    with pytest.raises(CaseNotFound):
        archive.office.engine.read(exported_proof, actor=stranger, case=archive.long)


@pytest.mark.parametrize("count", [1, 2, 3, 4, 5, 8, 13])
def test_every_entry_of_a_day_finds_its_way_to_the_root(count: int) -> None:
    from hashlib import sha256

    from engine.digests import _canonical, sealed_fields

    rows = [SealedEntry(entry_id=f"e{n:02}", case_id=None, seq=0, digest="d") for n in range(count)]
    for one in rows:
        digest = sha256(b"\0" + _canonical(sealed_fields(one))).digest()
        for side, beside in path_of(rows, one.entry_id):
            other = bytes.fromhex(beside)
            digest = sha256(b"\1" + (other + digest if side == "left" else digest + other)).digest()
        assert digest.hex() == root_of(list(reversed(rows)))
