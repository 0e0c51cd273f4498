"""Several who keep something at the same moment: each is kept once, and told the truth."""

import time
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest

from worklist.cases.together import Together

MANY = 12


def test_each_is_kept_once_before_its_caller_goes_on_and_a_few_writes_do_for_all() -> None:
    together, kept, start = Together(), [], Barrier(MANY)
    writes: list[int] = []

    def write(items: list[int]) -> None:
        time.sleep(0.02)
        writes.append(len(items))
        kept.extend(items)

    def ask(number: int) -> bool:
        start.wait()
        together.keep([number, number + 100], write)
        return number in kept and number + 100 in kept

    with ThreadPoolExecutor(MANY) as pool:
        for _ in range(5):
            kept.clear()
            assert all(pool.map(ask, range(MANY)))
            assert sorted(kept) == sorted([*range(MANY), *range(100, 100 + MANY)])
    assert len(writes) < 5 * MANY / 2


def test_what_a_write_raises_is_raised_for_everybody_it_was_to_keep_and_for_nobody_else() -> None:
    together, start = Together(), Barrier(MANY)
    kept: list[int] = []

    def write(items: list[int]) -> None:
        time.sleep(0.01)
        if 7 in items:
            raise OSError("the disk is full")
        kept.extend(items)

    def ask(number: int) -> str:
        start.wait()
        try:
            together.keep([number], write)
        except OSError as error:
            return str(error)
        return "kept"

    with ThreadPoolExecutor(MANY) as pool:
        told = list(pool.map(ask, range(MANY)))
    assert told[7] == "the disk is full"
    assert sorted(kept) == [number for number, said in enumerate(told) if said == "kept"]
    with pytest.raises(OSError, match="the disk is full"):
        together.keep([7], write)
    together.keep([8], write)
    assert kept[-1] == 8
