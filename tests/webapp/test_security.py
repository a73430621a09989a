"""What protects officers and office."""

import pytest

from engine.settings import Settings
from tests.office import CHIVASSO
from tests.webapp.conftest import Web
from tests.webapp.visitor import Visitor
from webapp import create_app

SEAT = (CHIVASSO, "officer")


@pytest.mark.parametrize("address", ["/", "/sign-in", "/nowhere", "/healthz", "/api/v1/nowhere"])
def test_every_answer_carries_the_protecting_headers(web: Web, address: str) -> None:
    headers = web.visitor().client.get(address).headers

    policy = headers["Content-Security-Policy"]
    assert "default-src 'self'" in policy
    assert "unsafe" not in policy
    assert "frame-ancestors 'none'" in policy
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "same-origin"
    assert headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize("address", ["/", "/worklist", "/processes/joint-visit", "/account"])
def test_pages_hold_nothing_that_the_policy_would_refuse(web: Web, address: str) -> None:
    page = web.signed_in("elena", SEAT).open(address).page

    assert page.xpath("//@style") == []
    assert page.xpath("//style") == []
    assert page.xpath("//script[not(@src)]") == []
    assert page.xpath("//@*[starts-with(name(), 'on')]") == []
    assert [url for url in page.xpath("//@src | //link/@href") if "//" in url] == []


def test_behind_https_the_cookie_is_bound_to_this_host(web: Web) -> None:
    office = web.office.engine
    environment = {
        "DATABASE_URL": office.settings.database_url,
        "DATA_DIR": str(office.settings.data_dir),
        "SECRET_KEY": "k" * 32,
        "PUBLIC_URL": "https://concerto.example",
        "TRUSTED_PROXIES": "1",
    }
    app = create_app(Settings.from_environment(environment), office)

    answer = app.test_client().get(
        "/sign-in",
        headers={"X-Forwarded-Proto": "https", "X-Forwarded-Host": "concerto.example"},
    )

    (cookie,) = answer.headers.getlist("Set-Cookie")
    assert cookie.startswith("__Host-concerto=")
    assert "Secure" in cookie
    assert "Strict-Transport-Security" in answer.headers


def test_a_form_that_is_far_too_large_is_refused_before_it_is_read(web: Web) -> None:
    elena = web.signed_in("elena", SEAT)

    answer = elena.client.post(
        "/account/language",
        data=b"x",
        environ_overrides={"CONTENT_LENGTH": str(10**10)},
        content_type="application/x-www-form-urlencoded",
    )

    assert answer.status_code == 413
    assert "troppo grande" in answer.text


def test_two_browsers_do_not_share_a_session(web: Web) -> None:
    web.signed_in("elena", SEAT)

    assert Visitor(web.app).open("/worklist").heading == "Entra in Concerto"
