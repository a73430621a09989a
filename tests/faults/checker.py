"""Looks at what is left after the drill, with plain SQL and eyes of its own.

It shares no query, no digest and no model with the product. Only to open a packed state does it ask
`engine.bpmn`, which is the one that wrote it.
"""

import datetime
import hashlib
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any, LiteralString

import orjson
import psycopg
from psycopg.rows import dict_row

from engine.bpmn import Definition, Instance, Packed, Step
from tests.faults.load import Act

Row = Mapping[str, Any]


class Checker:
    """One look at one database; every method adds what it finds wrong."""

    def __init__(self, connection: psycopg.Connection[dict[str, Any]]) -> None:
        self._connection = connection
        self.findings: list[str] = []
        self.counted: Counter[str] = Counter()

    def rows(self, statement: LiteralString) -> list[dict[str, Any]]:
        """What a statement answers."""
        return self._connection.execute(statement).fetchall()

    def acts(self, acts: Iterable[Act]) -> None:
        """Every acknowledged act is there once; what was refused or never answered, at most once.

        Two acts with one key are one act: a double click.
        """
        started = Counter(
            row["payload"]["title"]
            for row in self.rows("SELECT payload FROM history_entry WHERE type = 'CaseStarted'")
        )
        completed = Counter(
            row["payload"]["work_item"]
            for row in self.rows(
                "SELECT payload FROM history_entry WHERE type = 'WorkItemCompleted'"
            )
        )
        titles = Counter(row["title"] for row in self.rows("SELECT title FROM procedure_case"))
        states = {row["id"]: row["state"] for row in self.rows("SELECT id, state FROM work_item")}
        keys = Counter(row["key"] for row in self.rows("SELECT key FROM remembered_answer"))
        wanted: dict[tuple[str, str], list[Act]] = defaultdict(list)
        for act in acts:
            wanted[act.kind, act.about].append(act)
        for (kind, about), group in wanted.items():
            found = started[about] if kind == "start" else completed[about]
            acknowledged = {act.key for act in group if act.outcome == "acknowledged"}
            unknown = any(act.outcome == "unknown" for act in group)
            self.counted[kind] += 1
            allowed = {1} if acknowledged else {0, 1} if unknown else {0}
            if found not in allowed:
                self.findings.append(f"{kind} {about}: found {found} times, allowed {allowed}")
            if len(acknowledged) > 1:
                self.findings.append(f"{kind} {about}: acknowledged under {len(acknowledged)} keys")
            if acknowledged and kind == "start" and titles[about] != 1:
                self.findings.append(f"{about}: {titles[about]} cases")
            if acknowledged and kind == "complete" and states.get(about) != "completed":
                self.findings.append(f"item {about}: acknowledged, but {states.get(about)}")
            for act in group:
                if act.outcome != "unknown" and keys[act.key] != (act.outcome == "acknowledged"):
                    self.findings.append(f"key of {kind} {about} ({act.outcome}): {keys[act.key]}")
        for what, count in (*started.items(), *completed.items()):
            if count > 1:
                self.findings.append(f"{what}: happened {count} times")

    def tokens(self) -> None:
        """No activity without token and no token without activity; terms and messages likewise."""
        definitions = {
            row["id"]: Definition.restore(bytes(row["specification"]))
            for row in self.rows("SELECT id, specification FROM deployment")
        }
        items = self._by_case(
            "SELECT case_id, token_id FROM work_item WHERE kind = 'activity'"
            " AND state IN ('open', 'held', 'returned', 'submitted')"
        )
        terms = self._by_case(
            "SELECT case_id, token_id FROM deadline WHERE token_id IS NOT NULL"
            " AND state IN ('waiting', 'running')"
        )
        messages = self._by_case("SELECT case_id, token_id FROM subscription")
        calls = self._by_case(
            "SELECT case_id, token_id FROM delivery WHERE kind = 'CallService'"
            " AND state = 'pending'"
        )
        for row in self.rows(
            "SELECT c.id, c.number, c.state, c.deployment_id, s.codec, s.blob, s.library"
            " FROM procedure_case c LEFT JOIN case_state s ON s.case_id = c.id"
        ):
            self.counted["cases"] += 1
            if row["blob"] is None:
                self.findings.append(f"{row['number']}: no state")
                continue
            packed = Packed(row["codec"], bytes(row["blob"]), row["library"])
            step = _look(definitions[row["deployment_id"]], packed)
            if step.ended != (row["state"] == "completed"):
                self.findings.append(f"{row['number']}: {row['state']}, drawing ended {step.ended}")
            waits = {kind: [w.token_id for w in step.waits if w.kind == kind] for kind in KINDS}
            for what, tokens, written in (
                ("activities", [a.token_id for a in step.open], items[row["id"]]),
                ("terms", waits["deadline"], terms[row["id"]]),
                ("messages", waits["message"], messages[row["id"]]),
                ("calls", [r.token_id for r in step.requests], calls[row["id"]]),
            ):
                self.counted[what] += len(tokens)
                if Counter(tokens) != Counter(written):
                    self.findings.append(
                        f"{row['number']}: {what}: tokens {sorted(tokens)}, rows {sorted(written)}"
                    )

    def terms(self) -> None:
        """Every term that is over fired once, and no other; what is due is not left lying."""
        fired = Counter(
            row["payload"]["deadline"]
            for row in self.rows("SELECT payload FROM history_entry WHERE type = 'DeadlineExpired'")
        )
        ledger = Counter(
            row["deadline_id"]
            for row in self.rows("SELECT deadline_id FROM ledger_entry WHERE kind = 'expired'")
        )
        for row in self.rows("SELECT id, state, due_on FROM deadline"):
            expected = int(row["state"] == "expired")
            self.counted["terms fired"] += expected
            if (fired[row["id"]], ledger[row["id"]]) != (expected, expected):
                self.findings.append(
                    f"term {row['id']} is {row['state']}: fired {fired[row['id']]} times"
                )
            over = row["due_on"] is not None and row["due_on"].year < 2027
            if row["state"] == "running" and over:
                self.findings.append(f"term {row['id']} was due on {row['due_on']} and still runs")
            if row["state"] == "expired" and not over:
                self.findings.append(f"term {row['id']} fired before {row['due_on']}")

    def history(self) -> None:
        """Each entry is bound to the one before it, without gap, up to what the case keeps."""
        ends = {
            row["id"]: (row["history_count"], row["history_digest"])
            for row in self.rows("SELECT id, history_count, history_digest FROM procedure_case")
        }
        reached: dict[str, tuple[int, str]] = {}
        for row in self.rows(
            "SELECT id, case_id, seq, at, type, actor_id, actor, acting_for, payload, digest"
            " FROM history_entry WHERE case_id IS NOT NULL ORDER BY case_id, seq"
        ):
            self.counted["entries"] += 1
            seq, before = reached.get(row["case_id"], (0, ""))
            said = {name: row[name] for name in row if name != "digest"}
            said["at"] = row["at"].astimezone(datetime.UTC).isoformat()
            canonical = orjson.dumps(said, option=orjson.OPT_SORT_KEYS)
            digest = hashlib.sha256(before.encode() + canonical).hexdigest()
            if row["seq"] != seq + 1 or digest != row["digest"]:
                self.findings.append(f"case {row['case_id']}: entry {row['seq']} breaks the chain")
            reached[row["case_id"]] = (row["seq"], row["digest"])
        self.findings += [
            f"case {case_id}: the history ends at {reached.get(case_id)}, not at {end}"
            for case_id, end in ends.items()
            if reached.get(case_id) != end
        ]

    def deliveries(
        self, mails: Sequence[Mapping[str, Any]], registrations: Sequence[Mapping[str, Any]]
    ) -> None:
        """Everything that had to leave left, and the receivers have each of it once."""
        rows = {
            row["id"]: row
            for row in self.rows("SELECT id, case_id, kind, state, payload FROM delivery")
        }
        arrived = Counter(entry["id"].strip("<>").partition("@")[0] for entry in mails)
        asked = Counter(entry["key"] for entry in registrations)
        acted = Counter(entry["key"] for entry in registrations if entry["first"])
        self.counted["mails"] = len(arrived)
        self.counted["mails that came again"] = arrived.total() - len(arrived)
        self.counted["calls of the register"] = len(asked)
        self.counted["calls that came again"] = asked.total() - len(asked)
        for delivery_id, row in rows.items():
            seen = arrived if row["kind"] == "SendMail" else asked
            if row["state"] != "done":
                self.findings.append(f"{row['kind']} {delivery_id} is {row['state']}")
            elif not seen[delivery_id]:
                self.findings.append(f"{row['kind']} {delivery_id} is done, but nobody has it")
        for delivery_id in {*arrived, *asked} - set(rows):
            self.findings.append(f"{delivery_id} left, but the office does not know of it")
        self.findings += [f"{key}: {n} acts of the register" for key, n in acted.items() if n > 1]
        self._numbers({entry["key"]: entry["number"] for entry in registrations}, rows)

    def _numbers(self, given: Mapping[str, str], rows: Mapping[str, Row]) -> None:
        """The number a case has is the one the register gave for it."""
        numbers = {
            row["id"]: row["variables"].get("number")
            for row in self.rows("SELECT id, variables FROM procedure_case")
        }
        for key, number in given.items():
            if key in rows and numbers[rows[key]["case_id"]] != number:
                has = numbers[rows[key]["case_id"]]
                self.findings.append(f"{key}: the register gave {number}, the case has {has}")

    def _by_case(self, statement: LiteralString) -> dict[str, list[str]]:
        found: dict[str, list[str]] = defaultdict(list)
        for row in self.rows(statement):
            found[row["case_id"]].append(row["token_id"])
        return found


KINDS = ("deadline", "message")


def check(
    dsn: str,
    acts: Iterable[Act],
    mails: Sequence[Mapping[str, Any]],
    registrations: Sequence[Mapping[str, Any]],
) -> Checker:
    """Look at everything; the findings say what is wrong, the counts how much was looked at."""
    with psycopg.connect(dsn, row_factory=dict_row) as connection:
        checker = Checker(connection)
        checker.acts(acts)
        checker.tokens()
        checker.terms()
        checker.history()
        checker.deliveries(mails, registrations)
    return checker


def unfinished(dsn: str) -> Iterator[str]:
    """What the background processes have still to do."""
    with psycopg.connect(dsn) as connection:
        for what, statement in (
            ("deliveries", "SELECT count(*) FROM delivery WHERE state = 'pending'"),
            (
                "terms",
                "SELECT count(*) FROM deadline WHERE state = 'running' AND due_on < '2027-01-01'",
            ),
        ):
            row = connection.execute(statement).fetchone()
            if row and row[0]:
                yield f"{row[0]} {what}"


def _look(definition: Definition, packed: Packed) -> Step:
    facts: dict[str, Callable[..., Any]] = {
        "members": lambda _capacity: {},
        "same_zone": lambda _keys: True,
        "children": lambda _name: [],
        "contiguous": lambda _keys: True,
        "today": lambda: datetime.date(2026, 11, 22),
    }
    return Instance.load(definition, packed).look(facts=facts)
