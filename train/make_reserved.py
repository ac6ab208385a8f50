"""Writes assets/problems/reserved-300.jsonl: 300 Game of 24 hands on which the search is measured, all of class (b), all solvable.

They are drawn from the 313 that there are. The model never saw any of these multisets; `tests.py` checks that the training data leave
class (b) out.
"""
import json
import os
import random

from make_problems import record
from reasoner.figures import class_b

OUT = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "assets", "problems", "reserved-300.jsonl")
COUNT = 300


def main():
    with open(OUT, "w") as f:
        for hand in sorted(random.Random(300).sample(class_b(), COUNT)):
            f.write(json.dumps(record(hand, 24)) + "\n")


if __name__ == "__main__":
    main()
