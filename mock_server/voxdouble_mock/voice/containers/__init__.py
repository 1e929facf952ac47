"""The container formats of recordings: recognised and checked before any decoder reads them."""
