"""What a feed is made of: field types, sensitivities, fields and feeds."""

from dataclasses import dataclass
from enum import StrEnum


class FieldType(StrEnum):
    """How a delivered text is read."""

    TEXT = "text"
    CODE = "code"
    CPR = "cpr"
    DATE = "date"
    TIMESTAMP = "timestamp"
    MONEY = "money"
    DECIMAL = "decimal"
    INTEGER = "integer"
    BOOLEAN = "boolean"


class Sensitivity(StrEnum):
    """What a field may be used for.

    `IDENTIFIES` stays in the vault, `PROTECTED` is for audits only, `SENSITIVE` may put a case on the list but is no
    model input, `NEUTRAL` may be all of it.
    """

    IDENTIFIES = "identifies"
    PROTECTED = "protected"
    SENSITIVE = "sensitive"
    NEUTRAL = "neutral"


@dataclass(frozen=True)
class Field:
    """One column of a feed as delivered. `codes` are the only values a `CODE` may have."""

    name: str
    type: FieldType
    required: bool = False
    codes: tuple[str, ...] = ()
    sensitivity: Sensitivity = Sensitivity.NEUTRAL


COMMON_FIELDS = (
    Field("registered_on", FieldType.DATE),
    Field("retracted", FieldType.BOOLEAN),
)
"""What every feed may carry."""


@dataclass(frozen=True)
class Feed:
    """One feed: its columns in contract order, and the columns that make a row's key."""

    name: str
    fields: tuple[Field, ...]
    key: tuple[str, ...]

    def field(self, name: str) -> Field:
        """The field called `name`; `KeyError` where the feed has none."""
        return next((f for f in self.every_field if f.name == name), None) or _no_field(self.name, name)

    @property
    def every_field(self) -> tuple[Field, ...]:
        """The feed's own fields and those that every feed may carry."""
        return self.fields + COMMON_FIELDS


def _no_field(feed: str, name: str) -> Field:
    raise KeyError(f"feed {feed} has no field {name}")
