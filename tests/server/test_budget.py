"""Budgets of computing time: the bucket as a table, and a live server with two workers that refuses and recovers."""

from __future__ import annotations

import itertools
import json
import os
import re
import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from live import LiveServer, free_port, run_legation, serving
from wire import Reply, query, send

from legation.server.budget import Budgets, Policy
from legation.server.clients import Networks
from legation.server.ledger import Ledger
from legation.server.problems import ProblemRaised
from legation.server.settings import Settings
from legation.server.ways_on import WayOn

MINUTE = Policy(60, 60)
SHARE = Policy(10, 40)
RATE_LIMIT = re.compile(r'"compute";r=(\d+);t=(\d+)')


@pytest.mark.parametrize(
    ("policy", "uses", "at", "standing"),
    [
        pytest.param(MINUTE, [], 0.0, (60, 0), id="nothing used"),
        pytest.param(MINUTE, [(0, 0.0004)], 0.0, (60, 1), id="a small query"),
        pytest.param(MINUTE, [(0, 10.5)], 0.0, (50, 1), id="rounded up"),
        pytest.param(MINUTE, [(0, 10.5)], 20.0, (60, 0), id="full again, and not fuller"),
        pytest.param(MINUTE, [(0, 59.5)], 0.0, (1, 1), id="half a second left is admitted"),
        pytest.param(MINUTE, [(0, 60)], 0.0, (0, 1), id="all used"),
        pytest.param(MINUTE, [(0, 40), (0, 40)], 0.0, (0, 21), id="overdrawn"),
        pytest.param(MINUTE, [(0, 40), (0, 40)], 20.5, (1, 1), id="paid off"),
        pytest.param(MINUTE, [(0, 30), (100, 30)], 100.0, (30, 1), id="nothing is saved beyond full"),
        pytest.param(SHARE, [(0, 12)], 0.0, (0, 9), id="a slower rate"),
        pytest.param(SHARE, [(0, 12)], 9.0, (1, 4), id="after the wait it is more than 0"),
    ],
)
def test_a_budget_runs_full_again_at_a_steady_rate(
    policy: Policy, uses: list[tuple[float, float]], at: float, standing: tuple[int, int]
) -> None:
    """What is left in whole seconds, and after how many it is more."""
    full_at = 0.0
    for moment, seconds in uses:
        full_at = policy.charged(full_at, moment, seconds)
    assert policy.standing(full_at, at) == standing


@pytest.mark.parametrize("used", [60, 60.0001, 61.9, 119.99, 300])
def test_a_client_that_waits_as_it_is_told_is_admitted(used: float) -> None:
    """Retry-After is never too short."""
    full_at = MINUTE.charged(0.0, 1e6, used)
    remaining, wait_s = MINUTE.standing(full_at, 1e6)
    assert remaining == 0
    assert MINUTE.standing(full_at, 1e6 + wait_s).remaining > 0


def scope(peer: str, *told: str) -> dict[str, object]:
    return {"client": (peer, 1), "headers": [(b"x-forwarded-for", one.encode()) for one in told]}


def test_accounts_are_one_a_client_and_refuse_with_a_way_on() -> None:
    """429, RFC 6585, section 4; the ways on are asked for only when it is refused."""
    budgets = Budgets(Settings(budget_s=2, budget_window_s=60), Ledger(slots=64))
    budgets.account(scope("203.0.113.7")).charge(4.0)
    budgets.account(scope("203.0.113.8")).admit(lambda: pytest.fail("not needed"))
    with pytest.raises(ProblemRaised) as refused:
        budgets.account(scope("203.0.113.7", "203.0.113.8")).admit(lambda: [WayOn("http://x/", "It is at http://x/.")])
    problem = refused.value.problem
    assert (problem.type.status, problem.headers["Retry-After"]) == (429, "60")
    assert problem.detail.endswith("Ask again in 60 seconds. It is at http://x/.")
    assert problem.facts["instead"] == ["http://x/"]


def test_what_proxies_tell_is_remembered_within_bounds_only() -> None:
    """A long field is read each time."""
    settings = Settings(proxies_trusted=Networks.of("127.0.0.1"))
    budgets = Budgets(settings, Ledger(slots=64))
    for told in ("203.0.113.7", "x, " * 1000 + "203.0.113.7"):
        budgets.account(scope("127.0.0.1", told)).charge(1.0)
    assert budgets._key.cache_info().currsize == 1
    assert budgets.account(scope("127.0.0.1", "203.0.113.7")).standing.remaining == 59


# ── A live server ────────────────────────────────────────────────────────────────────────────────────────────────────

ENDLESS = "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i . ?j ?k ?l }"
_NUMBERS = itertools.count()


def fresh(text: str = "SELECT * {{ <id/x/{0}> ?p ?o }}") -> str:
    """The target of a query that has not been asked before."""
    return query(text.format(next(_NUMBERS)))


def left(reply: Reply) -> tuple[int, int]:
    """`r` and `t`."""
    found = RATE_LIMIT.fullmatch(reply.headers["RateLimit"])
    assert found is not None
    return int(found[1]), int(found[2])


@pytest.fixture(scope="module")
def release(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, int]:
    folder, port = tmp_path_factory.mktemp("budget"), free_port()
    built = run_legation("release", "--base", f"http://localhost:{port}/", "--releases", str(folder))
    assert built.returncode == 0, built.stderr.decode()
    return folder, port


@pytest.fixture(scope="module")
def server(release: tuple[Path, int]) -> Iterator[LiveServer]:
    """Two workers; a second of computing in four; one proxy, through which tests play many clients."""
    settings = {
        "LEGATION_WORKERS": "2",
        "LEGATION_BUDGET_S": "1",
        "LEGATION_BUDGET_WINDOW_S": "4",
        "LEGATION_PROXIES_TRUSTED": "127.0.0.1",
    }
    with serving(*release, **settings) as server:
        yield server


def spend(server: LiveServer, client: str, seconds: str = "1.5") -> Reply:
    """A query that is stopped at its deadline."""
    return send(server, query(ENDLESS, timeout=seconds), X_Forwarded_For=client)


@contextmanager
def stopped(pid: int) -> Iterator[None]:
    os.kill(pid, signal.SIGSTOP)
    try:
        yield
    finally:
        os.kill(pid, signal.SIGCONT)


def workers(server: LiveServer) -> list[int]:
    pid = server.process.pid
    return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


def test_every_answer_to_a_query_says_what_is_left(server: LiveServer) -> None:
    """200, 304, 400, a page and a problem; one policy, and CORS lets scripts read both fields."""
    target = fresh()
    tag = send(server, target, X_Forwarded_For="203.0.113.1").headers["ETag"]
    replies = [
        send(server, target, X_Forwarded_For="203.0.113.1", If_None_Match=condition, Accept=accept)
        for condition, accept in ((None, None), (tag, None), (None, "text/html"))
    ]
    replies.append(send(server, query("SELECT"), X_Forwarded_For="203.0.113.1"))
    assert [reply.status for reply in replies] == [200, 304, 200, 400]
    for reply in replies:
        assert reply.headers["RateLimit-Policy"] == '"compute";q=1;qu="seconds";w=4'
        assert left(reply)[0] == 1
        assert {"RateLimit", "RateLimit-Policy"} <= set(
            reply.headers["Access-Control-Expose-Headers"].replace(",", "").split()
        )
    assert "RateLimit" not in send(server, "/doc/organisation/nato").headers


def test_a_spent_budget_is_refused_with_a_way_on_and_comes_back(server: LiveServer) -> None:
    """429 in both forms, what is cached is still given, and after Retry-After the next query is answered."""
    client = "203.0.113.2"
    kept = fresh()
    assert send(server, kept, X_Forwarded_For=client).status == 200
    timed_out = spend(server, client)
    assert (timed_out.status, left(timed_out)[0]) == (503, 0)
    assert timed_out.json["instead"] == [server("dumps/")]

    refused = send(server, query("SELECT * { <id/organisation/nato> ?p ?o }"), X_Forwarded_For=client)
    assert (refused.status, refused.problem) == (429, "rate-limited")
    wait_s = int(refused.headers["Retry-After"])
    assert 0 < wait_s <= 4
    assert left(refused) == (0, wait_s)
    assert refused.headers["Cache-Control"] == "no-store"
    document = json.loads(refused.body)
    assert document["instead"] == [server("doc/organisation/nato")]
    assert document["violated-policies"] == ["compute"]
    assert send(server, "/doc/organisation/nato", X_Forwarded_For=client).status == 200

    page = send(server, fresh(), X_Forwarded_For=client, Accept="text/html")
    assert page.status == 429
    assert f'href="{server("doc/x/")}' in page.text
    assert send(server, kept, X_Forwarded_For=client).status in {200, 429}  # the worker that has not kept it refuses
    assert send(server, fresh(), X_Forwarded_For="203.0.113.3").status == 200

    time.sleep(wait_s)
    assert send(server, fresh(), X_Forwarded_For=client).status == 200


def of_the_other(server: LiveServer, stopped_worker: int, target: str, client: str) -> int:
    """The status that the worker gives which is not stopped: the kernel shares connections out among the two."""
    with stopped(stopped_worker):
        for _ in range(20):
            try:
                return send(server, target, X_Forwarded_For=client).status
            except TimeoutError:
                continue
    raise AssertionError("no connection reached the worker")


def test_workers_share_one_budget(release: tuple[Path, int], monkeypatch: pytest.MonkeyPatch) -> None:
    """What one worker charged the other refuses: each is made to answer by stopping the other."""
    monkeypatch.setattr("wire.PATIENCE_S", 4.0)
    client, slow = "127.0.0.1", {"LEGATION_WORKERS": "2", "LEGATION_BUDGET_S": "1", "LEGATION_BUDGET_WINDOW_S": "600"}
    with serving(release[0], free_port(), **slow) as server:
        one, other = workers(server)
        assert of_the_other(server, other, query(ENDLESS, timeout="1.5"), client) == 503
        assert of_the_other(server, one, fresh(), client) == 429
        assert of_the_other(server, other, fresh(), client) == 429


def test_a_page_is_paid_for_like_any_answer(server: LiveServer) -> None:
    """HTML is no way round the budget."""
    client = "203.0.113.5"
    page = send(server, query(ENDLESS, timeout="1.5"), X_Forwarded_For=client, Accept="text/html")
    assert (page.status, left(page)[0]) == (503, 0)
    assert send(server, fresh(), X_Forwarded_For=client).status == 429


def test_the_client_is_whom_the_trusted_proxy_names(server: LiveServer) -> None:
    """The right-most; what the client sent itself, in this field or in the other, makes it nobody else."""
    client = "203.0.113.6"
    spend(server, client)
    for spoofed in (f"198.51.100.9, {client}", f"nonsense, {client}"):
        assert send(server, fresh(), X_Forwarded_For=spoofed, Forwarded="for=198.51.100.9").status == 429
    assert send(server, fresh(), X_Forwarded_For=f"{client}, 198.51.100.9").status == 200


def test_a_network_of_64_bits_has_one_budget(server: LiveServer) -> None:
    """Live, as in the table."""
    spend(server, "2001:db8:1:2::1")
    assert send(server, fresh(), X_Forwarded_For="2001:db8:1:2:3:4:5:6").status == 429
    assert send(server, fresh(), X_Forwarded_For="2001:db8:1:3::1").status == 200


def test_who_is_no_trusted_proxy_speaks_for_nobody(server: LiveServer, release: tuple[Path, int]) -> None:
    """Without the setting, no field makes a client another one; the log names no address."""
    folder, _ = release
    port = free_port()
    with serving(folder, port, LEGATION_BUDGET_S="1", LEGATION_BUDGET_WINDOW_S="60") as plain:
        assert spend(plain, "203.0.113.7").status == 503
        assert send(plain, fresh(), X_Forwarded_For="203.0.113.8", Forwarded="for=203.0.113.9").status == 429
    assert "203.0.113" not in server.log.read_text() + plain.log.read_text()
