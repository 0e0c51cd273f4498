"""Two people change one case at the same moment: one is first, the other is told who, and nothing is overwritten."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier

from tests.worklist.page.case_night import AS_OF, COURT, LANDLORD, Team
from worklist.cases.cases import events, read_case

ROUNDS = 8
CONTACT = {"attempt": "opkald", "result": "ingen_kontakt", "intervention": "none", "contacted_on": AS_OF.isoformat()}


def test_of_two_at_the_same_moment_one_is_kept_and_the_other_is_told(tmp_path: Path) -> None:
    team = Team(tmp_path)
    browsers = {name: team.browser(name) for name in ("worker", "other")}
    start = Barrier(len(browsers))
    for version in range(ROUNDS):

        def send(name: str, version: int = version) -> tuple[int, str]:
            start.wait()
            answer = browsers[name].post("/contact", version=version, note=f"af {name}", **CONTACT)
            return answer.status_code, answer.text

        with ThreadPoolExecutor(len(browsers)) as pool:
            told = dict(zip(browsers, pool.map(send, browsers), strict=True))
        assert sorted(status for status, _ in told.values()) == [303, 409]
        first, second = sorted(told, key=lambda name: told[name][0])
        assert f"{first} ændrede sagen" in told[second][1]
        kept = events(team.site.database, LANDLORD, COURT)[-1]
        assert (kept.version, kept.who, kept.details["note"]) == (version + 1, first, f"af {first}")
    assert read_case(team.site.database, LANDLORD, COURT).version == ROUNDS
