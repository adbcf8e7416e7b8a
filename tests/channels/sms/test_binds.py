"""The file of binds is read as it is meant, or refused in words."""

from pathlib import Path

import pytest

from wanhao.channels.sms.binds import read_binds
from wanhao.channels.sms.contracts import BindKind, TlsConfig
from wanhao.values.errors import WanhaoError

TWO = """
[[bind]]
name = "nanchang"
host = "smsc.example.cn"
system_id = "wanhao"
password = "geheim"
window = 20
per_second = 100

[[bind]]
name = "ganzhou"
host = "10.0.0.7"
port = 3550
system_id = "wanhao2"
password_file = "ganzhou.password"
source = "10000"
kind = "transmitter"
priority = 1
tls = { ca_file = "operator.pem", server_name = "smsc2.example.cn" }
"""


def _file(folder: Path, text: str) -> Path:
    path = folder / "smsc.toml"
    path.write_text(text)
    return path


def test_every_bind_is_read_with_its_own_settings(tmp_path: Path) -> None:
    (tmp_path / "ganzhou.password").write_text("s3cret\n")
    (tmp_path / "operator.pem").touch()
    first, second = read_binds(_file(tmp_path, TWO), "10001")
    assert (first.name, first.port, first.window, first.per_second) == ("nanchang", 2775, 20, 100.0)
    assert (first.password, first.source, first.kind) == ("geheim", "10001", BindKind.TRANSCEIVER)
    assert first.tls is None
    assert (second.password, second.source, second.priority) == ("s3cret", "10000", 1)
    assert second.kind is BindKind.TRANSMITTER
    assert second.tls == TlsConfig(
        ca_file=tmp_path / "operator.pem", server_name="smsc2.example.cn"
    )


BIND = '[[bind]]\nname = "a"\nhost = "h"\nsystem_id = "s"\npassword = "p"\n'


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("[[bind]", "is no TOML"),
        ("", "bind: Field required"),
        (BIND + BIND, "two binds are called a"),
        (BIND + "windwo = 3\n", "bind.0.windwo: Extra inputs are not permitted"),
        (BIND + "window = 0\n", "bind.0.window: Input should be greater than or equal to 1"),
        (BIND + 'port = "2775"\n', "bind.0.port: Input should be a valid integer"),
        (BIND + 'kind = "sender"\n', "bind.0.kind"),
        (BIND + 'tls = { ca_file = "none.pem" }\n', "none.pem, and there is none"),
        (BIND + 'password_file = "x"\n', "a needs either a password or a password_file"),
        (BIND.replace('"p"', '"123456789"'), "The password of a is too long"),
        (BIND.replace('password = "p"', 'password_file = "none"'), "cannot be read"),
    ],
)
def test_a_mistake_is_named_with_its_place(tmp_path: Path, text: str, told: str) -> None:
    with pytest.raises(WanhaoError) as caught:
        read_binds(_file(tmp_path, text), "10001")
    assert told in caught.value.message


def test_a_file_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(WanhaoError, match="cannot be read"):
        read_binds(tmp_path / "none.toml", "10001")


def test_no_password_is_ever_told(tmp_path: Path) -> None:
    text = BIND.replace('"p"', "12345")
    with pytest.raises(WanhaoError) as caught:
        read_binds(_file(tmp_path, text), "10001")
    assert "12345" not in caught.value.message
