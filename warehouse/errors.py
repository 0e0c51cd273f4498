"""Every error bovagt raises on purpose, in one tree.

    BovagtError                      shown without a traceback; `exit_code` is what the command line answers
    ├── UsageError            2      wrong use or configuration
    │   ├── SettingsError            bovagt.toml or sources.toml
    │   ├── LayoutError              a sender's layout
    │   └── KeyMissingError          the vault's key is not where the settings say
    ├── FailedRunError        3      nothing was published
    │   ├── StoreError               the warehouse, the vault or published/ cannot be read or written
    │   ├── TableError               a table's query, keys or checks
    │   ├── LookAheadError           something reads past the door of the as-of date
    │   └── ModelError               a model cannot be trained, stored or read
    └── DeliveryError                a delivery is set aside whole; the others are taken in

A message says what was expected, what was found, where, and what to do; never a person's data.
"""


class BovagtError(Exception):
    """Something a person can mend. `expected`, `found`, `where` and `remedy` make the message."""

    exit_code = 3

    def __init__(self, *, expected: str, found: str, where: str, remedy: str) -> None:
        self.expected, self.found, self.where, self.remedy = expected, found, where, remedy
        super().__init__(f"{where}: expected {expected}; found {found}. {remedy}")


class UsageError(BovagtError):
    """Wrong use or configuration."""

    exit_code = 2


class SettingsError(UsageError):
    """bovagt.toml or sources.toml cannot be used."""


class LayoutError(UsageError):
    """A sender's layout cannot be used."""


class KeyMissingError(UsageError):
    """The vault's key is not where the settings say."""


class FailedRunError(BovagtError):
    """A run failed and nothing was published."""


class StoreError(FailedRunError):
    """The warehouse, the vault or published/ cannot be read or written."""


class TableError(FailedRunError):
    """A table's query, key or checks do not hold."""


class LookAheadError(FailedRunError):
    """Something reads past the door of the as-of date."""


class ModelError(FailedRunError):
    """A model cannot be trained, stored or read."""


class DeliveryError(BovagtError):
    """A delivery is set aside whole; `reason` is a short code such as `truncated` or `unknown_feed`."""

    def __init__(self, reason: str, *, expected: str, found: str, where: str, remedy: str) -> None:
        self.reason = reason
        super().__init__(expected=expected, found=found, where=where, remedy=remedy)
