"""Tests of the recipe: `python -m unittest tests` in this folder. No network training; a few seconds."""
import json
import os
import random
import tempfile
import unittest

import torch

from export import load, write
from reasoner import puzzle, vocab as v
from reasoner.data import Mix, Problems, Stream, prompt_text
from reasoner.figures import auc
from reasoner.model import Reasoner, Shape
from reasoner.own import replay
from reasoner.paths import FLOOR, OPENING, Tree
from reasoner.prompts import wordings
from reasoner.rows import Row, collate
from reasoner.sampler import RATE_TURN, generate, last_logits
from reasoner.shows import verdict

TREES, OPENINGS = Mix(openings=0), Mix(openings=1)
PROBLEMS = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "assets", "problems")


def read_problem(text):
    """(numbers, target) of a problem's text, or None."""
    numbers = [int(x) for x in puzzle.PROBLEM_NUMBER.findall(text)]
    for hand, target in ((numbers[:-1], numbers[-1:]), (numbers[1:], numbers[:1])):
        if len(hand) > 1 and text in wordings(hand, target[0]):
            return hand, target[0]
    return None


class HeldOut(unittest.TestCase):
    def test_generator_never_draws_a_reserved_problem(self):
        problems = Problems(random.Random(1), Mix())
        for _ in range(20_000):
            numbers, _ = problems.problem()
            self.assertNotIn(sum(n ** 3 for n in numbers) % 17, (3, 4, 5, 6))
            self.assertNotIn(tuple(sorted(numbers)), puzzle.tot_hands())

    def test_no_row_starts_from_a_reserved_problem(self):
        stream, asked = Stream(2, 256), 0
        for _ in range(3_000):
            row = stream.row()
            for root in [i for i, up in enumerate(row.ancestors) if len(up) == 1]:
                text = v.decode([t for t, s in zip(row.tokens, row.segments) if s == root]).rpartition("user\n")[2].partition("<|im_end|>")[0]
                read = read_problem(text)
                if read:
                    self.assertFalse(puzzle.reserved(read[0]), text)
                    asked += 1
        self.assertGreater(asked, 15_000)

    @unittest.skipUnless(os.path.exists(puzzle.TOT_FILE), "the Tree-of-Thoughts fixture isn't here")
    def test_copy_of_the_tot_hands(self):
        with open(puzzle.TOT_FILE) as f:
            self.assertEqual({tuple(sorted(json.loads(line)["numbers"])) for line in f}, set(puzzle.tot_hands()))

    def test_problem_sets_are_reserved_and_solvable(self):
        for name, count in (("easy", 60), ("medium", 60), ("hard", 60), ("reserved-300", 300)):
            with open(os.path.join(PROBLEMS, name + ".jsonl")) as f:
                records = [json.loads(line) for line in f]
            self.assertEqual(len(records), count)
            self.assertEqual(len({r["id"] for r in records}), count)
            for r in records:
                self.assertTrue(puzzle.reserved(r["numbers"]) and puzzle.solvable(tuple(sorted(r["numbers"])), r["target"]))
                self.assertEqual(r["problem"], wordings(r["numbers"], r["target"])[0])


class Truth(unittest.TestCase):
    def test_number_of_hands(self):
        self.assertEqual(sum(puzzle.solvable(h, 24) for h in puzzle.CLASSIC), 1346)

    def test_checker(self):
        self.assertEqual(puzzle.check_step([4, 7, 8, 8], "8 - 4 = 4 (left: 7 8 4)"), ([7, 8, 4], None))
        self.assertEqual(puzzle.check_step([4, 7, 8, 8], "8 - 4 = 5 (left: 7 8 5)")[1], ("result", 8, "-", 4, 5, 4))
        self.assertEqual(puzzle.check_step([4, 7, 8, 8], "9 - 4 = 5 (left: 7 8 5)")[1], ("available", 9))
        self.assertEqual(puzzle.check_step([4, 7, 8, 8], "8 - 4 = 4 (left: 7 8)")[1][0], "list")
        self.assertTrue(puzzle.check_answer([4, 7, 8, 8], 24, "Answer: (7 - (8 / 8)) * 4 = 24"))
        for wrong in ("Answer: (7 - 8 / 8) * 5 = 24", "Answer: 4 + 7 + 8 + 8 = 24", "Answer: 24 = 24", "Answer: (7 - (8 / 8) * 4 = 24", "24"):
            self.assertFalse(puzzle.check_answer([4, 7, 8, 8], 24, wrong))

    def test_trees_say_the_truth(self):
        """Every rating in generated rows agrees with a judge that reads only the text."""
        stream, asked = Stream(3, 256, TREES), 0
        rate, critique = v.ID[v.RATE], v.ID[v.CRITIQUE]
        for _ in range(600):
            row = stream.row()
            for i, t in enumerate(row.tokens):
                if t != rate:
                    continue
                seen = row.ancestors[row.segments[i]]
                text = v.decode([x for j, x in enumerate(row.tokens[:i]) if row.segments[j] in seen])
                score = next(v.SCORES.index(x) for at, x, w in row.loss if at == i + 2)
                if "Wait," in text or "assistant\n" not in text:
                    continue
                path = text.partition("<|im_start|>assistant\n")[2].partition("<|im_end|>")[0]
                numbers, target = read_problem(text.rpartition("<|im_start|>user\n")[0].rpartition("user\n")[2].partition("<|im_end|>")[0])
                tree = Tree(Row(9_999), random.Random(0), numbers, target, [v.USER_FIRST])
                states = replay(tree, path) or [tree.root]
                self.assertEqual(tree.rating(states[-1]), score, text)
                asked += 1
        self.assertGreater(asked, 1_000)


    def test_openings_are_the_winning_moves(self):
        """What is wanted after a prompt, a number and an operator are the ways to go on to a winning move, by their weights; any other
        sound move keeps a small share while there are four numbers or more."""
        stream, asked = Stream(6, 256, OPENINGS), {0: 0, 1: 0, 2: 0}

        def shares(moves, begun):
            out, fit = {}, [(move, w) for move, w in moves if move[:len(begun)] == begun]
            for move, w in fit:
                out[move[len(begun)]] = out.get(move[len(begun)], 0.0) + w / sum(w for _, w in fit)
            return out

        for _ in range(200):
            row = stream.row()
            wanted = {}
            for at, token, weight in row.loss:
                wanted.setdefault(at, {})[v.decode([token]).strip()] = weight / OPENING
            for at, got in wanted.items():
                seen = row.ancestors[row.segments[at]]
                text = v.decode([t for i, t in enumerate(row.tokens) if row.segments[i] in seen])
                prompt, _, said = text.partition("<|im_start|>assistant\n")
                numbers, target = read_problem(prompt.rpartition("user\n")[2].partition("<|im_end|>")[0])
                begun, state = said.split(), tuple(sorted(numbers))
                won = shares([([str(x) for x in move[:3]], w) for move, _, w in puzzle.winning(state, target)], begun)
                sound = shares([([str(x) for x in move[:3]], 1.0) for move, _ in puzzle.moves(state)], begun)
                floor = FLOOR if len(state) > 3 else 0.0
                self.assertEqual(got.keys(), sound.keys() if floor else won.keys(), text)
                for token, share in got.items():
                    self.assertAlmostEqual(share, (1 - floor) * won.get(token, 0.0) + floor * sound[token])
                asked[len(begun)] += 1
        self.assertGreater(min(asked.values()), 2_000)

    def test_critiques_consider_what_is_true(self):
        """What a critique considers after its sentence are moves from before the wrong step, judged right, in the tokens of its text."""
        stream, judged, revised = Stream(5, 256, TREES), {True: 0, False: 0}, 0
        for _ in range(500):
            row = stream.row()
            for end in [i for i, x, _ in row.loss if x == v.IM_END]:
                seen = row.ancestors[row.segments[end]]
                tokens = [x for j, x in enumerate(row.tokens[:end + 1]) if row.segments[j] in seen]
                if v.ID[v.CRITIQUE] not in tokens:
                    continue
                text = v.decode(tokens)
                said = text.rpartition("assistant\n")[2]
                self.assertEqual(list(v.encode(said)), tokens[-len(v.encode(said)):])
                sentence, _, considered = said.partition(". ")
                if not considered:
                    continue
                path = text.partition("<|im_start|>assistant\n")[2].partition("<|im_end|>")[0].split("\n")
                numbers, target = read_problem(text.rpartition("<|im_start|>assistant")[0].partition("user\n")[2].partition("<|im_end|>")[0])
                if "Wait," in text:
                    continue
                left = list(numbers)
                for line in path[:int(sentence.split()[1]) - 1]:
                    left, fault = puzzle.check_step(left, line)
                    self.assertIsNone(fault)
                for move in considered.rstrip(".").split("; "):
                    line, _, verdict = move.rpartition(" ")
                    after, fault = puzzle.check_step(left, line)
                    self.assertIsNone(fault, text)
                    wins = puzzle.solvable(tuple(sorted(after)), target)
                    self.assertEqual(verdict, "yes" if wins else "no", text)
                    judged[wins] += 1
            for i, token in enumerate(row.tokens):
                if v.TOKENS[token][0] != "Wait, step" or i + 1 == len(row.tokens):
                    continue
                seen = row.segments[i]
                text = v.decode([x for j, x in enumerate(row.tokens) if row.segments[j] == seen])
                self.assertTrue(text.endswith((".\n",)), text)
                revised += " yes.\n" in text
        self.assertGreater(min(judged.values()), 100)
        self.assertGreater(revised, 100)


    def test_a_step_after_the_last_number_is_criticised_and_not_revised(self):
        """The model goes on so now and then: nothing can be considered in place of such a step."""
        path = "8 / 8 = 1 (left: 4 7 1)\n7 - 1 = 6 (left: 4 6)\n6 * 4 = 24 (left: 24)\n24 * 1 = 24 (left: 24)\n"
        for seed in range(20):
            row = Row(400)
            tree = Tree(row, random.Random(seed), [4, 7, 8, 8], 24, [v.USER_FIRST])
            last = replay(tree, path)[-1]
            tree.criticise(last)
            self.assertEqual(v.decode(row.tokens[row.tokens.index(v.ID[v.CRITIQUE]) + 3:]), "Step 4 is wrong: 1 is not available.")
            self.assertIsNone(tree.revise(last))


class Tokens(unittest.TestCase):
    def test_numbers_and_labels_are_single_tokens(self):
        for n in range(v.NUMBERS):
            self.assertEqual((len(v.encode(str(n))), len(v.encode(f" {n}"))), (1, 1))

    def test_rating_turn(self):
        text = "8 - 4 = 4 (left: 7 8 4)\n"
        turn = f"<|im_end|>\n<|im_start|>user\n{v.RATE}<|im_end|>\n<|im_start|>assistant\n"
        self.assertEqual(list(v.encode(text + turn + "10")), v.step_tokens(8, "-", 4, 4, [7, 8, 4]) + RATE_TURN + [v.SCORES[10]])

    def test_any_text_comes_back(self):
        for text in ("héllo 你好 🙂", "Used Steps\n\n", "((8 - 4)) = 2024", "".join(map(chr, range(1, 300)))):
            self.assertEqual(v.decode(v.encode(text)), text)


class Network(unittest.TestCase):
    def test_packed_rows_equal_single_paths(self):
        torch.manual_seed(0)
        model = Reasoner(Shape(v.SIZE, 32, 2, 2, 64), v.NUMBER_OF).eval()
        for mix in (TREES, OPENINGS):
            row = Stream(4, 256, mix).row()
            tokens, positions, mask, *_ = (torch.from_numpy(a) for a in collate([row], 256))
            hidden = model(tokens, positions, mask)[0]
            for at in random.Random(0).sample(range(len(row.tokens)), 12):
                seen = row.ancestors[row.segments[at]]
                path = [i for i in range(at + 1) if row.segments[i] in seen]
                if [row.positions[i] for i in path] != list(range(len(path))):
                    continue  # a gap in the positions
                alone = last_logits(model, [[row.tokens[i] for i in path]])[0]
                torch.testing.assert_close(torch.nn.functional.linear(hidden[at], model.table()), alone, atol=1e-4, rtol=1e-3)

    def test_cache_equals_no_cache(self):
        torch.manual_seed(0)
        model = Reasoner(Shape(v.SIZE, 32, 2, 2, 64), v.NUMBER_OF).eval()
        prompts = [list(v.encode(prompt_text(random.Random(i), [4, 7, 8, 8], 24))) for i in range(4)]
        for prompt, out in zip(prompts, generate(model, prompts, 0, limit=6)):
            for k, token in enumerate(out):
                self.assertEqual(int(last_logits(model, [prompt + out[:k]])[0].argmax()), token)

    def test_equal_prompts_and_ended_rows_change_nothing(self):
        torch.manual_seed(1)
        model = Reasoner(Shape(v.SIZE, 32, 2, 2, 64), v.NUMBER_OF).eval()
        prompts = [list(v.encode(f"Use {n} and {n + 1}" + ", 7" * (n % 3))) for n in range(12)]
        alone = [generate(model, [p], 0, limit=12)[0] for p in prompts]
        stop = [alone[0][0], alone[5][3]]  # rows end at different places
        expected = [next((a[:k + 1] for k, t in enumerate(a) if t in stop), a) for a in alone]
        self.assertGreater(len({len(e) for e in expected}), 1)
        self.assertEqual(generate(model, prompts + prompts[:5], 0, stop=stop, limit=12), expected + expected[:5])

    def test_a_gguf_gives_its_weights_back(self):
        torch.manual_seed(2)
        model = Reasoner(Shape(v.SIZE, 32, 2, 2, 64), v.NUMBER_OF).eval()
        with tempfile.TemporaryDirectory() as folder:
            path = os.path.join(folder, "model.gguf")
            write(model, path, "f32")
            again, _ = load(path)
        torch.testing.assert_close(again.table(), model.table())
        prompt = list(v.encode("Use 4, 7, 8 and 8 to make 24."))
        torch.testing.assert_close(last_logits(again, [prompt]), last_logits(model, [prompt]))


class Figures(unittest.TestCase):
    def test_auc(self):
        self.assertEqual(auc([1.0, 0.5], [0.5, 0.0]), 0.875)

    def test_verdict(self):
        self.assertEqual(verdict({"value": 0.5, "low": 0.46}, 0.45, 1), "won")
        self.assertEqual(verdict({"value": 0.5, "low": 0.4}, 0.45, 1), "won, the interval reaches below")
        self.assertEqual(verdict({"value": 0.4, "low": 0.3}, 0.45, 1), "lost")
        self.assertEqual(verdict({"value": 0.0, "low": -0.1}, 0.0, 5), "lost")


if __name__ == "__main__":
    unittest.main()
