"""Groups and shares as people read them."""

from enrollment.enums import Channel, PhoneClass, Sex
from verification.fairness_enums import AgeBand, Dimension, Everybody, LightBand

GROUPS = {
    Dimension.ALL: Everybody,
    Dimension.SEX: Sex,
    Dimension.AGE: AgeBand,
    Dimension.PHONE: PhoneClass,
    Dimension.LIGHT: LightBand,
    Dimension.CHANNEL: Channel,
}


def group_label(dimension: Dimension, group: str) -> str:
    return str(GROUPS[dimension](group).label)
