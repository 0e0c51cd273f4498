"""The vault's key: from a file, a variable or a command outside DIR."""

import os
import secrets
import shlex
import stat
import subprocess
from pathlib import Path

from flows.home import Home
from flows.settings import OpenIdSettings, VaultSettings, user_folder
from warehouse.errors import KeyMissingError

KEY_BYTES = 32
_COMMAND_SECONDS = 30


def make_key_file() -> Path:
    """A new random key in this user's own folder, readable by the user alone; its path."""
    folder = user_folder() / "keys"
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    path = folder / f"{secrets.token_hex(8)}.key"
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, stat.S_IRUSR | stat.S_IWUSR)
    with os.fdopen(descriptor, "w") as out:
        out.write(secrets.token_hex(KEY_BYTES) + "\n")
    return path


def read_key(home: Home, vault: VaultSettings) -> bytes:
    """The 32 bytes that seal the vault; `KeyMissingError` where they cannot be had or lie inside DIR."""
    if vault.key_file is not None:
        return _decode(_from_file(home, vault.key_file), "[vault] key_file")
    if vault.key_variable is not None:
        return _decode(os.environ.get(vault.key_variable, ""), f"[vault] variable {vault.key_variable}")
    return _decode(_from_command(vault.key_command or ""), "[vault] key_command")


def read_secret(home: Home, openid: OpenIdSettings) -> str:
    """The client's secret at the identity provider, '' for a public client; `KeyMissingError` where it is not there."""
    if openid.secret_file is not None:
        return _from_file(home, openid.secret_file, "[page.openid] secret_file").strip()
    if openid.secret_variable is None:
        return ""
    secret = os.environ.get(openid.secret_variable, "").strip()
    if not secret:
        where = f"variable {openid.secret_variable}"
        raise KeyMissingError(
            expected="the client's secret", found="nothing", where=where, remedy="Set it where the page is started."
        )
    return secret


def _from_file(home: Home, name: str, place: str = "[vault] key_file") -> str:
    path = (home.path / Path(name).expanduser()).resolve()
    if path.is_relative_to(home.path.resolve()):
        raise _missing("a key file outside DIR", "one inside DIR", place, "Move it elsewhere.")
    try:
        return path.read_text("ascii")
    except (OSError, UnicodeDecodeError) as error:
        raise _missing(
            "a readable key file",
            type(error).__name__,
            place,
            "Put it back where bovagt.toml names it; without the vault's key the vault stays sealed.",
        ) from error


def _from_command(command: str) -> str:
    try:
        done = subprocess.run(
            shlex.split(command), capture_output=True, text=True, timeout=_COMMAND_SECONDS, check=True
        )
    except (OSError, subprocess.SubprocessError, ValueError) as error:
        # The command's own words could hold the key: only the kind of failure is told.
        raise _missing(
            "a command that prints the key", type(error).__name__, "[vault] key_command", "Run it by hand to see why."
        ) from None
    return done.stdout


def _decode(text: str, place: str) -> bytes:
    try:
        key = bytes.fromhex(text.strip())
    except ValueError:
        key = b""
    if len(key) != KEY_BYTES:
        found = f"{len(text.strip())} characters"
        raise _missing("64 hex digits", found, place, "Give the key that the vault was made with.")
    return key


def _missing(expected: str, found: str, place: str, remedy: str) -> KeyMissingError:
    where = f"bovagt.toml {place}"
    return KeyMissingError(expected=expected, found=found, where=where, remedy=remedy)
