"""What the record is written from: the registry's card, the source register, the settings, and the night's records."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from monitoring.records import Measured

Words = Mapping[str, Mapping[str, str]]
"""Text by key, then by language."""


@dataclass(frozen=True)
class Known:
    """Everything that a record may say of a night; nothing in it is about a person.

    `facts` is the night's `night.json`, `card` the card of the model that ranked (None where the rules did), `decision`
    who put it to use (who, on, first_night, reason) or None. `sources` has a mapping a feed: feed, on, model, purpose,
    legal_basis, agreement, retention_months, expected_every_days, grounded. `settings` holds kinds, horizon_days,
    capacity, exploration_slots, minutes_per_contact, tier, gate, purpose. `words` are those of the watch's page
    (attribute_sex, sex_is_F, measure_listed_share …), `feeds` each feed's name by language.
    """

    as_of: date
    facts: Mapping[str, Any]
    card: Mapping[str, Any] | None
    decision: Mapping[str, Any] | None
    sources: Sequence[Mapping[str, Any]]
    settings: Mapping[str, Any]
    records: Sequence[Measured]
    words: Words = field(default_factory=dict)
    feeds: Words = field(default_factory=dict)

    @property
    def by_model(self) -> bool:
        """Whether a model ranked the night."""
        return self.card is not None

    @property
    def version(self) -> str:
        """The version of what ranked: a model's, or that of the written rules."""
        return str(self.facts["model_version"])
