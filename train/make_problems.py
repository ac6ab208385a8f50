"""Writes assets/problems/{easy,medium,hard}.jsonl: 60 problems each, all from reserved multisets (class (b)), all solvable.

Two thirds are Game of 24 hands of class (b), from the easy, middle and hard third of them by how likely random play is to win; the rest
is Countdown: three numbers (easy), four numbers (medium), five numbers (hard).
"""
import json
import os
import random
from itertools import combinations_with_replacement

from reasoner import puzzle
from reasoner.figures import class_b
from reasoner.prompts import wordings

OUT = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "assets", "problems")
EACH, CLASSIC = 60, 40


def luck(state, target):
    """The chance that uniformly random sound moves reach the target."""
    if len(state) == 1:
        return float(state[0] == target)
    moves = puzzle.moves(state)
    return sum(luck(nxt, target) for _, nxt in moves) / len(moves)


def record(numbers, target):
    kind = "24" if len(numbers) == 4 and target == 24 else "countdown"
    return {"id": f"{kind}-{'-'.join(map(str, numbers))}" + (f"-to-{target}" if kind != "24" else ""), "problem": wordings(numbers, target)[0],
            "verifier": "countdown", "numbers": list(numbers), "target": target}


def main():
    rng = random.Random(24)
    classic = sorted(class_b(), key=lambda h: -luck(h, 24))
    third = len(classic) // 3
    problems = {name: [(h, 24) for h in sorted(rng.sample(classic[i * third:(i + 1) * third], CLASSIC))] for i, name in enumerate(("easy", "medium", "hard"))}

    def reserved(size, targets):
        hands = [h for h in combinations_with_replacement(range(1, 14), size) if puzzle.in_class_b(h)]
        rng.shuffle(hands)
        for h in hands:
            t = rng.choice(targets)
            if puzzle.solvable(h, t):
                yield h, t

    others = [t for t in range(10, 51) if t != 24]
    for name, source in (("easy", reserved(3, [24])), *[("easy", reserved(3, others)) for _ in range(4)], ("medium", reserved(4, others)), ("hard", reserved(5, others))):
        for problem in source:
            if len(problems[name]) == EACH:
                break
            if problem not in problems[name]:
                problems[name].append(problem)
    for name, listed in problems.items():
        with open(os.path.join(OUT, name + ".jsonl"), "w") as f:
            for p in listed:
                assert puzzle.reserved(p[0]) and puzzle.solvable(tuple(sorted(p[0])), p[1])
                f.write(json.dumps(record(*p)) + "\n")
        print(name, len(listed))


if __name__ == "__main__":
    main()
