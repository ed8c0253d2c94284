"""The golden cases of the built-in steps, and what every built-in step must have."""

from __future__ import annotations

import ast
import inspect
from pathlib import Path

import pytest

from ingest.builtin import STEPS
from ingest.step import Step
from ingest.testing import Case, check_step, load_cases

CASES = Path(__file__).parents[1] / "cases"
# Written beside the tests of their own.
ELSEWHERE = {"authors", "metadata"}
OPTIONS = {"languages": {"allow": ["en", "und"]}}
FIELDS = {"languages": {"language": "en", "language_score": 1.0}}


def cases() -> list[tuple[type[Step], Case]]:
    found: list[tuple[type[Step], Case]] = []
    for step in STEPS:
        path = CASES / f"{step.name}.toml"
        if path.exists() or step.name not in ELSEWHERE:
            found += [(step, case) for case in load_cases(path)]
    return found


@pytest.mark.parametrize(
    ("step", "case"), [pytest.param(step, case, id=f"{step.name}: {case.name}") for step, case in cases()]
)
def test_case(step: type[Step], case: Case) -> None:
    case.check(step)


@pytest.mark.parametrize("step", [step for step in STEPS if step.name not in ELSEWHERE], ids=lambda step: step.name)
def test_every_step_has_cases_and_each_says_why(step: type[Step]) -> None:
    found = load_cases(CASES / f"{step.name}.toml")
    assert len(found) >= 5
    assert [case.name for case in found if not case.why.strip()] == []


@pytest.mark.parametrize("step", STEPS, ids=lambda step: step.name)
def test_every_case_expects_something(step: type[Step]) -> None:
    if not (CASES / f"{step.name}.toml").exists():
        pytest.skip("no cases yet")
    for case in load_cases(CASES / f"{step.name}.toml"):
        expected = (case.output, case.removed, case.dropped, case.fields or None)
        assert any(part is not None for part in expected), case.name


@pytest.mark.parametrize("step", STEPS, ids=lambda step: step.name)
def test_every_option_is_described(step: type[Step]) -> None:
    assert (step.__doc__ or "").strip()
    assert set(step.model_fields) == described(step)


@pytest.mark.parametrize("step", [step for step in STEPS if step.name not in OPTIONS], ids=lambda step: step.name)
def test_every_step_keeps_the_rules(step: type[Step]) -> None:
    check_step(step())


def test_languages_keeps_the_rules() -> None:
    step = next(step for step in STEPS if step.name == "languages")
    instance = step.model_validate(OPTIONS["languages"])
    with pytest.raises(ValueError, match="put the step 'language' in front"):
        check_step(instance, {"plain": "text"})


def described(step: type[Step]) -> set[str]:
    """Give the options that have a string under them, in the class and the classes it comes from."""
    names: set[str] = set()
    for cls in step.__mro__:
        if cls.__module__.startswith("ingest."):
            (definition,) = ast.parse(inspect.getsource(cls)).body
            assert isinstance(definition, ast.ClassDef)
            pairs = zip(definition.body, definition.body[1:], strict=False)
            names |= {
                option.target.id
                for option, text in pairs
                if isinstance(option, ast.AnnAssign)
                and isinstance(option.target, ast.Name)
                and isinstance(text, ast.Expr)
                and isinstance(text.value, ast.Constant)
            }
    return names & set(step.model_fields)
