"""bovagt.toml and sources.toml, read and checked as a whole: every problem is named at once."""

import os
import tomllib
from pathlib import Path
from typing import Annotated, Literal, TypeVar

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from flows.home import Home
from warehouse.dates import REPORTING_LAG_DAYS
from warehouse.definitions import DEFAULT_OUTCOME, CohortDefinition, OutcomeDefinition
from warehouse.errors import SettingsError
from warehouse.vocabulary import FEEDS

Purpose = Literal["development", "operation"]
Language = Literal["da", "en"]
Tier = Literal["statutory", "rules", "model"]
OutcomeKind = Literal["payment_demand", "termination", "court_request", "court_hearing", "onsite_scheduled", "evicted"]
Ground = Literal["arrears", "conduct", "other"]
Tenure = Literal["non_profit", "private", "municipal"]
Dwelling = Literal["family", "youth", "elderly", "special"]
Stage = Literal["none", "arrears", "demand", "termination", "court", "closed"]
GateRule = Literal["strict", "not_worse_than_rules"]
Promotes = Literal["unless_rolled_back", "always", "never"]
_Kind = TypeVar("_Kind", bound=BaseModel)


_ADDRESS = r"^[^@\s<>]+@[^@\s<>]+$"


class _Section(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class VaultSettings(_Section):
    """Where the vault's key is: exactly one of a file, a variable or a command."""

    key_file: str | None = None
    key_variable: str | None = None
    key_command: str | None = None

    @model_validator(mode="after")
    def _exactly_one(self) -> "VaultSettings":
        named = [self.key_file, self.key_variable, self.key_command]
        if sum(place is not None for place in named) != 1:
            raise ValueError("name exactly one of key_file, key_variable, key_command")
        return self


class OutcomeSettings(_Section):
    """What is predicted, and when it can be known."""

    kinds: tuple[OutcomeKind, ...] = Field(("court_request", "evicted"), min_length=1)
    grounds: tuple[Ground, ...] = Field(("arrears",), min_length=1)
    horizon_days: int = Field(DEFAULT_OUTCOME.horizon_days, ge=14, le=730)
    reporting_lag_days: int = Field(REPORTING_LAG_DAYS, ge=0, le=365)

    @property
    def definition(self) -> OutcomeDefinition:
        """What counts as the outcome, as the warehouse reads it."""
        return OutcomeDefinition(self.kinds, self.grounds, self.horizon_days)


class CohortSettings(_Section):
    """Who is learned from and warned of early; an empty list leaves nobody out."""

    tenures: tuple[Tenure, ...] = ()
    dwellings: tuple[Dwelling, ...] = ()
    landlords: tuple[str, ...] = ()
    without_stages: tuple[Stage, ...] = ()

    @property
    def definition(self) -> CohortDefinition:
        """Who is in the cohort, as the warehouse reads it."""
        return CohortDefinition(self.tenures, self.dwellings, self.landlords, self.without_stages)


class RankingSettings(_Section):
    """Which tier ranks, and how many other models are scored beside the one in use."""

    tier: Tier = "model"
    challengers: int = Field(3, ge=0, le=50)


class WorklistSettings(_Section):
    """How much the team can take on, and what is not issued again."""

    capacity: int = Field(25, ge=0, le=10_000)
    minutes_per_contact: int = Field(60, ge=1, le=1_440)
    exploration_slots: int = Field(3, ge=0, le=1_000)
    exploration_seed_text: str = Field("", max_length=200)
    quiet_days_after_reached: int = Field(30, ge=0, le=3_650)
    quiet_days_after_agreed: int = Field(90, ge=0, le=3_650)


class LinkingSettings(_Section):
    """When a letter is linked by itself."""

    accept_above: float = Field(0.95, gt=0, le=1)
    margin: float = Field(0.05, ge=0, le=1)


class TrainingSettings(_Section):
    """What a model is trained on, what it must show, and whether `bovagt retrain` puts it to use by itself."""

    cutoffs: int = Field(36, ge=2, le=240)
    seed: int = 0
    gate: GateRule = "strict"
    promotes: Promotes = "unless_rolled_back"


class OpenIdSettings(_Section):
    """The municipality's identity provider, by which the page can be signed in to beside local accounts.

    `address` is the page's own, as browsers reach it. `roles`: the page's role for each group that the claim
    `roles_claim` may hold. The client's secret lies in a file outside DIR or a variable; a public client has none.
    A session, and with it the roles the provider told, holds for `session_minutes`.
    """

    issuer: str = Field(pattern=r"^(https://|http://127\.0\.0\.1[:/]).+")
    client_id: str = Field(min_length=1)
    address: str = Field(pattern=r"^(https://|http://127\.0\.0\.1[:/]).+")
    roles: dict[str, Literal["worker", "coordinator", "analyst", "sender", "dpo", "administrator"]]
    scopes: str = "openid profile"
    name_claim: str = "preferred_username"
    roles_claim: str = "groups"
    session_minutes: int = Field(60, ge=5, le=600)
    secret_file: str | None = None
    secret_variable: str | None = None


class PageSettings(_Section):
    """Where the team's page keeps its cases, whether it is reached by HTTPS, and by how many processes it is served.

    `bovagt page-forget` removes cases closed longer than `keep_years` ago and log entries older than `keep_log_months`.
    """

    database_url: str = ""
    secure: bool = True
    processes: int = Field(2, ge=1, le=32)
    keep_years: int = Field(5, ge=1, le=100)
    # At least six months: Regulation (EU) 2024/1689 Art. 26(6).
    keep_log_months: int = Field(60, ge=6, le=1_200)
    openid: OpenIdSettings | None = None


class MailSettings(_Section):
    """Where the watch's new alarms are sent by e-mail: a mail server, from whom, and to whom. Counts and codes only."""

    host: str = Field(min_length=1)
    port: int = Field(25, ge=1, le=65_535)
    starttls: bool = False
    sender: str = Field(pattern=_ADDRESS)
    recipients: tuple[Annotated[str, Field(pattern=_ADDRESS)], ...] = Field(min_length=1)
    user: str = ""
    password_variable: str | None = None


class WatchSettings(_Section):
    """What becomes of an alarm besides standing on the page: nothing, or an e-mail."""

    mail: MailSettings | None = None


class ResourceSettings(_Section):
    """What the warehouse may use of the machine."""

    memory_limit_mb: int = Field(1600, ge=256)
    threads: int = Field(2, ge=1)


class Settings(_Section):
    """Everything in bovagt.toml."""

    purpose: Purpose
    language: Language = "da"
    vault: VaultSettings
    outcome: OutcomeSettings = OutcomeSettings()
    cohort: CohortSettings = CohortSettings()
    ranking: RankingSettings = RankingSettings()
    worklist: WorklistSettings = WorklistSettings()
    linking: LinkingSettings = LinkingSettings()
    training: TrainingSettings = TrainingSettings()
    page: PageSettings = PageSettings()
    watch: WatchSettings = WatchSettings()
    resources: ResourceSettings = ResourceSettings()


class Source(_Section):
    """One source: on what ground it is used, how long it is kept, and whether it is on."""

    on: bool = True
    model: bool = True
    purpose: str = ""
    legal_basis: str = ""
    agreement: str = ""
    retention_months: int = Field(60, ge=1)
    expected_every_days: int = Field(31, ge=1)

    @property
    def grounded(self) -> bool:
        """Whether the model may read it: on, allowed, and both purpose and legal basis stated."""
        return self.on and self.model and bool(self.purpose.strip()) and bool(self.legal_basis.strip())


class SourceRegister(_Section):
    """Everything in sources.toml: one entry a feed."""

    source: dict[str, Source]

    @model_validator(mode="after")
    def _known_feeds(self) -> "SourceRegister":
        unknown = sorted(set(self.source) - set(FEEDS))
        missing = sorted(set(FEEDS) - set(self.source))
        if unknown or missing:
            raise ValueError(f"entries that are no feed: {unknown}; feeds without an entry: {missing}")
        return self

    @property
    def switched_off(self) -> frozenset[str]:
        """The feeds that are off: nothing reads them."""
        return frozenset(feed for feed, source in self.source.items() if not source.on)

    @property
    def expected_every_days(self) -> dict[str, int]:
        """How often a delivery of each feed is expected, in days, where a sender's layout does not say."""
        return {feed: source.expected_every_days for feed, source in self.source.items()}

    @property
    def grounded(self) -> frozenset[str]:
        """The feeds that the model may read."""
        return frozenset(feed for feed, source in self.source.items() if source.grounded)


def read_settings(home: Home) -> Settings:
    """The municipality's settings; `SettingsError` names everything that is wrong with them."""
    home.require()
    return _read(home.settings, Settings)


def read_sources(home: Home) -> SourceRegister:
    """The source register; `SettingsError` names everything that is wrong with it."""
    home.require()
    return _read(home.sources, SourceRegister)


def _read(path: Path, kind: type[_Kind]) -> _Kind:
    try:
        return kind.model_validate(tomllib.loads(path.read_text("utf-8")))
    except FileNotFoundError:
        found = "no such file"
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as broken:
        found = f"no TOML ({broken})"
    except ValidationError as wrong:
        problems = (".".join(map(str, e["loc"])) + ": " + e["msg"] for e in wrong.errors())
        found = "; ".join(problems)
    raise SettingsError(
        expected="settings as in the commented file that `bovagt init` writes",
        found=found,
        where=path.name,
        remedy="Mend the file; `bovagt init` in an empty directory shows a complete one.",
    )


def user_folder() -> Path:
    """Where this user's programs keep their own files (XDG), for keys that must lie outside DIR."""
    base = os.environ.get("XDG_DATA_HOME") or str(Path.home() / ".local" / "share")
    return Path(base) / "bovagt"
