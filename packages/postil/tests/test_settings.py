"""Settings: defaults, the file, the environment, in that order."""

import pytest

from postil.errors import BadInput
from postil.settings import DEFAULT_PORT, Settings


def load(tmp_path, **environ):
    return Settings.load(environ={"POSTIL_DATA": str(tmp_path), **environ})


def test_defaults_listen_on_loopback_only(tmp_path):
    settings = load(tmp_path)
    assert (settings.host, settings.port, settings.data) == ("127.0.0.1", DEFAULT_PORT, tmp_path)


def test_the_environment_wins_over_the_file_and_the_file_over_defaults(tmp_path):
    (tmp_path / "postil.toml").write_text("port = 9000\npage_size = 50\n", "utf-8")
    settings = load(tmp_path, POSTIL_PORT="9001")
    assert (settings.port, settings.page_size) == (9001, 50)


def test_the_command_line_names_the_folder_first(tmp_path):
    assert Settings.load(tmp_path / "a", environ={"POSTIL_DATA": "b"}).data == tmp_path / "a"


@pytest.mark.parametrize(
    "line",
    ["port = 'x'", "port = 70000", "page_size = 0", "colour = 1", "host = 1", "port =", "\x00"],
)
def test_a_bad_line_is_one_clear_error(tmp_path, line):
    (tmp_path / "postil.toml").write_text(line, "utf-8")
    with pytest.raises(BadInput) as caught:
        load(tmp_path)
    assert "\n" not in str(caught.value)
