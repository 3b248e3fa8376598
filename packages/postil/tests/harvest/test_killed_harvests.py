"""A harvest killed by SIGKILL again and again: nothing lost or doubled, hardly a page asked for twice."""

import json
import subprocess
import sys

KILLS = 25


def test_kills_cost_no_paper_and_at_most_one_page_each(tmp_path):
    command = [sys.executable, "-m", "postil.testing.kills", str(tmp_path), str(KILLS), "4"]
    found = json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)
    assert found["kills"] == KILLS
    assert (found["lost"], found["invented"], found["altered"]) == (0, 0, 0)
    assert found["problems"] == []
    assert found["requests_repeated"] <= KILLS
