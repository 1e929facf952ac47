"""Voice processing: a recording to its voiceprint, and a voiceprint to its vector, bit-identical on every machine.

The rules of bit-identity, on which the modules of this folder stand:

(a) The operands of every matrix product are whole numbers in float64, and the partial sums stay below 2**53. The
    product is then exact, whatever the order of summation, thread count, processor or fused multiply-add.
(b) All other floating-point operations are elementwise + - * / sqrt and rint, which IEEE 754 rounds correctly
    everywhere.
(c) Logarithms are frexp (exact) and a table of whole numbers.
(d) Statistics are sums of whole numbers, and their last steps use Python's integers.
(e) No result depends on a transcendental function of the data, a complex number, a floating-point mean or an inexact
    sum. The one Fourier transform is rounded to the exact whole numbers that it approximates, with a proof
    (`pitch.LARGEST`).
"""
