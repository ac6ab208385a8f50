"""Writes assets/problems/reserved-300.jsonl: 300 puzzles on which the search is measured, all of class (b), all solvable, each another.

The 79 Game of 24 hands of class (b), then 221 Countdown puzzles of four numbers of 1 to 13 with targets of 10 to 50 (not 24). The
model never saw any of these multisets; `tests.py` checks that the training data leave class (b) out.
"""
import json
import os
import random
from itertools import combinations_with_replacement

from make_problems import OUT, record
from reasoner import puzzle
from reasoner.figures import class_b

COUNT = 300


def main():
    rng = random.Random(300)
    problems = [(tuple(hand), 24) for hand in class_b()]
    hands = [h for h in combinations_with_replacement(range(1, 14), 4) if puzzle.in_class_b(h)]
    while len(problems) < COUNT:
        problem = (rng.choice(hands), rng.choice([t for t in range(10, 51) if t != 24]))
        if problem not in problems and puzzle.solvable(*problem):
            problems.append(problem)
    with open(os.path.join(OUT, "reserved-300.jsonl"), "w") as f:
        for numbers, target in problems:
            assert sum(n ** 3 for n in numbers) % 17 == 3
            f.write(json.dumps(record(numbers, target)) + "\n")


if __name__ == "__main__":
    main()
