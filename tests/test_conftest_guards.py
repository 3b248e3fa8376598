"""The guards that every test runs behind do guard."""

import socket

import pytest


def test_a_connection_to_another_host_is_refused():
    with socket.socket() as plain, pytest.raises(RuntimeError, match="loopback"):
        plain.connect(("192.0.2.1", 80))


def test_a_connection_by_name_is_refused():
    with socket.socket() as plain, pytest.raises(RuntimeError, match="loopback"):
        plain.connect_ex(("example.org", 80))


def test_loopback_is_free():
    with socket.socket() as listening, socket.socket() as plain:
        listening.bind(("127.0.0.1", 0))
        listening.listen()
        plain.connect(listening.getsockname())
