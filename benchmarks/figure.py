"""One figure of a benchmark: what was measured, and its ratio to what was measured beside it in the same run."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Figure:
    """A measured value with its ratio and the aim for it, which is printed and not checked."""

    subject: str
    value: str
    ratio: float
    aim: float | None = None
    """The greatest ratio that is aimed at."""

    def __str__(self) -> str:
        aim = "" if self.aim is None else f", aim at most {self.aim:g}"
        return f"{self.subject}: {self.value}, ratio {self.ratio:.2f}{aim}"
