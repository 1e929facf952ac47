"""Where namespaces live. `Store` says what any store does; each kind of store is one module."""

from voxdouble_mock.store.memory import MemoryStore
from voxdouble_mock.store.protocol import DEFAULT_NAMESPACE, NamespaceRecord, Store

__all__ = ["DEFAULT_NAMESPACE", "MemoryStore", "NamespaceRecord", "Store"]
