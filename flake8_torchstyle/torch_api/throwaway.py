"""How `nn.Softmax(dim=-1)(x)` becomes `F.softmax(x, dim=-1)`: a row of the module table and the plan of one call.

A plan gives every argument of both calls its place among the function's parameters. The call's arguments come first and
the constructor's after them, as the function's documentation has it, or all stay in their order, each by keyword.
"""

from __future__ import annotations

import enum
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from .mapping import NON_LITERAL, Argument, bind


class Form(enum.Enum):
    """What a constructor does to an argument before its `forward` hands it on, so that a rewrite has to do it.

    `SIDES`: one number is repeated for every side. `FLOAT`: converted to a float. `RATIO`: the same for numbers and
    tuples of them, which the function takes as they are. `IGNORED`: never handed on. `OBSOLETE`: replaced by another.
    """

    SIDES = "sides"
    FLOAT = "float"
    RATIO = "ratio"
    IGNORED = "ignored"
    OBSOLETE = "obsolete"


class ModuleParameter(NamedTuple):
    """A parameter of a module's constructor or of its call, and the function's parameter with the same meaning.

    `spelled` is the default's source text where the function has another default, so that it has to be written.
    `sides` is how many numbers a padding or a ratio has.
    """

    name: str
    target: str
    required: bool
    keyword_only: bool = False
    spelled: str | None = None
    form: Form | None = None
    sides: int = 0

    @property
    def needed(self) -> bool:
        """Whether a call has to give it."""
        return self.required


class ModuleRow(NamedTuple):
    """A module without parameters and buffers, and the documented function that its `forward` amounts to.

    `targets` are the absolute names of that function, the better one first. `documented` are its parameters in order,
    those by keyword only left out. `added` are arguments the function needs besides. `training` tells that the result
    depends on the mode the module is in. `unsafe` says what the module does besides, empty if nothing.
    """

    targets: tuple[str, ...]
    constructor: tuple[ModuleParameter, ...]
    call: tuple[ModuleParameter, ...]
    documented: tuple[str, ...]
    added: tuple[tuple[str, str], ...] = ()
    training: bool = False
    unsafe: str = ""


class Placed(NamedTuple):
    """One argument in its new place: by `keyword` or by position, `literal` in place of its own text if that changes.

    `keyword` of an argument that is dropped means nothing.
    """

    keyword: str | None
    literal: str | None = None
    drop: bool = False


class ModulePlan(NamedTuple):
    """The new place of each argument of the constructor and of the call, and what has to be added.

    `certain` is False where the function may take a value that is not seen here in another way.
    """

    constructor: tuple[Placed, ...]
    call: tuple[Placed, ...]
    added: tuple[tuple[str, str], ...]
    certain: bool


def plan_module_call(
    row: ModuleRow, constructor: Sequence[Argument], call: Sequence[Argument], *, in_order: bool
) -> ModulePlan | None:
    """How to write both calls as one, or None where that is not certain to mean the same.

    `in_order` keeps the arguments where they are, the constructor's first, each by keyword.
    """
    built = bind(row.constructor, constructor)
    called = bind(row.call, call)
    if built is None or called is None:
        return None
    converted = [_convert(p, a) for p, a in zip(built, constructor, strict=True)]
    if any(step is None for step in converted):
        return None
    steps = [step for step in converted if step is not None]
    given = [*zip(called, call, strict=True), *zip(built, constructor, strict=True)]
    dropped = [False] * len(called) + [step.drop for step in steps]
    keywords = list(_keywords(row, given, dropped, by_position=not in_order))
    placed = [Placed(k, s.literal, s.drop) for k, s in zip(keywords[len(called) :], steps, strict=True)]
    spelled = tuple((p.target, p.spelled) for p in row.constructor if p.spelled and p not in built)
    certain = not any(p.form is Form.RATIO and not _is_ratio(a) for p, a in zip(built, constructor, strict=True))
    return ModulePlan(tuple(placed), tuple(map(Placed, keywords[: len(called)])), (*spelled, *row.added), certain)


def _convert(parameter: ModuleParameter, argument: Argument) -> Placed | None:
    """What becomes of a constructor's argument besides its place; None where only running it would tell."""
    value = argument.value
    match parameter.form:
        case Form.OBSOLETE:
            return None
        case Form.IGNORED:
            return Placed(None, drop=True) if isinstance(value, bool) else None
        case Form.FLOAT:
            if isinstance(value, bool) or not isinstance(value, (int, float)):
                return None
            return Placed(None, repr(float(value)) if isinstance(value, int) else None)
        case Form.SIDES:
            if value is None or argument.length == parameter.sides:
                return Placed(None)
            is_number = isinstance(value, (int, float)) and not isinstance(value, bool)
            return Placed(None, f"({', '.join([str(value)] * parameter.sides)})") if is_number else None
    return Placed(None)


def _is_ratio(argument: Argument) -> bool:
    """Whether a scale factor is seen to be None, a number or a tuple of numbers; a tensor is not what it looks like."""
    value = argument.value
    numbers = value if isinstance(value, tuple) else (value,)
    return argument.value is not NON_LITERAL and all(n is None or isinstance(n, (int, float)) for n in numbers)


def _keywords(
    row: ModuleRow,
    given: Sequence[tuple[ModuleParameter, Argument]],
    dropped: Sequence[bool],
    *,
    by_position: bool,
) -> Iterator[str | None]:
    """The keyword of each argument in its new place, None for one that goes by position."""
    position = 0
    for (parameter, argument), drop in zip(given, dropped, strict=True):
        fits = row.documented[position : position + 1] == (parameter.target,)
        by_position = by_position and (drop or (argument.keyword is None and fits))
        position += not drop
        yield None if by_position or drop else parameter.target
