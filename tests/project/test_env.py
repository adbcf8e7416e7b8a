import subprocess
from pathlib import Path

import pytest

from wanhao.project.env import Environment, environment
from wanhao.values.errors import WanhaoError


@pytest.fixture(autouse=True)
def read_afresh(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("WANHAO_DATA", raising=False)
    monkeypatch.delenv("DATABASE_URL", raising=False)
    environment.cache_clear()


@pytest.mark.parametrize(
    ("variable", "value", "told"),
    [
        ("WANHAO_PORT", "http", "WANHAO_PORT='http'"),
        ("WANHAO_PORT", "70000", "less than or equal to 65535"),
        ("WANHAO_HOST", "", "WANHAO_HOST=''"),
        ("WANHAO_SMSC_WINDOW", "0", "greater than or equal to 1"),
        ("WANHAO_DEMO", "perhaps", "WANHAO_DEMO='perhaps'"),
        ("WANHAO_DUPLICATE_DAYS", "34", "greater than or equal to 35"),
        ("WANHAO_ARCHIVE_MONTHS", "1", "greater than or equal to 2"),
        ("WANHAO_DUPLICATE_DAYS_OF", "roam-hk", "names and numbers"),
        ("WANHAO_MAP_TILES", "http://tiles.example.cn/{z}/{x}/{y}.png", "https address"),
        ("WANHAO_MAP_TILES", "https://tiles.example.cn/tile.png", "{z}, {x} and {y}"),
        ("WANHAO_MAP_TILES", "https://{s}.example.cn/{z}/{x}/{y}.png", "one host"),
        ("WANHAO_MAP_TILES", "https://me:1@example.cn/{z}/{x}/{y}.png", "one host"),
        ("WANHAO_MAP_TILES", "https://a.cn; script-src */{z}/{x}/{y}", "one host"),
        ("WANHAO_DUPLICATE_DAYS_OF", "roam-*=365", "less than or equal to 120"),
    ],
)
def test_a_wrong_variable_is_told_by_its_name(
    monkeypatch: pytest.MonkeyPatch, variable: str, value: str, told: str
) -> None:
    monkeypatch.setenv(variable, value)
    with pytest.raises(WanhaoError, match=told) as error:
        environment()
    assert "configuration.md" in error.value.remedy


def test_host_names_are_separated_by_commas(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WANHAO_ALLOWED_HOSTS", "care.example.cn, 10.0.0.8")
    assert environment().allowed_hosts == ["care.example.cn", "10.0.0.8"]


def test_days_of_sources_are_separated_by_commas(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WANHAO_DUPLICATE_DAYS_OF", "roam-*=90, tap-us = 60,")
    assert environment().duplicate_days_of == {"roam-*": 90, "tap-us": 60}


@pytest.mark.parametrize(("days", "months"), [("59", 2), ("60", 3), ("90", 4), ("120", 4)])
def test_the_archive_is_kept_for_as_long_as_records_are_known(
    monkeypatch: pytest.MonkeyPatch, days: str, months: int
) -> None:
    monkeypatch.setenv("WANHAO_DUPLICATE_DAYS_OF", f"tap-us={days}")
    monkeypatch.setenv("WANHAO_ARCHIVE_MONTHS", str(months))
    assert environment().archive_months == months
    environment.cache_clear()
    monkeypatch.setenv("WANHAO_ARCHIVE_MONTHS", str(months - 1))
    if months == 2:
        with pytest.raises(WanhaoError, match="WANHAO_ARCHIVE_MONTHS='1'"):
            environment()
        return
    with pytest.raises(
        WanhaoError,
        match=f"WANHAO_ARCHIVE_MONTHS='{months - 1}'.*{days} days need {months} months or more",
    ):
        environment()


def test_a_relative_data_folder_is_taken_from_here(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WANHAO_DATA", "kept")
    assert environment().data == Path.cwd() / "kept"
    assert environment().inbox == Path.cwd() / "kept" / "usage" / "inbox"


def test_an_empty_data_folder_means_the_default(monkeypatch: pytest.MonkeyPatch) -> None:
    usual = environment().data
    environment.cache_clear()
    monkeypatch.setenv("WANHAO_DATA", "")
    assert environment().data == usual


def test_every_variable_has_a_meaning() -> None:
    silent = [name for name, field in Environment.model_fields.items() if not field.description]
    assert silent == []


@pytest.mark.parametrize(
    ("variable", "value"), [("WANHAO_PORT", "http"), ("DATABASE_URL", "postgresql://[")]
)
def test_the_command_tells_a_wrong_variable_without_a_traceback(
    wanhao: list[str], clean_environment: dict[str, str], variable: str, value: str
) -> None:
    done = subprocess.run(
        [*wanhao, "usage", "status"],
        env=clean_environment | {variable: value},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1
    assert variable in done.stderr
    assert "Traceback" not in done.stderr
