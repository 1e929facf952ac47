"""What the routes work with: the appliance, its control, and the budgets of this process for bytes in hand."""

from dataclasses import dataclass
from typing import cast

from flask import request

from voxdouble_mock.appliance import Appliance
from voxdouble_mock.control import Control
from voxdouble_mock.http import namespaces
from voxdouble_mock.http.body import Budget
from voxdouble_mock.settings import Settings
from voxdouble_mock.wsgi.protocol import ENVIRON_KEY, Connection


@dataclass(frozen=True, slots=True)
class Services:
    """One for each application."""

    appliance: Appliance
    control: Control
    uploads: Budget
    json: Budget

    @property
    def settings(self) -> Settings:
        """The settings that the mock was started with."""
        return self.appliance.settings


def make_services(appliance: Appliance, control: Control) -> Services:
    """Set up the budgets that the settings state."""
    limits = appliance.settings.limits
    return Services(appliance, control, uploads=Budget(limits.input_storage), json=Budget(limits.json_storage))


def namespace() -> str:
    """Name the namespace of the request at hand; the bare base URL's is empty."""
    return cast("str", request.environ[namespaces.KEY])


def connection() -> Connection:
    """Give the connection that the request at hand came on."""
    return cast("Connection", request.environ[ENVIRON_KEY])
