"""What holds for every test: no network beyond this machine, no use of the global random generators."""

import os
import random
import socket
from collections.abc import Iterator

import numpy as np
import pytest

_HERE = {"127.0.0.1", "localhost", "::1", "0.0.0.0"}
_connect = socket.socket.connect


class NetworkRefusedError(RuntimeError):
    """A test tried to reach another machine."""


def _refuse(self: socket.socket, address: object) -> None:
    if isinstance(address, tuple) and address[0] not in _HERE:
        raise NetworkRefusedError(f"tests reach no other machine; tried {address[0]}")
    return _connect(self, address)  # type: ignore[arg-type]


@pytest.fixture(autouse=True, scope="session")
def _no_network() -> Iterator[None]:
    socket.socket.connect = _refuse  # type: ignore[method-assign,assignment]
    yield
    socket.socket.connect = _connect  # type: ignore[method-assign]


@pytest.fixture(autouse=True)
def _no_global_randomness(request: pytest.FixtureRequest) -> Iterator[None]:
    """Fails a test that drew from Python's or numpy's global generator: such a test is not repeatable."""
    if "hypothesis" in request.keywords or "prefect" in request.keywords:
        yield
        return
    before = (random.getstate(), np.random.get_state()[1].tobytes())  # type: ignore[index,union-attr]
    yield
    after = (random.getstate(), np.random.get_state()[1].tobytes())  # type: ignore[index,union-attr]
    assert before[1] == after[1], "the test drew from numpy's global generator"


def pytest_sessionfinish(session: pytest.Session, exitstatus: int) -> None:
    """In CI a skipped test is a failure: it says that a part was not installed."""
    reporter = session.config.pluginmanager.get_plugin("terminalreporter")
    if os.environ.get("CI") == "true" and reporter is not None and reporter.stats.get("skipped"):
        session.exitstatus = pytest.ExitCode.TESTS_FAILED
