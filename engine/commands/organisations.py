"""The register of bodies: the territory as its reference data tell it."""

import csv
from pathlib import Path

from sqlalchemy import func, insert, select

from engine.model import Neighbour, Organisation, Zone
from engine.policy import require_administrator
from engine.unit_of_work import UnitOfWork

REFERENCE = Path(__file__).parent.parent / "reference"


def import_territory(work: UnitOfWork) -> int:
    """Load zones, municipalities, neighbours and the bodies above them; returns how many bodies.

    Repeating it changes nothing.
    """
    work.mandate = require_administrator(work.actor)
    known = work.session.scalar(select(func.count(Organisation.id))) or 0
    if known:
        return int(known)
    zones = _rows("zones.csv")
    towns = _rows("municipalities.csv")
    work.session.execute(
        insert(Zone),
        [
            {
                "number": int(z["number"]),
                "name_it": z["name_it"],
                "name_en": z["name_en"],
                "population": int(z["population"]),
                "area_km2": int(z["area_km2"]),
            }
            for z in zones
        ],
    )
    patrons = {row["istat_code"]: row for row in _rows("patrons.csv")}
    bodies = [_municipality(t, patrons) for t in towns] + _assemblies(zones) + _single_bodies()
    work.session.execute(insert(Organisation), bodies)
    work.session.execute(
        insert(Neighbour),
        [
            {"organisation_id": town_id(t["istat_code"]), "neighbour_id": town_id(code)}
            for t in towns
            for code in t["neighbours"].split()
        ],
    )
    return len(bodies)


def town_id(istat_code: str) -> str:
    """The id of a municipality in the register."""
    return f"mun-{istat_code}"


def _rows(name: str) -> list[dict[str, str]]:
    with (REFERENCE / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def _municipality(row: dict[str, str], patrons: dict[str, dict[str, str]]) -> dict[str, object]:
    patron = patrons.get(row["istat_code"], {})
    return _body(
        town_id(row["istat_code"]), "municipality", row["name"], row["name"],
        istat_code=row["istat_code"], zone_number=int(row["zone_number"]),
        population=int(row["population_2021"]), longitude=float(row["longitude"]),
        latitude=float(row["latitude"]),
    ) | {"patron_day": patron.get("day"), "patron_name": patron.get("name")}  # fmt: skip


def _assemblies(zones: list[dict[str, str]]) -> list[dict[str, object]]:
    return [
        _body(
            f"zone-{z['number']}", "zone_assembly",
            f"Assemblea dei sindaci della zona {z['number']} {z['name_it']}",
            f"Assembly of mayors of zone {z['number']} {z['name_en']}",
            zone_number=int(z["number"]),
        )
        for z in zones
    ]  # fmt: skip


def _single_bodies() -> list[dict[str, object]]:
    return [
        _body("cmto", "cmto", "Città metropolitana di Torino", "Metropolitan City of Turin"),
        _body("region", "region", "Regione Piemonte", "Piedmont Region"),
        _body("college", "college_of_spokespersons", "Collegio dei portavoce",
              "College of Spokespersons"),
        _body("architects", "professional_body",
              "Ordine degli architetti della provincia di Torino",
              "Chamber of Architects of the province of Turin"),
        _body("polytechnic", "university", "Politecnico di Torino", "Polytechnic of Turin"),
        # Whom a plan must hear on the environment and on landscape (D.Lgs. 152/2006 art. 13).
        _body("arpa", "consulted_body", "ARPA Piemonte", "ARPA Piemonte (environment agency)"),
        _body("asl-to4", "consulted_body", "ASL TO4", "ASL TO4 (health authority)"),
        _body("heritage-office", "ministry",
              "Soprintendenza per la Città metropolitana di Torino",
              "Heritage office for the Metropolitan City of Turin"),
    ]  # fmt: skip


def _body(
    body_id: str,
    kind: str,
    name: str,
    name_en: str,
    *,
    istat_code: str | None = None,
    zone_number: int | None = None,
    population: int | None = None,
    longitude: float | None = None,
    latitude: float | None = None,
) -> dict[str, object]:
    return {
        "id": body_id,
        "kind": kind,
        "name": name,
        "name_en": name_en,
        "istat_code": istat_code,
        "zone_number": zone_number,
        "population": population,
        "longitude": longitude,
        "latitude": latitude,
        "patron_day": None,
        "patron_name": None,
    }
