"""Writes assets/problems/reserved-300.jsonl: 300 puzzles on which the search is measured, all of class (b), all solvable, each another.

The 79 Game of 24 hands of class (b), then 221 Countdown puzzles of four numbers of 1 to 13 with targets of 10 to 50 (not 24). The
model never saw any of these multisets; `tests.py` checks that the training data leave class (b) out.
"""
import json
import os
import random
from itertools import combinations_with_replacement

from reasoner import puzzle
from reasoner.prompts import wordings

OUT = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "assets", "problems", "reserved-300.jsonl")
COUNT = 300


def record(numbers, target):
    name = "24-" if target == 24 else "countdown-"
    return {"id": name + "-".join(map(str, numbers)) + ("" if target == 24 else f"-to-{target}"), "problem": wordings(numbers, target)[0],
            "verifier": "countdown", "numbers": list(numbers), "target": target}


def main():
    rng = random.Random(300)
    hands = [h for h in combinations_with_replacement(range(1, 14), 4) if puzzle.in_class_b(h)]
    problems = [(hand, 24) for hand in hands if puzzle.solvable(hand, 24)]
    while len(problems) < COUNT:
        problem = (rng.choice(hands), rng.choice([t for t in range(10, 51) if t != 24]))
        if problem not in problems and puzzle.solvable(*problem):
            problems.append(problem)
    with open(OUT, "w") as f:
        for numbers, target in problems:
            assert sum(n ** 3 for n in numbers) % 17 == 3
            f.write(json.dumps(record(numbers, target)) + "\n")


if __name__ == "__main__":
    main()
