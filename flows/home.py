"""Where a municipality's files lie: one directory a municipality, nothing pooled."""

from dataclasses import dataclass
from pathlib import Path

from warehouse.errors import SettingsError
from warehouse.vocabulary import FEEDS


@dataclass(frozen=True)
class Home:
    """The paths in one municipality's directory; nothing is created by looking."""

    path: Path

    @property
    def settings(self) -> Path:
        """The commented settings."""
        return self.path / "bovagt.toml"

    @property
    def sources(self) -> Path:
        """The source register."""
        return self.path / "sources.toml"

    @property
    def inbox(self) -> Path:
        """Deliveries, one folder a feed."""
        return self.path / "inbox"

    @property
    def layouts(self) -> Path:
        """One TOML file a sender."""
        return self.path / "layouts"

    @property
    def vault(self) -> Path:
        """Everything that identifies a person, sealed."""
        return self.path / "vault.sqlite"

    @property
    def warehouse(self) -> Path:
        """Facts and features under pseudonyms."""
        return self.path / "warehouse.duckdb"

    @property
    def models(self) -> Path:
        """The model registry."""
        return self.path / "models"

    @property
    def published(self) -> Path:
        """The nights' results."""
        return self.path / "published"

    @property
    def runs(self) -> Path:
        """Our own record of runs: Prefect's stays RUNNING when a run is killed."""
        return self.path / "runs.jsonl"

    @property
    def lock(self) -> Path:
        """Held by whoever writes here; the system lets go of it when the process dies."""
        return self.path / ".lock"

    @property
    def prefect(self) -> Path:
        """Prefect's own files."""
        return self.path / "prefect"

    def create(self) -> None:
        """Make the directory with its inbox folders; what is there stays."""
        for feed in FEEDS:
            (self.inbox / feed).mkdir(parents=True, exist_ok=True)
        for folder in (self.layouts, self.models, self.published):
            folder.mkdir(exist_ok=True)

    def require(self) -> None:
        """Raise `SettingsError` where the directory was never initialised."""
        if not self.settings.is_file():
            raise SettingsError(
                expected="bovagt.toml",
                found="none",
                where=str(self.path),
                remedy=f"Make the directory ready with: bovagt --home {self.path} init",
            )
