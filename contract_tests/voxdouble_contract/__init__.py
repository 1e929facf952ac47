"""The contract suite: `voxdouble verify URL`, or `pytest --pyargs voxdouble_contract --appliance-url URL`.

In reading order: `statements` (the claims), `test_*` (what proves them), `target` and `runs` (the appliance
and its tasks), `document` (every answer held against the OpenAPI document), `findings` and `conformance` (from
outcomes to verdicts), `report`, `page` and `github` (what people read).
"""
