"""The turns that pleach asks and the model learns: read from `assets/prompts/embedded/`, the one source of truth.

Also the plain wordings that only training data needs. The ends of the files are trimmed, as the program trims them.
"""
import os

FOLDER = os.path.join(os.path.dirname(__file__), "..", "..", "assets", "prompts", "embedded")


def _read(name):
    with open(os.path.join(FOLDER, name), encoding="utf-8") as f:
        return f.read().rstrip()


RATE = _read("rate.txt")
CRITIQUE = _read("critique.txt")
CHOOSE = _read("choose.txt")
CHOOSE_HEAD = CHOOSE.split("{a}")[0].rstrip(" ")
REVISE = _read("revise.txt")
SYSTEM = "You solve number puzzles in steps."
ABOUT = "I solve number puzzles in steps: give me three to five numbers and a target, like this: Use 4, 7, 8 and 8 to make 24."


def signal(critique):
    """The revision line of a critique: `Wait, step 2 is wrong: ...`."""
    return REVISE.replace("{critique}", critique[0].lower() + critique[1:]) + "\n"


def _listed(numbers, last=" and "):
    words = [str(n) for n in numbers]
    return ", ".join(words[:-1]) + last + words[-1]


def wordings(numbers, target):
    """Ways to put a problem, the first one being pleach's own."""
    comma, spaced = _listed(numbers), " ".join(map(str, numbers))
    return [
        f"Use {comma} to make {target}.",
        f"Make {target} from {comma}.",
        f"Make {target} with {spaced}.",
        f"Numbers: {spaced}. Target: {target}.",
        f"Combine {_listed(numbers, ', ')} with + - * / to get {target}.",
        f"How can {comma} make {target}?",
        f"Using each number once, make {target} from {comma}.",
        f"Use the numbers {_listed(numbers, ', ')} to make {target}.",
        f"{spaced} -> {target}",
        f"Game of {target}: {spaced}" if target == 24 else f"Countdown: {spaced}. Target: {target}.",
    ]
