"""What a path of reasoning says and what is true of it: sound steps, slips, answers, ratings, critiques, revisions.

Responsible for: the state of a path (`State`) and the ways to go on from it, with their true rating and critique, written into a row.
"""
from . import puzzle, vocab as v
from .prompts import CHOOSE, signal

POLICY, DETERMINED, LEGAL, VERDICT, CRITIQUE, REVISED, OPENING = 1.0, 1.0, 0.3, 4.0, 1.0, 2.0, 2.0  # loss weights
RATING, UNSOUND, RIGHT_ANSWER, FALSE_ANSWER = 1.5, 2.5, 3.0, 4.0  # loss weights of ratings, by what is rated
FLOOR = 0.3  # share of any sound move in the choice among four numbers or more
SURER = 3  # the power of the moves' weights in a revision
WHOLE = 0.5  # share of critiques and revisions with the moves that are considered, which are long; of the others only the sentence stands
CONSIDERED = (0.3, 0.3, 0.2, 0.14, 0.06)  # shares of critiques with so many losing moves considered; after the most, no winning one follows


class State:
    """A path so far. `left` is what the path claims to have left; `bad` the critique of its first unsound step; `dead` the number of
    the first sound step after which the target is out of reach (0: it always was), with the list there; `final` how it ended;
    `careful` that the path has just been revised: the next step is worth more, and only the surest moves are wanted there, or the one
    `advised` by the critique."""
    __slots__ = ("node", "left", "items", "count", "bad", "dead", "final", "parent", "text", "skip", "kids", "asked", "careful", "advised")

    def __init__(self, node, left, items, count=0, bad=None, dead=None, final=None, parent=None, text="", skip=False):
        self.node, self.left, self.items, self.count = node, left, items, count
        self.bad, self.dead, self.final, self.parent, self.text, self.skip = bad, dead, final, parent, text, skip
        self.kids, self.asked, self.careful, self.advised = {}, set(), False, None

    @property
    def sound(self):
        return self.bad is None

    @property
    def open(self):
        return self.final is None and len(self.left) > 1


class Tree:
    """One row with its problem; the methods grow it."""

    def __init__(self, row, rng, numbers, target, prompt_tokens):
        self.row, self.rng, self.target, self.numbers = row, rng, target, list(numbers)
        node = row.add(None, prompt_tokens)
        self.solvable = puzzle.solvable(tuple(sorted(numbers)), target)
        self.root = State(node, list(numbers), [(n, str(n)) for n in numbers], dead=None if self.solvable else (0, list(numbers)))
        self.states = [self.root]

    # --- growing ---

    def soft(self, state, weight=None):
        """Soft targets for the first token of the next step, once a node: winning moves, or any where the target is out of reach.
        Weighs as a step's choice does, unless another weight is given."""
        if state.node.last in self.row.soft_done or not state.sound:
            return
        self.row.soft_done.add(state.node.last)
        self._choose(state.node.last, state, (), weight)

    def _choose(self, place, state, begun, weight=None, first=v.BARE):
        """Soft targets for the next token of a move of which `begun` is written already, `first` being the tokens of first numbers: among
        the winning moves that begin so; where none does, a lighter pull towards any sound move that does. While there are many numbers, any sound move keeps a little, so that samples differ."""
        def fits(a, op, b):
            return (a, op)[:len(begun)] == begun

        def token(a, op, b):
            return (first[a], v.OP[op], v.SPACED[b])[len(begun)]

        key = tuple(sorted(state.left))
        won = [] if state.dead else puzzle.winning(key, self.target)
        options = [(move, w) for move, _, w in won if fits(*move[:3]) and state.advised in (None, move)]
        weight = (weight or (REVISED if state.careful else POLICY)) if options else LEGAL
        if state.careful:  # a revision is a second thought: nearly all on the moves that leave most ways to the target
            options = [(move, w ** SURER) for move, w in options]
        legal = [(move, 1.0) for move, _ in puzzle.moves(key) if fits(*move[:3])]
        floor = FLOOR if len(key) > 3 and not state.careful else 0.0
        parts = [(options, 1 - floor), (legal, floor)] if options and floor else [(options or legal, 1.0)]
        targets = {}
        for moves, share in parts:
            total = sum(w for _, w in moves)
            for (a, op, b, _), w in moves:
                t = token(a, op, b)
                targets[t] = targets.get(t, 0.0) + share * w / total
        self.row.expect(place, targets, weight)

    def choices(self, state, moves):
        """Only the choice of winning moves, without their results: first numbers and operators, with soft targets up to second numbers."""
        self.soft(state, OPENING)
        begun = {}
        for a, op, *_ in moves:
            if a not in begun:
                begun[a] = self.row.add(state.node, [v.BARE[a]])
                self._choose(begun[a].last, state, (a,), OPENING)
            if (a, op) not in begun:
                begun[a, op] = self.row.add(begun[a], [v.OP[op]])
                self._choose(begun[a, op].last, state, (a, op), OPENING)

    def step(self, state, move, weight=1.0):
        """A sound step (sound from what the path claims). Learned where the path is sound: the choice by soft targets, the rest as it is."""
        a, op, b, r = move
        left = puzzle.after(state.left, a, b, r)
        text = write(a, op, b, r, left)
        if text in state.kids:
            return state.kids[text]
        tokens = v.step_tokens(a, op, b, r, left)
        learn = state.sound and weight
        node = self.row.add(state.node, tokens[:1])
        first = node.last
        node = self.row.add(node, tokens[1:])
        if learn:
            for i in range(3, len(tokens)):
                self.row.loss.append((first + i - 1, tokens[i], DETERMINED * weight))
            self.soft(state)
            self._choose(first, state, (a,))
            self._choose(first + 1, state, (a, op))
        items = list(state.items)
        one = next(x for x in items if x[0] == a)
        items.remove(one)
        two = next(x for x in items if x[0] == b)
        items.remove(two)
        wrap = lambda e: f"({e})" if " " in e else e
        items.append((r, f"{wrap(one[1])} {op} {wrap(two[1])}"))
        return self._reached(state, node, left, items, text)

    def _reached(self, state, node, left, items, text, bad=None):
        dead = state.dead
        if state.sound and not bad and not dead and not puzzle.solvable(tuple(sorted(left)), self.target):
            dead = (state.count + 1, left)
        new = state.kids[text] = State(node, left, items, state.count + 1, state.bad or bad, dead, None, state, text)
        self.states.append(new)
        return new

    def line(self, state, text, left, bad):
        """A step line as it stands, sound or not (no loss): slips, and lines from the model itself."""
        if text in state.kids:
            return state.kids[text]
        node = self.row.add(state.node, v.encode(text + "\n"))
        items, pool = [], list(state.items)
        for n in left:
            found = next((x for x in pool if x[0] == n), None)
            if found:
                pool.remove(found)
            items.append(found or (n, str(n)))
        return self._reached(state, node, left, items, text, bad)

    def end(self, state, text, bad=None, learn=True, skip=False):
        """The last line: an answer or a dead end."""
        if text in state.kids:
            return state.kids[text]
        node = self.row.add(state.node, v.encode(text), POLICY if learn else 0.0)
        if learn:
            self.row.loss.append((node.last, v.IM_END, POLICY))
        new = state.kids[text] = State(node, state.left, state.items, state.count, state.bad or bad, state.dead,
                    "answer" if text.startswith("Answer") else "dead end", state, text, skip)
        self.states.append(new)
        return new

    def close(self, state):
        """The true last line of a path with one number left."""
        left = state.left[0]
        if left == self.target:
            return self.end(state, f"Answer: {state.items[0][1]} = {self.target}", learn=state.sound)
        return self.end(state, f"Dead end: {left} is not {self.target}.", learn=state.sound)

    # --- judging ---

    def rating(self, state):
        if state.bad or state.final == "dead end":
            return 0
        if state.final:
            return 10
        return puzzle.rating(state.left, self.target)

    def critique(self, state):
        """The true critique, or None where there is nothing sensible to say (a problem that never had a solution)."""
        if state.bad:
            return state.bad
        if state.dead:
            k, left = state.dead
            return f"Step {k} is a dead end: {self.target} cannot be reached from {' '.join(map(str, left))}." if k else None
        return "No mistake found."

    def _turn(self, state):
        if state.node.turn is None:
            state.node.turn = self.row.add(state.node, [v.IM_END, v.USER])
        return state.node.turn

    def rate(self, state, weight=1.0):
        if state.skip or "rate" in state.asked:
            return
        asked = self.row.add(self._turn(state), [v.ID[v.RATE], v.IM_END, v.ASSISTANT])
        state.asked.add("rate")
        if state.final == "answer":
            weight *= FALSE_ANSWER if state.bad else RIGHT_ANSWER
        else:
            weight *= UNSOUND if state.bad else RATING
        self.row.loss.append((asked.last, v.SCORES[self.rating(state)], weight))

    def criticise(self, state):
        text = self.critique(state)
        if text is None or state.skip or "critique" in state.asked:
            return
        state.asked.add("critique")
        asked = self.row.add(self._turn(state), [v.ID[v.CRITIQUE], v.IM_END, v.ASSISTANT])
        tokens = v.encode(text)
        verdict = self.row.add(asked, tokens[:3], VERDICT)  # `Step`, which one, wrong or a dead end; the others are one token
        end = self.row.add(verdict, tokens[3:], CRITIQUE)
        before = self._before(state)
        if before and self.rng.random() > WHOLE:
            return  # cut short, and so without an end to learn
        moves = consider(self.rng, before.left, self.target) if before else []
        for i, (move, wins) in enumerate(moves):
            end = self._considered(end, before, move, judgement(wins, i + 1 == len(moves)))
        self.row.loss.append((end.last, v.IM_END, CRITIQUE))

    def _considered(self, node, before, move, verdict):
        """One move that a critique considers: chosen as a step is, worked out as a step is, then judged."""
        a, op, b, r = move
        left = puzzle.after(before.left, a, b, r)
        tokens = v.encode(" " + write(a, op, b, r, left))
        self._choose(node.last, before, (), CRITIQUE, v.SPACED)
        node = self.row.add(node, tokens[:1])
        self._choose(node.last, before, (a,), CRITIQUE)
        node = self.row.add(node, tokens[1:2])
        self._choose(node.last, before, (a, op), CRITIQUE)
        node = self.row.add(node, tokens[2:3])
        node = self.row.add(node, tokens[3:], DETERMINED)
        verdict = v.encode(verdict)
        node = self.row.add(node, verdict[:1], DETERMINED)
        return self.row.add(node, verdict[1:], VERDICT)

    def _before(self, state):
        """The state before the step that the critique of a path names; None if none is, or if no step from there could win."""
        text = self.critique(state)
        if text is None or not text.startswith("Step"):
            return None
        before = state
        while before.count >= int(text.split()[1]):
            before = before.parent
        return before if before.sound and before.open and not before.dead else None

    def revise(self, state):
        """`Wait, step 2 is wrong: ...` after the path, and the way on from before that step. Returns the state there, or None."""
        before = self._before(state)
        if before is None or state.final:
            return None
        moves = consider(self.rng, before.left, self.target) if self.rng.random() < WHOLE else []
        text = self.critique(state) + said(before.left, moves)
        # now and then as if the path were longer, so that far positions are met too
        node = self.row.add(state.node, v.encode(signal(text)), gap=self.rng.randint(1, 160) if self.rng.random() < 0.25 else 0)
        again = State(node, before.left, before.items, before.count, None, None, None, before.parent)
        again.careful = True
        again.advised = next((move for move, wins in moves if wins), None)
        self.states.append(again)
        return again

    def choose(self, state, good, bad):
        """A or B: which of two next steps is better."""
        first_good = self.rng.random() < 0.5
        a, b = (good, bad) if first_good else (bad, good)
        content = v.encode(CHOOSE.replace("{a}", a).replace("{b}", b))
        asked = self.row.add(self._turn(state), [*content, v.IM_END, v.ASSISTANT])
        self.row.loss.append((asked.last, v.ID["A" if first_good else "B"], RATING))


# --- moves and slips ---

def pick_winning(rng, left, target):
    won = puzzle.winning(tuple(sorted(left)), target)
    return rng.choices([m for m, _, _ in won], [w for _, _, w in won])[0] if won else None


def pick_any(rng, left):
    return rng.choice(puzzle.moves(tuple(sorted(left))))[0]


def pick(rng, left, target, winning):
    return (rng.random() < winning and pick_winning(rng, left, target)) or pick_any(rng, left)


def consider(rng, left, target):
    """What a critique considers in place of a wrong step: [(move, whether the target can be reached from there)], some that lose and then
    one that wins. Where it has considered many, it ends without one, so that a move is never judged by its place."""
    lose, many = [], rng.choices(range(len(CONSIDERED)), CONSIDERED)[0]
    for _ in range(3 * many):
        move = pick_any(rng, left)
        if move not in lose and not puzzle.solvable(tuple(sorted(puzzle.after(left, move[0], move[2], move[3]))), target):
            lose.append(move)
    won = [] if len(lose) >= len(CONSIDERED) - 1 else [(pick_winning(rng, left, target), True)]
    return [(move, False) for move in lose[:len(CONSIDERED) - 1]] + won


def judgement(wins, is_last):
    return " yes." if wins else " no." if is_last else " no;"


def said(left, moves):
    """How a critique puts the moves that it considers: ` 13 * 5 = 65 (left: 5 13 65) no; 13 / 13 = 1 (left: 5 5 1) yes.`"""
    lines = [write(*move, puzzle.after(left, move[0], move[2], move[3])) for move, _ in moves]
    return "".join(f" {line}{judgement(wins, i + 1 == len(moves))}" for i, (line, (_, wins)) in enumerate(zip(lines, moves)))


def write(a, op, b, r, left):
    return f"{a} {op} {b} = {r} (left: {' '.join(map(str, left))})"


def complaint(k, line, fault):
    """The critique of an unsound step, from what `check_step` found."""
    kind = fault[0]
    if kind == "available":
        return f"Step {k} is wrong: {fault[1]} is not available."
    if kind == "result":
        _, a, op, b, r, true = fault
        if true is None:
            return f"Step {k} is wrong: {a} {op} {b} is not {r}."
        return f"Step {k} is wrong: {a} {op} {b} = {true}, not {r}."
    if kind == "list":
        return f"Step {k} is wrong: left should be {' '.join(map(str, fault[1]))}."
    return f"Step {k} is wrong."


def wishful(rng, rest, target, r):
    """A wrong result in place of `r` with which the target could be reached: the target itself where nothing else is left, else often one
    near `r`, or any. None if none is found."""
    if not rest:
        return target if target != r else None
    near = rng.random() < 0.6
    tried = range(max(0, r - 12), min(puzzle.LIMIT, r + 12)) if near else [rng.randint(0, 60) for _ in range(20)]
    wish = [x for x in tried if x != r and puzzle.solvable(tuple(sorted(rest + [x])), target)]
    return min(rng.sample(wish, min(2, len(wish))), key=lambda x: abs(x - r)) if wish else None


def slip(rng, left, target):
    """An unsound step line from the list `left`, of the kinds that a model makes."""
    for _ in range(20):
        a, op, b, r = pick(rng, left, target, 0.5)
        new = puzzle.after(left, a, b, r)
        kind = rng.random()
        if kind < 0.38:  # a wrong result: wishful, near, or of another operator
            rest = new[:-1]
            if rng.random() < 0.5:
                wrong = wishful(rng, rest, target, r)
                if wrong is None:
                    continue
            else:
                others = [puzzle.compute(a, o, b) for o in "+-*/"]
                wrong = rng.choice([r + 1, r - 1, r + 2, r - 2, r + 10, r - 10, r + rng.randint(-9, 9)] + [o for o in others if o is not None])
            if wrong == r or not 0 <= wrong <= puzzle.LIMIT:
                continue
            line = write(a, op, b, wrong, rest + [wrong])
        elif kind < 0.5:  # a division with a remainder, or by 0; a difference below 0
            x, y = rng.choice(left), rng.choice(left)
            a, b = max(x, y), min(x, y)
            if len(left) < 2 or left.count(a) < 1 + (a == b):
                continue
            rest = list(left)
            rest.remove(a)
            rest.remove(b)
            if rng.random() < 0.3 and a != b:
                op, a, b, near = "-", b, a, (a - b,)
            elif b == 0 or a % b:
                op, near = "/", (a // b, a // b + 1) if b else (0, a)
            else:
                continue
            r = wishful(rng, rest, target, near[0]) if rng.random() < 0.5 else rng.choice(near)
            if r is None:
                continue
            line = write(a, op, b, r, rest + [r])
        elif kind < 0.85:  # a number that is not there, or the same one twice
            y = rng.choice(left)
            x = y if rng.random() < 0.5 else rng.choice([max(1, rng.choice(left) + rng.choice((-1, 1, 2))), rng.randint(1, 13), target])
            a, b = max(x, y), min(x, y)
            r = puzzle.compute(a, op, b)
            if r is None:
                continue
            rest = list(left)
            for n in (a, b):
                if n in rest:
                    rest.remove(n)
            if len(rest) >= len(left) - 1 and rest:
                rest.pop(rng.randrange(len(rest)))
            line = write(a, op, b, r, rest + [r])
        else:  # a wrong list
            wrong = list(new)
            how = rng.random()
            i = rng.randrange(len(wrong))
            if how < 0.3:
                wrong[i] = max(0, wrong[i] + rng.choice((-2, -1, 1, 2)))
            elif how < 0.55 and len(wrong) > 1:
                wrong.pop(i)
            elif how < 0.75:
                wrong.insert(rng.randint(0, len(wrong)), rng.choice((a, b)))
            elif how < 0.9 and len(wrong) > 1:
                wrong[i] = rng.choice(left)
            else:
                wrong.insert(i, rng.choice(left))
            line = write(a, op, b, r, wrong)
        claimed, fault = puzzle.check_step(left, line)
        if fault and claimed and max(claimed) <= puzzle.LIMIT:
            return line, claimed, fault
    return None


def wrong_answer(rng, state, target, numbers):
    """An answer line that isn't right, and its critique; None if this try came out right."""
    if len(state.left) == 1:
        text = state.items[0][1]
        if state.left[0] == target or rng.random() < 0.2:
            words = text.replace("(", "( ").replace(")", " )").split(" ")
            i = rng.randrange(len(words))
            if words[i].isdigit():
                words[i] = str(max(1, rng.choice((rng.choice(numbers), int(words[i]) + rng.choice((-1, 1))))))
            elif words[i] in "+-*/":
                words[i] = rng.choice("+-*/")
            text = " ".join(words).replace("( ", "(").replace(" )", ")")
    else:
        wrap = lambda e: f"({e})" if " " in e else e
        parts = [wrap(e) for _, e in state.items]
        rng.shuffle(parts)
        text = parts[0]
        for p in parts[1:]:
            text = f"{wrap(text)} {rng.choice('+-*/')} {p}"
    line = f"Answer: {text} = {target if rng.random() < 0.95 else state.left[0]}"
    if puzzle.check_answer(numbers, target, line):
        return None
    return line, answer_complaint(state, target)


def answer_complaint(state, target):
    if len(state.left) > 1:
        return f"The answer is wrong: {' '.join(map(str, state.left))} are left."
    if state.left[0] != target:
        return f"The answer is wrong: {state.left[0]} is not {target}."
    return "The answer is wrong: it does not follow from the steps."
