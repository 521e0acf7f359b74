"""Feeds are read as the XML they are: RSS 2.0 and 1.0, Atom, lists of offers."""

from __future__ import annotations

import pytest

from marketplace.catalog.errors import DamagedSource, DangerousSource
from seed.catalog.feeds import read_feed
from seed.catalog.items import Item

RSS = """<?xml version="1.0" encoding="utf-8"?>
<rss version="2.0" xmlns:content="http://purl.org/rss/1.0/modules/content/"
     xmlns:media="http://search.yahoo.com/mrss/" xmlns:g="http://base.google.com/ns/1.0">
<channel><title>News</title><link>https://news.example/daily/</link>{}</channel></rss>"""


def only(text: str, url: str = "https://news.example/rss.xml") -> Item:
    items = read_feed(text, url)
    assert len(items) == 1
    return items[0]


def rss(inner: str, url: str = "https://news.example/rss.xml") -> Item:
    return only(RSS.format(f"<item>{inner}</item>"), url)


def test_an_item_of_rss_has_its_parts() -> None:
    item = rss(
        "<title>Раз &amp; два</title><link>/a/1</link><guid isPermaLink='false'>g-1</guid>"
        "<description><![CDATA[<p>Short</p>]]></description>"
        "<content:encoded><![CDATA[<p>Much longer than that <img src='/pictures/3.png'></p>]]></content:encoded>"
        "<enclosure url='1.jpg' type='image/jpeg' length='1'/><enclosure url='song.mp3' type='audio/mpeg'/>"
        "<media:content url='/pictures/2.jpg' medium='image'><media:title>not the title</media:title></media:content>"
    )
    assert item.name == "Раз & два"
    assert item.link == "https://news.example/a/1"
    assert item.key == "g-1"
    assert "Much longer" in item.description
    assert item.pictures == [
        "https://news.example/daily/1.jpg",
        "https://news.example/pictures/2.jpg",
        "https://news.example/pictures/3.png",
    ]


def test_a_feed_of_a_shop_has_prices() -> None:
    item = rss(
        "<title>Desk</title><g:id>D-1</g:id><g:price>1299.00 RUB</g:price><g:sale_price>999.00 RUB</g:sale_price>"
        "<g:image_link>https://shop.example/desk.png</g:image_link>"
    )
    assert (item.price, item.key, item.pictures) == ("999.00 RUB", "D-1", ["https://shop.example/desk.png"])


def test_a_link_may_be_the_guid() -> None:
    assert rss("<title>A</title><guid>https://news.example/7</guid>").link == "https://news.example/7"


def test_items_of_rss_1_stand_beside_their_channel() -> None:
    text = """<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns="http://purl.org/rss/1.0/"
      xmlns:dc="http://purl.org/dc/elements/1.1/"><channel rdf:about="https://n.example/"><title>N</title></channel>
      <item rdf:about="https://n.example/1"><title>One</title><link>https://n.example/1</link>
      <description>Text</description><dc:creator>somebody</dc:creator></item>
      <item rdf:about="https://n.example/2"><title>Two</title><link>https://n.example/2</link></item></rdf:RDF>"""
    items = read_feed(text)
    assert [item.name for item in items] == ["One", "Two"]
    assert items[0].description == "Text"


def test_an_entry_of_atom_has_its_parts_and_its_own_base() -> None:
    text = """<feed xmlns="http://www.w3.org/2005/Atom" xml:base="https://a.example/b/"><title>Feed</title>
      <link href="https://elsewhere.example/"/>
      <entry xml:base="c/"><id>urn:1</id><title type="html">A &lt;b&gt;x&lt;/b&gt;</title>
      <link rel="self" href="self"/><link href="d"/><link rel="enclosure" type="image/png" href="e.png"/>
      <content type="xhtml"><div xmlns="http://www.w3.org/1999/xhtml"><p>Hello</p><img src="f.png"/></div></content>
      </entry></feed>"""
    item = only(text)
    assert item.name == "A <b>x</b>"
    assert item.link == "https://a.example/b/c/d"
    assert item.pictures == ["https://a.example/b/c/e.png", "https://a.example/b/c/f.png"]
    assert "Hello" in item.description


def test_a_list_of_offers_is_read() -> None:
    text = """<!DOCTYPE yml_catalog SYSTEM "shops.dtd"><yml_catalog><shop><url>https://s.example/</url><offers>
      <offer id="7"><url>https://s.example/7</url><price>500</price><currencyId>RUB</currencyId>
      <picture>https://s.example/7.png</picture><name>Лампа</name><description>Яркая</description></offer>
      </offers></shop></yml_catalog>"""
    item = only(text)
    assert (item.name, item.price, item.key) == ("Лампа", "500", "7")


def test_a_saved_feed_has_its_pictures_beside_it() -> None:
    item = rss("<title>A</title><link>b</link><enclosure url='c.png' type='image/png'/>", url="")
    assert item.link == "https://news.example/daily/b"
    assert item.pictures == ["c.png"]


@pytest.mark.parametrize(
    "inner",
    [
        "<title>Fish & chips</title>",
        "<title>A&nbsp;B &laquo;C&raquo;</title>",
        "<title>Open<title>",
        "<title>A</title><br>",
    ],
)
def test_a_feed_with_mistakes_is_read_as_far_as_it_can_be(inner: str) -> None:
    assert rss(inner).name


@pytest.mark.parametrize("text", ["", "hello", "{}", "<", "<rss", "<!DOCTYPE rss>"])
def test_what_is_no_xml_is_said_with_the_place(text: str) -> None:
    with pytest.raises(DamagedSource, match=r"\d+:\d+"):
        read_feed(text)


@pytest.mark.parametrize(
    "declaration",
    [
        '<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">',
        '<!ENTITY a SYSTEM "file:///etc/passwd">',
        '<!ENTITY a SYSTEM "http://127.0.0.1/">',
        '<!ENTITY % a SYSTEM "http://127.0.0.1/"> %a;',
    ],
)
def test_entities_are_not_declared(declaration: str) -> None:
    with pytest.raises(DangerousSource):
        read_feed(f"<!DOCTYPE rss [{declaration}]><rss><channel><item><title>&a;</title></item></channel></rss>")
