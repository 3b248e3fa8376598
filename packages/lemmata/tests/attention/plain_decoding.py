"""How much work decoding is, counted by doing nothing but counting."""


def counted(tokens, layers, kept):
    """(embeddings, keys and pairs, bodies) when outputs of the levels `kept` are remembered."""
    seen = [0, 0, 0]

    def output(level, token, remembered):
        if level == 0:
            seen[0] += 1
            return
        if level in kept and token in remembered[level]:
            return
        output(level - 1, token, remembered)
        for before in range(token, 0, -1):
            if before != token:
                output(level - 1, before, remembered)
            seen[1] += 1
        seen[2] += 1

    remembered = {level: set() for level in kept}
    for token in range(1, tokens + 1):
        for level in sorted(kept):
            output(level, token, remembered)
            remembered[level].add(token)
        output(layers, token, remembered)
    return tuple(seen)
