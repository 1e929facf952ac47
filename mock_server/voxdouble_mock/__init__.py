"""The mock appliance. `MockAppliance` starts one in process; Flask and numpy are imported when it is first used."""

from typing import TYPE_CHECKING, Any

import voxdouble_mock.real_time  # noqa: F401 (it reads the wall clock when it is imported, before a test can replace it)

if TYPE_CHECKING:
    from voxdouble_mock.core.namespace_names import namespace_name
    from voxdouble_mock.in_process.mock_appliance import MockAppliance

__all__ = ["MockAppliance", "namespace_name"]


def __getattr__(name: str) -> Any:
    if name == "MockAppliance":
        from voxdouble_mock.in_process.mock_appliance import MockAppliance  # noqa: PLC0415 (light imports, see above)

        return MockAppliance
    if name == "namespace_name":
        from voxdouble_mock.core.namespace_names import namespace_name  # noqa: PLC0415

        return namespace_name
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
