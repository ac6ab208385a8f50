"""Search against sampling at equal tokens: best-first guided by the model's own ratings, and best-of-n with the same rater.

Responsible for the table that says whether search pays. Cost is every token decoded: generated ones and the five of each rating turn.
Both stop at their own rating (an answer rated at least STOP), never at the truth; both hand back their best-rated answer.
All puzzles advance in lockstep so that the network runs in batches. Best-first is the program's policy of that name without its check of
arithmetic and its second question about answers (`make bench-search` measures that one): one step at a time, and what was sampled
without success gives way.
"""
import math

import torch

from . import sampler, vocab as v
from .figures import prompt, solved

STOP = 0.8
BUDGETS = (500, 1000, 2000)
RATING_COST = len(sampler.RATE_TURN)
LONGEST = 80
ROOT, PATIENCE = 0.7, 0.1  # the value of the empty path; what ln(1 + samples) of a path takes off its value


class Hand:
    """One puzzle under one method: tokens spent, and the best answer after each amount."""

    def __init__(self, numbers, target):
        self.numbers, self.target, self.start = list(numbers), target, prompt(numbers, target)
        self.spent, self.done, self.found_at = 0, False, None
        self.best, self.history = -1.0, []  # history: (spent, chosen is right)
        self.frontier, self.seen = [], set()  # frontier: [value, path tokens, how often it was sampled from]

    def answered(self, path, score):
        right = solved(self.numbers, self.target, v.decode(path))
        if right and self.found_at is None:
            self.found_at = self.spent
        if score > self.best:
            self.best = score
            self.history.append((self.spent, right))
        if score >= STOP:
            self.done = True

    def chosen(self, budget):
        return next((right for spent, right in reversed(self.history) if spent <= budget), False)

    def found(self, budget):
        return self.found_at is not None and self.found_at <= budget


def is_answer(path):
    return path[-1] == v.IM_END and v.decode(path).rpartition("\n")[2].startswith("Answer:")


def best_of_n(model, hands, budget, temperature, generator):
    live = [h for h in hands if not h.done and h.spent < budget]
    while live:
        texts = sampler.generate(model, [h.start for h in live], temperature, limit=LONGEST, generator=generator)
        ends = [(h, t) for h, t in zip(live, texts) if is_answer(t)]
        for h, t in zip(live, texts):
            h.spent += len(t)
        scores, _ = sampler.rate(model, [h.start + t[:-1] for h, t in ends])
        for (h, t), score in zip(ends, scores):
            h.spent += RATING_COST
            h.answered(t, score)
        live = [h for h in live if not h.done and h.spent < budget]


def best_first(model, hands, budget, temperature, generator):
    """Sample a step after the path whose value, less its patience, is highest; rate what is new."""
    for h in hands:
        h.frontier = [[ROOT, (), 0]]
    live = [h for h in hands if not h.done and h.spent < budget]
    while live:
        asked = []
        for h in live:
            top = max(h.frontier, key=lambda x: x[0] - PATIENCE * math.log1p(x[2]))
            top[2] += 1
            asked.append((h, top[1]))
        steps = sampler.generate(model, [h.start + list(path) for h, path in asked], temperature, stop=(v.STEP_END,), limit=LONGEST, generator=generator)
        fresh = []
        for (h, path), step in zip(asked, steps):
            h.spent += len(step)
            new = path + tuple(step)
            if new not in h.seen and step[-1] in (v.STEP_END, v.IM_END):
                h.seen.add(new)
                fresh.append((h, new))
        scores, _ = sampler.rate(model, [h.start + [t for t in p if t != v.IM_END] for h, p in fresh])
        for (h, p), score in zip(fresh, scores):
            h.spent += RATING_COST
            if p[-1] == v.STEP_END:
                h.frontier.append([score, p, 0])
            elif is_answer(p):
                h.answered(p, score)
        live = [h for h in live if not h.done and h.spent < budget]


METHODS = {"best-of-n": best_of_n, "best-first": best_first}


def trial(model, puzzles, budgets=BUDGETS, temperature=0.8, seed=0):
    """{method: {budget: (chosen right, right one found)}} as lists of booleans, and the mean tokens spent."""
    out = {}
    for name, method in METHODS.items():
        hands = [Hand(*p) for p in puzzles]
        method(model, hands, max(budgets), temperature, torch.Generator().manual_seed(seed))
        out[name] = {b: ([h.chosen(b) for h in hands], [h.found(b) for h in hands]) for b in budgets}
        out[name]["spent"] = sum(h.spent for h in hands) / len(hands)
    return out
