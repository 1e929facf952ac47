"""Many generated requests, valid and invalid by the OpenAPI document, for mocks that the suite starts itself.

An appliance that runs already is not sent generated invalid requests; conftest.py does not collect this module for it.
"""

from typing import Any

from voxdouble_contract.judging.statements import statement
from voxdouble_contract.samples.generated_requests import call, every_operation, load
from voxdouble_contract.target.target import Target

valid_and_invalid = load("all", 15, coverage=True)


@statement("C34")
@every_operation(valid_and_invalid)
def test_every_response_is_described(case: Any, target: Target) -> None:
    """Valid requests are accepted, invalid ones refused, and each response is one that the document describes."""
    call(case, target)
