"""Attacks on a mock and a client that count broken promises; prints a line for each.

Run: python -m benchmarks.promises [SECONDS [PROMISE ...]]

Each attack takes SECONDS, 4 by default. The attacks on the named promises run, or all without a PROMISE. The exit
status is 1 if a promise was broken. Kills and replicas have other checks: `make kill-test` and `make replica-test`.
"""

import random
import sys

from benchmarks.attacks import on_client, on_mock, on_requests
from benchmarks.attacks.attack import Attack

ATTACKS: tuple[tuple[str, Attack], ...] = (
    ("P1", on_requests.cut_uploads),
    ("P2", on_client.cut_responses),
    ("P3", on_requests.damaged_requests),
    ("P4", on_requests.foreign_headers),
    ("P5", on_requests.wrong_tokens),
    ("P6", on_requests.hostile_names),
    ("P7", on_mock.half_heads),
    ("P7", on_mock.full_house),
    ("P7", on_mock.steady_load),
    ("P10", on_client.late_calls),
    ("P11", on_client.foreign_locations),
    ("P12", on_client.unclear_starts),
    ("P13", on_mock.equal_seeds),
    ("P14", on_client.large_uploads),
    ("P15", on_mock.no_network),
)


def main() -> None:
    """Run the attacks and print their lines."""
    seconds = float(sys.argv[1]) if len(sys.argv) > 1 else 4.0
    wanted = sys.argv[2:] or [promise for promise, _ in ATTACKS]
    if unknown := [name for name in wanted if name not in dict(ATTACKS)]:
        raise SystemExit(f"The promises must be of {', '.join(dict(ATTACKS))}, got {', '.join(unknown)}.")
    seed = random.randrange(1 << 32)
    print(f"seed {seed}")
    kept = True
    for promise, attack in ATTACKS:
        if promise in wanted:
            outcome = attack(seconds, random.Random(seed))
            print(f"{promise}: {outcome.figure}", flush=True)
            kept = kept and outcome.kept
    raise SystemExit(not kept)


if __name__ == "__main__":
    main()
