from __future__ import annotations

import pytest

from gateway.lmtp.address import LmtpAddress

VARIABLE = "CUSTOMER_GRAPH_LMTP"


def test_nobody_listens_unless_a_port_is_named() -> None:
    assert LmtpAddress.from_environment({}) is None
    assert LmtpAddress.from_environment({VARIABLE: ""}) is None


@pytest.mark.parametrize(
    ("text", "host", "port"),
    [
        ("2424", "127.0.0.1", 2424),
        ("10.0.0.5:24", "10.0.0.5", 24),
        ("[::1]:2424", "::1", 2424),
        ("mail.internal:65535", "mail.internal", 65_535),
    ],
)
def test_a_port_alone_is_of_this_machine(text: str, host: str, port: int) -> None:
    assert LmtpAddress.from_environment({VARIABLE: text}) == LmtpAddress(host, port)


@pytest.mark.parametrize("text", ["x", "0", "25", "10.0.0.5:25", "65536", ":24", "::1:24", "10.0.0.5", "24 ", "-1"])
def test_another_address_is_refused_by_the_name_of_its_variable(text: str) -> None:
    with pytest.raises(ValueError, match=rf"^{VARIABLE} must be a port, or a host and a port"):
        LmtpAddress.from_environment({VARIABLE: text})
