"""What the routes work with: the appliance, and the budgets of this process for bytes in hand."""

from dataclasses import dataclass

from flask import request

from voxdouble_mock.appliance import Appliance
from voxdouble_mock.core.settings import Settings
from voxdouble_mock.http import namespaces
from voxdouble_mock.http.body import Budget


@dataclass(frozen=True, slots=True)
class Services:
    """One for each application."""

    appliance: Appliance
    uploads: Budget
    json: Budget

    @property
    def settings(self) -> Settings:
        """The settings that the mock was started with."""
        return self.appliance.settings


def make_services(appliance: Appliance) -> Services:
    """Set up the budgets that the settings state."""
    limits = appliance.settings.limits
    return Services(appliance, uploads=Budget(limits.input_storage), json=Budget(limits.json_storage))


def namespace() -> str:
    """Name the namespace of the request at hand; the bare base URL's is empty."""
    name: str = request.environ[namespaces.KEY]
    return name
