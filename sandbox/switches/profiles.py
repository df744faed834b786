"""How fast each service usually is, so that "realistic" means something. Invented, but in proportion.

Milliseconds: the middle of the answers, and what 95 of 100 answers stay below. Registers that are
asked a lot answer fast; those that were built for a counter do not.
"""

from sandbox.switches.enums import Service

USUAL = (300, 1_500)
PROFILES: dict[str, tuple[int, int]] = {
    Service.IKD: (150, 500),
    Service.FAMILY_CARD: (250, 900),
    Service.PHOTO: (600, 2_000),
    Service.DTSEN: (150, 600),
    Service.PLN: (300, 1_500),
    Service.SAMSAT: (500, 2_500),
    Service.BPN: (700, 4_000),
    Service.WAGES: (350, 1_500),
    Service.EMPLOYMENT: (200, 800),
    Service.PAYEES: (250, 1_000),
    Service.OFFICIALS: (600, 3_000),
    Service.TEACHERS: (400, 1_800),
    Service.HEALTH_WORKERS: (300, 1_200),
    Service.OWNERS: (500, 2_000),
    Service.PUPILS: (400, 1_800),
    Service.ATTENDANCE: (500, 2_200),
    Service.VISITS: (450, 2_000),
    Service.MEMBERSHIPS: (250, 900),
    Service.ACCOUNTS: (350, 1_200),
    Service.OTHER_AID: (200, 900),
}


def profile_of(service: str) -> tuple[int, int]:
    return PROFILES.get(service, USUAL)
