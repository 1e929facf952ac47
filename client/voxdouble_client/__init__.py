"""A client for the REST API of the Phonexia Speech Platform 4 Virtual Appliance: typed and patient."""

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
from voxdouble_client._speaker_models import (
    Age,
    AgeEstimation,
    Comparison,
    Gender,
    GenderIdentification,
    GenderScore,
    Merging,
)
from voxdouble_client._task import TaskHandle

__all__ = [
    "Age",
    "AgeEstimation",
    "ApiError",
    "ApplianceClient",
    "ApplianceError",
    "ChannelVoiceprint",
    "Comparison",
    "ContractError",
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
    globals()[_name].__module__ = __name__  # tracebacks and pickles show the public name, not where it is written
