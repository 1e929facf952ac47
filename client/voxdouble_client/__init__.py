"""A client for the REST API of the Phonexia Speech Platform 4 Virtual Appliance."""

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
from voxdouble_client._http.exchange import Exchange
from voxdouble_client._models import TaskAnswer, TaskError
from voxdouble_client._task import TaskHandle
from voxdouble_client._technologies.age_estimation import Age, AgeEstimation
from voxdouble_client._technologies.gender_identification import Gender, GenderIdentification, GenderScore
from voxdouble_client._technologies.voiceprint_comparison import Comparison
from voxdouble_client._technologies.voiceprint_conversion import VoiceprintConversion
from voxdouble_client._technologies.voiceprint_extraction import ChannelVoiceprint, Outcome, VoiceprintExtraction
from voxdouble_client._technologies.voiceprint_merging import Merging

__all__ = [
    "Age",
    "AgeEstimation",
    "ApiError",
    "ApplianceClient",
    "ApplianceError",
    "ChannelVoiceprint",
    "Comparison",
    "ContractError",
    "Exchange",
    "Gender",
    "GenderIdentification",
    "GenderScore",
    "Merging",
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

for _name in __all__:
    globals()[_name].__module__ = __name__  # tracebacks and pickles show the public name
