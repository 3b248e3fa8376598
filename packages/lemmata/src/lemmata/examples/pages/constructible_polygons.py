from lemmata.numbers import constructible, cosine_in_radicals, in_steps, to_tex

[n for n in range(3, 35) if constructible(n)]  # 3 4 5 6 8 10 12 15 16 17 20 24 30 32 34
x = cosine_in_radicals(17)  # cos(2π/17)
print(x)  # (-1 + √17 + √(34 - 2√17) + 2√(17 + 3√17 - 2√(34 + 2√17) - √(34 - 2√17)))/16
x.decimal(50)  # every digit right
cosine_in_radicals(17, 2) == 2 * x * x - 1  # True, proved, not rounded
to_tex(x), in_steps(cosine_in_radicals(257))  # TeX; 25 roots, one a line
