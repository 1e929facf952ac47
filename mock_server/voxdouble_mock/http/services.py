"""The objects that the views of one application share."""

from dataclasses import dataclass

from voxdouble_mock.appliance import Appliance
from voxdouble_mock.control import Control
from voxdouble_mock.http.byte_quota import ByteQuota
from voxdouble_mock.settings import Settings


@dataclass(frozen=True, slots=True)
class Services:
    """The appliance, its control, and the quotas of this process for the bodies of requests."""

    appliance: Appliance
    control: Control
    uploads: ByteQuota
    json: ByteQuota

    @property
    def settings(self) -> Settings:
        """The settings that the mock was started with."""
        return self.appliance.settings


def make_services(appliance: Appliance, control: Control) -> Services:
    """Return the services of an application, with the quotas that the settings state."""
    limits = appliance.settings.limits
    return Services(appliance, control, uploads=ByteQuota(limits.input_storage), json=ByteQuota(limits.json_storage))
