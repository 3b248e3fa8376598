r"""The text markup of titles and abstracts as a small tree.

Authors write LaTeX in fields that were never compiled: ``\emph``, quotes, dashes, ``~``, escaped
signs, braces that protect capitals, lists, links. What is understood becomes a node or a character;
what is not stays as typed, so that nothing an author wrote is lost. A full TeX parser was refused: the
fields are not TeX documents (percent signs are no comments, most braces are real braces), and a parser
that executes macros is a risk.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass, field

from postil.text.accents import to_unicode
from postil.text.characters import clean
from postil.text.commands import LINKS, SIGNS, SILENT, STYLES, SWITCHES, WITH_ARGUMENT, Style
from postil.text.formulas import Formula, split_formulas
from postil.text.symbols import IN_TEXT


@dataclass(frozen=True, slots=True)
class Text:
    """Characters as they are shown."""

    text: str


@dataclass(frozen=True, slots=True)
class Styled:
    """Text with an emphasis."""

    style: Style
    children: "tuple[Segment, ...]"


@dataclass(frozen=True, slots=True)
class Link:
    """A link to an ``http`` or ``https`` address."""

    address: str
    children: "tuple[Segment, ...]"


Segment = Text | Formula | Styled | Link

# every alternative begins with a plain character, which lets the engine skip quickly to the next candidate
_TOKEN = re.compile(
    r"\\(?P<word>[A-Za-z]+)\*?|\\(?P<sign>[^A-Za-z])|\{(?P<open>)|\}(?P<close>)"
    r"|h(?P<address>ttps?://[^\s<>\"{}|\\^`$]+)|``(?P<opening>)|''(?P<closing>)|`(?P<single>)"
    r"|--(?P<dash>-*)|~(?P<tie>)",
    re.DOTALL,
)
_MARKS = "\\${}~`"  # of printable texts, and these of more than one character
_LONGER_MARKS = ("  ", "--", "http", "''")
_UNMARKED = bytes(c for c in range(32, 127) if chr(c) not in _MARKS)
_SPACE = re.compile(r"[ \t\r\n]{2,}|[\t\r\n]")
_ARGUMENT = re.compile(r"\s*(?:\[[^\]\n]{0,200}\])*\{([^{}]{0,1000})\}")
_LINK = re.compile(r"\s*\{\s*(https?://(?:[^\s{}\"<>\\]|\\[_%#&~$])+)\s*\}")
_PROTECTED = re.compile(r"[^\W_]*(?:['’-]?[^\W_])*")
_TEXT_ONLY = re.compile(
    r"\\(?:textit|textbf|emph|texttt|textsf|textsc|text|textrm|href|url)\s*\{[^$]*\}$"
)
_TRAILING = ".,;:!?)]'’"
_VERBATIM = re.compile(r"([^\w\s])(.{0,200}?)\1")
_DEPTH = 40
MAX_MARKED = 20_000
"""Characters beyond which a text is shown as typed; the longest abstract in 226,000 has under 4,000."""


@dataclass(slots=True)
class _Group:
    """An open brace: what opened it, what it holds so far."""

    source: str
    style: Style | None = None
    plain: bool = False
    address: str | None = None
    nodes: list[Segment] = field(default_factory=list)
    spoken: list[str] = field(default_factory=list)

    def settle(self) -> list[Segment]:
        """The nodes so far, what was said since the last of them included."""
        if self.spoken:
            if text := "".join(self.spoken):
                self.nodes.append(Text(text))
            self.spoken.clear()
        return self.nodes


def is_plain(text: str) -> bool:
    """Whether nothing in ``text`` could be anything but itself."""
    if text.isascii():
        # one pass in place of a look at each character and one for each mark
        is_unmarked = not text.encode("ascii").translate(None, _UNMARKED)
    else:
        is_unmarked = text.isprintable() and not any(map(text.__contains__, _MARKS))
    return is_unmarked and not any(map(text.__contains__, _LONGER_MARKS))


def parse(text: str) -> tuple[Segment, ...]:
    """Read ``text``, any string, into segments; what does not match or mean anything stays as typed."""
    text = clean(text)
    if len(text) > MAX_MARKED or is_plain(text):
        return (Text(text),) if text else ()
    reader = _Reader()
    for piece in split_formulas(_even(text)):
        if isinstance(piece, str):
            reader.read(to_unicode(piece))
        elif is_only_text(piece.tex):
            reader.read(to_unicode(piece.tex))
        else:
            reader.put(piece)
    return reader.finish()


def is_only_text(tex: str) -> bool:
    r"""Whether a formula is words in disguise: ``$\textbf{Ours}$`` shows bold on arXiv's pages."""
    if not _TEXT_ONLY.match(tex):
        return False
    depth = 0
    for place, character in enumerate(tex):
        if character == "{":
            depth += 1
        elif character == "}":
            depth -= 1
            if depth == 0 and place < len(tex) - 1 and not tex.startswith(r"\href"):
                return False
    return depth == 0


def _even(text: str) -> str:
    """`text` with single blanks; a look first, as nearly every text has no others."""
    is_even = "  " not in text and "\n" not in text and "\t" not in text and "\r" not in text
    return text if is_even else _SPACE.sub(_one_space, text)


def _one_space(match: re.Match[str]) -> str:
    return "\n\n" if match[0].count("\n") > 1 else " "


class _Reader:
    """Builds the tree; open groups live on a stack that spans the formulas between them."""

    def __init__(self) -> None:
        self._groups = [_Group("")]
        self._text = ""
        self._at = 0

    def put(self, node: Segment) -> None:
        self._groups[-1].settle().append(node)

    def say(self, characters: str) -> None:
        self._groups[-1].spoken.append(characters)

    def read(self, text: str) -> None:
        self._text, self._at = text, 0
        while match := _TOKEN.search(text, self._at):
            if match.start() > self._at:
                self.say(text[self._at : match.start()])
            self._at = match.end()
            _HANDLERS[match.lastgroup or ""](self, match)
        self.say(text[self._at :])

    def finish(self) -> tuple[Segment, ...]:
        while len(self._groups) > 1:
            group = self._groups.pop()
            if group.plain:
                self.say("{")
            self._adopt(group)
        return tuple(self._groups[0].settle())

    def _adopt(self, group: "_Group") -> None:
        """Go on with what a closed group held, without the group."""
        parent = self._groups[-1]
        for node in group.nodes:
            if isinstance(node, Text):
                parent.spoken.append(node.text)
            else:
                parent.settle().append(node)
        parent.spoken += group.spoken

    def on_word(self, match: re.Match[str]) -> None:
        word = match["word"]
        if word in LINKS and (link := _LINK.match(self._text, match.end())):
            self._link(word, link)
        elif word in STYLES and self._opens(match.end()):
            self._push(_Group(word, style=STYLES[word]))
        elif word in SWITCHES and self._groups[-1].plain:
            self._groups[-1].style = SWITCHES[word]
            self._groups[-1].source = word
            self._skip_space()
        elif word in WITH_ARGUMENT and (found := _ARGUMENT.match(self._text, match.end())):
            self._at = found.end()
            self.say(WITH_ARGUMENT[word].format(found[1].strip()))
        elif word == "item":
            self.say(" • ")
            self._skip_space()
        elif word == "verb" and (found := _VERBATIM.match(self._text, match.end())):
            self._at = found.end()
            self.put(Styled("code", (Text(found[2]),)))
        elif word in IN_TEXT:
            self.say(IN_TEXT[word])
            self._skip_empty()
        elif word in SILENT:
            self.say(" ")
            self._skip_space()
        else:
            self.say(match[0])

    def on_sign(self, match: re.Match[str]) -> None:
        sign = match["sign"]
        self.say(SIGNS.get(sign, match[0]))

    def on_open(self, match: re.Match[str]) -> None:
        self._push(_Group("{", plain=True))

    def on_close(self, match: re.Match[str]) -> None:
        if len(self._groups) == 1:
            self.say("}")
            return
        group = self._groups.pop()
        children = tuple(group.settle())
        if group.address:
            self.put(Link(group.address, children or (Text(group.address),)))
        elif group.style and children:
            self.put(Styled(group.style, children))
        else:
            braced = group.plain and group.source == "{" and not _is_protection(children)
            self.say("{" if braced else "")
            self._adopt(group)
            self.say("}" if braced else "")

    def on_address(self, match: re.Match[str]) -> None:
        address = match[0]
        kept = address.rstrip(_TRAILING)
        if "(" in kept and address[len(kept) :].startswith(")"):
            kept += ")"
        if len(kept) <= len("https://"):
            self.say(address)
            return
        self._at = match.start() + len(kept)
        self.put(Link(kept, (Text(kept),)))

    def on_opening(self, match: re.Match[str]) -> None:
        self.say("“")

    def on_closing(self, match: re.Match[str]) -> None:
        self.say("”")

    def on_single(self, match: re.Match[str]) -> None:
        self.say("‘")

    def on_dash(self, match: re.Match[str]) -> None:
        dashes = match[0]
        before = self._text[match.start() - 1 : match.start()]
        after = self._text[match.end() : match.end() + 1]
        is_option = after.islower() and (not before or before in " \n([,'\"")
        self.say(dashes if is_option else {2: "–", 3: "—"}.get(len(dashes), dashes))

    def on_tie(self, match: re.Match[str]) -> None:
        before = self._text[max(match.start() - 1, 0) : match.start()]
        after = self._text[match.end() : match.end() + 1]
        is_range = before.isdigit() and after.isdigit()
        starts = match.start() == 0 or before.isspace() or before in "(<>="
        self.say("~" if is_range or starts or after in "=~" else "\u00a0")

    def _push(self, group: _Group) -> None:
        if len(self._groups) > _DEPTH:
            self.say("{" if group.plain else "")
            return
        if not group.plain:
            self._at = self._text.index("{", self._at) + 1
        self._groups.append(group)

    def _opens(self, at: int) -> bool:
        return len(self._groups) <= _DEPTH and self._text[at : at + 10].lstrip().startswith("{")

    def _link(self, word: str, link: re.Match[str]) -> None:
        self._at = link.end()
        address = link[1].replace("\\", "")
        if word == "href" and self._opens(self._at):
            self._push(_Group(word, address=address))
        else:
            self.put(Link(address, (Text(address),)))

    def _skip_space(self) -> None:
        while self._text[self._at : self._at + 1] in (" ", "\n", "\t"):
            self._at += 1

    def _skip_empty(self) -> None:
        if self._text.startswith("{}", self._at):
            self._at += 2


def _is_protection(children: tuple[Segment, ...]) -> bool:
    """Whether braces held one word or nothing, as in ``{B}ayesian``: TeX shows no braces there."""
    return not children or (
        len(children) == 1
        and isinstance(children[0], Text)
        and _PROTECTED.fullmatch(children[0].text) is not None
    )


_HANDLERS: dict[str, Callable[[_Reader, re.Match[str]], None]] = {
    "word": _Reader.on_word,
    "sign": _Reader.on_sign,
    "open": _Reader.on_open,
    "close": _Reader.on_close,
    "address": _Reader.on_address,
    "opening": _Reader.on_opening,
    "closing": _Reader.on_closing,
    "single": _Reader.on_single,
    "dash": _Reader.on_dash,
    "tie": _Reader.on_tie,
}
