"""`bovagt init`: a municipality's directory with its commented settings and source register."""

from importlib.resources import files

from flows.home import Home
from flows.keys import make_key_file
from flows.settings import Purpose
from warehouse.errors import SettingsError

_GROUND = {
    "development": (
        "Development and test on made-up or research data",
        "No personal data: made-up persons, or research data under its own licence",
    ),
    "operation": ("", ""),
}


def initialise(home: Home, purpose: Purpose = "operation") -> bool:
    """Make DIR ready; True where it was new.

    `development` states work on made-up or research data as the ground of every source, so the model runs;
    `operation` leaves the grounds empty. A directory that is ready stays as it is, whatever its purpose.
    `SettingsError` where DIR is no directory.
    """
    if home.settings.exists():
        home.create()
        return False
    if home.path.exists() and not home.path.is_dir():
        raise SettingsError(
            expected="a directory",
            found="a file",
            where=str(home.path),
            remedy="Name another directory with --home.",
        )
    home.path.mkdir(parents=True, exist_ok=True)
    home.create()
    _write_register(home, purpose)
    # The settings come last: a directory that has them is complete.
    key_file = make_key_file().as_posix()
    text = _template("bovagt.toml").replace("@purpose@", purpose).replace("@key_file@", key_file)
    home.settings.write_text(text, "utf-8")
    return True


def _write_register(home: Home, purpose: Purpose) -> None:
    stated, ground = _GROUND[purpose]
    text = _template("sources.toml").replace("@purpose@", stated).replace("@legal_basis@", ground)
    home.sources.write_text(text, "utf-8")


def _template(name: str) -> str:
    return (files("flows") / "templates" / name).read_text("utf-8")
