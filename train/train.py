"""The trainer: two (or more) one-thread processes with averaged gradients, or one process on a GPU.

Responsible for: the loop, the schedule, checkpoints, the log. `torchrun` isn't needed: `python train.py --workers 2` starts its own.
Stopped at any moment it resumes from the last checkpoint in --run; the budget is counted in minutes of training, over all resumes.
"""
import argparse
import json
import os
import random
import signal
import time

import torch
import torch.distributed as dist
import torch.multiprocessing as mp
import torch.nn.functional as F

from export import read
from reasoner import vocab as v
from reasoner.data import Mix, Stream
from reasoner.figures import quick
from reasoner.model import Reasoner, Shape
from reasoner.muon import Muon
from reasoner.own import OwnStream
from reasoner.rows import collate


def options():
    p = argparse.ArgumentParser()
    p.add_argument("--run", default="/work/train-run/main", help="folder of checkpoints and the log")
    p.add_argument("--from", dest="start", help="a GGUF of export.py whose weights a new run begins with; its shape counts, not the options'")
    p.add_argument("--minutes", type=float, default=170, help="training time, over all resumes")
    p.add_argument("--decay-from", type=float, default=0.5, help="share of the budget after which the learning rate falls linearly to 0")
    p.add_argument("--own-from", type=float, default=0.12, help="share of the budget after which own samples join")
    p.add_argument("--own", type=float, default=0.4, help="share of rows that are own samples, from then on")
    p.add_argument("--wide", type=float, default=Mix.wide, help="share of problems with numbers above 13")
    p.add_argument("--countdown", type=float, default=Mix.countdown, help="share of problems with other targets than 24")
    p.add_argument("--openings", type=float, default=Mix.openings, help="share of rows that hold many problems, each with the choice of its first move only")
    p.add_argument("--workers", type=int, default=2)
    p.add_argument("--rows", type=int, default=10, help="rows a step and process")
    p.add_argument("--size", type=int, default=256, help="tokens a row")
    p.add_argument("--width", type=int, default=160)
    p.add_argument("--layers", type=int, default=6)
    p.add_argument("--heads", type=int, default=5)
    p.add_argument("--hidden", type=int, default=416)
    p.add_argument("--lr", type=float, default=0.02, help="of Muon")
    p.add_argument("--lr-rest", type=float, default=3e-3, help="of AdamW, for embeddings and norms")
    p.add_argument("--seed", type=int, default=24)
    p.add_argument("--save-every", type=float, default=120, help="seconds")
    p.add_argument("--eval-every", type=float, default=420, help="seconds")
    p.add_argument("--port", type=int, default=29524)
    p.add_argument("--device", default="cuda" if torch.cuda.is_available() else "cpu")
    p.add_argument("--no-compile", action="store_true")
    p.add_argument("--precision", choices=("bfloat16", "float32"), help="of the matrix products (default: the faster one here)")
    o = p.parse_args()
    o.precision = o.precision or faster(o.device)
    return o


def faster(device):
    """The faster type for matrix products: processors differ by a factor of two, either way."""
    if device != "cpu":
        return "bfloat16"
    torch.set_num_threads(1)
    took = {}
    for name in ("bfloat16", "float32"):
        a, b = (torch.randn(n, 160, dtype=getattr(torch, name)) for n in (2560, 832))
        tries = []
        for _ in range(20):
            began = time.perf_counter()
            a @ b.T
            tries.append(time.perf_counter() - began)
        took[name] = min(tries)
    return min(took, key=took.get)


class Trainer:
    def __init__(self, rank, o):
        self.rank, self.o, self.device = rank, o, torch.device(o.device)
        self.precision = getattr(torch, o.precision)
        self.step, self.tokens, self.elapsed, self.stopped = 0, 0, 0.0, False
        signal.signal(signal.SIGTERM, self.stop)  # a stop loses nothing: the step is finished and saved
        torch.manual_seed(o.seed)
        shape = Shape(v.SIZE, o.width, o.layers, o.heads, o.hidden)
        self.model = (read(o.start) if o.start else Reasoner(shape, v.NUMBER_OF)).to(self.device)
        self.average = {k: p.detach().clone() for k, p in self.model.state_dict().items()}
        self.muon = Muon(self.model.matrices(), self.precision, rank=rank, world=o.workers)
        self.adam = torch.optim.AdamW(self.model.others(), lr=o.lr_rest, betas=(0.9, 0.95), weight_decay=0.0)
        self.path = os.path.join(o.run, "checkpoint.pt")
        if os.path.exists(self.path):
            self.load()
        self.frozen = Reasoner(self.model.s, v.NUMBER_OF).eval()  # what own samples and figures come from, on the CPU
        seed = (o.seed, rank, self.step)
        mix = Mix(o.wide, o.countdown, o.openings)
        self.stream = Stream(repr(seed), o.size, mix)
        self.own = OwnStream(self.frozen, hash(seed) % 2 ** 31, o.size, mix)
        self.pairs = o.rows * o.size
        self.loss = self._loss if o.no_compile else torch.compile(self._loss)

    def stop(self, *_):
        self.stopped = True

    # --- state ---

    def load(self):
        c = torch.load(self.path, map_location="cpu", weights_only=True)
        self.model.load_state_dict(c["model"])
        self.average = {k: p.to(self.device) for k, p in c["average"].items()}
        self.adam.load_state_dict(c["adam"])
        self.muon.load(c["muon"])
        for i in range(len(self.muon.buffers)):  # each process keeps the momentum of its own matrices only
            if not any(i in g[self.rank::self.o.workers] for g in self.muon.groups.values()):
                self.muon.buffers[i].zero_()
        self.step, self.tokens, self.elapsed = c["step"], c["tokens"], c["elapsed"]

    def save(self):
        buffers = [b.clone() for b in self.muon.state()]
        if self.o.workers > 1:
            for b in buffers:
                dist.all_reduce(b)
        if self.rank == 0:
            torch.save({"model": self.model.state_dict(), "average": self.average, "adam": self.adam.state_dict(), "muon": buffers,
                        "step": self.step, "tokens": self.tokens, "elapsed": self.elapsed, "shape": self.model.s.to_dict()},
                       self.path + ".new")
            os.replace(self.path + ".new", self.path)

    def log(self, **what):
        if self.rank == 0:
            line = json.dumps({"minutes": round(self.elapsed / 60, 2), "step": self.step, "tokens": self.tokens, **what})
            print(line, flush=True)
            with open(os.path.join(self.o.run, "log.jsonl"), "a") as f:
                f.write(line + "\n")

    # --- one step ---

    def _loss(self, tokens, positions, mask, index, target, weight):
        table = self.model.table()
        hidden = self.model(tokens, positions, mask, table).flatten(0, 1)[index]
        nll = F.cross_entropy(F.linear(hidden, table).float(), target, reduction="none")
        return (nll * weight).sum()

    def batch(self, own_share, rng):
        rows = [self.own.row() if rng.random() < own_share else self.stream.row() for _ in range(self.o.rows)]
        self.seen = sum(len(r.tokens) for r in rows)
        arrays = [torch.from_numpy(a) for a in collate(rows, self.o.size)]
        index, target, weight = arrays[3:]
        n = len(index)
        if n > self.pairs:
            keep = torch.randperm(n)[:self.pairs]
            index, target, weight = index[keep], target[keep], weight[keep]
        elif n < self.pairs:
            fill = self.pairs - n
            index, target, weight = F.pad(index, (0, fill)), F.pad(target, (0, fill)), F.pad(weight, (0, fill))
        return [a.to(self.device) for a in (*arrays[:3], index, target, weight)]

    def train_step(self, own_share, rng, scale):
        tokens, positions, mask, index, target, weight = self.batch(own_share, rng)
        with torch.autocast(self.device.type, torch.bfloat16, enabled=self.precision == torch.bfloat16):
            loss = self.loss(tokens, positions, mask.to(self.precision), index, target, weight) / (self.o.rows * 100)
        loss.backward()
        figures = torch.stack((loss.detach().cpu(), weight.sum().cpu() / (self.o.rows * 100), torch.tensor(float(self.seen))))
        if self.o.workers > 1:
            grads = [p.grad for p in self.model.parameters()]
            flat = torch.cat([g.reshape(-1) for g in grads] + [figures])
            dist.all_reduce(flat)
            at = 0
            for g in grads:
                g.copy_(flat[at:at + g.numel()].view_as(g)).div_(self.o.workers)
                at += g.numel()
            figures = flat[-3:]
        self.muon.step(self.o.lr * scale)
        for group in self.adam.param_groups:
            group["lr"] = self.o.lr_rest * scale
        self.adam.step()
        self.model.zero_grad(set_to_none=True)
        self.step += 1
        self.tokens += int(figures[2])
        if self.step % 4 == 0 and self.rank == 0:
            fade = min(0.99, self.step / 1000)
            for k, p in self.model.state_dict().items():
                self.average[k].lerp_(p, 1 - fade)
        return float(figures[0] / figures[1])

    def refresh(self):
        """Own samples come from the latest weights of the model."""
        self.frozen.load_state_dict({k: p.cpu() for k, p in self.model.state_dict().items()})

    def run(self):
        o = self.o
        rng = random.Random(repr((o.seed, self.rank, self.step, "mix")))
        losses, last_log, last_save, last_eval, last_refresh = [], time.time(), time.time(), time.time(), 0.0
        before = self.tokens
        while True:
            clock = torch.tensor([self.elapsed, float(self.stopped)])
            if o.workers > 1:  # all processes go by the first one's clock
                dist.broadcast(clock, 0)
            self.elapsed, stopped = clock.tolist()
            share = self.elapsed / (o.minutes * 60)
            if share >= 1 or stopped:
                break
            began = time.time()
            scale = min(1.0, (self.step + 1) / 100, max(0.01, (1 - share) / (1 - o.decay_from)))
            use_own = o.own if share >= o.own_from else 0.0
            if use_own and began - last_refresh > 60:
                self.refresh()
                last_refresh = began
            losses.append(self.train_step(use_own, rng, scale))
            self.elapsed += time.time() - began
            if self.step % 50 == 0:
                now = time.time()
                self.log(loss=round(sum(losses) / len(losses), 4), lr=round(scale, 4), speed=round((self.tokens - before) / (now - last_log)))
                losses, last_log, before = [], now, self.tokens
                flags = torch.tensor([float(now - last_save > o.save_every), float(now - last_eval > o.eval_every)])
                if o.workers > 1:
                    dist.broadcast(flags, 0)
                if flags[0]:
                    self.save()
                    last_save = time.time()
                if flags[1]:
                    if self.rank == 0:
                        self.frozen.load_state_dict({k: p.cpu() for k, p in self.average.items()})
                        self.log(held_out=quick(self.frozen))
                        last_refresh = 0.0
                    last_eval = time.time()
        self.save()
        self.log(done=share >= 1)


def work(rank, o):
    torch.set_num_threads(1)
    if o.workers > 1:
        os.environ.update(MASTER_ADDR="127.0.0.1", MASTER_PORT=str(o.port))
        dist.init_process_group("gloo", rank=rank, world_size=o.workers)
    Trainer(rank, o).run()
    if o.workers > 1:
        dist.destroy_process_group()  # its threads would abort the process that ends before the others


if __name__ == "__main__":
    o = options()
    os.makedirs(o.run, exist_ok=True)
    if o.workers == 1:
        work(0, o)
    else:
        signal.signal(signal.SIGTERM, lambda *_: [p.terminate() for p in workers.processes])
        workers = mp.spawn(work, (o,), nprocs=o.workers, join=False)
        while not workers.join():
            pass
