"""The "wrong record" switch: for each service an answer that is wrong in a way that really happens."""

import base64
from typing import Any

from sandbox.residents.models import Photograph
from sandbox.sources import histories

Fields = dict[str, Any]


def family_card(body: Fields, right: Fields) -> Fields:
    """An old card: the youngest member is not on it yet, or the one person still lives elsewhere."""
    card = right["family_card"]
    if len(card["members"]) == 1:
        return {"family_card": {**card, "rt": "099", "address": "Alamat lama"}}
    youngest = max(card["members"], key=lambda member: member["birth_date"])
    members = [member for member in card["members"] if member is not youngest]
    head = card["head_nik"] if card["head_nik"] != youngest["nik"] else members[0]["nik"]
    return {"family_card": {**card, "head_nik": head, "members": members}}


def photo(body: Fields, right: Fields) -> Fields | None:
    """The photograph of somebody else; none when nobody else has one."""
    content = base64.b64decode(right["image_base64"])
    other = Photograph.objects.exclude(resident__nik=body["nik"]).exclude(content=content).first()
    if other is None:
        return None
    return {
        "image_base64": base64.b64encode(bytes(other.content)).decode(),
        "content_type": other.content_type,
    }


def decile(body: Fields, right: Fields) -> Fields:
    """Ranked at the other end of the country's households."""
    return {"decile": 11 - right["decile"]}


def meters(body: Fields, right: Fields) -> Fields:
    """The power of a neighbour's connection, and the neighbour's bills."""
    return {"meters": [{"power_va": 2200, "tariff": "R-1M/TR"}], "usage": histories.usage(2200)}


def vehicles(body: Fields, right: Fields) -> Fields:
    """A car sold years ago and never deregistered."""
    return {"vehicles": [*right["vehicles"], {"kind": "mobil", "year": 2012}]}


def parcels(body: Fields, right: Fields) -> Fields:
    """An estate of somebody with the same name."""
    return {"parcels": [*right["parcels"], {"area_m2": 12_000}]}


def wages(body: Fields, right: Fields) -> Fields:
    """A job that ended but is still reported."""
    record = {"nik": body["niks"][0], "status": "active", "monthly_wage": 6_500_000}
    still_paid = histories.contribution(body["niks"][0], is_running=True)
    return {"records": [record, *right["records"]], "contributions": [still_paid, *right["contributions"]]}


def employment(body: Fields, right: Fields) -> Fields:
    """A namesake in the civil service."""
    return {"records": [{"nik": body["niks"][0], "kind": "asn"}, *right["records"]]}


def pupils(body: Fields, right: Fields) -> Fields:
    """The school has not sent this year's list: nobody is a pupil."""
    return {"records": []}
