"""Gathering into one library: which door leads to a source, and where its papers or rows go."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from urllib.parse import urlsplit

from postil.clock import Clock
from postil.errors import BadFile
from postil.harvest.door import Door
from postil.harvest.gather import gather_papers, gather_rows
from postil.harvest.gathered import Gathered, GatheredRows, Show
from postil.harvest.identity import Homes, TitleIndex
from postil.harvest.outside import Outside
from postil.harvest.paper_sources import Anthology, PaperSource, Venue, Weblog, check_address
from postil.settings import Settings
from postil.sources.exchange import Reply, Transport
from postil.sources.openreview import BASE, with_retry_after
from postil.sources.paged_json import read_recipe
from postil.sources.tables import open_table
from postil.store.protocol import Store


def _quiet(_: object) -> None: ...


class Gather:
    """What `postil gather` does.

    Every method raises a `PostilError` where a page could not be had; what came before is kept, and the same
    call goes on from there.
    """

    def __init__(self, store: Store, settings: Settings, outside: Outside) -> None:
        self._store, self._settings, self._outside = store, settings, outside

    def openreview(self, venue: str, base: str = BASE, show: Show = _quiet) -> Gathered:
        """The submissions of a venue.

        Raises:
            BadInput: `venue` is not written as OpenReview writes it.
        """
        return self._joined(Venue(venue, base), show)

    def acl(self, file: str, show: Show = _quiet) -> Gathered:
        """The papers of one file of the ACL Anthology: a path, or an address of the web.

        Raises:
            BadFile: the path leads to nothing that can be read.
        """
        return self._joined(Anthology(file), show)

    def weblog(self, feed: str, show: Show = _quiet) -> Gathered:
        """The posts of a weblog; they are papers of no archive, so none is looked for there.

        Raises:
            BadInput: `feed` is not an address.
        """
        source = Weblog(feed)
        clock = self._outside.clock
        return gather_papers(self._store, source, self._door(feed), clock, show=show)

    def pages(self, recipe: Path, table: Path, show: Show = _quiet) -> GatheredRows:
        """The rows of a recipe's pages, into a table.

        Raises:
            BadInput: the recipe says something that cannot be done.
            BadFile: the recipe cannot be read, or the table not be used.
        """
        try:
            how = read_recipe(recipe.read_text("utf-8"))
        except (OSError, UnicodeDecodeError) as error:
            raise BadFile(f"{recipe} cannot be read as a recipe ({error}).") from error
        opened = open_table(table, list(how.columns), how.key, how.digest, how.first)
        try:
            return gather_rows(how, opened, self._door(how.url), self._outside.clock, show)
        finally:
            opened.close()

    def _joined(self, source: PaperSource, show: Show) -> Gathered:
        """Gather, with an index of all titles held for as long as it takes."""
        remote = source.first.startswith(("http://", "https://"))
        getter = self._door(source.first) if remote else FromDisk()
        index = TitleIndex(self._store)
        try:
            clock = self._outside.clock
            return gather_papers(self._store, source, getter, clock, Homes(index), show)
        finally:
            index.close()

    def _door(self, url: str) -> Door:
        door = self._outside.door(house_of(url), self._settings)
        return replace(door, transport=Considerate(door.transport, door.clock))


def house_of(url: str) -> str:
    """Whose turn it is to be asked: all hosts of one owner share it, those of arXiv with its harvest."""
    netloc = urlsplit(check_address(url)).netloc.lower()
    if re.fullmatch(r"(?:[\w-]+\.)*arxiv\.org", netloc):
        return "arxiv"
    named = re.fullmatch(r"(?:[\w-]+\.)*([\w-]+\.[a-z][\w-]*)", netloc)
    return re.sub(r"[^\w.-]", "-", named[1] if named else netloc)[:100]


@dataclass(frozen=True, slots=True)
class Considerate:
    """The network, where OpenReview's own way to say "not before" is told as everybody else's."""

    transport: Transport
    clock: Clock

    def fetch(self, url: str, headers: Mapping[str, str]) -> Reply:
        """The reply to a GET, whatever its status.

        Raises:
            Unreachable: there was none.
        """
        return with_retry_after(self.transport.fetch(url, headers), self.clock.now())


class FromDisk:
    """A getter for files: what an address leads to lies on this machine already."""

    def get(self, url: str) -> Reply:
        """The file of that path.

        Raises:
            BadFile: it cannot be read.
        """
        try:
            return Reply(200, {}, Path(url).read_bytes())
        except OSError as error:
            raise BadFile(f"{url} cannot be read ({error.strerror}).") from error
