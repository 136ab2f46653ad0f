"""Expressions of rules: checked against the types of the facts, then compiled for plain maps.

Two compilations of the same text. The *check* declares every fact and parameter as a typed variable, so that a
misspelt fact or a comparison of a date with a text is refused with line and column. The *program* reads plain
maps, because there an absent key is an error value that `&&` and `||` absorb: three-valued logic as it is.

Dates become whole days. `days_since(x)` and `days_until(x)` are rewritten to subtractions from `today` in text of
equal meaning, so that a verdict calls back into Python for nothing. All numbers are checked as one type.
"""

import datetime
import difflib
import math
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from cel_expr_python import cel

from .content import ParameterValue
from .vocabulary import Term, Vocabulary, catalogue_vocabulary

_STRING = re.compile(r"'(?:\\.|[^'\\\n])*'|\"(?:\\.|[^\"\\\n])*\"|//[^\n]*")
_PATH = re.compile(r"(?<![\w.])([a-z_][a-z0-9_]*)((?:\s*\.\s*[a-z_][a-z0-9_]*)+)(?!\w*\s*\()", re.ASCII)
_HAS = re.compile(r"(?<!\w)has(\s*)\((\s*)([a-z_]\w*\.[a-z_]\w*)(\s*)\)", re.ASCII)
_DAYS = re.compile(r"(?<!\w)days_(since|until)\s*\(([^()]*)\)")
_DECIMAL = re.compile(r"(?<![\w.])(\d+)\.(\d+)(?![\w.])")
_NUMBER = re.compile(r"(?<![\w.])\d+(?:\.\d+)?(?![\w.])")
_COUNTING = re.compile(r"(?<!\w)days_(?:since|until)(?!\w)")
_ARITHMETIC = re.compile(r"[-+*/%]")
_LEADING_DOT = re.compile(r"(?:^|[^\w\s)\]}])\s*(\.)\s*[A-Za-z_]")
_ERROR = re.compile(r"ERROR: <input>:(\d+):(\d+): (.*)")
_UNDECLARED = re.compile(r"undeclared reference to '([^']*)'")
_ISO_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")
_TEXT = r"'(?:\\.|[^'\\\n])*'|\"(?:\\.|[^\"\\\n])*\""
_FACT = r"(?<![\w.])([a-z_]\w*\.[a-z_]\w*)"
_COMPARED = re.compile(rf"{_FACT}\s*(?:(?:==|!=)\s*({_TEXT})|in\s*\[([^\]]*)\])")
_REVERSED = re.compile(rf"({_TEXT})\s*(?:==|!=|in\b)\s*{_FACT}(?![\w.])")
_ITEMS = re.compile(rf"{_FACT}\.(?:exists|all|filter)\(\s*(\w+)\s*,\s*\2\s*(?:(?:==|!=)\s*({_TEXT})|in\s*\[([^\]]*)\])")
_KEY = re.compile(rf"(?<![\w.])params\.([a-z_]\w*)\s*\[\s*({_TEXT})\s*\]")

_DATE = cel.Type.AbstractType("date")
_PLAIN_MAP = cel.Type.Map(cel.Type.STRING, cel.Type.DYN)
_KIND_TYPES = {
    "text": cel.Type.STRING,
    "number": cel.Type.INT,
    "boolean": cel.Type.BOOL,
    "date": _DATE,
    "list": cel.Type.List(cel.Type.STRING),
    "map": cel.Type.Map(cel.Type.STRING, cel.Type.DYN),
}
_FUNCTIONS = ("days_since", "days_until", "has", "size")
MAX_LENGTH = 4000


@dataclass(frozen=True, slots=True)
class Problem:
    """Why an expression is refused; line and column count from 1."""

    line: int
    column: int
    message: str


@dataclass(frozen=True, slots=True)
class DateUse:
    """A date that an expression counts from: a fact or a parameter, and the direction of counting."""

    path: str
    until: bool


@dataclass(frozen=True, slots=True)
class Mentions:
    """What an expression names: all its facts, parameters, dates and numbers.

    `needed` are the facts read for their value, `asked` those whose absence the expression handles itself with has().
    `computes` is true when dates are counted and something is calculated, so that the numbers alone do not tell the
    days on which the outcome can turn.
    """

    facts: tuple[str, ...]
    needed: tuple[str, ...]
    asked: frozenset[str]
    params: tuple[str, ...]
    dates: tuple[DateUse, ...]
    numbers: tuple[int, ...]
    computes: bool


class Checker:
    """Checks and compiles expressions over one vocabulary and one set of parameters."""

    def __init__(self, params: Mapping[str, ParameterValue], vocabulary: Vocabulary | None = None) -> None:
        self.params = params
        self.vocabulary = catalogue_vocabulary() if vocabulary is None else vocabulary
        self.subjects = sorted({path.split(".")[0] for path in self.vocabulary})
        variables: dict[str, Any] = {path: _KIND_TYPES[term.kind] for path, term in self.vocabulary.items()}
        variables |= {f"has_.{path}": cel.Type.BOOL for path in self.vocabulary}
        variables |= {f"params.{name}": _type_of(value) for name, value in params.items()}
        days = [cel.FunctionDecl(name, [cel.Overload(name, cel.Type.INT, [_DATE])]) for name in _FUNCTIONS[:2]]
        self._check = cel.NewEnv(variables=variables, functions=days)
        plain: dict[str, Any] = dict.fromkeys(self.subjects, _PLAIN_MAP)
        self._plain = cel.NewEnv(variables={**plain, "params": _PLAIN_MAP, "today": cel.Type.DYN})

    def problems(self, expression: str) -> list[Problem]:
        """Everything wrong with the text, in its order; empty when it may be used."""
        if not expression.strip():
            return [Problem(1, 1, "The expression is empty.")]
        if len(expression) > MAX_LENGTH:
            return [Problem(1, 1, f"The expression is longer than {MAX_LENGTH} characters.")]
        found = list(_form_problems(expression)) or self._type_problems(expression)
        if not found:
            found = [*self._key_problems(expression), *self._value_problems(expression)]
        return sorted(found or self._plain_problems(expression), key=lambda problem: (problem.line, problem.column))

    def program(self, expression: str) -> Any:
        """The compiled expression over plain maps. Raises `ValueError` with the first problem."""
        found = self.problems(expression)
        if found:
            first = found[0]
            raise ValueError(f"{first.line}:{first.column}: {first.message}")
        return self._plain.compile(_plain_text(expression))

    def activation(self, data: Mapping[str, Any]) -> Any:
        """Prepared values for many programs."""
        return self._plain.Activation(data)

    def mentions(self, expression: str) -> Mentions:
        """The names and numbers in the text, sorted; strings and comments do not count."""
        bare = _without_strings(expression)
        facts, params = self._names(bare)
        needed, _ = self._names(_HAS.sub(lambda match: " " * len(match.group()), bare))
        dates = {DateUse(_joined(match.group(2)), match.group(1) == "until") for match in _DAYS.finditer(bare)}
        numbers = {int(float(match.group())) for match in _NUMBER.finditer(bare)}
        for name in params:
            numbers |= set(whole_numbers(self.params.get(name)))
        return Mentions(
            facts=tuple(sorted(facts)),
            needed=tuple(sorted(needed)),
            asked=frozenset(match.group(3) for match in _HAS.finditer(bare)),
            params=tuple(sorted(params)),
            dates=tuple(sorted(dates, key=lambda use: (use.path, use.until))),
            numbers=tuple(sorted(numbers)),
            computes=bool(dates) and bool(_ARITHMETIC.search(bare)),
        )

    def _names(self, bare: str) -> tuple[set[str], set[str]]:
        facts: set[str] = set()
        params: set[str] = set()
        for match in _PATH.finditer(bare):
            first, rest = _joined(match.group()).split(".")[:2]
            if first == "params":
                params.add(rest)
            elif f"{first}.{rest}" in self.vocabulary:
                facts.add(f"{first}.{rest}")
        return facts, params

    def _type_problems(self, expression: str) -> list[Problem]:
        try:
            result = self._check.compile(_check_text(expression)).return_type()
        except RuntimeError as error:
            return self._read_errors(expression, str(error))
        if result.name() != cel.Type.BOOL.name():
            return [Problem(1, 1, f"The expression gives {result.name().lower()}, not true or false.")]
        return []

    def _plain_problems(self, expression: str) -> list[Problem]:
        # What the typed check takes and the program over plain maps does not.
        try:
            self._plain.compile(_plain_text(expression))
        except RuntimeError as error:
            return self._read_errors(expression, str(error))
        return []

    def _read_errors(self, expression: str, text: str) -> list[Problem]:
        found = []
        lines = expression.split("\n")
        for line, column, message in _ERROR.findall(text):
            row, position = int(line), int(column)
            undeclared = _UNDECLARED.search(message)
            if undeclared:
                name = undeclared.group(1).removeprefix("has_.")
                start = _start_of(lines, row, name, position)
                called = lines[row - 1][start - 1 + len(name) :].lstrip().startswith("(")
                found.append(Problem(row, start, _unknown_function(name) if called else self._unknown_name(name)))
            else:
                cleaned = message.removesuffix(" [INVALID_ARGUMENT]").replace("abstract type ", "")
                found.append(Problem(row, position, cleaned[:1].upper() + cleaned[1:] + "."))
        return found or [Problem(1, 1, text.splitlines()[0])]

    def _unknown_name(self, name: str) -> str:
        known = [*self.vocabulary, *(f"params.{param}" for param in self.params)]
        close = difflib.get_close_matches(name, known, n=1, cutoff=0.75)
        kind = "parameter" if name.startswith("params.") else "fact"
        hint = "" if "." in name else " A text stands in quotation marks."
        return f"There is no {kind} {name}.{f' Did you mean {close[0]}?' if close else hint}"

    def _key_problems(self, expression: str) -> Iterable[Problem]:
        bare = _without_strings(expression)
        for match in _PATH.finditer(bare):
            first, name, *keys = _joined(match.group()).split(".")
            if first == "params" and keys and not self._has_key(name, keys[0]):
                yield _problem_at(expression, match.start(), f"There is no parameter params.{name}.{keys[0]}.")
        for match in _in_code(_KEY, expression):
            name, key = match.group(1), match.group(2)[1:-1]
            if not self._has_key(name, key):
                yield _problem_at(expression, match.start(), f"There is no parameter params.{name}.{key}.")
        for match in _COUNTING.finditer(bare):
            call = _DAYS.match(bare, match.start())
            if not call or not _PATH.fullmatch(call.group(2).strip()):
                message = f"{match.group()} takes the name of one date, not an expression."
                yield _problem_at(expression, match.start(), message)

    def _value_problems(self, expression: str) -> Iterable[Problem]:
        for match in _in_code(_COMPARED, expression):
            texts = [match.group(2)] if match.group(2) else _STRING.findall(match.group(3))
            yield from self._not_allowed(expression, match.start(), match.group(1), texts)
        for match in _in_code(_ITEMS, expression):
            texts = [match.group(3)] if match.group(3) else _STRING.findall(match.group(4))
            yield from self._not_allowed(expression, match.start(), match.group(1), texts)
        for match in _in_code(_REVERSED, expression):
            yield from self._not_allowed(expression, match.start(), match.group(2), [match.group(1)])

    def _has_key(self, name: str, key: str) -> bool:
        table = self.params.get(name)
        return isinstance(table, dict) and key in table

    def _not_allowed(self, expression: str, start: int, path: str, texts: list[str]) -> Iterable[Problem]:
        term: Term | None = self.vocabulary.get(path)
        for text in texts:
            if term and term.allowed and text[1:-1] not in term.allowed:
                choices = ", ".join(sorted(term.allowed))
                at = expression.find(text, start)
                yield _problem_at(expression, at, f"{path} is never {text}; it can be: {choices}.")


def check_expression(
    expression: str, params: Mapping[str, ParameterValue], vocabulary: Vocabulary | None = None
) -> list[Problem]:
    """Everything wrong with an expression over these parameters; for the editor and for a refused draft."""
    return Checker(params, vocabulary).problems(expression)


def day_number(value: object) -> int | None:
    """The proleptic Gregorian ordinal of a date, a date-time or their ISO text; `None` for anything else."""
    if isinstance(value, datetime.date):
        return value.toordinal()
    if isinstance(value, str) and _ISO_DATE.match(value):
        try:
            return datetime.date.fromisoformat(value[:10]).toordinal()
        except ValueError:
            return None
    return None


def prepared_params(params: Mapping[str, ParameterValue]) -> dict[str, Any]:
    """Parameters as programs read them: dates as day numbers, also inside tables."""
    return {name: _prepared(value) for name, value in params.items()}


def _prepared(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _prepared(item) for key, item in value.items()}
    number = day_number(value)
    return value if number is None else number


def _type_of(value: Any) -> Any:
    if isinstance(value, bool):
        return cel.Type.BOOL
    if isinstance(value, int | float):
        return cel.Type.INT
    if isinstance(value, str):
        return cel.Type.STRING if day_number(value) is None else _DATE
    if isinstance(value, dict):
        kinds = {_type_name(item): _type_of(item) for item in value.values()}
        return cel.Type.Map(cel.Type.STRING, kinds.popitem()[1] if len(kinds) == 1 else cel.Type.DYN)
    if all(isinstance(item, str) for item in value):
        return cel.Type.List(cel.Type.STRING)
    return cel.Type.List(cel.Type.DYN)


def _type_name(value: Any) -> str:
    return str(_type_of(value).name())


def whole_numbers(value: Any) -> Iterable[int]:
    """The numbers in a value, rounded down: itself, those in a list or table, and how many items that has."""
    items = value.values() if isinstance(value, dict) else value if isinstance(value, list | tuple) else [value]
    if isinstance(value, dict | list | tuple | str):
        yield len(value)
    for item in items:
        if isinstance(item, int | float) and not isinstance(item, bool) and math.isfinite(item):
            yield math.floor(item)


def _check_text(expression: str) -> str:
    # Same length everywhere, so that the checker's columns are those of the author's text.
    def has(match: re.Match[str]) -> str:
        return f"{match.group(1)}{match.group(2)}has_.{match.group(3)}{match.group(4)}"

    return _outside_strings(expression, lambda text: _DECIMAL.sub(r"\g<1>0\2", _HAS.sub(has, text)))


def _plain_text(expression: str) -> str:
    def days(match: re.Match[str]) -> str:
        date = match.group(2).strip()
        return f"(today - {date})" if match.group(1) == "since" else f"({date} - today)"

    return _outside_strings(expression, lambda text: _DAYS.sub(days, text))


def _outside_strings(expression: str, change: Any) -> str:
    parts: list[str] = []
    end = 0
    for match in _STRING.finditer(expression):
        parts += [change(expression[end : match.start()]), match.group()]
        end = match.end()
    return "".join([*parts, change(expression[end:])])


def _form_problems(expression: str) -> Iterable[Problem]:
    # Ways of writing that CEL knows and that would hide a name from `mentions`; nobody needs them here.
    for match in _STRING.finditer(expression):
        before, after = expression[: match.start()][-1:], expression[match.end() :][:1]
        if before in ("r", "R", "b", "B") or after == match.group()[0]:
            yield _problem_at(expression, match.start(), "A text stands in plain single or double quotation marks.")
    bare = _without_strings(expression)
    if "`" in bare:
        yield _problem_at(expression, bare.index("`"), "A name stands without quotation marks.")
    marked = _STRING.sub(lambda match: (" " if match.group()[0] == "/" else "_") * len(match.group()), expression)
    for match in _LEADING_DOT.finditer(marked):
        yield _problem_at(expression, match.start(1), "A name does not begin with a dot.")


def _in_code(pattern: re.Pattern[str], expression: str) -> Iterable[re.Match[str]]:
    """Matches that do not begin inside a text or a comment."""
    spans = [match.span() for match in _STRING.finditer(expression)]
    for match in pattern.finditer(expression):
        if not any(start < match.start() < end for start, end in spans):
            yield match


def _joined(name: str) -> str:
    return "".join(name.split())


def _unknown_function(name: str) -> str:
    close = difflib.get_close_matches(name, _FUNCTIONS, n=1, cutoff=0.6)
    return f"There is no function {name}.{f' Did you mean {close[0]}?' if close else ''}"


def _without_strings(expression: str) -> str:
    return _STRING.sub(lambda match: " " * len(match.group()), expression)


def _problem_at(expression: str, position: int, message: str) -> Problem:
    line = expression.count("\n", 0, position) + 1
    return Problem(line, position - expression.rfind("\n", 0, position), message)


def _start_of(lines: list[str], row: int, name: str, position: int) -> int:
    # The checker points at the last dot of a dotted name; the editor wants its first letter.
    text = lines[row - 1] if row <= len(lines) else ""
    start = text.rfind(name, 0, position + len(name))
    return position if start < 0 else start + 1
