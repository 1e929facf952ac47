"""The contract suite: `voxdouble verify URL`, or `pytest --pyargs voxdouble_contract --appliance-url URL`.

Layers, the lowest first; each imports only layers listed before it:

- `exchange`: one request and its response.
- `judging`: the statements, the OpenAPI document, and the way from a test's outcome to a verdict.
- `target`: the appliance under test, its limits and its clock.
- `samples`: the recordings, voiceprints and bad requests that are sent.
- `tasks`: the tasks that tests share.
- `identification`: kind, version and generation of the target; `reports`: JSON, JUnit, HTML, terminal and GitHub. These
  two do not import each other.
- `suite`: the tests themselves.
"""
