"""The limits: bounds that a user can set."""

from dataclasses import dataclass, replace

from voxdouble_mock.options import BYTES, COUNT, SECONDS, check_options, is_whole, option

CACHE = replace(BYTES, requirement="a whole number of at least 0", accepts=lambda value: is_whole(value) and value >= 0)


@dataclass(frozen=True, slots=True)
class Limits:
    """The limits of a mock; the first six are the vendor's defaults (C27, S26, S59, S61, S81).

    Raises ValueError for a value out of range.
    """

    max_upload: int = option(
        500_000_000,
        BYTES,
        "Size of one uploaded file; a larger one is refused with 413.",
        statements="S25, S60",
    )
    max_upload_seconds: float = option(
        120.0,
        SECONDS,
        "Real time in which an upload must arrive; a slower one is refused with 400.",
        statements="S61",
    )
    input_storage: int = option(
        1 << 30,
        BYTES,
        "Size of all uploads held at one time; an upload beyond it is refused with 507.",
        statements="S26",
    )
    max_audio_seconds: float = option(
        7200.0,
        SECONDS,
        "Length of the audio in one file; a task with longer audio ends rejected.",
        statements="S59, S81",
    )
    max_list: int = option(
        50_000, COUNT, "Voiceprints in one list; a longer list is refused with 422.", statements="S41"
    )
    max_matrix: int = option(
        1_000_000,
        COUNT,
        "Scores of one comparison (the product of the lengths of its two lists); more are refused with 422.",
        statements="S50",
    )
    namespace_idle: float = option(
        3600.0,
        SECONDS,
        "Real time without a request after which a namespace is forgotten, once its tasks have expired.",
    )
    cache: int = option(
        64_000_000,
        CACHE,
        "Size of the kept results of earlier requests, which equal requests share; 0 keeps none. A store in a file or "
        "on a server keeps as much again of the tasks that were read.",
    )
    max_json: int = option(
        512_000_000,
        BYTES,
        "Size of one JSON body; a larger one is refused with 413.",
        in_command=False,
    )
    json_storage: int = option(
        1 << 30,
        BYTES,
        "Size of all JSON bodies held at one time; a body beyond it is refused with 503.",
        in_command=False,
    )
    max_tasks: int = option(
        100_000, COUNT, "Live tasks of one namespace; one more is refused with 503.", in_command=False
    )
    max_stored: int = option(
        1 << 30,
        BYTES,
        "Size of all live tasks, each with 1 kB beside its result; one beyond it is refused with 503.",
        in_command=False,
    )
    max_namespaces: int = option(
        1_000, COUNT, "Namespaces at one time; one more is refused with 503.", in_command=False
    )
    max_logged: int = option(
        64_000_000,
        BYTES,
        "Size of all request logs; beyond it the logs of the least recently used namespaces lose their oldest entries.",
        in_command=False,
    )
    max_control: int = option(
        256_000_000,
        BYTES,
        "Memory of the scenarios and faults that were set in all namespaces; what exceeds it is refused with 503.",
        in_command=False,
    )

    def __post_init__(self) -> None:
        check_options(self)
