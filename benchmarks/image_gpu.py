"""How many photos a second train on a GPU, against timm's EfficientNet in PyTorch?

Ours on JAX, as `make_jax_step` trains it; the peer with `torch.compile`, channels last. Both in
bfloat16, on a synthetic batch that lies on the device, forward, backward and update by AdamW, with
an ArcFace head of --classes. They take turns in one process; the best round of each counts. A line
of JSON for each network: a ratio above 1 means that ours is better; `share_of_peak` counts three
times the operations of the forward pass, against --peak_tflops of the device.

Not run on a GPU yet. With --device=cpu and small sizes it only shows that it runs.

Usage: KERAS_BACKEND=jax python benchmarks/image_gpu.py [--networks=b0:224,b3:300]
"""

import argparse
import json
import os
import time
from collections.abc import Callable

os.environ.setdefault("KERAS_BACKEND", "jax")
os.environ.setdefault("XLA_PYTHON_CLIENT_PREALLOCATE", "false")  # the peer needs memory too

import numpy as np

SCALE, MARGIN, LEARNING_RATE = 30.0, 0.5, 1e-3
# Dense bfloat16 operations a second, in 10**12, of the data sheets; by how a device calls itself.
PEAKS = {"H200": 989.0, "H100": 989.0, "A100": 312.0, "L40S": 362.0, "A10G": 70.0, "L4": 121.0}


def ours(name: str, photos: np.ndarray, labels: np.ndarray, args) -> tuple[Callable, float]:
    """The step, and the operations of one."""
    import jax
    import keras

    from shopee_tf.models.arc_margin import smoothed_cross_entropy
    from shopee_tf.models.backbones import BACKBONES
    from shopee_tf.models.classifier import build_classifier
    from shopee_tf.training.jax_steps import make_jax_step
    from shopee_tf.training.optimizer import make_optimizer

    keras.config.set_dtype_policy("mixed_bfloat16")
    body = BACKBONES[f"efficientnet_{name}"](photos.shape[1], "none")
    vector = keras.layers.GlobalAveragePooling2D()(body.output)
    margins = np.full(args.classes, MARGIN, np.float32)
    encoder = keras.Model(body.input, vector)
    model = build_classifier(encoder, args.classes, head="arcface", scale=SCALE, margin=margins)
    optimizer = make_optimizer(LEARNING_RATE, head_lr_multiplier=1.0, weight_decay=0.0)
    optimizer.build(model.trainable_variables)
    batch = (jax.device_put(photos), jax.device_put(labels))
    step = make_jax_step(model, optimizer, smoothed_cross_entropy, batch_size=len(labels))

    def forward(weights, others, batch):
        return model.stateless_call(weights, others, batch, training=True)[0]

    held = [
        [v.value for v in part]
        for part in (model.trainable_variables, model.non_trainable_variables)
    ]
    costs = jax.jit(forward).lower(*held, batch).compile().cost_analysis()

    def run() -> float:
        for _ in range(args.steps):
            loss = step(*batch, None)
        return float(loss)  # waits for the device

    return run, 3.0 * costs["flops"]


def peer(name: str, photos: np.ndarray, labels: np.ndarray, args) -> Callable:
    import torch
    from torch.nn import functional

    model = ArcFaceOfTimm(name, args.classes).to(args.device, memory_format=torch.channels_last)
    on_gpu = args.device == "cuda"
    optimizer = torch.optim.AdamW(model.parameters(), LEARNING_RATE, weight_decay=0.0, fused=on_gpu)
    images = torch.tensor(photos.transpose(0, 3, 1, 2)).to(args.device)
    images = images.contiguous(memory_format=torch.channels_last)
    targets = torch.tensor(labels, dtype=torch.int64).to(args.device)

    def loss_of(images, targets):
        with torch.autocast(args.device, torch.bfloat16):
            logits = model(images, targets)
        return functional.cross_entropy(logits.float(), targets)

    compiled = torch.compile(loss_of, disable=args.no_compile)

    def run() -> float:
        for _ in range(args.steps):
            optimizer.zero_grad(set_to_none=True)
            loss = compiled(images, targets)
            loss.backward()
            optimizer.step()
        return loss.item()  # waits for the device

    return run


def ArcFaceOfTimm(name: str, classes: int):  # noqa: N802
    """timm's network, its features, and the margin as its users write it."""
    import timm
    import torch
    from torch.nn import functional

    class Model(torch.nn.Module):
        def __init__(self):
            super().__init__()
            # The drop rates of Keras's EfficientNets.
            self.body = timm.create_model(f"efficientnet_{name}", num_classes=0, drop_path_rate=0.2)
            centers = torch.randn(classes, self.body.num_features) / self.body.num_features**0.5
            self.centers = torch.nn.Parameter(centers)

        def forward(self, images, targets):
            vectors = self.body(images / 255.0)
            with torch.autocast(images.device.type, enabled=False):  # as ours, in float32
                cosine = (
                    functional.normalize(vectors.float()) @ functional.normalize(self.centers).T
                )
                angle = torch.acos(cosine.clamp(-1 + 1e-6, 1 - 1e-6))
                is_true = functional.one_hot(targets, classes).bool()
                return SCALE * torch.where(is_true, torch.cos(angle + MARGIN), cosine)

    return Model()


def device_name(args) -> str:
    if args.device == "cpu":
        return "cpu"
    import torch

    return torch.cuda.get_device_name()


def ask(name: str, size: int, args) -> None:
    rng = np.random.default_rng(0)
    photos = rng.uniform(0, 255, (args.batch_size, size, size, 3)).astype(np.float32)
    labels = rng.integers(0, args.classes, args.batch_size).astype(np.int32)
    our_step, operations = ours(name, photos, labels, args)
    rounds = {"ours": our_step, "peer": peer(name, photos, labels, args)}
    best = {}
    for turn in range(args.rounds + 1):
        for which, run in rounds.items():
            started = time.perf_counter()
            run()
            rate = args.steps * args.batch_size / (time.perf_counter() - started)
            print(f"{which}: {rate:.1f} photos/s{'' if turn else ' (compiling)'}", flush=True)
            if turn:
                best[which] = max(rate, best.get(which, 0.0))
    device = device_name(args)
    peak = args.peak_tflops or next((v for k, v in PEAKS.items() if k in device), None)
    line = {"name": f"efficientnet_{name} at {size} px, batch {args.batch_size}", "device": device}
    line |= {f"{which}_photos_per_second": round(rate, 1) for which, rate in best.items()}
    line |= {"ratio": round(best["ours"] / best["peer"], 3)}
    if peak:
        rate = best["ours"] / args.batch_size * operations
        line["share_of_peak"] = round(rate / (peak * 1e12), 4)
    print(json.dumps(line), flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--networks", default="b0:224,b3:300", help="NAME:SIDE, with commas")
    parser.add_argument("--batch_size", type=int, default=128)
    parser.add_argument("--classes", type=int, default=11_014)
    parser.add_argument("--steps", type=int, default=30, help="of a round")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--device", choices=("cuda", "cpu"), default="cuda")
    parser.add_argument("--peak_tflops", type=float, default=0.0)
    parser.add_argument("--no_compile", action="store_true", help="without torch.compile")
    args = parser.parse_args()
    for network in args.networks.split(","):
        name, size = network.split(":")
        ask(name, int(size), args)


if __name__ == "__main__":
    main()
