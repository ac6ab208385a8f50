"""Search against sampling at equal tokens: best-first guided by the model's own ratings, and best-of-n with the same rater.

Responsible for the table that says whether search pays. Cost is every token decoded: generated ones and the five of each rating turn.
Both stop at their own rating (an answer rated at least STOP), never at the truth; both hand back their best-rated answer.
All puzzles advance in lockstep so that the network runs in batches.
"""
import torch

from . import sampler, vocab as v
from .figures import prompt, solved

STOP = 0.8
BUDGETS = (500, 1000, 2000)
RATING_COST = len(sampler.RATE_TURN)
LONGEST = 80


class Hand:
    """One puzzle under one method: tokens spent, and the best answer after each amount."""

    def __init__(self, numbers, target):
        self.numbers, self.target, self.start = list(numbers), target, prompt(numbers, target)
        self.spent, self.done, self.found_at = 0, False, None
        self.best, self.history = -1.0, []  # history: (spent, chosen is right)
        self.frontier, self.seen = [], set()  # frontier: [priority, path tokens]

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


def best_first(model, hands, budget, temperature, generator, children=1, again=0.8):
    """Expand the best-rated open path (the empty one is rated too) by `children` sampled steps; a path that was expanded comes back
    with a lower priority."""
    scores, _ = sampler.rate(model, [h.start for h in hands])
    for h, score in zip(hands, scores):
        h.spent, h.frontier = RATING_COST, [[score, ()]]
    live = [h for h in hands if not h.done and h.spent < budget]
    while live:
        asked = []
        for h in live:
            h.frontier.sort(key=lambda x: x[0])
            top = h.frontier.pop()
            asked += [(h, top[1])] * children
            h.frontier.append([top[0] * again, top[1]])
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
                h.frontier.append([score, p])
            elif is_answer(p):
                h.answered(p, score)
        live = [h for h in live if not h.done and h.spent < budget]


METHODS = {"best-of-n": best_of_n, "best-first": best_first}


def trial(model, puzzles, budgets=BUDGETS, temperature=0.8, seed=0, **settings):
    """{method: {budget: (chosen right, right one found)}} as lists of booleans, and the mean tokens spent."""
    out = {}
    for name, method in METHODS.items():
        hands = [Hand(*p) for p in puzzles]
        method(model, hands, max(budgets), temperature, torch.Generator().manual_seed(seed), **(settings if name == "best-first" else {}))
        out[name] = {b: ([h.chosen(b) for h in hands], [h.found(b) for h in hands]) for b in budgets}
        out[name]["spent"] = sum(h.spent for h in hands) / len(hands)
    return out
