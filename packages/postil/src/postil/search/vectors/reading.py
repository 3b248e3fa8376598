"""What a model is given to read of a paper: its title and abstract as text, without markup."""

from postil.paper import Paper
from postil.text.markup import searchable

LONGEST = 4_000
"""Characters; what stands beyond them is beyond the tokens that the models take."""


def model_text(paper: Paper) -> str:
    """Title and abstract as a model reads them."""
    title = paper.title.strip().rstrip(".")
    parts = filter(None, (title, paper.abstract.strip(), paper.summary.strip()))
    return searchable(". ".join(parts))[:LONGEST]
