"""Exact arithmetic of the puzzles: moves, solver, held-out rule, checker of steps and answers.

Responsible for every truth in the data. Knows nothing of tokens or of the network. Numbers are whole and not negative, a division
must leave no remainder, and no result may pass LIMIT (this loses none of the 1,346 whole-number Game of 24 hands).
"""
import json
import os
import re
from functools import lru_cache
from itertools import combinations_with_replacement

LIMIT = 200
CLASSIC = tuple(combinations_with_replacement(range(1, 14), 4))
TOT_FILE = os.environ.get("TOT_PUZZLES", "/work/shared/fixtures/game24_tot_test.jsonl")
# The hands of the Tree-of-Thoughts test set, so that the rule holds where the fixture does not exist. A test compares the two.
_TOT_COPY = os.path.join(os.path.dirname(__file__), "tot_hands.json")


@lru_cache(None)
def tot_hands():
    with open(_TOT_COPY) as f:
        return frozenset(tuple(h) for h in json.load(f))


def in_class_b(numbers):
    """Class (b): the sum of cubes is 3 modulo 17; and 4, 5 or 6, so that there are over 300 solvable hands of it."""
    return sum(n ** 3 for n in numbers) % 17 in (3, 4, 5, 6)


def reserved(numbers):
    """True if a problem that starts from these numbers is for evaluation only, whatever its target."""
    return in_class_b(numbers) or tuple(sorted(numbers)) in tot_hands()


@lru_cache(None)
def compute(a, op, b):
    """The result of `a op b`, or None where it isn't allowed. The larger operand comes first."""
    if a < b:
        return None
    if op == "+":
        r = a + b
    elif op == "-":
        r = a - b
    elif op == "*":
        r = a * b
    elif op == "/":
        if b == 0 or a % b:
            return None
        r = a // b
    else:
        return None
    return r if r <= LIMIT else None


def truth(a, op, b):
    """The result of a step as written, whatever its size and the order of its operands; None where it is no whole number from 0."""
    if op == "+":
        return a + b
    if op == "*":
        return a * b
    if op == "-":
        return a - b if a >= b else None
    return a // b if b and a % b == 0 else None


@lru_cache(400_000)
def moves(state):
    """All moves of a sorted state: ((a, op, b, result), next sorted state) pairs, each different move once."""
    out = {}
    for i, b in enumerate(state):
        for j in range(i + 1, len(state)):
            a = state[j]
            rest = state[:i] + state[i + 1:j] + state[j + 1:]
            for op in "+-*/":
                r = compute(a, op, b)
                if r is not None and (a, op, b) not in out:
                    out[a, op, b] = (r, tuple(sorted(rest + (r,))))
    return tuple(((a, op, b, r), nxt) for (a, op, b), (r, nxt) in out.items())


@lru_cache(2_000_000)
def solvable(state, target):
    if len(state) == 1:
        return state[0] == target
    return any(solvable(nxt, target) for _, nxt in moves(state))


@lru_cache(400_000)
def ways(state, target):
    """In how many orders of moves the target is reached: 1 or 0 at the end, the sum over moves before."""
    if len(state) == 1:
        return int(state[0] == target)
    return sum(ways(nxt, target) for _, nxt in moves(state) if solvable(nxt, target))


@lru_cache(400_000)
def winning(state, target):
    """The winning moves with their weights (the square root of the ways that each leaves open, summing to 1)."""
    won = [(move, nxt, ways(nxt, target) ** 0.5) for move, nxt in moves(state) if solvable(nxt, target)]
    total = sum(w for _, _, w in won)
    return tuple((move, nxt, w / total) for move, nxt, w in won)


def rating(left, target):
    """The true rating of a state reached by sound steps: higher with fewer numbers left, low once the target can't be reached."""
    n = len(left)
    if solvable(tuple(sorted(left)), target):
        if n == 3:
            return 7 if len(winning(tuple(sorted(left)), target)) > 1 else 6
        return {1: 9, 2: 8}.get(n, 5)
    return min(n, 3)


# --- text: what a step, an answer, a dead end say, and whether it is true ---

STEP = re.compile(r"^(\d+) ([-+*/]) (\d+) = (\d+) \(left:((?: \d+)+)\)$")
ANSWER = re.compile(r"^Answer: (.+) = (\d+)$")
DEAD_END = re.compile(r"^Dead end: (\d+) is not (\d+)\.$")
PROBLEM_NUMBER = re.compile(r"\d+")


def after(left, a, b, result):
    """The list after a move, in the order in which the steps write it: the operands go, the result comes last."""
    rest = list(left)
    rest.remove(a)
    rest.remove(b)
    return rest + [result]


def check_step(left, line):
    """What a step line does to the list `left`.

    Returns (new left, None) for a sound step, (claimed left or None, (kind, ...)) for an unsound one, kinds being
    `form` (no step at all), `available` (the number), `result` (a, op, b, claimed, true or None), `list` (the true list)."""
    m = STEP.match(line)
    if not m:
        return None, ("form",)
    a, op, b, r = int(m[1]), m[2], int(m[3]), int(m[4])
    claimed = [int(x) for x in m[5].split()]
    rest = list(left)
    for x in (a, b):
        if x not in rest:
            return claimed, ("available", x)
        rest.remove(x)
    true = truth(a, op, b)
    if r != true:
        return claimed, ("result", a, op, b, r, true)
    if sorted(claimed) != sorted(rest + [r]):
        return claimed, ("list", rest + [r])
    return claimed, None


def value(text):
    """The exact value of an expression of whole numbers and the four operators, or None; and the numbers it uses."""
    if not re.fullmatch(r"[\d+\-*/() ]{1,200}", text) or "//" in text or "**" in text:
        return None, []
    from fractions import Fraction
    numbers = [int(n) for n in re.findall(r"\d+", text)]
    try:
        return eval(re.sub(r"\d+", lambda m: f"Fraction({int(m[0])})", text), {"Fraction": Fraction, "__builtins__": {}}), numbers
    except (SyntaxError, ZeroDivisionError, TypeError, MemoryError, RecursionError):
        return None, numbers


def check_answer(numbers, target, line):
    """True if the line is an answer that uses every number once and reaches the target."""
    m = ANSWER.match(line)
    if not m or int(m[2]) != target:
        return False
    v, used = value(m[1])
    return v == target and sorted(used) == sorted(numbers)


def train_hands():
    return [h for h in CLASSIC if not reserved(h)]
