"""Attacks of hostile servers on the client: P2, P10, P11, P12, P14."""

import random
import socket
import threading
from contextlib import suppress
from itertools import repeat

from benchmarks.attacks.attack import JOHN, VOICEPRINT, Outcome, until
from benchmarks.client_deadlines import CALLS, DEADLINE, MAX_OVERRUN, overrun
from benchmarks.client_memory import ALLOWED_MIB, BY_CLIENT, GIB, measured, serve
from tests.client.hostile import DONE, TASK_PATH, HostileServer, MovedClock, accepted, responding, response, serving
from tests.client.http.test_locations import FOREIGN
from tests.client.http.test_retries import MAY_HAVE_RUN, REFUSED_FOR_NOW, Scripted, clocked
from tests.client.http.test_slow_responses import SLOW
from voxdouble_client import ApplianceClient, ApplianceError
from voxdouble_mock import MockAppliance

REDIRECTS = [301, 302, 303, 307, 308]


def cut_responses(seconds: float, chance: random.Random) -> Outcome:
    """P2: responses that end at a random byte, after which the client must still return the true result."""
    wrong = total = 0
    with (
        MockAppliance(pending=0, running=0) as mock,
        ApplianceClient(mock.url, proxy="", **clocked(MovedClock())) as client,
    ):
        true = client.convert_voiceprints([VOICEPRINT]).vector_voiceprints
        for number in until(seconds):
            total = number + 1
            mock.fault("cut", method="GET", after=chance.randrange(100))
            wrong += client.convert_voiceprints([VOICEPRINT]).vector_voiceprints != true
            mock.reset()
    return Outcome(f"{total:,} responses cut at a random byte, {wrong} wrong results", not wrong)


def late_calls(seconds: float, chance: random.Random) -> Outcome:
    """P10: calls to servers that are silent, slow, flooding or do not read; each must end by its deadline."""
    kinds, calls = list(SLOW.values()), list(CALLS.values())
    late = [overrun(chance.choice(kinds), chance.choice(calls)) for _ in until(seconds)]
    figure = f"{len(late)} calls with a deadline of {DEADLINE:g} s, the latest ended {max(late):.2f} s after it"
    return Outcome(figure, max(late) <= MAX_OVERRUN)


def foreign_locations(seconds: float, chance: random.Random) -> Outcome:
    """P11: task URLs and redirects to another origin, to which nothing may be sent."""
    total = 0
    with HostileServer(responding(response(200, DONE))) as elsewhere:
        for number in until(seconds):
            total = number + 1
            policy, form = chance.choice(["refuse", "rebase"]), chance.choice(FOREIGN)
            with serving(lambda *_: None, token="secret", foreign_location=policy, **clocked(MovedClock())) as (
                server,
                appliance,
            ):
                names = {"elsewhere": elsewhere.authority, "appliance": server.authority, "path": TASK_PATH}
                location = form.format(**names)
                answers = {"POST": accepted("{}").replace(b"{}", location.encode()), "GET": response(200, DONE)}
                if chance.random() < 0.4:
                    redirect = response(chance.choice(REDIRECTS), b"", location=f"{elsewhere.url}{TASK_PATH}")
                    answers[chance.choice(["POST", "GET"])] = redirect
                server.behave = responding(answers["GET"], answers["POST"])
                with suppress(ApplianceError):
                    appliance.extract_voiceprint(JOHN[:2_000], timeout=1)
        sent = len(elsewhere.received)
    return Outcome(f"{total:,} foreign task URLs and redirects, {sent} requests to another origin", not sent)


def unclear_starts(seconds: float, chance: random.Random) -> Outcome:
    """P12: refusals of a POST, then an answer after which a task may have been started: no POST may follow it."""
    repeated = total = 0
    refusals, unclear = list(REFUSED_FOR_NOW.values()), list(MAY_HAVE_RUN.values())
    for number in until(seconds):
        total = number + 1
        first = [chance.choice(refusals) for _ in range(chance.randint(0, 3))]
        script = Scripted([*first, chance.choice(unclear), *repeat(accepted(), 50)])

        def behave(request: object, connection: socket.socket, script: Scripted = script) -> None:
            script(request, connection)  # type: ignore[arg-type]
            connection.shutdown(socket.SHUT_RDWR)

        with serving(behave, **clocked(MovedClock())) as (server, appliance):
            with suppress(ApplianceError):
                appliance.start_voiceprint_extraction(b"audio")
            repeated += len(server.received) > len(first) + 1
    return Outcome(f"{total:,} POSTs that may have been processed, {repeated} repeated", not repeated)


def large_uploads(seconds: float, _: random.Random) -> Outcome:
    """P14: uploads of 1 GiB, each of which may need little more of the client's memory than a small upload."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        threading.Thread(target=serve, args=(listener,), daemon=True).start()
        url = f"http://127.0.0.1:{listener.getsockname()[1]}"
        additional = [measured(url, BY_CLIENT, GIB)[0] for _ in until(seconds)]
    figure = f"{len(additional)} uploads of 1 GiB, at most {max(additional):.1f} MiB in addition"
    return Outcome(figure, max(additional) <= ALLOWED_MIB)
