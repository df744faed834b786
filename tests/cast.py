"""The same people in every test, each with a life of their own.

A stranger who has no cases proves little: almost any check turns such a person away. Citra works
in Tabanan *with* cases there, Fajar helps in another village *with* applications of his own.

| who    | is                                   | where                  | has                          |
|--------|--------------------------------------|------------------------|------------------------------|
| ani    | Dinas Sosial officer, prepares       | Banyuwangi             | Indah's and Joko's cases     |
| budi   | Dinas Sosial officer, announces      | Banyuwangi             | the same                     |
| citra  | Dinas Sosial officer                 | Tabanan                | Kirana's case                |
| dewi   | BPS verifier                         | Banyuwangi             |                              |
| eko    | agent                                | Kesilir                | `eko_application`            |
| fajar  | agent                                | Jajag                  | `fajar_application`          |
| gita   | auditor                              | East Java              |                              |
| hadi   | coordinator                          | Banyuwangi             |                              |
| indah  | citizen                              | Kesilir                | `application`                |
| joko   | citizen                              | Lateng                 | `joko_application`           |
| kirana | citizen                              | Jatiluwih, Tabanan     | `kirana_application`         |
| nusa   | policy staff                         | the nation             |                              |
| oki    | village operator                     | Kesilir                | Indah's case                 |
| laras  | administrator of reference data      |                        | no membership                |
| client | another system that calls the API    | Banyuwangi             | `client_token`               |
"""

from functools import cached_property
from typing import Any

from enrollment.models import Application
from perlinsos.accounts.enums import Role
from perlinsos.accounts.models import ApiClient, User
from tests import factories

KESILIR = "35.10.22.2003"
JAJAG = "35.10.07.2002"
LATENG = "35.10.16.1014"
JATILUWIH = "51.02.08.2013"
BANYUWANGI = "35.10"
TABANAN = "51.02"


class Cast:
    """People by name (`cast.ani` or `cast["ani"]`), made with what is theirs on first use."""

    def __getitem__(self, name: str) -> Any:
        return getattr(self, name)

    @cached_property
    def ani(self) -> User:
        ani = factories.staff("Ani", Role.OFFICER, BANYUWANGI)
        self.application, self.joko_application  # noqa: B018 - the cases of her office
        return ani

    @cached_property
    def budi(self) -> User:
        return factories.staff("Budi", Role.OFFICER, BANYUWANGI)

    @cached_property
    def citra(self) -> User:
        citra = factories.staff("Citra", Role.OFFICER, TABANAN, organisation="Dinas Sosial Tabanan")
        self.kirana_application  # noqa: B018 - a case of her own
        return citra

    @cached_property
    def dewi(self) -> User:
        return factories.staff("Dewi", Role.VERIFIER, BANYUWANGI, organisation="BPS Banyuwangi")

    @cached_property
    def eko(self) -> User:
        return factories.AgentProfileFactory(user=factories.staff("Eko", Role.AGENT, KESILIR)).user

    @cached_property
    def fajar(self) -> User:
        fajar = factories.AgentProfileFactory(user=factories.staff("Fajar", Role.AGENT, JAJAG)).user
        self.__dict__["fajar_application"] = factories.ApplicationFactory(
            assisted=True, submitted=True, assisted_by=fajar, village=factories.area(JAJAG)
        )
        return fajar

    @cached_property
    def gita(self) -> User:
        return factories.staff("Gita", Role.AUDITOR, "35", organisation="Inspektorat Jawa Timur")

    @cached_property
    def hadi(self) -> User:
        return factories.staff("Hadi", Role.COORDINATOR, BANYUWANGI)

    @cached_property
    def nusa(self) -> User:
        return factories.staff("Nusa", Role.POLICY, "", organisation="Kementerian Sosial")

    @cached_property
    def oki(self) -> User:
        return factories.staff("Oki", Role.OPERATOR, KESILIR)

    @cached_property
    def laras(self) -> User:
        return factories.UserFactory(staff=True, name="Laras", is_admin=True, is_superuser=True)

    @cached_property
    def indah(self) -> User:
        return self.application.owner

    @cached_property
    def joko(self) -> User:
        return self.joko_application.owner

    @cached_property
    def kirana(self) -> User:
        return self.kirana_application.owner

    @cached_property
    def application(self) -> Application:
        """Indah's application, sent, in Kesilir."""
        return factories.ApplicationFactory(submitted=True, village=factories.area(KESILIR))

    @cached_property
    def joko_application(self) -> Application:
        return factories.ApplicationFactory(submitted=True, village=factories.area(LATENG))

    @cached_property
    def kirana_application(self) -> Application:
        return factories.ApplicationFactory(submitted=True, village=factories.area(JATILUWIH))

    @cached_property
    def eko_application(self) -> Application:
        """A family without a phone that Eko enrolled, sent, in Kesilir."""
        return factories.ApplicationFactory(
            assisted=True, submitted=True, assisted_by=self.eko, village=factories.area(KESILIR)
        )

    @cached_property
    def fajar_application(self) -> Application:
        """A family that Fajar enrolled in his own village."""
        self.fajar  # noqa: B018 - comes with it
        application: Application = self.__dict__["fajar_application"]
        return application

    @cached_property
    def client(self) -> ApiClient:
        return factories.ApiClientFactory(area_code=BANYUWANGI)

    @property
    def client_token(self) -> str:
        self.client  # noqa: B018 - registers the token
        return factories.API_TOKEN
