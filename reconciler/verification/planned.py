"""The proofs that a plan needs: a `verify` action before each action that publishes an unproved version.

One listing of jobs tells how far every proof is; it is made only when the marks of the templates are not enough.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace

from reconciler.kinds.attempt import Attempt
from reconciler.kinds.offers import Market
from reconciler.kinds.proof import Need, Proof
from reconciler.kinds.resources import resources
from reconciler.model import Action, ActionKey, JsonObject, Proving, Reason, Verb, Verification
from reconciler.secrets.trees import redact
from reconciler.verification.jobs import of_attempt
from reconciler.verification.prover import Prover
from reconciler.verification.verdict import State, described, judge


def with_proofs(
    actions: Sequence[Action], needs: Mapping[ActionKey, Need], prover: Prover, market: Market
) -> tuple[Action, ...]:
    """Return the actions in their order. Those that need a proof say how far it is, and follow their `verify` action
    where they have one.

    Raises:
        ServiceError: the jobs could not be listed.
    """
    remembered = {
        key: proof for key, need in needs.items() if (proof := prover.remembered(need.proofs, need.attempt)) is not None
    }
    rows = prover.jobs.all() if needs.keys() - remembered.keys() else []

    def stands(key: ActionKey, attempt: Attempt) -> Verification:
        return _by_mark(remembered[key]) if key in remembered else _by_job(attempt, rows, prover)

    return tuple(_with_proofs(actions, needs, stands, market))


def _with_proofs(
    actions: Sequence[Action],
    needs: Mapping[ActionKey, Need],
    stands: Callable[[ActionKey, Attempt], Verification],
    market: Market,
) -> Iterator[Action]:
    for action in actions:
        need = needs.get(action.key)
        if need is None:
            yield action
            continue
        found = stands(action.key, need.attempt)
        if found.state is not Proving.PROVED:
            yield _verify(action, need.attempt, replace(found, pods=_pods(need.attempt)), market)
            yield action
        else:
            yield replace(action, verification=found)


def _by_mark(proof: Proof) -> Verification:
    return Verification(state=Proving.PROVED, job=proof.job, time=proof.time)


def _by_job(attempt: Attempt, rows: Sequence[JsonObject], prover: Prover) -> Verification:
    """Return how far a proof is, by the newest job of its attempt. Nothing is launched for an attempt that is held."""
    jobs = of_attempt(rows, attempt)
    if not jobs or prover.is_to_be_repeated(attempt, jobs[0]):
        return Verification(state=Proving.LAUNCH)
    job = jobs[0]
    verdict = judge(job, attempt.spec, prover.site.now())
    id = str(job["JobId"])
    if not verdict.is_final:
        return Verification(state=Proving.RUNNING, job=id, cause=verdict.why)
    if verdict.state is State.PASSED:
        return Verification(state=Proving.PROVED, job=id, time=verdict.time)
    return Verification(state=Proving.HELD, job=id, time=verdict.time, cause=prover.hide(described(job, verdict)))


def _verify(action: Action, attempt: Attempt, verification: Verification, market: Market) -> Action:
    """Return the action that proves what `action` makes the default. Whoever approves the plan approves what it
    costs at most."""
    intended: JsonObject = {"maxMinutes": attempt.spec.max_minutes}
    hours = gpu_hours(attempt, market)
    if hours is not None:
        intended = {**intended, "gpuHours": hours}
    if action.verb is Verb.PROMOTE:
        intended = {**intended, "version": action.intended["defaultVersion"]}
    return Action(
        verb=Verb.VERIFY,
        id=action.id,
        reason=Reason.UNPROVED,
        moved=action.moved,
        observed=action.observed,
        intended=intended,
        verification=verification,
    )


def gpu_hours(attempt: Attempt, market: Market) -> float | None:
    """Return the most GPU-hours that a verification may take; None when its size is not known."""
    taken = resources(_shown(attempt), market)
    if taken is None or taken.gpu is None:
        return None
    return round(taken.gpu * attempt.spec.max_minutes / 60, 2)


def _pods(attempt: Attempt) -> tuple[str, ...]:
    """Return what runs, a text for each role: "2 x Worker on ecs.g7.xlarge"."""
    return tuple(_pod_line(spec) for spec in _shown(attempt).get("JobSpecs") or ())


def _pod_line(spec: JsonObject) -> str:
    role = f"{spec.get('PodCount', 1)} x {spec.get('Type', 'Worker')}"
    config = spec.get("ResourceConfig")
    if spec.get("EcsSpec"):
        return f"{role} on {spec['EcsSpec']}"
    parts = [f"{value} {name}" for name, value in sorted(config.items())] if isinstance(config, Mapping) else []
    return f"{role} with {', '.join(parts)}" if parts else role


def _shown(attempt: Attempt) -> JsonObject:
    """Return the content that runs, without secrets."""
    shown: JsonObject = redact(attempt.content, sensitive=attempt.sensitive)
    return shown
