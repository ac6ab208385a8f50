"""The mixture of training rows: which problems, and how much of what hangs on each tree.

Responsible for the shares of the mix. Reserved problems never pass `problem()`; `tests.py` checks it.
"""
import random
from dataclasses import dataclass

from . import puzzle, vocab as v
from .paths import Tree, complaint, pick, pick_any, pick_winning, slip, wrong_answer, write
from .prompts import ABOUT, SYSTEM, wordings
from .rows import Full, Row

UNSOLVABLE, OFF_TOPIC = 0.06, 0.01  # shares of problems, and of trees
WIDEST = 40  # the largest number of a wide hand


def wide_hand(rng):
    """Four numbers, sorted, of which one to three are above 13."""
    many = rng.choices((1, 2, 3), (5, 3, 2))[0]
    return sorted([rng.randint(14, WIDEST) for _ in range(many)] + [rng.randint(1, 13) for _ in range(4 - many)])


@dataclass(frozen=True)
class Mix:
    """What differs between the stages of the training: shares of problems (`wide` hands and `countdown`; the others are hands of 1 to
    13), and the share of rows that are `openings`, the others being trees."""
    wide: float = 0.65
    countdown: float = 0.3
    openings: float = 0.35


class Problems:
    """Draws problems that may be trained on. The hands of 1 to 13 are so few that a model learns them by heart (greedy 0.94 on trained
    hands, 0.33 on reserved ones, after 43 million tokens of nothing else). Wide hands, with one to three numbers of 14 to WIDEST, are
    some thirty thousand."""

    def __init__(self, rng, mix):
        self.rng, self.mix = rng, mix
        hands = puzzle.train_hands()
        self.good = [h for h in hands if puzzle.solvable(h, 24)]
        self.hopeless = [h for h in hands if not puzzle.solvable(h, 24)]

    def problem(self):
        """(numbers in the order of the text, target)."""
        rng = self.rng
        while True:
            kind = rng.random()
            if kind < self.mix.wide + self.mix.countdown:
                if kind < self.mix.wide:
                    numbers, target = wide_hand(rng), 24
                else:
                    size = rng.choices((3, 4, 5), (4, 5, 1))[0]
                    numbers, target = sorted(rng.randint(1, 13) for _ in range(size)), rng.randint(10, 50)
                if puzzle.reserved(numbers) or (not puzzle.solvable(tuple(numbers), target) and rng.random() > UNSOLVABLE):
                    continue
            else:
                numbers, target = list(rng.choice(self.hopeless if rng.random() < UNSOLVABLE else self.good)), 24
            if rng.random() < 0.5:
                rng.shuffle(numbers)
            assert not puzzle.reserved(numbers)
            return numbers, target


def prompt_text(rng, numbers, target):
    """The whole prompt up to where the assistant begins: pleach's own wording in 6 of 10, no system turn in 19 of 20."""
    forms = wordings(numbers, target)
    text = forms[0] if rng.random() < 0.6 else rng.choice(forms)
    system = f"<|im_start|>system\n{SYSTEM}<|im_end|>\n" if rng.random() < 0.05 else ""
    return f"{system}<|im_start|>user\n{text}<|im_end|>\n<|im_start|>assistant\n"


def solve(tree, state, rate=0.7):
    """A right path from a state to its end, rated on the way. Returns the last state."""
    while state.open:
        state = tree.step(state, state.advised or pick(tree.rng, state.left, tree.target, 0.0 if state.dead else 1.0))
        if tree.rng.random() < rate:
            tree.rate(state)
    if len(state.left) == 1:
        made = tree.rng.random() < 0.6 and wrong_answer(tree.rng, state, tree.target, tree.numbers)
        if made and state.sound:  # beside the right answer: what is said before tells nothing then
            tree.rate(tree.end(state, *made, learn=False))
        state = tree.close(state)
        if tree.rng.random() < rate:
            tree.rate(state)
    return state


def wander(tree, state):
    """A path that goes wrong somewhere or not, whose error need not be last; then rated and mostly criticised and revised."""
    rng = tree.rng
    while state.open:
        kind = rng.random()
        if kind < 0.22:
            made = slip(rng, state.left, tree.target)
            if made:
                line, claimed, fault = made
                state = tree.line(state, line, claimed, complaint(state.count + 1, line, fault) if state.sound else None)
        elif kind < 0.26:
            made = wrong_answer(rng, state, tree.target, tree.numbers)
            if made and state.sound:
                state = tree.end(state, *made, learn=False)
        else:
            state = tree.step(state, pick(rng, state.left, tree.target, 0.6), 0.5)
        if rng.random() < 0.6:
            tree.rate(state)
        if rng.random() < 0.3:
            break
    if len(state.left) == 1 and not state.final:
        made = wrong_answer(rng, state, tree.target, tree.numbers) if rng.random() < 0.4 else None
        if made:
            state = tree.end(state, *made, learn=False)
            state.skip = False
        elif state.sound:
            state = tree.close(state)
        elif state.left[0] == tree.target:  # an unsound path that claims success
            text = f"Answer: {state.items[0][1]} = {tree.target}"
            state = tree.end(state, text, learn=False, skip=puzzle.check_answer(tree.numbers, tree.target, text))
        tree.rate(state)
    if rng.random() < 0.85:
        tree.criticise(state)
        if rng.random() < 0.8:
            again = tree.revise(state)
            if again:
                solve(tree, again, 0.3)


def deceive(tree, state):
    """A path that slips once, early or late, and from there reaches the target as if nothing were wrong: rated 0 up to its answer.
    The rater must look back at every step; a good ending says nothing."""
    rng = tree.rng
    for _ in range(12):
        made = slip(rng, state.left, tree.target)
        if made and puzzle.solvable(tuple(sorted(made[1])), tree.target):
            break
    else:
        return
    line, claimed, fault = made
    state = tree.line(state, line, claimed, complaint(state.count + 1, line, fault))
    while True:
        if rng.random() < 0.6 or len(state.left) == 1:
            tree.rate(state)
        if len(state.left) == 1:
            break
        state = tree.step(state, pick_winning(rng, state.left, tree.target))
    text = f"Answer: {state.items[0][1]} = {tree.target}"
    state = tree.end(state, text, learn=False, skip=puzzle.check_answer(tree.numbers, tree.target, text))
    tree.rate(state)
    if rng.random() < 0.85:
        tree.criticise(state)


def sprout(tree):
    """A side move from any sound state, rated: most of what the rater learns of solvable and hopeless states."""
    rng = tree.rng
    states = [s for s in tree.states if s.open and s.sound]
    state = rng.choice(states)
    if rng.random() < 0.12:
        made = slip(rng, state.left, tree.target)
        if made:
            line, claimed, fault = made
            tree.rate(tree.line(state, line, claimed, complaint(state.count + 1, line, fault)))
        return
    new = tree.step(state, pick(rng, state.left, tree.target, 0.3))
    tree.rate(new)
    if len(new.left) == 1 and rng.random() < 0.5:
        tree.close(new)


def regret(tree):
    """The revision line after a path that went wrong, and one winning step from before the error."""
    wrong = [s for s in tree.states if not s.final and (s.bad or s.dead) and "revised" not in s.asked]
    if wrong:
        state = tree.rng.choice(wrong)
        state.asked.add("revised")
        again = tree.revise(state)
        if again and again.open:
            new = tree.step(again, again.advised or pick_winning(tree.rng, again.left, tree.target))
            if tree.rng.random() < 0.5:
                tree.rate(new)


def offer(tree):
    """A choice between a winning step and a losing or unsound one."""
    rng = tree.rng
    states = [s for s in tree.states if s.open and s.sound and not s.dead]
    if not states:
        return
    state = rng.choice(states)
    a, op, b, r = pick_winning(rng, state.left, tree.target)
    good = write(a, op, b, r, puzzle.after(state.left, a, b, r))
    for _ in range(10):
        if rng.random() < 0.3:
            made = slip(rng, state.left, tree.target)
            if made:
                return tree.choose(state, good, made[0])
        a, op, b, r = pick_any(rng, state.left)
        left = puzzle.after(state.left, a, b, r)
        if not puzzle.solvable(tuple(sorted(left)), tree.target):
            return tree.choose(state, good, write(a, op, b, r, left))


_TOPICS = ["hello", "hi there", "who are you?", "what is the capital of France?", "write a poem about the sea", "thanks", "help",
           "tell me a story", "what can you do?", "translate this to German", "why is the sky blue?", "fix my code", "test",
           "fn main() { println!(\"hi\"); }", "Prove that there are infinitely many primes.", "What is 2 + 2?", "Summarise this page.",
           "If a train leaves at noon, when does it arrive?", "¿Qué hora es?", "привет", "你好", "def f(x): return x"]
_SYLLABLES = ["ka", "to", "mi", "re", "sun", "ble", "the", "of", "ing", "what", "is", "a", "er", "st", "or", "and", "how", "do", "x", "qu"]


def off_topic(rng, size):
    """A question that is no puzzle, and the plain sentence that says what the model is for."""
    text = rng.choice(_TOPICS)
    if rng.random() < 0.7:
        words = ["".join(rng.choice(_SYLLABLES) for _ in range(rng.randint(1, 3))) for _ in range(rng.randint(1, 9))]
        text = " ".join(words).capitalize() + rng.choice(["?", ".", "", "!"])
    elif rng.random() < 0.5:
        text = text.capitalize()
    row = Row(size)
    node = row.add(None, v.encode(f"<|im_start|>user\n{text}<|im_end|>\n<|im_start|>assistant\n"))
    node = row.add(node, v.encode(ABOUT), 1.0)
    row.loss.append((node.last, v.IM_END, 1.0))
    return row


def openings(rng, problems, size):
    """Many problems in one row, of each only the choice of the first move. A tree has one such choice, and it is the hardest: a model that
    is trained on trees alone solves nearly every hand whose first move it gets right."""
    row = Row(size)
    try:
        while True:
            numbers, target = problems.problem()
            if puzzle.solvable(tuple(sorted(numbers)), target):
                tree = Tree(row, rng, numbers, target, v.encode(prompt_text(rng, numbers, target)))
                tree.choices(tree.root, [pick_winning(rng, numbers, target) for _ in range(3)])
    except Full:
        return row


def grown(rng, problems, size):
    if rng.random() < OFF_TOPIC:
        try:
            return off_topic(rng, size)
        except Full:
            pass
    numbers, target = problems.problem()
    row = Row(size)
    tree = Tree(row, rng, numbers, target, v.encode(prompt_text(rng, numbers, target)))
    try:
        if rng.random() < 0.15:
            tree.rate(tree.root)
        if rng.random() < 0.75:
            solve(tree, tree.root)
        for _ in range(80):
            if row.room() < 24:
                break
            kind = rng.random()
            if kind < 0.18:
                deceive(tree, rng.choice([s for s in tree.states if s.open and s.sound]))
            elif kind < 0.46:
                wander(tree, tree.root if rng.random() < 0.6 else rng.choice([s for s in tree.states if s.open and s.sound]))
            elif kind < 0.48:
                offer(tree)
            elif kind < 0.55:
                solve(tree, rng.choice([s for s in tree.states if s.open and s.sound and not s.dead] or [tree.root]))
            elif kind < 0.72:
                regret(tree)
            else:
                sprout(tree)
    except Full:
        pass
    return row


class Stream:
    """Endless rows of one process, seeded."""

    def __init__(self, seed, size, mix=Mix()):
        self.rng, self.size, self.mix = random.Random(seed), size, mix
        self.problems = Problems(self.rng, mix)

    def row(self):
        make = openings if self.rng.random() < self.mix.openings else grown
        return make(self.rng, self.problems, self.size)
