"""Fleets to be shown: sixty targets with everything there is, and what nobody wants to meet."""

from __future__ import annotations

from dataclasses import replace

from render.plans import (
    CREATE,
    DELETE,
    DIGEST,
    ERRORS,
    NEW_VERSION,
    PROMOTE,
    RETAINED,
    UPDATE,
    WAITING,
    WARNINGS,
    change,
    hostile,
    plan,
    template,
)

from reconciler.model import Action, Failure, Fleet, Impact, Launches, Plan, Target

REGIONS = ("cn-hangzhou", "cn-shanghai", "cn-beijing", "cn-shenzhen", "ap-southeast-1", "eu-central-1")


def target(name: str, at: int) -> Target:
    return Target(name=name, region=REGIONS[at % len(REGIONS)], workspace_id=str(1001 + at))


def numbered(action: Action, at: int) -> Action:
    """The same change with another version number, and other jobs that it reaches."""
    number = 3 + at % 5
    launches = Launches(since="2026-01-30T00:00:00Z", days=30, jobs=at % 7, users=at % 3 + 1)
    return replace(
        action,
        intended={"digest": DIGEST, "version": number, "defaultVersion": number},
        impact=Impact(launches=launches),
    )


def sixty() -> Fleet:
    """Three targets are special, two failed, eight have nothing to do, the others change in the same way."""
    plans: list[Plan] = []
    for at in range(58):
        name = f"{REGIONS[at % 6].removeprefix('cn-')}-{at:02}"
        actions = [numbered(NEW_VERSION, at), numbered(PROMOTE, at), UPDATE, CREATE]
        fields: dict[str, object] = {}
        if at == 5:
            actions.append(DELETE)
        if at == 9:
            fields = {"findings": ERRORS}
        if at == 11:
            actions[2] = replace(UPDATE, changes=(change("description", "a", "only here"),))
        if at in (20, 21):
            fields = {"waiting": WAITING, "retained": RETAINED, "findings": WARNINGS}
        if at % 8 == 7:
            actions = []
        plans.append(plan(*actions, target=target(name, at), unchanged=290 + at % 4, **fields))
    failed = (
        Failure(
            target="frankfurt-58",
            code="unreachable",
            message="ListJobTemplates at pai-dlc.eu-central-1.aliyuncs.com: no answer within 30 s",
            hint="Check the endpoint and the network.",
        ),
        Failure(target="tokyo-59", code="credentials", message="no profile 'tokio'", hint="profiles: ops, tokyo"),
    )
    return Fleet(project="vision", chosen="all", plans=tuple(plans), failed=failed)


def nasty(text: str) -> Fleet:
    """Every text of a plan is hostile, and so are the names of targets and what is said of failures."""
    one = hostile(text)
    two = replace(one, target=replace(one.target, name=f"{text}2"))
    failed = (Failure(target=f"{text}3", code="service", message=text, hint=text, findings=one.findings),)
    return Fleet(project=one.project, chosen=text, plans=(one, two), failed=failed, findings=one.findings)


def large(actions: int, targets: int) -> Fleet:
    """So many deletions and creations on each of so many targets, all of them different."""
    plans = []
    for at in range(targets):
        name = f"target-{at:03}"
        own = [replace(DELETE, id=template(f"{name}-old-{number:03}")) for number in range(actions)]
        own += [replace(CREATE, id=template(f"{name}-new-{number:03}")) for number in range(actions)]
        plans.append(plan(*own, target=target(name, at)))
    return Fleet(project="vision", chosen="all", plans=tuple(plans))
