"""Feeds of weblogs: three forms, Chinese encodings, markup taken out, and careless XML."""

from datetime import date

import pytest

from postil.sources.exchange import BadReply
from postil.sources.html_text import html_text
from postil.sources.weblog import read_day, read_feed

HOME = "https://blog.example/feed"


def rss(items: str, head: str = "<title>Ana's notes</title>") -> str:
    return (
        '<rss version="2.0" xmlns:content="http://purl.org/rss/1.0/modules/content/" '
        'xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:atom="http://www.w3.org/2005/Atom">'
        f"<channel>{head}<link>https://blog.example</link>{items}</channel></rss>"
    )


def item(inner: str = "", title: str = "<title>A post</title>", link: str = "/archives/7") -> str:
    return f"<item>{title}<link>{link}</link>{inner}</item>"


def only(feed: str | bytes, content_type: str = ""):
    body = feed.encode() if isinstance(feed, str) else feed
    read = read_feed(body, HOME, content_type)
    assert read.rejected == ()
    (paper,) = read.papers
    return paper


def test_a_post_of_rss_2():
    paper = only(
        rss(
            item(
                "<description>Short.</description><dc:creator>Ana Gómez</dc:creator>"
                "<pubDate>Tue, 03 Mar 2026 23:30:00 +0800</pubDate>"
                "<content:encoded><![CDATA[<p>Let <em>x</em>&nbsp;&lt; 1,</p><p>so $x^2<1$.</p>"
                "<script>alert(1)</script>]]></content:encoded>"
            )
        )
    )
    assert str(paper.id) == "web:blog.example/archives/7"
    assert (paper.title, paper.venue) == ("A post", "Ana's notes")
    assert paper.abstract == "Let x < 1, so $x^2<1$."
    assert paper.authors == ("Ana Gómez",)
    assert (paper.submitted, paper.modified) == (date(2026, 3, 3), None)


def test_a_post_of_rss_1_stands_beside_its_channel():
    paper = only(
        '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" '
        'xmlns="http://purl.org/rss/1.0/" xmlns:dc="http://purl.org/dc/elements/1.1/">'
        '<channel rdf:about="x"><title>Old notes</title></channel>'
        '<item rdf:about="y"><title>One</title><link>https://blog.example/1</link>'
        "<description>Text</description><dc:date>2004-05-06T07:08:09Z</dc:date></item></rdf:RDF>"
    )
    assert (paper.venue, paper.title, paper.submitted) == ("Old notes", "One", date(2004, 5, 6))


ATOM = """<?xml version="1.0"?>
<feed xmlns="http://www.w3.org/2005/Atom" xml:base="https://blog.example/en/">
<title type="html">Notes &amp;amp; queries</title><author><name>Li Wei</name></author>
<link rel="self" href="atom.xml"/><link rel="next" href="/feed?page=2"/>
<entry><title>Two</title><link rel="enclosure" href="a.mp3"/><link href="posts/2?utm_source=x"/>
<id>urn:x:2</id><published>2026-01-02T23:00:00-05:00</published><updated>2026-02-03T00:00:00Z</updated>
%s</entry></feed>"""


@pytest.mark.parametrize(
    ("content", "text"),
    [
        ('<content type="html">&lt;p&gt;a &amp;lt; b&lt;/p&gt;</content>', "a < b"),
        ('<content type="text">a &lt;p&gt; b</content>', "a <p> b"),
        (
            '<content type="xhtml"><div xmlns="http://www.w3.org/1999/xhtml"><p>a &lt; b</p>'
            "<script>x</script><p>c</p></div></content>",
            "a < b c",
        ),
        ("<summary>Only this</summary>", "Only this"),
    ],
)
def test_a_post_of_atom_in_every_kind_of_text(content, text):
    read = read_feed((ATOM % content).encode(), HOME)
    (paper,) = read.papers
    assert str(paper.id) == "web:blog.example/en/posts/2"
    assert (paper.venue, paper.authors, paper.abstract) == ("Notes & queries", ("Li Wei",), text)
    assert (paper.submitted, paper.modified) == (date(2026, 1, 2), date(2026, 2, 3))
    assert read.next_page == "https://blog.example/feed?page=2"


def test_a_feed_goes_on_at_its_own_host_only():
    read = read_feed((ATOM % "").replace("/feed?page=2", "http://10.0.0.1/x").encode(), HOME)
    assert read.next_page == ""


CHINESE = rss(
    item(
        "<description>&lt;p&gt;求矩阵的逆，其中&amp;nbsp;$A=LU$。&lt;/p&gt;</description>",
        "<title>矩阵求逆</title>",
    ),
    "<title>数学札记</title>",
)


@pytest.mark.parametrize(
    ("declared", "encoding", "content_type"),
    [
        ("", "utf-8", ""),
        ("", "utf-8-sig", "text/xml"),
        ('<?xml version="1.0" encoding="gb2312"?>', "gbk", ""),
        ('<?xml version="1.0" encoding="GBK" ?>', "gb18030", "text/xml"),
        ("", "gbk", 'application/rss+xml; charset="GBK"'),
        ('<?xml version="1.0" encoding="utf-8"?>', "gbk", ""),  # a wrong declaration
        ('<?xml version="1.0" encoding="utf-8"?>', "utf-8", "text/xml; charset=ISO-8859-1"),
        ('<?xml version="1.0" encoding="no-such"?>', "utf-8", "text/xml; charset=base64"),
        ("", "utf-16", ""),
    ],
)
def test_chinese_text_in_whatever_encoding(declared, encoding, content_type):
    paper = only((declared + CHINESE).encode(encoding), content_type)
    assert (paper.title, paper.venue) == ("矩阵求逆", "数学札记")
    assert paper.abstract == "求矩阵的逆，其中 $A=LU$。"


def test_careless_xml_is_mended():
    paper = only(rss(item("<description>a&nbsp;b&hellip;\x0b &nosuch; &amp;copy; 1</description>")))
    assert paper.abstract == "a b… &nosuch; © 1"


def test_a_post_without_title_is_called_by_its_first_words():
    paper = only(rss(item(f"<description>{'word ' * 40}</description>", title="")))
    assert paper.title.startswith("word word")
    assert paper.title.endswith(" …")
    assert len(paper.title) <= 80


def test_a_long_post_is_cut_at_a_word_and_says_so():
    paper = only(rss(item(f"<description>{'longer ' * 5_000}</description>")))
    assert len(paper.abstract) <= 20_000
    assert paper.abstract.endswith("longer …")


def test_an_identifier_serves_where_the_link_is_missing():
    paper = only(rss(item("<guid>https://blog.example/?p=7</guid>", link="")))
    assert str(paper.id) == "web:blog.example/?p=7"


def test_the_author_of_a_mail_address_is_the_name_beside_it():
    paper = only(rss(item("<author>ana@blog.example (Ana Gómez)</author>")))
    assert paper.authors == ("Ana Gómez",)
    assert only(rss(item("<author>ana@blog.example</author>"))).authors == ()


def test_a_post_that_is_none_is_set_aside_and_the_feed_goes_on():
    read = read_feed(
        rss(
            item(link="")
            + item(link="javascript:alert(1)")
            + item(title="")
            + item(title=f"<title>{'x' * 3000}</title>")
            + item()
        ).encode(),
        HOME,
    )
    assert [str(p.id) for p in read.papers] == ["web:blog.example/archives/7"]
    assert len(read.rejected) == 4


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("Tue, 03 Mar 2026 23:30:00 +0800", date(2026, 3, 3)),
        ("3 Mar 26 23:30 GMT", date(2026, 3, 3)),
        ("2026-03-03T00:30:00+08:00", date(2026, 3, 3)),
        ("2026-03-03 08:00:00", date(2026, 3, 3)),
        ("2026/3/3", date(2026, 3, 3)),
        ("发表于 2026年3月3日 上午", date(2026, 3, 3)),
        ("20260303", None),
        ("2026-13-03", None),
        ("soon", None),
        ("", None),
    ],
)
def test_days_in_every_form(text, day):
    assert read_day(text) == day


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"<!doctype html><html><body>Not found</body></html>",
        b"<rss version='2.0'></rss>",
        b"<urlset><channel/></urlset>",
        rss(item()).encode()[:-9],
        b'<!DOCTYPE rss [<!ENTITY a "b">]><rss><channel><title>&a;</title></channel></rss>',
    ],
)
def test_what_is_no_feed_is_refused(body):
    with pytest.raises(BadReply):
        read_feed(body, HOME)


def test_the_text_of_html_keeps_words_together_and_blocks_apart():
    assert html_text("<h1>A</h1>b<b>c</b>d<br>e<ul><li>f<li>g</ul>") == "A bcd e f g"
    assert html_text("<p title='<b>'>x</p><!-- y --><style>z</style>") == "x"
    assert html_text("<div>" * 100_000) == ""
