"""Steps of a backtest in several processes, each on one thread: the same bytes however many there are."""

import multiprocessing
import os
import signal
import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from dataclasses import dataclass
from typing import Any

from models.backtest_cells import Step, take
from warehouse import errors
from warehouse.errors import BovagtError


@dataclass(frozen=True)
class _Outcome:
    """What a process answers: the number of cells, or an error in its parts, since ours cannot be sent whole."""

    done: int = 0
    error: tuple[str, dict[str, str]] | None = None


def take_all(steps: Sequence[Step], processes: int) -> Iterator[tuple[Step, int]]:
    """Each step as it ends, with the number of cells it computed; our own errors are raised here.

    With one process, or one step, everything happens in this one.
    """
    if processes == 1 or len(steps) <= 1:
        yield from ((step, _counted(_one_thread(_take, step))) for step in steps)
        return
    context = multiprocessing.get_context("spawn")  # a forked child would inherit the threads' locks
    with ProcessPoolExecutor(min(processes, len(steps)), mp_context=context, initializer=_begin) as pool:
        waiting = {pool.submit(_take, step): step for step in steps}
        try:
            yield from _as_they_end(waiting)
        except BaseException:
            pool.shutdown(wait=False, cancel_futures=True)
            raise


def _as_they_end(waiting: "dict[Future[_Outcome], Step]") -> Iterator[tuple[Step, int]]:
    while waiting:
        ended, _ = wait(waiting, return_when=FIRST_COMPLETED)
        for future in ended:
            yield waiting.pop(future), _counted(future.result())


def _take(step: Step) -> _Outcome:
    try:
        return _Outcome(take(step))
    except BovagtError as error:
        parts = {name: getattr(error, name) for name in ("expected", "found", "where", "remedy")}
        return _Outcome(error=(type(error).__name__, parts))


def _counted(outcome: _Outcome) -> int:
    if outcome.error is not None:
        kind, parts = outcome.error
        raise getattr(errors, kind)(**parts)
    return outcome.done


def _one_thread(act: Callable[[Step], _Outcome], step: Step) -> _Outcome:
    with _limits():
        return act(step)


def _limits() -> Any:
    """One thread for every library; the limit reaches only those that are loaded."""
    import sklearn.ensemble  # noqa: F401 - loads what has threads
    from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]

    return threadpool_limits(1)


def _begin() -> None:
    """A process of the pool: one thread, ended by Ctrl-C at once, and never outliving the one that started it."""
    from threadpoolctl import threadpool_limits

    threadpool_limits(1)
    os.environ["OMP_NUM_THREADS"] = "1"  # for what this process loads later, when its work asks for it
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    threading.Thread(target=_end_with_parent, daemon=True).start()


def _end_with_parent() -> None:
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)
