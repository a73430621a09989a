"""Every pattern of the drawings, completed in random order, hot and cold, and looked at closely."""

import random
from collections.abc import Callable

import pytest

from engine.bpmn import AlreadyJoined, NotJoinable, TokenGone
from engine.bpmn import Path as Place
from tests.engine.bpmn.case import Case, definition, party_of

Data = dict[str, object]
PARTIES = {key: {"name": key.upper()} for key in ("alba", "bene", "ceva", "diano", "entr")}
SEEDS = range(6)


def first(count: int) -> dict[str, dict[str, str]]:
    """The first parties, as a case would be given them."""
    return {key: dict(item) for key, item in list(PARTIES.items())[:count]}


def drain(
    case: Case,
    chance: random.Random,
    answers: Callable[[str, str | None], Data] = lambda element, party: {},
    *,
    until: str = "",
) -> None:
    """Complete what is open in random order."""
    while todo := [x for x in case.open() if x[0] != until]:
        element, party = chance.choice(todo)
        case.complete(element, party, answers=answers(element, party))


@pytest.fixture(params=[True, False], ids=["cold", "hot"])
def cold(request: pytest.FixtureRequest) -> bool:
    """Whether the case is packed and loaded after every step."""
    return bool(request.param)


@pytest.fixture(params=SEEDS)
def chance(request: pytest.FixtureRequest) -> random.Random:
    """Another order of events each time, the same in every run."""
    return random.Random(request.param)


def test_no_party_sees_what_another_wrote(chance: random.Random, cold: bool) -> None:
    case = Case(
        definition("p01_parties", "p01"), cold=cold, parties=first(5), shared={"status": "open"}
    )
    said: dict[tuple[str, str | None], str] = {}

    def answers(element: str, party: str | None) -> Data:
        for task in case.tasks():
            me = party_of(task.path)
            if me and task.element != "check":
                assert task.variables["party"] == PARTIES[me]
                assert task.variables.get("secret", "of " + me) == "of " + me
        said[element, party] = vote = chance.choice(["yes", "no"])
        return {"secret": f"of {party}", "vote": vote}

    drain(case, chance, answers, until="check")

    seen = case.tasks("check")[0].variables
    for table, element in (("results", "vote_item"), ("adoptions", "session_vote")):
        assert seen[table] == {
            key: {"state": said[element, key], "by": key.upper()} for key in PARTIES
        }
    assert not {"secret", "vote", "party", "outcome"} & set(seen)
    case.complete("check")
    case.check_clean()


def test_a_branch_within_a_branch_knows_both_parties(chance: random.Random, cold: bool) -> None:
    bodies: Data = {
        key: {"bodies": {body: {} for body in ("arpa", "asl")[: 1 + number % 2]}}
        for number, key in enumerate(PARTIES)
    }
    case = Case(definition("p01_nested", "p01n"), cold=cold, parties=bodies)
    assert case.tasks()[0].path == (("each_party", "alba"), ("ask_body", "arpa"))
    assert {task.lane for task in case.tasks()} == {"consulted_body.official"}
    assert len(case.tasks()) == 7

    wanted: dict[str, dict[str, str]] = {}
    while case.tasks():
        task = chance.choice(case.tasks())
        (_, party), (_, body) = task.path
        wanted.setdefault(party, {})[body] = f"{party}-{body}"
        case.close(task, opinion=f"{party}-{body}")

    case.check_clean()
    assert case.data["table"] == wanted


def test_a_party_that_withdraws_ends_its_own_branch_only(chance: random.Random, cold: bool) -> None:
    case = Case(definition("p02_withdraw", "p02"), cold=cold, parties=first(4))
    expected: dict[str | None, Data] = {}
    left = set(first(4))
    while not case.tasks("sign") and not case.tasks("record_failure"):
        leavers = [party for _, party in case.waiting("party-withdrawn")]
        if leavers and chance.random() < 0.35:
            party = chance.choice(leavers)
            before = [x for x in case.open() if x[1] != party]
            case.send("party-withdrawn", party, payload={"reason": "because " + party})
            expected[party] = {"state": "withdrawn", "why": "because " + party}
            left.discard(party)
            if len(left) >= 2:
                assert [x for x in case.open() if x[1] not in (party, None)] == before
        else:
            element, party = chance.choice([x for x in case.open() if x[1]])
            if element == "vote_item":
                expected[party] = {"state": "for"}
            case.complete(element, party, vote="for")

    assert case.tasks()[0].variables["results"] == expected
    last = "sign" if len(left) >= 2 else "record_failure"
    assert case.open() == [(last, None)]
    assert not case.waiting()
    case.complete(last)
    case.check_clean()


def test_a_newcomer_joins_a_running_round_once(chance: random.Random, cold: bool) -> None:
    case = Case(definition("p02_joins", "p02"), cold=cold, parties=first(3))
    for _ in range(chance.randrange(5)):
        element, party = chance.choice(case.open())
        case.complete(element, party, vote="for")
    case.join("each_party", "zeta", {"name": "ZETA"})
    for again in ("zeta", "alba"):
        with pytest.raises(AlreadyJoined):
            case.join("each_party", again, {})

    assert case.tasks("opinion", "zeta")[0].variables["results"] == {}
    assert case.waiting("party-withdrawn", "zeta")
    assert case.step.branches[0].total == 4
    assert "zeta" in case.step.branches[0].keys
    while not case.tasks("sign"):
        element, party = chance.choice(case.open())
        case.complete(element, party, vote="for")

    assert set(case.tasks("sign")[0].variables["results"]) == {*first(3), "zeta"}
    with pytest.raises(NotJoinable, match="not running"):
        case.join("each_party", "late", {})
    case.complete("sign")
    case.check_clean()


def test_a_round_the_drawing_closes_takes_no_newcomer() -> None:
    case = Case(definition("p02_withdraw", "p02"), parties=first(3))
    with pytest.raises(NotJoinable, match="does not let newcomers in"):
        case.join("each_party", "zeta", {})


def test_who_came_late_gets_a_second_round(chance: random.Random, cold: bool) -> None:
    late = chance.sample(["zeta", "yuma"], chance.randrange(3))
    case = Case(
        definition("p03_late", "p03"),
        cold=cold,
        members={"municipality": first(3)},
        results={},
        rounds=1,
    )
    when, count = chance.randrange(3), 0
    while not case.tasks("draw_up"):
        if count == when:
            for name in late:  # the command add_party: first a row, then the event
                case.members["municipality"][name] = {"name": name}
                case.send("party-joined", payload={"id": name})
        element, party = chance.choice([x for x in case.open() if x[0] == "give_opinion"])
        case.complete(element, party, opinion="fine")
        count += 1

    rounds = {k: v["round"] for k, v in case.tasks("draw_up")[0].variables["results"].items()}
    assert rounds == {**dict.fromkeys(first(3), 1), **dict.fromkeys(late, 2)}
    case.complete("draw_up")
    assert len(case.tasks("welcome")) == len(late)
    while case.tasks("welcome"):
        case.close(case.tasks("welcome")[0])
    case.check_clean()


def test_deadlines_fire_only_when_the_ledger_says_so(chance: random.Random, cold: bool) -> None:
    case = Case(definition("p04_deadlines", "p04"), cold=cold, parties=first(3))
    waits = {wait.name: wait for wait in case.waits()}
    assert set(waits) == {"half-way", "observation-window", "reminder"}
    assert [waits[n].interrupting for n in sorted(waits)] == [False, True, False]
    assert [waits[n].repeats for n in sorted(waits)] == [False, False, True]
    assert {w.attached_to for w in waits.values()} == {"observe"}

    times = chance.randrange(4)
    for count in range(times):
        case.send("reminder")
        assert len(case.tasks("call_office")) == count + 1
        assert case.tasks("observe")
    if chance.random() < 0.5:
        case.send("half-way")
        assert not case.waiting("half-way")
        assert case.tasks("one_note")
    if chance.random() < 0.5:
        case.complete("observe")
    else:
        case.send("observation-window")
        assert not case.tasks("observe")
    assert len(case.tasks("call_office")) == times, "what a reminder started goes on"
    for element in ("call_office", "one_note"):
        while case.tasks(element):
            case.close(case.tasks(element)[0])

    if chance.random() < 0.5:
        case.complete("draft")
    if chance.random() < 0.5:
        case.send("phase-term")
        assert case.open() == [("escalate", None)]
        case.complete("escalate")
    else:
        drain(case, chance, until="reply")

    states = _replies(case, chance)
    assert [w.name for w in case.waits()] == ["answer", "first-term", "last-term"]
    assert len({w.token_id for w in case.waits()}) == 1, "one token, three ways on"
    case.send(chance.choice(["answer", "first-term", "last-term"]), payload={"x": 1})
    assert case.waiting() == [("cooling-off", None)]
    case.send("cooling-off")
    case.check_clean()
    assert case.data["results"] == states


def _replies(case: Case, chance: random.Random) -> dict[str, Data]:
    states: dict[str, Data] = {}
    while case.tasks("reply"):
        party = chance.choice([x[1] for x in case.open() if x[0] == "reply"])
        others = [x for x in case.open() if x[1] != party]
        act = chance.choice(["reply", "expire", "nudge"])
        if act == "reply":
            case.complete("reply", party)
            states[str(party)] = {"state": "replied"}
        elif act == "expire":
            case.send("reply", party)
            states[str(party)] = {"state": "silent"}
        else:
            case.send("nudge", party)
            case.complete("phone", party)
        assert [x for x in case.open() if x[1] not in (party, None)] == others
    return states


def test_branches_that_forked_late_undo_nothing(chance: random.Random, cold: bool) -> None:
    case = Case(definition("p04_late_branches", "p04b"), cold=cold, status="draft")
    sent: set[str] = set()
    while not case.done:
        for name in ("first-reminder", "second-reminder"):
            if case.waiting(name) and name not in sent and chance.random() < 0.7:
                sent.add(name)
                case.send(name)
        task = chance.choice(case.tasks())
        written: Data = {f"by_{task.element}": True}
        if task.element in ("u", "v"):
            written["status"] = {"u": "approved", "v": "published"}[task.element]
        case.close(task, **written)

    case.check_clean()
    assert case.data["status"] == "published"
    assert sum(key.startswith("by_") for key in case.data) == 2 + len(sent)


def test_an_amended_text_sends_everybody_back(chance: random.Random, cold: bool) -> None:
    case = Case(
        definition("p05_divergence", "p05"), cold=cold, parties=first(5), history=[], rounds=1
    )
    rounds: list[dict[str | None, Data]] = []
    out: set[str] = set()
    while True:
        case.complete("negotiate")
        done: dict[str | None, Data] = {}
        while any(x[0] in ("opinion", "vote_item") for x in case.open()):
            element, party = chance.choice(case.open())
            amends = chance.random() < 0.12 and len(rounds) < 6
            vote = "amended" if amends else "adopted"
            if element == "vote_item":
                done[party] = {"state": vote, "round": len(rounds) + 1}
            case.complete(element, party, vote=vote)
        if case.tasks("sign"):
            break
        assert case.open() == [("decide", None)]
        assert not case.waiting()
        rounds.append(done)
        amender = next(str(p) for p in done if done[p]["state"] == "amended")
        if chance.random() < 0.4 and len(PARTIES) - len(out) > 2:
            out.add(amender)
            case.complete("decide", choice="leave_out", excluded=amender)
        else:
            case.complete("decide", choice="all_again", excluded="")

    seen = case.tasks("sign")[0].variables
    assert seen["history"] == rounds
    assert seen["results"] == done
    assert set(done) == set(PARTIES) - out
    case.complete("sign")
    case.check_clean()


def test_consultations_run_side_by_side_on_clocks_of_their_own(
    chance: random.Random, cold: bool
) -> None:
    bodies = {body: {"name": body} for body in ("arpa", "asl", "heritage")}
    case = Case(definition("p06_consultation", "p06"), cold=cold, bodies=bodies, consultations={})
    wanted: dict[str, Data] = {}
    while not case.tasks("evaluate"):
        task = chance.choice(case.tasks())
        party = party_of(task.path)
        who = task.variables["body"]["name"] if party else task.variables["body"]
        answers: Data = {}
        if task.element == "study" and chance.random() < 0.35:
            case.send("consultation-term", inside=task.path[:-1])
            silence: dict[str, Data] = {"assembly": {"state": "no opinion, proceed"}}
            if who != "region":
                wanted[who] = silence.get(who, {"state": "assent by silence"})
            continue
        if task.element == "study":
            more = chance.random() < 0.3
            answers = {"needs_more": more, "opinion": "fine " + who}
            if not more:
                count = task.variables["supplements"]
                wanted[who] = {"state": "fine " + who, "supplements": count}
        elif task.element == "send_supplements":
            assert task.properties["suspends"] == "consultation-term"
        elif task.element == "escalate":
            answers = {"how": "president"}
            wanted[who] = {"state": "escalated", "how": "president"}
        assert task.process == "consultation"
        case.close(task, **answers)

    seen = case.tasks("evaluate")[0].variables
    assert seen["consultations"] == {key: wanted[key] for key in ("region", "assembly")}
    assert seen["opinions"] == {key: wanted[key] for key in bodies}
    case.complete("evaluate")
    case.check_clean()


def test_a_dispute_goes_out_and_its_own_answer_comes_back(
    chance: random.Random, cold: bool
) -> None:
    case = Case(
        definition("p07_dispute", "p07"),
        cold=cold,
        status="draft",
        text_clause_a="",
        text_clause_b="",
    )
    raised: dict[str, str] = {}
    settled: set[str] = set()
    last = ""
    while not case.done:
        unsettled = [d for d in raised if d not in settled]
        moves = ["raise"] if case.waiting("dispute-raised") and len(raised) < 4 else []
        moves += ["settle"] * bool(unsettled) + ["work"] * (2 * bool(case.open()))
        move = chance.choice(moves)
        if move == "raise":
            dispute, clause = f"d{len(raised)}", chance.choice(["clause_a", "clause_b"])
            raised[dispute] = clause
            case.send("dispute-raised", payload={"id": dispute, "clause": clause})
            sent = {"process": "dispute", "id": dispute, "clause": clause}
            assert case.outbox[-1] == ("open-case", sent)
        elif move == "settle":
            dispute = chance.choice(unsettled)
            case.send("dispute-settled", key=dispute, payload={"text": "agreed " + dispute})
            settled.add(dispute)
        else:
            # The engine keeps the clause a dispute names from being completed.
            blocked = [raised[d] for d in unsettled]
            if free := [x for x in case.open() if x[0] not in blocked]:
                last = _work_on(case, chance.choice(free)[0]) or last

    assert set(raised) == settled
    assert len(case.outbox) == len(raised)
    assert case.data["status"] == last == "finish"
    assert all(case.data["text_" + x] == "final" for x in ("clause_a", "clause_b", "other_work"))
    case.check_clean()


def _work_on(case: Case, element: str) -> str | None:
    task = case.tasks(element)[0]
    if element == "take_note":
        settlement = task.variables["settlement"]["text"]
        assert settlement == "agreed " + task.variables["dispute"]["id"]
        case.close(task)
        return None
    case.close(task, **{"text_" + element: "final", "status": element})
    return element


def test_a_case_is_withdrawn_switched_and_reopened(chance: random.Random, cold: bool) -> None:
    case = Case(definition("p08_whole_case", "p08"), cold=cold, parties=first(3))
    turns, written = 0, dict[str, object]()
    while not case.done:
        if case.waiting("case-reopened"):
            assert not case.open()
            assert len(case.waiting()) == 2
            turns += 1
            case.send("case-reopened" if turns < 3 else "archive", payload={"why": "appeal"})
            continue
        ends = [n for n, _ in case.waiting() if n in ("case-withdrawn", "switch-to-association")]
        if ends and chance.random() < 0.08:
            name = chance.choice(ends)
            assert {k: v for k, v in case.data.items() if k.startswith("by_")} == written
            case.send(name, payload={"why": "x"})
            next_task = "notify_all" if name == "case-withdrawn" else "light_agreement"
            assert case.open() == [(next_task, None)]
            assert not case.waiting()
            seen = case.tasks()[0].variables
            assert {k: v for k, v in seen.items() if k.startswith("by_")} == written
        elif case.waiting("assembly") and chance.random() < 0.15:
            case.send("assembly")
        else:
            task = chance.choice(case.tasks())
            number = chance.random()
            if not party_of(task.path):
                written["by_" + task.element] = number
            case.close(task, **{"vote": "for", "by_" + task.element: number})
    case.check_clean()


def test_a_conference_counts_its_sittings_even_when_time_runs_out(
    chance: random.Random, cold: bool
) -> None:
    voters: dict[str, Data] = {key: {} for key in ("municipalities", "cmto", "region")}
    case = Case(definition("p09_conference", "p09"), cold=cold, entitled=voters, conferences=[])
    case.complete("convene")
    sittings = 0
    while case.tasks("hold_sitting"):
        if sittings and chance.random() < 0.2:
            case.send("conference-term")
            break
        sittings += 1
        case.complete("hold_sitting", more=chance.random() < 0.6 and sittings < 9)
    votes: dict[str | None, Data] = {}
    while case.tasks("cast_vote"):
        party = chance.choice(case.open())[1]
        votes[party] = {"vote": "against" if chance.random() < 0.2 else "favourable"}
        case.complete("cast_vote", party, answers=votes[party])

    against = any(vote["vote"] == "against" for vote in votes.values())
    last = "rework" if against else "adopt"
    assert case.open() == [(last, None)]
    result = "negative" if against else "favourable"
    found = case.tasks()[0].variables["conferences"]
    assert found == [{"result": result, "sittings": sittings, "votes": votes}]
    place = (("first_conference", ""), ("sittings_loop", ""))
    assert case.milestones == {("sitting_held", place): sittings}
    case.complete(last)
    case.check_clean()


def test_milestones_are_reached_once_for_each_party(chance: random.Random, cold: bool) -> None:
    case = Case(definition("p10_milestones", "p10"), cold=cold, parties=first(3))
    loops = 0
    while not case.done:
        element, party = chance.choice(case.open())
        loops += element == "publish"
        case.complete(element, party, redo=chance.random() < 0.5)
    wanted: dict[tuple[str, Place], int] = {("published", ()): loops, ("closed", ()): 1}
    wanted |= {("adopted", (("each_party", key),)): loops for key in first(3)}
    assert case.milestones == wanted
    case.check_clean()


@pytest.mark.parametrize("end", ["answer", "fail", "late"])
@pytest.mark.parametrize("meanwhile_first", [True, False])
def test_a_service_task_waits_for_its_answer(end: str, meanwhile_first: bool, cold: bool) -> None:
    case = Case(definition("p11_outbox", "p11"), cold=cold, subject="Plan 12")
    if meanwhile_first:
        case.complete("meanwhile")
    request = case.step.requests[0]
    assert (request.topic, request.parameters) == ("protocol", {"subject": "Plan 12"})

    if end == "answer":
        case.act(case.case.answer(request.token_id, {"number": 7}, facts={}))
    elif end == "fail":
        case.act(case.case.fail(request.token_id, "delivery-failed", "no line", facts={}))
    else:
        case.send("protocol-answer")
    assert not case.step.requests
    with pytest.raises(TokenGone):
        case.case.answer(request.token_id, {"number": 8}, facts={})

    if end != "answer":
        assert case.tasks("register_by_hand")
        assert not case.waiting()
        case.complete("register_by_hand", receipt={"number": 9})
    if not meanwhile_first:
        case.complete("meanwhile")
    number = 7 if end == "answer" else 9
    assert case.tasks("next")[0].variables["receipt"] == {"number": number}
    case.complete("next")
    case.check_clean()


@pytest.mark.parametrize(
    ("process", "steps"),
    [
        ("p12", ["answer"]),
        ("p12_sub", ["fill", "confirm"]),
        ("p12_call", ["fill5", "confirm5"]),
    ],
)
def test_what_came_in_by_the_end_of_the_term_is_kept(
    process: str, steps: list[str], chance: random.Random, cold: bool
) -> None:
    case = Case(
        definition("p12_survey", process),
        cold=cold,
        municipalities={f"m{number}": {} for number in range(6)},
    )
    wanted = {}
    for _ in range(chance.randrange(8)):
        if not case.open() or not case.waiting():
            break
        element, party = chance.choice(case.open())
        case.complete(element, party, answer_data={"v": party}, v=party)
        if element == steps[-1]:
            wanted[party] = {"v": party}
    if case.waiting():
        assert case.step.branches[0].done == len(wanted)
        case.send("survey-end")

    assert len(case.open()) == 1
    assert not case.waiting()
    assert case.tasks()[0].variables.get("answers", {}) == wanted
    case.complete(case.open()[0][0])
    case.check_clean()


@pytest.mark.parametrize("end", ["children-done", "survey-end"])
def test_a_parent_waits_for_its_children(end: str, cold: bool) -> None:
    case = Case(definition("p12_survey", "p12_parent"), cold=cold)
    assert case.outbox == [("open-cases", {"process": "p12_child", "for": "municipalities"})]
    assert not case.open()
    case.send(end)
    case.complete("report2")
    case.check_clean()


def test_four_eyes_drawn(chance: random.Random, cold: bool) -> None:
    case = Case(definition("p13_four_eyes", "p13"), cold=cold, comments=[])
    count = chance.randrange(4)
    for number in range(count):
        case.complete("prepare", text=f"v{number}")
        case.complete("approve", verdict="return", comment=f"c{number}")
    case.complete("prepare", text="last")
    case.complete("approve", verdict="ok")
    case.check_clean()
    assert case.data["comments"] == [f"c{number}" for number in range(count)]
    assert case.data["text"] == "last"


def test_lanes_are_those_of_the_called_process(chance: random.Random, cold: bool) -> None:
    case = Case(definition("p14_lanes", "p14"), cold=cold, parties=first(3))
    lanes: dict[str, str | None] = {}
    while not case.done:
        lanes |= {task.element: task.lane for task in case.tasks()}
        case.complete(*chance.choice(case.open()))
    assert lanes == {
        "invite": "cmto.coordinator",
        "prepare_act": "cmto.coordinator",
        "vote_item": "cmto.coordinator",
        "draft_act": "municipality.officer",
        "record_vote": "municipality.council_clerk",
    }
