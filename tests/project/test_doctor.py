import socket
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest
from django.db import connection

from tests.network.peers import TOKEN, running_peer
from wanhao.billing.ports import Billing
from wanhao.project import doctor
from wanhao.project.doctor import Finding, examine_machine
from wanhao.project.doctor_database import examine_database
from wanhao.project.env import Environment


@pytest.fixture
def environment(data: Path, free_port: Callable[[], int]) -> Environment:
    ports = {name: free_port() for name in ("port", "assistant_port", "smsc_port")}
    return Environment(data=data, **ports)


def found(environment: Environment, subject: str) -> Finding:
    return next(item for item in examine_machine(environment) if item.subject == subject)


def test_an_empty_folder_that_can_be_written_is_well(environment: Environment) -> None:
    assert found(environment, "data folder").ok
    assert found(environment, "inbox").ok
    assert found(environment, "Python").ok


def test_a_file_in_the_folders_place_is_told(environment: Environment, data: Path) -> None:
    (data / "kept").write_text("")
    finding = found(environment.model_copy(update={"data": data / "kept"}), "data folder")
    assert not finding.ok
    assert "WANHAO_DATA" in finding.remedy


def test_a_full_disk_is_told(environment: Environment, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(doctor, "LEAST_FREE_BYTES", 1 << 60)
    finding = found(environment, "free space")
    assert not finding.ok
    assert str(environment.data) in finding.remedy


def test_a_taken_port_is_told(environment: Environment) -> None:
    assert found(environment, "pages").ok
    with socket.create_server(("127.0.0.1", environment.port)):
        finding = found(environment, "pages")
    assert not finding.ok
    assert "WANHAO_PORT" in finding.remedy


def test_a_taken_port_of_the_assistants_is_told(environment: Environment) -> None:
    assert found(environment, "assistants").ok
    with socket.create_server(("127.0.0.1", environment.assistant_port)):
        finding = found(environment, "assistants")
    assert not finding.ok
    assert f"WANHAO_ASSISTANT_PORT={environment.assistant_port + 100}" in finding.remedy


def test_an_smsc_out_of_reach_is_told(environment: Environment) -> None:
    finding = found(environment, "SMSC")
    assert not finding.ok
    assert "WANHAO_SMSC_HOST" in finding.remedy
    with socket.create_server(("127.0.0.1", environment.smsc_port)):
        assert found(environment, "SMSC").ok


def test_a_foreign_billing_out_of_reach_is_told(environment: Environment) -> None:
    assert "billing" not in [finding.subject for finding in examine_machine(environment)]
    url = f"http://127.0.0.1:{environment.port}/care"
    foreign = environment.model_copy(update={"billing": Billing.FOREIGN, "billing_url": url})
    assert not found(foreign, "billing").ok
    with socket.create_server(("127.0.0.1", environment.port)):
        assert found(foreign, "billing").told == f"{url} answers"


def test_a_network_that_does_not_answer_or_lets_nobody_in_is_told(
    environment: Environment, tmp_path: Path
) -> None:
    assert "network" not in [finding.subject for finding in examine_machine(environment)]
    with running_peer(tmp_path) as peer:
        given = {"network_url": peer.url, "network_token": TOKEN}
        connected = environment.model_copy(update=given)
        assert found(connected, "network").told == f"{peer.url} answers"
        stranger = found(connected.model_copy(update={"network_token": "another"}), "network")
    assert (stranger.ok, stranger.told) == (False, "The network answered 401.")
    assert "WANHAO_NETWORK_TOKEN" in stranger.remedy
    silent = found(connected, "network")
    assert not silent.ok
    assert "does not answer" in silent.told
    nameless = found(connected.model_copy(update={"network_token": ""}), "network")
    assert nameless.told == "WANHAO_NETWORK_TOKEN is not a token: visible ASCII characters only."


def test_missing_packages_of_the_local_smsc_are_told(
    environment: Environment, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(doctor, "HERE", tmp_path)
    finding = found(environment, "local SMSC")
    assert not finding.ok
    assert "smpp" in finding.told
    assert "make up" in finding.remedy


@pytest.mark.django_db
def test_a_meter_that_does_not_run_is_told() -> None:
    findings = {item.subject: item for item in examine_database(datetime.now(UTC))}
    assert findings["database"].ok
    assert findings["tables"].ok
    assert not findings["meter"].ok
    assert "wanhao up" in findings["meter"].remedy


@pytest.mark.django_db
def test_missing_tables_are_told() -> None:
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM django_migrations WHERE app = 'wanhao_usage'")
    findings = list(examine_database(datetime.now(UTC)))
    assert findings[-1].subject == "tables"
    assert not findings[-1].ok
    assert "wanhao migrate" in findings[-1].remedy
