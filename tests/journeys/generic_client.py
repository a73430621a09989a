"""A client that knows no procedure: it lists worklists, fills forms from their description,
completes, and lets days pass when nothing is open. It can take any case from start to end.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from tests.journeys.product import Answer, Product, Wire

PAPER = b"%PDF-1.7\n1 0 obj\n<< /Type /Catalog >>\nendobj\ntrailer\n<< /Root 1 0 R >>\n%%EOF\n"
ENDED = ("completed", "withdrawn", "cancelled")
WITHOUT_VALUE = ("section", "note")
DAYS_AT_ONCE = 15
MOST_ROUNDS = 300


@dataclass
class FormFiller:
    """Valid answers from the description of the fields alone."""

    wire: Wire
    today: date
    pick: Callable[[Mapping[str, Any]], Any] | None = None
    """Picks among what a field of the whole form offers, or None; else the example or the first."""

    def fill(self, fields: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
        """Answers to a form, in the order of its fields."""
        return self._level(fields, self.pick)

    def _level(
        self,
        fields: Sequence[Mapping[str, Any]],
        pick: Callable[[Mapping[str, Any]], Any] | None = None,
    ) -> dict[str, Any]:
        answers: dict[str, Any] = {}
        for described in fields:
            if described["type"] in WITHOUT_VALUE or not _shown(described, answers):
                continue
            value = pick(described) if pick is not None else None
            value = self._answer(described) if value is None else value
            if value is not None:
                answers[described["name"]] = value
        return answers

    def _answer(self, described: Mapping[str, Any]) -> Any:
        kind = described["type"]
        if kind == "group":
            return self._level(described["fields"])
        if kind == "file":
            return self._paper() if described["required"] else None
        if kind == "list" and (described["options"] or described["max_items"] == 0):
            # One answer to each row that the case gives, which may be none.
            return [
                {"row": option["value"], **self._level(described["fields"])}
                for option in described["options"]
            ]
        if described.get("options") or kind in ("choice", "choices", "organisation", "officer"):
            return self._chosen(described)
        if described.get("example") is not None:
            return described["example"]
        if not described["required"]:
            return None
        if kind == "list":
            count = max(described["min_items"], 1)
            return [self._level(described["fields"]) for _ in range(count)]
        return self._plain(described)

    def _chosen(self, described: Mapping[str, Any]) -> Any:
        offered = [option["value"] for option in described["options"]]
        example = described.get("example")
        if not offered or not described["required"]:
            said = example if isinstance(example, list) else [example]
            return example if set(said) <= set(offered) else None
        if described["type"] == "choices":
            if isinstance(example, list) and set(example) <= set(offered):
                return example
            return offered[: max(1, described["min_items"])]
        return example if example in offered else offered[0]

    def _plain(self, described: Mapping[str, Any]) -> Any:
        least, most = described.get("min"), described.get("max")
        match described["type"]:
            case "integer":
                return int(least) if least is not None else min(1, int(most or 1))
            case "decimal" | "money":
                amount = Decimal(least or "1") if most is None else Decimal(least or most)
                return str(amount.quantize(Decimal("0.01")))
            case "date":
                return least or most or (self.today + timedelta(days=30)).isoformat()
            case _:
                words = f"{described['label']}: va bene così"
                long_enough = words.ljust(int(least or 0), ".")
                return long_enough[: int(most)] if most else long_enough

    def _paper(self) -> str:
        sent = self.wire.send_file("/files", "documento.pdf", PAPER)
        assert sent.status == 201, sent.body
        return str(sent.body["id"])


def _shown(described: Mapping[str, Any], answers: Mapping[str, Any]) -> bool:
    condition = described.get("show_when")
    if not condition:
        return True
    given = answers.get(condition["field"])
    values = given if isinstance(given, list) else [given]
    words = {{True: "yes", False: "no"}.get(v, str(v)) for v in values if v is not None}
    return bool(words & set(condition["in"]))


@dataclass
class Journey:
    """One case taken to its end by whoever has work."""

    product: Product
    case_id: str
    completed: list[str] = field(default_factory=list)
    days: int = 0

    def run(self, witness: Wire) -> dict[str, Any]:
        """Go on until the case has ended; the case as the witness then sees it."""
        for _ in range(MOST_ROUNDS):
            case: dict[str, Any] = witness.read(f"/cases/{self.case_id}")
            if case["state"] in ENDED:
                return case
            if not self._round(case):
                self._wait(witness)
        raise AssertionError(f"no end after {self.completed[-20:]}, {self.days} days")

    def _round(self, case: Mapping[str, Any]) -> int:
        """Everybody who takes part looks once at the worklist; how much was done."""
        bodies = {party["organisation"] for party in case["parties"]}
        done = 0
        for account in self.product.accounts():
            if any(role["organisation"] in bodies for role in account["roles"]):
                wire = self.product.wire(account)
                for item in wire.every("/worklist"):
                    if item["case"]["id"] == self.case_id:
                        done += self._complete(wire, item["id"])
        return done

    def _complete(self, wire: Wire, item_id: str) -> bool:
        answer = wire.call("GET", f"/work-items/{item_id}")
        if answer.status == 404 or answer.body["state"] not in ("open", "held", "returned"):
            return False  # an answer given just before has made it unnecessary
        item = answer.body
        today = date.fromisoformat(wire.read("/me")["today"])
        data = FormFiller(wire, today).fill(item["form"]["fields"])
        return self._noted(item, self._send(wire, item, data))

    def _send(self, wire: Wire, item: Mapping[str, Any], data: Mapping[str, Any]) -> Answer:
        path, body = f"/work-items/{item['id']}/complete", {"data": data}
        sent = wire.post(path, body, If_Match=f'"{item["version"]}"')
        if sent.status == 409 and "mandates" in sent.body.get("details", {}):
            mandate = sent.body["details"]["mandates"][0]
            sent = wire.post(path, body, If_Match=f'"{item["version"]}"', X_Acting_For=mandate)
        return sent

    def _noted(self, item: Mapping[str, Any], sent: Answer) -> bool:
        assert sent.ok, (item["activity"], item["organisation"], sent.status, sent.body)
        self.completed.append(item["activity"])
        return True

    def _wait(self, witness: Wire) -> None:
        moved = witness.post("/training/clock", {"advance_days": DAYS_AT_ONCE})
        assert moved.ok, moved.body
        self.days += DAYS_AT_ONCE
