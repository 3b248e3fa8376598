import torch
from lemmata.attention import Image, Rotary, Text, layout, report

where = layout([Text(20), Image(24, 32), Text(9)], "tv")  # or flat, tie, tie_fractional, mrope
rotary = Rotary(64, axes=2)  # pairs take the two coordinates in turn
q = rotary.rotate(torch.randn(8, where.tokens, 64), where.positions)
report(where).symmetric, where.next  # True; where a token of text after all this stands
