"""A shop on your own machine that serves invented reviews, to try `postil gather pages` on.

    python docs/postil/reviews_server.py [PORT]

Its pages are shaped as a shop's were in 2015: JSONP in GBK, twenty reviews a page, and the last review of a
page again as the first of the next, as happens where reviews arrive while one reads.
"""

import json
import sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

REVIEWS, PAGE = 93, 20
TEXTS = (
    "字迹清楚，纸也厚",
    "送货很快",
    "第三章有一处印错",
    "内容不错，装订一般",
    "还没看完，先给好评",
)


def review(number: int) -> dict[str, object]:
    """One invented review."""
    answer = "谢谢您的意见" if number % 7 == 0 else ""
    return {
        "id": 700_000 + number,
        "rateDate": f"2015-{1 + number % 12:02}-{1 + number % 28:02} 20:15:00",
        "rateContent": f"{TEXTS[number % len(TEXTS)]}（第{number}位）",
        "reply": answer,
        "auctionSku": f"版本:{'精装' if number % 3 else '平装'}",
        "pics": [f"//pictures.example/{number}.jpg"] if number % 5 == 0 else [],
    }


def answer(query: dict[str, list[str]]) -> bytes:
    """One page, in the wrapping that was asked for."""
    page = int(query["currentPage"][0])
    step = PAGE - 1
    last = -(-REVIEWS // step)
    numbers = (
        range((page - 1) * step, min((page - 1) * step + PAGE, REVIEWS)) if page <= last else ()
    )
    found = {
        "rateDetail": {
            "rateList": [review(number) for number in numbers],
            "paginator": {"items": REVIEWS, "lastPage": last, "page": page},
        }
    }
    callback = query["callback"][0]
    return f"\n{callback}({json.dumps(found, ensure_ascii=False)})".encode("gbk")


class Shop(BaseHTTPRequestHandler):
    """Answers `/list_detail_rate.htm`."""

    def do_GET(self) -> None:
        """One page of reviews."""
        parts = urlsplit(self.path)
        known = parts.path == "/list_detail_rate.htm"
        body = answer(parse_qs(parts.query)) if known else b""
        self.send_response(200 if known else 404)
        self.send_header("Content-Type", "text/html;charset=GBK")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Say nothing."""


def open_shop(port: int) -> ThreadingHTTPServer:
    """The server, which serves once it is told to."""
    return ThreadingHTTPServer(("127.0.0.1", port), Shop)


if __name__ == "__main__":
    with open_shop(int(sys.argv[1]) if len(sys.argv) > 1 else 8765) as shop:
        sys.stderr.write(f"reviews at http://127.0.0.1:{shop.server_port}, until Ctrl-C\n")
        shop.serve_forever()
