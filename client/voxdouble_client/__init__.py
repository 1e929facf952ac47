"""A client for the REST API of the Phonexia Speech Platform 4 Virtual Appliance: typed and patient."""

import logging

from voxdouble_client._client import ApplianceClient
from voxdouble_client._errors import (
    ApiError,
    ApplianceError,
    ContractError,
    PollTimeout,
    TaskFailed,
    TaskRejected,
    TransportError,
)
from voxdouble_client._models import (
    ChannelVoiceprint,
    Outcome,
    TaskAnswer,
    TaskError,
    VoiceprintConversion,
    VoiceprintExtraction,
)
from voxdouble_client._task import TaskHandle

__all__ = [
    "ApiError",
    "ApplianceClient",
    "ApplianceError",
    "ChannelVoiceprint",
    "ContractError",
    "Outcome",
    "PollTimeout",
    "TaskAnswer",
    "TaskError",
    "TaskFailed",
    "TaskHandle",
    "TaskRejected",
    "TransportError",
    "VoiceprintConversion",
    "VoiceprintExtraction",
]

logging.getLogger(__name__).addHandler(logging.NullHandler())  # what is logged is the program's to show
