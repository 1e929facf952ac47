"""The options of a namespace: the form of the vendor's interface in it. They can be changed while the mock runs."""

from typing import Annotated, Literal, Self, get_args

from msgspec import Meta, Struct, structs

Generation = Literal["e1", "e2", "e3", "e4"]
Members = Literal["absent", "null"]
GENERATIONS: tuple[Generation, ...] = get_args(Generation)
"""The generations of the vendor's interface, oldest first."""
MEMBERS: tuple[Members, ...] = get_args(Members)
"""The ways in which a GET shows `result`, `error` and vectors that have no value."""


class OptionChanges(Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """The options that a namespace has of its own. For an option that is None, the server's value applies."""

    generation: Generation | None = None
    members: Members | None = None
    pack: Annotated[str, Meta(max_length=4000)] | None = None
    """The name of a pack of the mock; empty to replay no pack."""

    def updated(self, later: Self) -> Self:
        """Return these changes with later ones on top; an option that `later` leaves out stays."""
        return structs.replace(self, **_given(later))


NO_CHANGES = OptionChanges()


class NamespaceOptions(Struct, frozen=True):
    """The options that apply to the requests of a namespace."""

    generation: Generation = "e4"
    members: Members = "absent"
    pack: str = ""
    """The name of the pack that is replayed; empty if no pack is replayed."""

    def changed(self, changes: OptionChanges) -> Self:
        """Return these options with a namespace's own on top."""
        return self if changes == NO_CHANGES else structs.replace(self, **_given(changes))


def _given(changes: OptionChanges) -> dict[str, object]:
    return {name: value for name, value in structs.asdict(changes).items() if value is not None}
