from lemmata.numbers import count_reciprocal_pairs, reciprocal_pairs

count_reciprocal_pairs(15)  # 4
list(reciprocal_pairs(15))  # [(3, 6, 2), (6, 12, 4), (4, 12, 3), (10, 15, 6)], as (x, y, n)
count_reciprocal_pairs(10**12)  # 5435004633092
