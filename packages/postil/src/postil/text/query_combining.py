"""How the parts of a query join into one tree, simplified so that equal questions have equal trees."""

from collections.abc import Sequence

from postil.text.query_tree import And, Every, Node, Not, Or, Word


def any_of(nodes: Sequence[Node]) -> Node | None:
    """One node or the union of several, each said once; None of none."""
    distinct = tuple(dict.fromkeys(nodes))
    return Or(distinct) if len(distinct) > 1 else distinct[0] if distinct else None


def together(nodes: list[Node]) -> Node | None:
    """Nodes side by side; parentheses around words alone, as in O(n log n), change nothing."""
    flat: list[Node] = []
    for node in nodes:
        plain = isinstance(node, And) and all(isinstance(c, Word) for c in node.children)
        flat.extend(node.children if plain and isinstance(node, And) else (node,))
    return And(tuple(flat)) if len(flat) > 1 else flat[0] if flat else None


def sure(nodes: list[Node]) -> Node:
    """The nodes of one piece as one node; there is at least one."""
    return And(tuple(nodes)) if len(nodes) > 1 else nodes[0]


def all_of(nodes: list[Node]) -> Node:
    """What AND joins, in one list however it was put in parentheses."""
    flat: list[Node] = []
    for node in nodes:
        flat.extend(node.children if isinstance(node, Every) else (node,))
    return Every(tuple(flat))


def required(node: Node) -> Node:
    """A node that must be met: a word is marked so, everything else already is."""
    return Every((node,)) if isinstance(node, Word) else node


def without(node: Node) -> Node:
    """The opposite of a node; twice the opposite is the node, required."""
    match node:
        case Not(child):
            return required(child)
        case Every((only,)):
            return Not(only)
        case _:
            return Not(node)


def only_excludes(node: Node) -> bool:
    """Whether a tree says only what is not looked for."""
    match node:
        case Not():
            return True
        case And(children) | Every(children):
            return all(map(only_excludes, children))
        case _:
            return False
