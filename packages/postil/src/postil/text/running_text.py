"""Running text in the search box: a paragraph that somebody pasted.

Its quotation marks, brackets and dashes are the author's punctuation. Read as operators they ask for what
nobody asked for: one word in quotation marks would shut out every paper that paraphrases it. Whoever asks in
this language writes words; whoever writes forty words in sentences is not using it.
"""

import re

FEWEST_WORDS = 40
_WORD = re.compile(r"[^\W\d_]+")
_SENTENCE_END = re.compile(r"[a-z\d)\"][.?!]\)?\s")
_COMMON = frozenset(
    "a an and are as at be been by can for from has have in is it not of on or our that the their "
    "there these this to was we were which with".split()
)
_COMMON_SHARE = 0.2
_CONDITION = re.compile(r'"|(?<!\S)(?:[-+]+(?=\S)|(?:[|&]+|OR|AND|NOT)(?!\S))')
_PUNCTUATION = re.compile(r'["()]|(?<!\S)[-+|&]+|(?<=[^\W\d_]):')
_OPERATOR = re.compile(r"(?<!\S)(?:OR|AND|NOT)(?!\S)")


def is_running_text(text: str) -> bool:
    """Whether `text` is sentences: forty words or more, many of them small, and an end of one inside."""
    words = _WORD.findall(text)
    if len(words) < FEWEST_WORDS or not _SENTENCE_END.search(text):
        return False
    return sum(word in _COMMON for word in words) >= _COMMON_SHARE * len(words)


def without_signs(text: str) -> tuple[str, int | None]:
    """`text` with blanks for its signs, one for one, and where the first was that would have counted."""
    first = _CONDITION.search(text)
    words = _PUNCTUATION.sub(lambda match: " " * len(match[0]), text)
    return _OPERATOR.sub(lambda match: match[0].lower(), words), first.start() if first else None
