from lemmata.numbers import min_sum_decomposition, min_sums

a, b, c = min_sum_decomposition(130)  # (10, 13, 0): the square 11·11 + 9 would be 31
min_sum_decomposition(10**36 + 7)  # any size, exact
min_sums(10**7).sum()  # 42301868903: the least sums of all N up to ten million, at once
