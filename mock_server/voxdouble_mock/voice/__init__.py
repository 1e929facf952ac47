"""From a recording to its voiceprint, and from a voiceprint to its vector: the same bits on every machine.

The laws of bit-identity. Every matrix product has whole numbers in float64 for operands and partial sums below 2**53,
so that no order of summation, thread count, processor or fused multiply-add can change it. All other floating-point
work is elementwise + - * / sqrt rint, which IEEE 754 rounds correctly everywhere. Logarithms are frexp and a table of
whole numbers. Statistics are sums of whole numbers, finished in Python's integers. On the way to a result there is no
transcendental function of the data, no complex number, no mean, no float32 sum.
"""
