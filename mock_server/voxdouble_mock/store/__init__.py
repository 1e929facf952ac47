"""Stores of namespaces: the interface of a store, the bounds, and the places where they are kept."""

from voxdouble_mock.store.limited_store import LimitedStore
from voxdouble_mock.store.open_store import open_store
from voxdouble_mock.store.protocol import Store
from voxdouble_mock.store.records import (
    AUDIO_COUNTERS,
    DEFAULT_NAMESPACE,
    SUBMISSIONS,
    Change,
    Draft,
    NamespaceRecord,
    NamespaceSummary,
    OpenRequest,
    Plan,
    Stored,
    StoreState,
    View,
)

__all__ = [
    "AUDIO_COUNTERS",
    "DEFAULT_NAMESPACE",
    "SUBMISSIONS",
    "Change",
    "Draft",
    "LimitedStore",
    "NamespaceRecord",
    "NamespaceSummary",
    "OpenRequest",
    "Plan",
    "Store",
    "StoreState",
    "Stored",
    "View",
    "open_store",
]
