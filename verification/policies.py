"""What a region may set about duplicates and retention: dated parameters with a decree, checked here.

Each policy has a `version` that is stored with whatever was done under it. Without a parameter the
values below count. No rows here.
"""

from dataclasses import dataclass, fields
from datetime import timedelta
from typing import Any, Self

MOST_LETTERS = 40  # it is stored with every row the policy decided about


@dataclass(frozen=True, slots=True)
class Policy:
    version: str

    @classmethod
    def of(cls, value: Any) -> Self:
        """The policy in a parameter such as `{"version": "…", "near_raw": 0.38}`; what is left out keeps its value.

        Raises ValueError for a value that cannot be meant.
        """
        known = {field.name for field in fields(cls)}
        if not isinstance(value, dict) or not set(value) <= known or not isinstance(value.get("version"), str):
            raise ValueError(f"not a {cls.__name__}")
        if len(value["version"]) > MOST_LETTERS:
            raise ValueError(f"the version has more than {MOST_LETTERS} letters")
        numbers = [entry for name, entry in value.items() if name != "version"]
        if not all(isinstance(entry, (int, float)) and not isinstance(entry, bool) for entry in numbers):
            raise ValueError(f"{cls.__name__} is made of numbers")
        return cls(**value)


@dataclass(frozen=True, slots=True)
class DuplicatePolicy(Policy):
    """How alike two faces must be before somebody is asked to look. Distances as in `faces.match`.

    `near` counts among people of the same regency, sex and age, `wide` among everybody, where a
    chance likeness is as many times likelier as there are more people. Where means are in force `raw`
    must hold and `cen` seen from both; elsewhere `…_alone` counts. Between different people with East or
    South-East-Asian names a raw distance of 0.40 or less happens in about 1 pair of 600, a centred
    one of 0.85 or less in fewer than 1 of 5,000 (collections of photographs, not Indonesia).
    """

    version: str = "standard-1"
    near_raw: float = 0.48
    near_cen: float = 0.85
    near_alone: float = 0.40
    wide_raw: float = 0.48
    wide_cen: float = 0.80
    wide_alone: float = 0.36

    def __post_init__(self) -> None:
        raws = (self.near_raw, self.near_alone, self.wide_raw, self.wide_alone)
        if not all(0 < edge < 0.6 for edge in raws) or not 0 < self.wide_cen <= self.near_cen <= 1.1:
            raise ValueError(f"duplicate thresholds {self.version} would ask about half a village")
        if self.wide_raw > self.near_raw or self.wide_alone > self.near_alone:
            raise ValueError(f"duplicate thresholds {self.version}: the wide ones must be the stricter ones")


@dataclass(frozen=True, slots=True)
class RetentionPolicy(Policy):
    """How long photographs of faces are kept. Score, verdict and the hash of a picture stay for good.

    `picture_days` runs from the verdict or the end of the last objection period, whichever is later;
    `unsent_days` from the last change of a form that was never sent; `frame_hours` is how long what
    no verdict needs any more may lie there.
    """

    version: str = "standard-1"
    picture_days: float = 30
    unsent_days: float = 30
    frame_hours: float = 72

    def __post_init__(self) -> None:
        if not 0 <= self.picture_days <= 3650 or not 0 <= self.unsent_days <= 365 or not 0 <= self.frame_hours <= 72:
            raise ValueError(f"retention {self.version} is out of bounds")

    @property
    def after_objections(self) -> timedelta:
        return timedelta(days=self.picture_days)

    @property
    def after_last_change(self) -> timedelta:
        return timedelta(days=self.unsent_days)

    @property
    def after_capture(self) -> timedelta:
        return timedelta(hours=self.frame_hours)
