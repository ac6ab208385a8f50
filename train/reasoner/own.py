"""Rows from the model's own samples: its paths judged by the checker, so that the rater learns the slips that really happen.

Responsible for: sampling paths of training problems, and turning them into rows with true ratings, critiques and better ways on.
"""
import collections
import random

import torch

from . import puzzle, sampler, vocab as v
from .data import Mix, Problems, prompt_text, solve
from .paths import Tree, answer_complaint, complaint, pick_winning
from .rows import Full, Row


def replay(tree, text):
    """Write one path of the model (its text) into the tree. Returns its states after each line."""
    state, states = tree.root, []
    for line in text.split("\n"):
        if not line or state.final:
            break
        if line.startswith(("Answer:", "Dead end:")):
            if line.startswith("Answer:"):
                right = puzzle.check_answer(tree.numbers, tree.target, line)
                bad = None if right else answer_complaint(state, tree.target)
                state = tree.end(state, line, bad if state.sound else None, learn=False, skip=right and not state.sound)
            else:
                state = tree.end(state, line, learn=False)
            states.append(state)
            break
        claimed, fault = puzzle.check_step(state.left, line)
        bad = complaint(state.count + 1, line, fault) if fault and state.sound else None
        state = tree.line(state, line, claimed or [], bad)
        states.append(state)
        if not claimed:
            break
    return states


class OwnStream:
    """Rows from fresh samples of a model, refilled a batch at a time. Slips and false answers are rare in samples, and they are what the rater
    must learn; so most rows come from stores of recent rows: with a false answer, with an unsound path, any."""
    KEPT = 600

    def __init__(self, model, seed, size, mix=Mix(), problems=48, paths=4):
        self.model, self.size, self.count, self.paths = model, size, problems, paths
        self.rng = random.Random(seed)
        self.problems = Problems(self.rng, mix)
        self.generator = torch.Generator().manual_seed(seed)
        self.rows = []
        self.false, self.unsound, self.recent = (collections.deque(maxlen=self.KEPT) for _ in range(3))

    def row(self):
        for store, share in ((self.false, 0.35), (self.unsound, 0.4), (self.recent, 0.5)):
            if len(store) >= 60 and self.rng.random() < share:
                return self.rng.choice(store)
        if not self.rows:
            self.refill()
        return self.rows.pop()

    def refill(self):
        asked = [self.problems.problem() for _ in range(self.count)]
        prompts = [list(v.encode(prompt_text(self.rng, *p))) for p in asked]
        many = [p for p in prompts for _ in range(self.paths)]
        texts = generate_texts(self.model, many, self.rng.choice((0.8, 0.8, 1.0, 1.2)), self.generator)
        for i, (numbers, target) in enumerate(asked):
            row, unsound, false = self.build(numbers, target, prompts[i], texts[i * self.paths:(i + 1) * self.paths])
            self.rows.append(row)
            self.recent.append(row)
            if unsound:
                self.unsound.append(row)
            if false:
                self.false.append(row)
        self.rng.shuffle(self.rows)

    def build(self, numbers, target, prompt, texts):
        rng, row = self.rng, Row(self.size)
        tree = Tree(row, rng, numbers, target, prompt)
        try:
            for text in texts:
                states = replay(tree, text.replace("<|im_end|>", ""))
                for s in states:
                    if s.sound and s.open:
                        tree.soft(s)
                    tree.rate(s)
                if states and rng.random() < 0.8:
                    wrong = next((s for s in states if not s.sound or s.dead), states[-1])
                    last = rng.choice((wrong, wrong, states[-1], states[-1], rng.choice(states)))
                    tree.criticise(last)
                    again = tree.revise(last) if rng.random() < 0.85 else None
                    if again:
                        solve(tree, again, 0.3)
            while row.room() > 20:
                good = [s for s in tree.states if s.open and s.sound and not s.dead]
                if not good:
                    break
                s = rng.choice(good)
                tree.rate(tree.step(s, pick_winning(rng, s.left, target)))
                if rng.random() < 0.1:
                    break
        except Full:
            pass
        return row, any(not s.sound for s in tree.states), any(s.final == "answer" and not s.sound and not s.skip for s in tree.states)


def generate_texts(model, prompts, temperature, generator=None):
    was = model.training
    model.eval()
    out = sampler.generate(model, prompts, temperature, generator=generator)
    model.train(was)
    return [v.decode(x) for x in out]
