from __future__ import annotations

import pytest

from dispatch.settings import DispatchSettings

REDIS = {"REDIS_URL": "redis://127.0.0.1:1/0"}


def test_leases_and_sweeps_have_defaults() -> None:
    settings = DispatchSettings.from_environment(REDIS)

    assert (settings.lease_ms, settings.sweep_ms, settings.renudge_ms) == (30_000, 1_000, 5_000)
    assert settings.worker_metrics_port is None


def test_everything_can_be_set() -> None:
    settings = DispatchSettings.from_environment(
        {
            **REDIS,
            "SMTP_URL": "smtp://127.0.0.1:25 smtp://127.0.0.1:26",
            "CUSTOMER_GRAPH_PUBLIC_URL": "https://customers.example.com/graph/",
            "CUSTOMER_GRAPH_LEASE_MS": "1",
            "CUSTOMER_GRAPH_SWEEP_MS": "2",
            "CUSTOMER_GRAPH_RENUDGE_MS": "3",
            "CUSTOMER_GRAPH_WORKER_METRICS_PORT": "9464",
        }
    )

    assert settings.public_url == "https://customers.example.com/graph"
    assert (settings.urls, settings.lease_ms, settings.sweep_ms, settings.renudge_ms) == (
        {"SMTP_URL": ("smtp://127.0.0.1:25", "smtp://127.0.0.1:26")},
        1,
        2,
        3,
    )
    assert settings.worker_metrics_port == 9_464


@pytest.mark.parametrize(
    ("environment", "named"),
    [
        ({}, "REDIS_URL"),
        ({"REDIS_URL": "http://127.0.0.1"}, "REDIS_URL"),
        ({**REDIS, "CUSTOMER_GRAPH_PUBLIC_URL": "customers.example.com"}, "CUSTOMER_GRAPH_PUBLIC_URL"),
        (
            {**REDIS, "CUSTOMER_GRAPH_PUBLIC_URL": "https://a.example/x>\r\nBcc: b@c.example"},
            "CUSTOMER_GRAPH_PUBLIC_URL",
        ),
        ({**REDIS, "CUSTOMER_GRAPH_LEASE_MS": "soon"}, "CUSTOMER_GRAPH_LEASE_MS"),
        ({**REDIS, "CUSTOMER_GRAPH_SWEEP_MS": "0"}, "CUSTOMER_GRAPH_SWEEP_MS"),
        ({**REDIS, "CUSTOMER_GRAPH_RENUDGE_MS": "-1"}, "CUSTOMER_GRAPH_RENUDGE_MS"),
        ({**REDIS, "CUSTOMER_GRAPH_WORKER_METRICS_PORT": "0"}, "CUSTOMER_GRAPH_WORKER_METRICS_PORT"),
        ({**REDIS, "CUSTOMER_GRAPH_WORKER_METRICS_PORT": "65536"}, "CUSTOMER_GRAPH_WORKER_METRICS_PORT"),
        ({**REDIS, "CUSTOMER_GRAPH_WORKER_METRICS_PORT": "here"}, "CUSTOMER_GRAPH_WORKER_METRICS_PORT"),
    ],
)
def test_an_error_names_the_variable(environment: dict[str, str], named: str) -> None:
    with pytest.raises(ValueError, match=f"^{named} "):
        DispatchSettings.from_environment(environment)


def test_passwords_do_not_show() -> None:
    settings = DispatchSettings("redis://:secret@h/0", {"SMTP_URL": ("smtp://u:secret@h",)})

    assert "secret" not in repr(settings)
