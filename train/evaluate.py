"""All figures of the model card, on reserved puzzles, with 95 % confidence intervals, and what they were wanted to be.

One command: `python evaluate.py MODEL --gguf FILE --json FILE`, MODEL being a checkpoint or a GGUF. Class (b) has 313 solvable Game of 24
hands; intervals are bootstrapped over hands, not puzzles. The Tree-of-Thoughts 100 stand apart.
"""
import argparse
import json
import random
import time

import torch

from check_gguf import compare
from export import load
from reasoner import puzzle, sampler, vocab as v
from reasoner.data import wide_hand
from reasoner.figures import auc, class_b, generate_texts, judged, prompt, rated_states, rating_figures, rating_sets, samples, solved, three_modulo_17
from reasoner.paths import Tree, complaint, pick, slip, write
from reasoner.prompts import ABOUT, CHOOSE, signal
from reasoner.rows import Row
from reasoner.shows import table
from reasoner.trial import BUDGETS, METHODS, trial


def interval(groups, figure=lambda xs: sum(xs) / len(xs), rounds=1000):
    """(value, low, high): `groups` is one list of observations for each hand; hands are drawn anew."""
    rng = random.Random(0)
    value = figure([x for g in groups for x in g])
    drawn = sorted(y for y in (figure([x for g in rng.choices(groups, k=len(groups)) for x in g]) for _ in range(rounds)) if y is not None)
    return value, drawn[int(len(drawn) * 0.025)], drawn[int(len(drawn) * 0.975)]


def orders(hands, many):
    """Each hand in up to `many` different orders of its numbers (a hand of equal numbers has fewer)."""
    rng, out = random.Random(1), []
    for h in hands:
        found = {tuple(h)}
        for _ in range(40):
            if len(found) < many:
                found.add(tuple(rng.sample(h, len(h))))
        out.append(sorted(found))
    return out


class Report:
    def __init__(self):
        self.figures, self.began = {}, time.time()

    def say(self, name, value, of=None):
        """value: a number or (value, low, high)."""
        self.figures[name] = {"value": value if not isinstance(value, tuple) else value[0], "of": of}
        if isinstance(value, tuple):
            self.figures[name].update(low=value[1], high=value[2])
            print(f"{name:58s} {value[0]:.3f}  [{value[1]:.3f}, {value[2]:.3f}]" + (f"  n={of}" if of else ""), flush=True)
        else:
            print(f"{name:58s} {value if value is None else round(value, 4)}" + (f"  n={of}" if of else ""), flush=True)


def solving(model, r, name, groups, many=16, target=24):
    """Greedy and pass@many; returns the samples, one hand each."""
    greedy, passed, kept = [], [], []
    for orders in groups:
        texts = generate_texts(model, [prompt(h, target) for h in orders], 0)
        greedy.append([solved(h, target, t) for h, t in zip(orders, texts)])
    for at in range(0, len(groups), 5):
        part = [h for g in groups[at:at + 5] for h in g]
        done = dict(samples(model, part, many, 0.8, seed=at, target=target))
        kept += [[(h, done[h]) for h in g] for g in groups[at:at + 5]]
    single = [[solved(h, target, t) for h, ts in g for t in ts] for g in kept]
    passed = [[any(solved(h, target, t) for t in ts) for h, ts in g] for g in kept]
    n = sum(map(len, groups))
    r.say(f"{name}: greedy", interval(greedy), n)
    r.say(f"{name}: pass@1 at T=0.8", interval(single), n)
    r.say(f"{name}: pass@{many} at T=0.8", interval(passed), n)
    return kept


def by_heart(model, r, many=300):
    """Greedy on hands that were trained on: far above the reserved ones is what the model knows by heart."""
    hands = random.Random(1).sample([h for h in puzzle.train_hands() if puzzle.solvable(h, 24)], many)
    r.say("trained hands: greedy", interval([[solved(h, 24, ts[0])] for h, ts in samples(model, hands, 1, 0)]), many)


def on_wide(model, r, many=300):
    """Greedy on reserved hands with numbers above 13, which are most of what is trained on."""
    rng, hands = random.Random(1), set()
    while len(hands) < many:
        hand = tuple(wide_hand(rng))
        if puzzle.reserved(hand) and puzzle.solvable(hand, 24):
            hands.add(hand)
    r.say("wide hands, reserved: greedy", interval([[solved(h, 24, ts[0])] for h, ts in samples(model, sorted(hands), 1, 0)]), many)


def rating(model, r, kept, target=24):
    """AUCs on four own samples a puzzle, and validity of steps; wrong answers are so rare that all samples are searched for them."""
    groups = [rated_states(model, [(h, ts[:4]) for h, ts in g], target) for g in kept]
    answers = [rated_states(model, g, target, lambda s: s.final == "answer") for g in kept]
    steps = [[s.sound for s, *_ in g if not s.final and s.parent.sound] for g in groups]
    r.say("steps sound at T=0.8", interval(steps), sum(map(len, steps)))
    for key, name in (("depth1", "AUC solvable, after 1 step"), ("depth2", "AUC solvable, after 2 steps"), ("depth3", "AUC solvable, after 3 steps"),
                      ("slip", "AUC sound steps over own slips"), ("slip_alive", "AUC good steps that keep it solvable over own slips"),
                      ("answer", "AUC right over wrong final answers")):
        sets = [rating_sets(g)[key] for g in (answers if key == "answer" else groups)]
        good, bad = sum(len(a) for a, _ in sets), sum(len(b) for _, b in sets)
        if good and bad:
            r.say(name, interval([[(x, True) for x in a] + [(x, False) for x in b] for a, b in sets],
                                 lambda xs: auc([x for x, right in xs if right], [x for x, right in xs if not right]), 200), f"{good} / {bad}")
        else:
            r.say(name, None, f"{good} / {bad}")
    right = [[x for s, x, *_ in g if not s.bad] for g in answers]
    r.say("right answers: mean rating, 0 to 1", interval(right), sum(map(len, right)))
    everything = [x for g in groups for x in g]
    r.say("label mass, least", min(m for *_, m, _ in everything), len(everything))
    r.say("label mass, mean", sum(m for *_, m, _ in everything) / len(everything), len(everything))
    slips = [x for s, x, *_ in everything if not s.final and s.parent.sound and not s.sound]
    if slips:
        r.say("own slips rated 0.5 or more", sum(x >= 0.5 for x in slips) / len(slips), len(slips))


def faulty_paths(hands, rng, many):
    """Synthetic paths, each a (tree, last state): a slip at a random place, a dead end at a random place, or sound, in thirds."""
    out = []
    while len(out) < many:
        hand = list(rng.choice(hands))
        rng.shuffle(hand)
        tree = Tree(Row(10_000), rng, hand, 24, [v.USER_FIRST])
        kind, length, at, state = len(out) % 3, rng.randint(1, 3), 0, tree.root
        place = rng.randint(1, length)
        while state.open and state.count < length:
            if kind == 0 and state.count + 1 == place:
                made = slip(rng, state.left, 24)
                if not made:
                    break
                state = tree.line(state, made[0], made[1], complaint(place, made[0], made[2]))
            elif kind == 1 and state.count + 1 == place:
                losing = [m for m, nxt in puzzle.moves(tuple(sorted(state.left))) if not puzzle.solvable(nxt, 24)]
                if not losing:
                    break
                state = tree.step(state, rng.choice(losing))
            else:
                state = tree.step(state, pick(rng, state.left, 24, 1.0))
        if state.count >= place and (state.bad is not None, bool(state.dead)) == ((True, False), (False, True), (False, False))[kind]:
            out.append((tree, state, kind))
    return out


def path_text(state):
    lines = []
    while state.parent is not None:
        lines.append(state.text)
        state = state.parent
    return "".join(line + "\n" for line in reversed(lines))


def critiques(model, asked):
    """What the model says of paths, greedily."""
    out = []
    for at in range(0, len(asked), 400):
        out += sampler.generate(model, asked[at:at + 400], 0, limit=120)
    return [v.decode(x).replace("<|im_end|>", "") for x in out]


def criticising(model, r, hands, many=600):
    rng = random.Random(7)
    paths = faulty_paths(hands, rng, many)
    asked = [prompt(t.numbers) + list(v.encode(path_text(s))) + sampler.CRITIQUE_TURN for t, s, _ in paths]
    said = critiques(model, asked)
    truth = [t.critique(s) for t, s, _ in paths]
    step = lambda text: text.split(":")[0].split(" is ")[0]
    by_hand = {}
    for (t, s, kind), a, b in zip(paths, said, truth):
        sentence = a.split(". ")[0].rstrip(".") + "."  # what it considers in place of the step comes after it
        by_hand.setdefault(tuple(sorted(t.numbers)), []).append((kind, sentence == b, step(a) == step(b), b, a))
    groups = list(by_hand.values())

    def share(kind, field):
        return interval([[x[field] for x in g if x[0] == kind] for g in groups], lambda xs: sum(xs) / max(1, len(xs)), 300)

    n = many // 3
    r.say("critique: slip, right step named", share(0, 2), n)
    r.say("critique: slip, word for word", share(0, 1), n)
    r.say("critique: dead end, right step named", share(1, 2), n)
    r.say("critique: sound path, no mistake", share(2, 1), n)
    revising(model, r, paths, "synthetic")


def own_errors(kept, many=200):
    """Sampled paths of the model up to their first error: up to `many` of each kind, as (tree, state, kind)."""
    out = {0: [], 1: []}
    for g in kept:
        for hand, texts in g:
            for text in texts[:6]:
                tree, states = judged(hand, 24, text)
                if not states or (states[-1].sound and not states[-1].dead):
                    continue
                kind = 0 if not states[-1].sound else 1
                first = next(s for s in states if (not s.sound if kind == 0 else s.dead))
                if not first.final and (kind == 1 or not first.parent.dead):
                    out[kind].append((tree, first, kind))
    rng = random.Random(5)
    return [x for kind in (0, 1) for x in rng.sample(out[kind], min(many, len(out[kind])))]


def alive(hand, state_before, line):
    """True if the step line is sound and keeps 24 within reach."""
    claimed, fault = puzzle.check_step(state_before.left, line)
    return fault is None and puzzle.solvable(tuple(sorted(claimed)), 24)


def revising(model, r, paths, whose, tries=8):
    """After a critique, is the next step sound and the target within reach? Against plain samples of the same step, without the wrong line
    and the critique. The critique is the model's own, which may name another step (its revision is then none), and apart from that the
    checker's sentence."""
    def times(pairs, cases):
        """How many times as often a revision is right as a plain sample."""
        return interval(pairs, lambda xs: sum(a for a, _ in xs) / max(1, sum(b for _, b in xs)), 300), f"{cases} x {tries}"

    generator = torch.Generator().manual_seed(3)
    mistakes, cases = {}, 0
    for kind, name in ((0, "slip"), (1, "dead end")):
        chosen = [(t, s) for t, s, k in paths if k == kind]
        if not chosen:
            continue
        befores, uptos = [], []
        for t, s in chosen:
            k = int(t.critique(s).split()[1])
            upto = s
            while upto.count > k:  # cut after the first wrong step, as Agent-R does
                upto = upto.parent
            uptos.append(prompt(t.numbers) + list(v.encode(path_text(upto))))
            befores.append(upto.parent)
        own = critiques(model, [u + sampler.CRITIQUE_TURN for u in uptos])
        named = [a.split(" is ")[0] == t.critique(s).split(" is ")[0] for a, (t, s) in zip(own, chosen)]
        ways = {
            "revised": [u + list(v.encode(signal(a))) if n else None for u, a, n in zip(uptos, own, named)],
            "revised after the checker's sentence": [u + list(v.encode(signal(t.critique(s)))) for u, (t, s) in zip(uptos, chosen)],
            "step resampled": [prompt(t.numbers) + list(v.encode(path_text(b))) for b, (t, _) in zip(befores, chosen)],
        }
        n, hands, found = f"{len(chosen)} x {tries}", [tuple(sorted(t.numbers)) for t, _ in chosen], {}
        for way, prompts in ways.items():
            asked = [p for p in prompts if p for _ in range(tries)]
            out = []
            for at in range(0, len(asked), 400):
                out += sampler.generate(model, asked[at:at + 400], 0.8, stop=(v.STEP_END,), generator=generator)
            lines, by_hand = iter(out), {}
            for hand, p, before in zip(hands, prompts, befores):
                for _ in range(tries):
                    right = p is not None and alive(hand, before, v.decode(next(lines)).rstrip("\n"))
                    by_hand.setdefault(hand, []).append(right)
            found[way] = by_hand
            r.say(f"{whose} {name}, {way}: sound and solvable", interval(list(by_hand.values()), rounds=300), n)
        pairs = {hand: list(zip(found["revised"][hand], found["step resampled"][hand])) for hand in found["revised"]}
        r.say(f"{whose} {name}, revised over resampled", *times(list(pairs.values()), len(chosen)))
        cases += len(chosen)
        for hand, tried in pairs.items():
            mistakes.setdefault(hand, []).extend(tried)
    if cases:
        r.say(f"{whose} mistake of either kind, revised over resampled", *times(list(mistakes.values()), cases))


def choosing(model, r, hands, many=300):
    """A or B between a winning and a losing first or second step, asked in both orders: right in both."""
    rng, cases = random.Random(9), []
    while len(cases) < many:
        hand = list(rng.choice(hands))
        rng.shuffle(hand)
        tree = Tree(Row(10_000), rng, hand, 24, [v.USER_FIRST])
        state = tree.root if rng.random() < 0.5 else tree.step(tree.root, pick(rng, hand, 24, 1.0))
        good = pick(rng, state.left, 24, 1.0)
        losing = [m for m, nxt in puzzle.moves(tuple(sorted(state.left))) if not puzzle.solvable(nxt, 24)]
        if losing:
            lines = [write(*m, puzzle.after(state.left, m[0], m[2], m[3])) for m in (good, rng.choice(losing))]
            cases.append((hand, prompt(hand) + list(v.encode(path_text(state))), lines))
    right = {}
    for a, b, letter in ((0, 1, "A"), (1, 0, "B")):
        asked = [at + [v.IM_END, v.USER, *v.encode(CHOOSE.replace("{a}", lines[a]).replace("{b}", lines[b])), v.IM_END, v.ASSISTANT] for _, at, lines in cases]
        logits = sampler.last_logits(model, asked)[:, [v.ID["A"], v.ID["B"]]]
        for i, best in enumerate(logits.argmax(-1).tolist()):
            right.setdefault(i, []).append("AB"[best] == letter)
    r.say("choice of A or B: right", interval(list(right.values())), 2 * many)
    r.say("choice of A or B: right in both orders", interval([[all(x)] for x in right.values()]), many)


def off_topic(model, r):
    """Questions that no training row holds: does the plain sentence come?"""
    asked = ["What is the tallest mountain?", "Hello!", "Write a haiku about rain.", "Explain recursion to me", "who won the game yesterday?",
             "Translate 'bread' into French.", "sort these words: pear apple fig", "Wie geht es dir?", "I feel sad today.", "print('hi')"]
    said = generate_texts(model, [list(v.encode(f"<|im_start|>user\n{q}<|im_end|>\n<|im_start|>assistant\n")) for q in asked], 0)
    r.say("off topic: says what it is for", sum(x.startswith(ABOUT) for x in said) / len(said), len(said))


def searching(model, r, groups, temperature, name):
    puzzles = [(h, 24) for g in groups for h in g]
    result = trial(model, puzzles, temperature=temperature)

    def split(xs):
        it = iter(xs)
        return [[next(it) for _ in g] for g in groups]

    for budget in BUDGETS:
        for method in METHODS:
            chosen, found = result[method][budget]
            r.say(f"{name}: {method}, {budget} tokens, chosen right", interval(split(chosen)), len(chosen))
            r.say(f"{name}: {method}, {budget} tokens, right one found", interval(split(found)), len(found))
        gain = [a - b for a, b in zip(result["best-first"][budget][0], result["best-of-n"][budget][0])]
        r.say(f"{name}: best-first less best-of-n, {budget} tokens", interval(split(gain)), len(gain))
    for method in METHODS:
        r.say(f"{name}: {method}, mean tokens spent", result[method]["spent"])


def countdown(model, r, many=300):
    rng, groups = random.Random(11), []
    while len(groups) < many:
        hand, target = sorted(rng.randint(1, 13) for _ in range(rng.choice((3, 4, 4, 5)))), rng.randint(10, 50)
        if puzzle.in_class_b(hand) and puzzle.solvable(tuple(hand), target):
            groups.append((tuple(hand), target))
    greedy = generate_texts(model, [prompt(h, t) for h, t in groups], 0)
    right = [[solved(h, t, x)] for (h, t), x in zip(groups, greedy)]
    r.say("Countdown: greedy", interval(right), many)
    for size in (3, 4, 5):
        part = [x for x, (h, _) in zip(right, groups) if len(h) == size]
        r.say(f"Countdown: greedy, {size} numbers", interval(part), len(part))
    generator, prompts, texts = torch.Generator().manual_seed(2), [prompt(h, t) for h, t in groups for _ in range(16)], []
    for at in range(0, len(prompts), 320):
        texts += generate_texts(model, prompts[at:at + 320], 0.8, generator)
    passed = [[any(solved(h, t, x) for x in texts[i * 16:(i + 1) * 16])] for i, (h, t) in enumerate(groups)]
    r.say("Countdown: pass@16", interval(passed), many)


PARTS = ("solve", "search", "critique", "gguf", "tot", "countdown")


def main():
    p = argparse.ArgumentParser()
    p.add_argument("model", help="a checkpoint or a GGUF")
    p.add_argument("--gguf", help="the exported file to compare with torch in llama.cpp")
    p.add_argument("--json")
    p.add_argument("--only", help="comma-separated, of " + ", ".join(PARTS))
    p.add_argument("--orders", type=int, default=1, help="orders in which each hand of class (b) is asked")
    p.add_argument("--countdown", type=int, default=300, help="how many Countdown puzzles")
    p.add_argument("--temperature", type=float, default=0.8, help="of the search trial")
    o = p.parse_args()
    torch.set_num_threads(1)
    parts = o.only.split(",") if o.only else PARTS
    model, at = load(o.model)
    print(at)
    r, groups = Report(), orders(class_b(), o.orders)
    tot = [[h] for h in sorted(puzzle.tot_hands())]
    for part in parts:
        if part == "solve":
            kept = solving(model, r, "class (b)", groups)
            solving(model, r, "3 modulo 17 only, four orders", orders(three_modulo_17(), 4))
            by_heart(model, r)
            on_wide(model, r)
            rating(model, r, kept)
            revising(model, r, own_errors(kept), "own")
        elif part == "search":
            searching(model, r, groups, o.temperature, "search")
        elif part == "critique":
            criticising(model, r, class_b())
            choosing(model, r, class_b())
            off_topic(model, r)
        elif part == "tot":
            solving(model, r, "Tree-of-Thoughts 100", tot)
            searching(model, r, tot, o.temperature, "Tree-of-Thoughts 100")
        elif part == "gguf" and o.gguf:
            alike, ties, of, _ = compare(o.gguf, model)
            r.say("greedy alike in llama.cpp and torch, ties aside", (alike + ties) / of, of)
        elif part == "countdown":
            countdown(model, r, o.countdown)
        print(f"({part}: {time.time() - r.began:.0f} s)", flush=True)
        if o.json:  # after each part: a report that is cut short loses only what it had not reached
            with open(o.json, "w") as f:
                json.dump({"trained": at, "figures": r.figures}, f, indent=1)
    print("\n" + table(r.figures))


if __name__ == "__main__":
    main()
