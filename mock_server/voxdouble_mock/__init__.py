"""The mock appliance. `MockAppliance` starts one in process; Flask and numpy are imported only then."""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from voxdouble_mock.in_process.mock_appliance import MockAppliance

__all__ = ["MockAppliance"]


def __getattr__(name: str) -> Any:
    if name != "MockAppliance":
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from voxdouble_mock.in_process.mock_appliance import MockAppliance  # noqa: PLC0415 (late, so that the import stays light)

    return MockAppliance
