"""The invented staff of a demo machine: who they are, where they work, how they sign in."""

from dataclasses import dataclass

from perlinsos.accounts.enums import Role

PASSWORD = "perlinsos-demo-2026"  # noqa: S105 - printed on purpose; the app is not installed on servers

BANYUWANGI = "35.10"
TABANAN = "51.02"


@dataclass(frozen=True)
class Member:
    """One demo sign-in; `areas` are official codes, `agent_kind` is of agents.enums.AgentKind."""

    email: str
    name: str
    organisation: str
    role: Role | None
    areas: tuple[str, ...] = ()
    agent_kind: str = ""
    is_admin: bool = False


STAFF = (
    Member("ratna@dinsos.example", "Ratna Wardani", "Dinas Sosial Banyuwangi", Role.OFFICER, (BANYUWANGI,)),
    Member("yudi@dinsos.example", "Yudi Prakoso", "Dinas Sosial Banyuwangi", Role.OFFICER, (BANYUWANGI,)),
    Member("lilis@dinsos.example", "Lilis Handayani", "Dinas Sosial Banyuwangi", Role.OFFICER, (BANYUWANGI,)),
    Member("made@dinsos.example", "Made Suartini", "Dinas Sosial Tabanan", Role.OFFICER, (TABANAN,)),
    Member("bagus@bps.example", "Bagus Santosa", "BPS Banyuwangi", Role.VERIFIER, (BANYUWANGI,)),
    Member(
        "eko@agen.example", "Eko Purwanto", "Pendamping PKH", Role.AGENT,
        ("35.10.22.2003", "35.10.24.2008"), agent_kind="pkh",
    ),
    Member(
        "wulan@agen.example", "Wulan Sari", "TKSK Banyuwangi", Role.AGENT,
        ("35.10.10", "35.10.15", "35.10.16", "35.10.21"), agent_kind="tksk",
    ),
    Member("tim@banyuwangi.example", "Tim Koordinasi", "Pemkab Banyuwangi", Role.COORDINATOR, (BANYUWANGI,)),
    Member("audit@jatim.example", "Gita Anggraini", "Inspektorat Jawa Timur", Role.AUDITOR, ("35",)),
    Member("nusa@kemensos.example", "Nusa Pratama", "Kementerian Sosial", Role.POLICY, ("",)),
    Member("tara@kemensos.example", "Tara Lestari", "Kementerian Sosial", Role.POLICY, ("",)),
    Member("admin@perlinsos.example", "Admin Perlinsos", "Diskominfo Banyuwangi", None, is_admin=True),
)  # fmt: skip
