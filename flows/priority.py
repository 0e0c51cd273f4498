"""Work that nobody waits for gives way to the page, where somebody does."""

import os

NICENESS = 10


def give_way() -> None:
    """Let this process and all it starts have the processor when nobody else wants it; call it once, at the start."""
    os.nice(NICENESS)
