"""The objects that the views of one application share."""

from dataclasses import dataclass

from voxdouble_mock.appliance import Appliance
from voxdouble_mock.control import Control
from voxdouble_mock.http.byte_quota import ByteQuota
from voxdouble_mock.http.large_responses import LargeResponses
from voxdouble_mock.settings import Settings


@dataclass(frozen=True, slots=True)
class Services:
    """The appliance, its control, and the quotas of this process for the bodies of requests and of large responses."""

    appliance: Appliance
    control: Control
    upload_quota: ByteQuota
    json_quota: ByteQuota
    large_responses: LargeResponses

    @property
    def settings(self) -> Settings:
        """The settings that the mock was started with."""
        return self.appliance.settings


def make_services(appliance: Appliance, control: Control) -> Services:
    """Return the services of an application, with the quotas that the settings state."""
    limits = appliance.settings.limits
    upload_quota, json_quota = ByteQuota(limits.input_storage), ByteQuota(limits.json_storage)
    return Services(appliance, control, upload_quota, json_quota, LargeResponses())
