"""What probes and collectors ask for."""

from tests.webapp.conftest import Web


def test_alive_and_ready(web: Web) -> None:
    client = web.visitor().client

    assert client.get("/healthz").json == {"status": "ok"}
    assert client.get("/readyz").json == {"status": "ready"}


def test_without_its_tables_it_is_alive_but_not_ready(web: Web) -> None:
    client = web.visitor().client
    database = web.office.engine.database
    with database.begin() as connection:
        connection.exec_driver_sql("ALTER TABLE zone RENAME TO gone")

    assert client.get("/healthz").status_code == 200
    assert client.get("/readyz").status_code == 503


def test_answers_are_counted_by_page_and_not_by_address(web: Web) -> None:
    visitor = web.visitor()
    visitor.open("/sign-in")
    visitor.client.get("/nowhere")

    text = visitor.client.get("/metrics").text

    assert 'concerto_requests_total{endpoint="sign_in.show",method="GET",status="200"} 1.0' in text
    assert 'endpoint="unknown"' in text
    assert "/nowhere" not in text
