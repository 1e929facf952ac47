"""The bounds of everything that could grow."""

from dataclasses import dataclass, fields

MAX_SECONDS = 1_000_000_000


@dataclass(frozen=True, slots=True)
class Limits:
    """The bounds of everything that could grow; the first six are the vendor's defaults (C27)."""

    max_upload: int = 500_000_000
    """Bytes of one uploaded file (S60)."""
    max_upload_seconds: float = 120.0
    """Real seconds within which an upload must have arrived (S61)."""
    input_storage: int = 1 << 30
    """Bytes of uploads in hand at one time (S26)."""
    max_audio_seconds: float = 7200.0
    """Seconds of audio in one file; longer files end rejected (S59, S81)."""
    max_list: int = 50_000
    """Voiceprints in one list (S41)."""
    max_matrix: int = 1_000_000
    """Scores of one comparison: the lengths of its two lists, multiplied (S50)."""
    max_json: int = 512_000_000
    """Bytes of one JSON body."""
    json_storage: int = 1 << 30
    """Bytes of JSON bodies in hand at one time."""
    max_tasks: int = 100_000
    """Live tasks of one namespace."""
    max_stored: int = 1 << 30
    """Bytes of the outcomes of all live tasks."""
    max_namespaces: int = 1_000
    """Namespaces alive at one time."""
    namespace_idle: float = 3600.0
    """Real seconds after which a namespace that nothing has touched is forgotten."""

    def __post_init__(self) -> None:
        for one in fields(self):
            value = getattr(self, one.name)
            if isinstance(one.default, float):
                check_seconds(one.name, value)
            elif isinstance(value, bool) or not isinstance(value, int) or value < 1:
                raise ValueError(f"{one.name} is a whole number above 0, not {value!r}.")


def check_seconds(name: str, value: object) -> None:
    """Refuse, with ValueError, what is no number of seconds."""
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= MAX_SECONDS:
        raise ValueError(f"{name} is a number of seconds from 0 to {MAX_SECONDS}, not {value!r}.")
