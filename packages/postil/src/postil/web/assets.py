"""The style sheet, the script and the icon: each read once.

Several small files are written and one of each kind is sent: the style sheets are joined as they are, each
script becomes a block of one module (so none has imports, exports or names that reach another). A bundler
was refused: there is nothing for it to do. The style sheet stands in the page itself: five kilobytes a page
buy a first paint that waits for no second request, a seventh sooner on a slow processor. The others have
addresses that hold a hash of their content, so browsers keep them for ever.
"""

import base64
import gzip
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

_STYLES = (
    "tokens",
    "page",
    "paper",
    "day",
    "search",
    "help",
    "picker",
    "ledger",
    "methods",
    "print",
)
_SCRIPTS = ("theme", "keys", "more", "formulas", "picker", "events", "year", "suggest")


@dataclass(frozen=True, slots=True)
class Asset:
    """One file as it is sent; its address changes with its content."""

    name: str
    media_type: str
    body: bytes
    compressed: bytes
    path: str


@cache
def assets() -> Mapping[str, Asset]:
    """Every static file, by name."""
    folder = files("postil.web").joinpath("static")
    scripts = [folder.joinpath("js", f"{name}.js").read_text("utf-8") for name in _SCRIPTS]
    blocks = "".join(f"{{\n{script}}}\n" for script in scripts)
    icon = folder.joinpath("icon.svg").read_text("utf-8")
    made = (
        _asset("postil.js", "text/javascript", blocks),
        _asset("icon.svg", "image/svg+xml", icon),
    )
    return {asset.name: asset for asset in made}


@cache
def style_sheet() -> str:
    """The style sheet as it stands in every page."""
    folder = files("postil.web").joinpath("static", "css")
    return "\n".join(folder.joinpath(f"{name}.css").read_text("utf-8") for name in _STYLES)


@cache
def style_source() -> str:
    """What the content security policy names the style sheet by: a hash of it."""
    digest = hashlib.sha256(style_sheet().encode()).digest()
    return f"'sha256-{base64.b64encode(digest).decode()}'"


def _asset(name: str, media_type: str, text: str) -> Asset:
    body = text.encode()
    digest = hashlib.sha256(body).hexdigest()[:12]
    compressed = gzip.compress(body, 9, mtime=0)
    return Asset(name, media_type, body, compressed, f"/static/{digest}/{name}")


def asset_path(name: str) -> str:
    """The address of the static file `name`, for templates."""
    return assets()[name].path


def static_file(request: Request) -> Response:
    """Answer a request for a static file; an address of other content is not found."""
    asset = assets().get(request.path_params["name"])
    if asset is None or asset.path != request.url.path:
        raise HTTPException(404)
    headers = {"Cache-Control": "public, max-age=31536000, immutable", "Vary": "Accept-Encoding"}
    if "gzip" not in request.headers.get("accept-encoding", ""):
        return Response(asset.body, media_type=asset.media_type, headers=headers)
    headers["Content-Encoding"] = "gzip"
    return Response(asset.compressed, media_type=asset.media_type, headers=headers)
