"""The house's own rules, held by tests: sizes, names, SQL in its files, and nothing that names a machine or a host."""

import ast
import re
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
ROOMS = ("flows", "models", "monitoring", "synthetic", "warehouse", "worklist", "benchmarks")
SOURCES = sorted(path for room in ROOMS for path in (ROOT / room).rglob("*.py"))
LONGEST_FILE_LINES = 400
# Larger ones are a reason to split; the number may only go down.
LONG_FUNCTION_LINES, LONG_FUNCTIONS_SHARE = 25, 0.05
BANNED_NAMES = re.compile(r"\b(utils?|helpers?|manager|df2?|misc|common)\b")
BUILT_SQL = re.compile(r"^\s*(select|insert|update|delete|create|drop|alter|with)\s", re.IGNORECASE)


def _functions(path: Path) -> list[ast.FunctionDef]:
    return [node for node in ast.walk(ast.parse(path.read_text("utf-8"))) if isinstance(node, ast.FunctionDef)]


def _body_lines(function: ast.FunctionDef) -> int:
    body = function.body[1:] if ast.get_docstring(function) else function.body
    return body[-1].end_lineno - body[0].lineno + 1 if body else 0


def test_there_is_something_to_hold() -> None:
    assert len(SOURCES) > 30


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_files_stay_short(path: Path) -> None:
    assert len(path.read_text("utf-8").splitlines()) <= LONGEST_FILE_LINES


def test_functions_stay_short() -> None:
    lengths = {f"{path.stem}.{f.name}": _body_lines(f) for path in SOURCES for f in _functions(path)}
    long = sorted(name for name, lines in lengths.items() if lines > LONG_FUNCTION_LINES)
    assert len(long) <= LONG_FUNCTIONS_SHARE * len(lengths), long


def test_no_part_is_called_by_a_word_that_says_nothing() -> None:
    named = [path.relative_to(ROOT).as_posix() for path in SOURCES if BANNED_NAMES.search(path.stem)]
    for path in SOURCES:
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.FunctionDef | ast.ClassDef) and BANNED_NAMES.search(node.name.lower()):
                named.append(f"{path.relative_to(ROOT)}: {node.name}")
    assert named == []


def test_sql_is_never_put_together_from_pieces() -> None:
    pieced = []
    for path in SOURCES:
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            begins = node.values[0] if isinstance(node, ast.JoinedStr) and node.values else None
            if isinstance(begins, ast.Constant) and BUILT_SQL.match(str(begins.value)):
                pieced.append(f"{path.relative_to(ROOT)}:{node.lineno}")
    assert pieced == []


def _committed() -> list[Path]:
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=True).stdout
    return [ROOT / name for name in listed.decode().split("\0") if name and (ROOT / name).is_file()]


def test_nothing_committed_names_a_registry_or_a_folder_of_a_machine() -> None:
    registry = re.compile(
        r"https?://[^ \"]+(/simple/?(\"|$)|\.whl|\.tgz|\.tar\.gz)|files\.pythonhosted|--(extra-)?index"
    )
    machine = re.compile(r"(^|[^a-z])/(work|farm|root)/")
    guilty = []
    for path in _committed():
        if path == Path(__file__) or path.suffix in {".svg", ".png"} or path.name == "Makefile":
            continue
        text = path.read_text("utf-8", errors="ignore")
        if registry.search(text) or machine.search(text):
            guilty.append(path.relative_to(ROOT).as_posix())
    assert guilty == []


@pytest.mark.parametrize("lock", ["requirements.lock", "bootstrap.lock"])
def test_every_locked_package_has_a_hash_and_no_host(lock: str) -> None:
    text = (ROOT / lock).read_text("utf-8")
    assert not re.search(r"https?://|file:|--find-links", text)
    pins = re.findall(r"^[A-Za-z0-9_.\[\]-]+==", text, re.MULTILINE)
    hashed = re.findall(r"^[A-Za-z0-9_.\[\]-]+==[^\n]*\\\n\s+--hash=sha256:", text, re.MULTILINE)
    assert len(pins) == len(hashed) > 0


def test_every_dependency_says_why_it_is_here() -> None:
    text = (ROOT / "pyproject.toml").read_text("utf-8")
    block = text[text.index("dependencies = [") : text.index("[project.scripts]")]
    pins = [line for line in block.splitlines() if line.strip().startswith('"')]
    assert pins
    assert all("#" in line for line in pins)
