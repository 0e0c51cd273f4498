"""A progress bar on long work: on a terminal only, on standard error, so that output stays for programs."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

Advance = Callable[[str, float], None]
"""Called with what is being done and the share done so far, in [0, 1]."""


def silent(_step: str, _share: float) -> None:
    """A progress that shows nothing."""


@contextmanager
def bar(title: str) -> Iterator[Advance]:
    """A progress bar called `title`; where nobody looks (no terminal), one that shows nothing."""
    if not sys.stderr.isatty():
        yield silent
        return
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

    columns = (TextColumn("{task.description:<44}"), BarColumn(), TimeElapsedColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as progress:
        task = progress.add_task(title, total=1.0)

        def advance(step: str, share: float) -> None:
            progress.update(task, description=f"{title}: {step}"[:44], completed=share)

        yield advance
