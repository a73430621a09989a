"""Settings are all read, all judged, and never give their secrets away."""

from pathlib import Path

import pytest

from engine.settings import SETTINGS, Settings, SettingsInvalid, embedded_secret

SECRET = "s" * 40
SERVER = {"DATABASE_URL": "postgresql://office:pw@db/concerto", "SECRET_KEY": SECRET}


def test_an_empty_environment_is_a_working_office(tmp_path: Path) -> None:
    settings = Settings.from_environment({"DATA_DIR": str(tmp_path)})

    assert settings.database_url == f"sqlite:///{tmp_path}/concerto.sqlite3"
    assert settings.on_sqlite
    assert (settings.redis_url, settings.smtp_url) == (None, None)
    assert settings.max_upload_bytes == 25 * 1024 * 1024
    assert not settings.training


def test_every_wrong_setting_is_named_at_once() -> None:
    wrong = {
        "DATABASE_URL": "mysql://db/concerto",
        "REDIS_URL": "localhost:6379",
        "SECRET_KEY": "short",
        "PUBLIC_URL": "concerto.example",
        "SMTP_URL": "mail.example:25",
        "MAIL_FROM": "nobody",
        "MAX_UPLOAD_MB": "-1",
        "SESSION_HOURS": "ten",
        "WEB_THREADS": "0",
        "HOT_CASES": "many",
        "LOG_LEVEL": "loud",
        "LOG_FORMAT": "xml",
        "LANGUAGE": "de",
        "TRAINING": "maybe",
        "TRUSTED_PROXIES": "9",
        "LOCAL_ACCOUNTS": "perhaps",
        "SECOND_FACTOR": "always",
        "SESSION_IDLE_MINUTES": "0",
        "OIDC_PROVIDERS": "Spid spid",
        "RELAY_SECONDS": "0",
        "CLOCK_SECONDS": "",
    }

    with pytest.raises(SettingsInvalid) as refusal:
        Settings.from_environment(wrong)

    # An empty value means the default, so only that one is missing from the list.
    named = {problem.name for problem in refusal.value.problems}
    assert named == set(wrong) - {"CLOCK_SECONDS"}
    assert all(problem.what and problem.hint for problem in refusal.value.problems)


def test_addresses_with_passwords_are_not_repeated() -> None:
    with pytest.raises(SettingsInvalid) as refusal:
        Settings.from_environment({"DATABASE_URL": "mysql://me:hunter2@db/c"})
    assert "hunter2" not in str(refusal.value)

    assert SECRET not in repr(Settings.from_environment(SERVER))
    assert "pw@db" not in repr(Settings.from_environment(SERVER))


def test_a_server_needs_a_secret_key_of_its_own() -> None:
    with pytest.raises(SettingsInvalid, match="SECRET_KEY: is needed with PostgreSQL"):
        Settings.from_environment({"DATABASE_URL": "postgresql://db/concerto"})


def test_the_driver_of_postgresql_is_always_named() -> None:
    settings = Settings.from_environment(SERVER)
    assert settings.database_url == "postgresql+psycopg://office:pw@db/concerto"


def test_training_on_a_shared_database_must_be_forced() -> None:
    with pytest.raises(SettingsInvalid, match="forced"):
        Settings.from_environment({**SERVER, "TRAINING": "yes"})

    assert Settings.from_environment({**SERVER, "TRAINING": "forced"}).training
    assert Settings.from_environment({"TRAINING": "yes"}).training


def test_links_do_not_get_two_slashes() -> None:
    settings = Settings.from_environment({"PUBLIC_URL": "https://concerto.example/"})
    assert settings.public_url == "https://concerto.example"


def test_every_default_is_valid_and_every_field_has_its_setting() -> None:
    settings = Settings.from_environment({})
    assert {setting.field for setting in SETTINGS} == set(Settings.__dataclass_fields__)
    assert all(getattr(settings, setting.field) is not ... for setting in SETTINGS)


def test_the_embedded_key_is_made_once_and_closed_to_others(tmp_path: Path) -> None:
    folder = tmp_path / "data"

    first = embedded_secret(folder)

    assert len(first) >= 32
    assert embedded_secret(folder) == first
    assert (folder / "secret-key").stat().st_mode & 0o077 == 0


SPID = {
    "OIDC_PROVIDERS": "spid cie", "OIDC_SPID_ISSUER": "https://login.example.it",
    "OIDC_SPID_CLIENT_ID": "concerto", "OIDC_SPID_CLIENT_SECRET": "hunter2",
    "OIDC_SPID_TITLE": "SPID", "OIDC_CIE_ISSUER": "https://cie.example.it/realms/one",
    "OIDC_CIE_CLIENT_ID": "concerto", "OIDC_CIE_MATCH": "email", "OIDC_CIE_LEVELS": "L2 L3",
}  # fmt: skip


def test_providers_are_read_in_the_order_in_which_they_are_shown() -> None:
    spid, cie = (settings := Settings.from_environment(SPID)).oidc_providers

    assert (spid.name, spid.title.it, spid.match) == ("spid", "SPID", "fiscal_code")
    assert (cie.title.en, cie.match, cie.levels) == ("cie", "email", ("L2", "L3"))
    assert settings.provider("cie") is cie
    assert settings.provider("eidas") is None
    assert "hunter2" not in repr(settings) + repr(spid)


def test_everything_wrong_about_a_provider_is_named_at_once() -> None:
    wrong = {
        "OIDC_SPID_ISSUER": "http://login.example.it",  # only this machine is reached without TLS
        "OIDC_SPID_MATCH": "surname",
        "OIDC_SPID_SCOPE": "profile",
        "OIDC_CIE_CLIENT_ID": "",
        "OIDC_CIE_TITEL": "typing error",
        "OIDC_EIDAS_ISSUER": "https://eidas.example.it",
    }
    with pytest.raises(SettingsInvalid) as refusal:
        Settings.from_environment({**SPID, **wrong})
    assert {problem.name for problem in refusal.value.problems} == set(wrong)


def test_without_local_accounts_somebody_else_must_vouch() -> None:
    with pytest.raises(SettingsInvalid, match="nobody could sign in"):
        Settings.from_environment({"LOCAL_ACCOUNTS": "no"})
    assert not Settings.from_environment({**SPID, "LOCAL_ACCOUNTS": "no"}).local_accounts
