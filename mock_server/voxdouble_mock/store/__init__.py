"""Stores of namespaces: the interface of a store, the bounds above every store, and one module for each store."""

from voxdouble_mock.store.limited_store import Change, LimitedStore, NamespaceSummary
from voxdouble_mock.store.open_store import open_store
from voxdouble_mock.store.protocol import DEFAULT_NAMESPACE, NamespaceRecord, Store

__all__ = ["DEFAULT_NAMESPACE", "Change", "LimitedStore", "NamespaceRecord", "NamespaceSummary", "Store", "open_store"]
