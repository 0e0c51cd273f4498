"""How a command's process ends: with its exit code, and without another package's notices about its own clean-up.

DuckDB's binding counts its own types as leaked where Prefect's threads still hold the module while the interpreter is
torn down, and says so in thirty lines on standard error. A person, or whoever reads the night's log, would take that
for a failure. Everything that must be put in order at the end (Prefect's temporary server) is, before this runs.
"""

import atexit
import os
import sys
from collections.abc import Callable


def end_quietly() -> Callable[[int], None]:
    """Call first of all; gives the function that ends the process with an exit code.

    Clean-up registered later runs first, in the usual order; this ends the process right after it.
    """
    ending = {"code": 3}  # whatever ends without a word has failed

    def leave() -> None:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(ending["code"])

    atexit.register(leave)

    def end(code: int) -> None:
        ending["code"] = code
        sys.exit(code)

    return end
