"""A listing is read to its end or is an error; nothing in between."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import reconciler.kinds.jobtemplate.operations as of_templates
from reconciler.emulator import Emulator, Fault, Profile
from reconciler.errors import ApiError, BadAnswer, IncompleteListing
from reconciler.live import connect, operations
from reconciler.live.listing import GetPage, Listing
from reconciler.live.windows import BeyondLastPage
from reconciler.model import JsonObject, Target

from .conftest import Open
from .raw import RawServer, answer, failure

Page = dict[str, Any]
BODY = '{"JobType": "PyTorchJob", "JobSpecs": [{"Type": "Worker", "PodCount": 1, "Image": "i"}], "UserCommand": "x"}'


def templates(*numbers: int) -> list[Page]:
    return [{"TemplateId": f"tpl{number}", "WorkspaceId": "1001"} for number in numbers]


def read(get: Callable[[int, int], Page], waits: list[float] | None = None) -> list[str]:
    """The ids a listing brings from pages that a function makes."""
    listing = Listing(
        of_templates.LIST_JOB_TEMPLATES,
        workspace_id="1001",
        get=get,
        together=lambda get, numbers, size: [get(number, size) for number in numbers],
        sleep=(waits if waits is not None else []).append,
    )
    return [row["TemplateId"] for row in listing.read()]


def page_of(rows: list[Page], number: int, size: int, total: int | str | None = None) -> Page:
    return {
        "JobTemplates": rows[(number - 1) * size : number * size],
        "TotalCount": len(rows) if total is None else total,
    }


@given(st.integers(0, 330), st.sampled_from([1000, 100, 50, 37, 10, 1]), st.booleans())
def test_every_row_arrives_once_and_in_order_however_small_the_pages_are(count: int, most: int, echo: bool) -> None:
    rows = templates(*range(count))

    def get(number: int, size: int) -> Page:
        return {**page_of(rows, number, min(size, most)), **({"PageSize": min(size, most)} if echo else {})}

    assert read(get) == [row["TemplateId"] for row in rows]


def test_one_request_reads_a_short_listing() -> None:
    asked: list[tuple[int, int]] = []

    def get(number: int, size: int) -> Page:
        asked.append((number, size))
        return page_of(templates(1, 2, 3), number, size)

    assert len(read(get)) == 3
    assert asked == [(1, 100)]


@pytest.mark.parametrize(("count", "together"), [(100, []), (101, [2]), (350, [2, 3, 4])])
def test_the_pages_that_were_counted_are_asked_together_and_each_once(count: int, together: list[int]) -> None:
    asked: list[int] = []
    groups: list[list[int]] = []

    def get(number: int, size: int) -> Page:
        asked.append(number)
        return page_of(templates(*range(count)), number, size)

    def at_once(get: GetPage, numbers: Iterable[int], size: int) -> list[JsonObject]:
        groups.append(list(numbers))
        return [get(number, size) for number in groups[-1]]

    listing = Listing(
        of_templates.LIST_JOB_TEMPLATES, workspace_id="1001", get=get, together=at_once, sleep=lambda _seconds: None
    )
    assert len(listing.read()) == count
    assert groups == [together]
    # A last page that is full may not be the last one: one more is asked.
    assert asked == [1, *together] + ([2] if count == 100 else [])


def test_a_page_size_the_service_refuses_falls_back(open_service: Open) -> None:
    with Emulator(profile=Profile(max_page_size=20)) as emulator:
        service = open_service(emulator.url)
        for index in range(45):
            service.call(of_templates.CREATE_JOB_TEMPLATE, WorkspaceId="1001", TemplateName=f"t{index}", Content=BODY)
        names = [row["TemplateName"] for row in service.rows(of_templates.LIST_JOB_TEMPLATES, WorkspaceId="1001")]
        assert sorted(names) == sorted(f"t{index}" for index in range(45))
    with Emulator(profile=Profile(max_page_size=20, oversized_page="clamp")) as emulator:
        service = open_service(emulator.url)
        for index in range(45):
            service.call(of_templates.CREATE_JOB_TEMPLATE, WorkspaceId="1001", TemplateName=f"t{index}", Content=BODY)
        assert len(service.rows(of_templates.LIST_JOB_TEMPLATES, WorkspaceId="1001")) == 45


def test_a_refusal_that_is_not_about_the_page_size_is_told_as_it_was_first_said(open_service: Open) -> None:
    with RawServer(failure("First"), failure("Later")) as server, pytest.raises(ApiError, match="First"):
        open_service(server.url).rows(operations.LIST_JOBS)
    with RawServer(failure("Forbidden", status=403)) as server:
        with pytest.raises(ApiError, match="Forbidden"):
            open_service(server.url).rows(operations.LIST_JOBS)
        assert len(server.requests) == 1


class AnotherKind(ApiError):
    """An error that says more than its status."""


@pytest.mark.parametrize("error", [ApiError("no", status=409), AnotherKind("no", status=400)])
def test_only_a_plain_refusal_asks_for_smaller_pages(error: ApiError) -> None:
    sizes: list[int] = []

    def get(_number: int, size: int) -> Page:
        sizes.append(size)
        raise error

    with pytest.raises(ApiError, match="no"):
        read(get)
    assert sizes == [100]


def test_rows_that_shift_while_reading_are_read_again() -> None:
    """A row of the first page is deleted before the second is read: the row in between is on neither page."""
    waits: list[float] = []
    rows = templates(*range(150))

    def get(number: int, size: int) -> Page:
        page = page_of(rows, number, size)
        if len(rows) == 150:
            del rows[5]
        return page

    assert len(read(get, waits)) == 149
    assert len(waits) == 1


def test_a_row_gone_and_another_come_between_pages_is_noticed_by_the_totals() -> None:
    rows = templates(*range(250))

    def get(number: int, size: int) -> Page:
        page = page_of(rows, number, size)
        if number == 1 and {"TemplateId": "tpl5", "WorkspaceId": "1001"} in rows:
            del rows[5]
        elif number == 2 and len(rows) == 249:
            rows.extend(templates(999))
        return page

    got = read(get)
    assert "tpl100" in got
    assert got == [row["TemplateId"] for row in rows]


def test_a_row_that_is_added_in_front_is_not_counted_twice() -> None:
    rows = templates(*range(150))

    def get(number: int, size: int) -> Page:
        page = page_of(rows, number, size)
        if len(rows) == 150:
            rows.insert(0, *templates(999))
        return page

    got = read(get)
    assert len(got) == len(set(got)) == 151


def test_an_empty_page_in_the_middle_hides_nothing() -> None:
    rows = templates(*range(250))

    def get(number: int, size: int) -> Page:
        shifted = {1: 1, 2: None, 3: 2, 4: 3}.get(number, 9)
        return {"JobTemplates": page_of(rows, shifted, size)["JobTemplates"] if shifted else [], "TotalCount": 250}

    assert len(read(get)) == 250


@pytest.mark.parametrize("total", [4, "4", 1000])
def test_fewer_rows_than_counted_is_an_error_and_not_a_short_list(total: int | str) -> None:
    waits: list[float] = []
    with pytest.raises(IncompleteListing, match=f"3 rows arrived but the service counted {total}"):
        read(lambda number, size: page_of(templates(1, 2, 3), number, size, total), waits)
    assert waits == [0.25, 0.5, 0.75], "the service is left alone for longer each time"


@pytest.mark.parametrize(("most", "asked"), [(100, [100]), (50, [100, 50]), (10, [100, 50, 20, 10])])
def test_smaller_pages_are_asked_for_until_one_is_taken(most: int, asked: list[int]) -> None:
    sizes: list[int] = []

    def get(number: int, size: int) -> Page:
        sizes.append(size)
        if size > most:
            raise ApiError("PageSize is too large", status=400)
        return page_of(templates(1, 2, 3), number, size)

    assert len(read(get)) == 3
    assert sizes == asked


def test_the_size_that_a_service_keeps_to_is_asked_for_from_then_on() -> None:
    sizes: list[int] = []

    def get(number: int, size: int) -> Page:
        sizes.append(size)
        return page_of(templates(1, 2, 3), number, min(size, 1))

    assert read(get) == ["tpl1", "tpl2", "tpl3"]
    assert sizes == [100, 1, 1, 1, 1], "the first page anew, and one past the end, since all were full"


def test_a_page_that_has_every_row_is_not_asked_for_again_in_the_size_that_the_service_names() -> None:
    sizes: list[int] = []

    def get(number: int, size: int) -> Page:
        sizes.append(size)
        return {**page_of(templates(1, 2, 3), number, size), "PageSize": 50}

    assert read(get) == ["tpl1", "tpl2", "tpl3"]
    assert sizes == [100]


@pytest.mark.parametrize("echoed", [{}, {"PageSize": 0}, {"PageSize": 100}])
def test_a_first_page_without_rows_says_nothing_about_its_size(echoed: Page) -> None:
    rows, first = templates(*range(150)), iter([True])

    def get(number: int, size: int) -> Page:
        page = page_of(rows, number, size)
        return {**page, "JobTemplates": [], **echoed} if next(first, False) else page

    assert len(read(get)) == 150


@pytest.mark.parametrize("empty", [(), (2,), (2, 3)])
def test_pages_beyond_the_counted_ones_are_read_while_they_bring_rows(empty: tuple[int, ...]) -> None:
    """One row a page, and one or two pages without any right after the counted one."""
    asked: list[int] = []

    def get(number: int, size: int) -> Page:
        asked.append(number)
        ours = number in (1, *range(2 + len(empty), 6 + len(empty)))
        return {"JobTemplates": templates(number) if ours else [], "TotalCount": 5, "PageSize": size}

    if len(empty) < 2:
        assert len(read(get)) == 5
        assert asked == list(range(1, 6 + len(empty)))
    else:
        with pytest.raises(IncompleteListing, match="1 rows arrived but the service counted 5"):
            read(get)
        assert asked == [1, 2, 3] * 4, "two pages without rows are the end"


@pytest.mark.parametrize("total", [0, 1, 100])
def test_a_total_that_is_too_small_does_not_hide_rows(total: int) -> None:
    rows = templates(*range(250))
    assert len(read(lambda number, size: page_of(rows, number, size, total))) == 250


@pytest.mark.parametrize("total", [None, "many", -1, 1.5, 10_000_001])
def test_a_total_that_is_no_number_of_rows_is_an_error(total: Any) -> None:
    rows = templates(1, 2, 3)
    with pytest.raises(BadAnswer, match="TotalCount is not a number of rows"):
        read(lambda number, size: {**page_of(rows, number, size), "TotalCount": total})


@pytest.mark.parametrize("beyond", [0, 1])
def test_that_there_are_more_rows_than_pages_is_known_from_the_first_page(beyond: int) -> None:
    operation = operations.LIST_JOBS
    rows = [{"JobId": f"dlc{number}"} for number in range(100)]
    groups: list[list[int]] = []

    def get(number: int, size: int) -> Page:
        return {operation.rows: rows, "TotalCount": operation.last_page * size + beyond}

    def at_once(_get: GetPage, numbers: Iterable[int], _size: int) -> list[JsonObject]:
        groups.append(list(numbers))
        raise ApiError("seen enough", status=403)

    listing = Listing(operation, workspace_id="1001", get=get, together=at_once, sleep=lambda _seconds: None)
    with pytest.raises(BeyondLastPage if beyond else ApiError, match="rows are more than" if beyond else "seen enough"):
        listing.read()
    assert groups == ([] if beyond else [list(range(2, operation.last_page + 1))])


def test_a_page_that_is_refused_is_an_error_and_not_the_end() -> None:
    def get(number: int, size: int) -> Page:
        if number == 2:
            raise ApiError("no", status=400)
        return page_of(templates(*range(150)), number, size)

    with pytest.raises(ApiError, match="no"):
        read(get)


def test_a_total_that_changes_for_ever_is_an_error() -> None:
    totals = iter(range(1000))
    with pytest.raises(IncompleteListing):
        read(lambda number, size: page_of(templates(*range(150)), number, size, 150 + next(totals)))


@pytest.mark.parametrize(
    "row", [{"TemplateId": "tpl1", "WorkspaceId": "2002"}, {"WorkspaceId": "1001"}, "tpl1", None, {"TemplateId": 5}]
)
def test_a_row_that_cannot_be_believed_is_an_error(row: object) -> None:
    with pytest.raises(BadAnswer):
        read(lambda _number, _size: {"JobTemplates": [row], "TotalCount": 1})


def test_of_a_foreign_workspace_only_the_beginning_is_told() -> None:
    row = {"TemplateId": "tpl1", "WorkspaceId": "2" * 60}
    with pytest.raises(BadAnswer) as told:
        read(lambda _number, _size: {"JobTemplates": [row], "TotalCount": 1})
    (quoted,) = re.findall(r"a row of workspace (\S+) in the listing of 1001", told.value.message)
    assert quoted == "2" * 40 + "…"


def test_rows_without_an_id_are_told_apart_by_what_they_say(open_service: Open) -> None:
    offers = [{"InstanceType": "ecs.a", "ResourceType": "ECS"}, {"InstanceType": "ecs.a", "ResourceType": "Lingjun"}]
    again = dict(reversed(offers[0].items()))  # keys have no order
    with RawServer(answer({"RequestId": "R", "EcsSpecs": [*offers, again], "TotalCount": 2})) as server:
        assert open_service(server.url).rows(operations.LIST_ECS_SPECS) == offers


def test_the_caller_does_not_page(open_service: Open) -> None:
    with pytest.raises(TypeError, match="paged"):
        open_service("http://127.0.0.1:9").rows(operations.LIST_JOBS, PageSize=5)
    with pytest.raises(TypeError, match="paged"):
        open_service("http://127.0.0.1:9").rows(operations.GET_JOB, "dlc1")


@pytest.mark.parametrize("kind", ["duplicate_rows", "drop_rows", "foreign_rows", "total", "empty_page", "missing_list"])
def test_faults_of_a_real_server_never_make_a_short_list(kind: str, waits: list[float]) -> None:
    with Emulator() as emulator:
        target = Target(name="t", region="cn-hangzhou", workspace_id="1001", endpoint=emulator.url)
        with connect(target, environ={}) as writer:
            for index in range(3):
                writer.call(
                    of_templates.CREATE_JOB_TEMPLATE, WorkspaceId="1001", TemplateName=f"t{index}", Content=BODY
                )
            value = 7 if kind == "total" else None
            emulator.faults.add(Fault(kind=kind, action="ListJobTemplates", times=1, value=value))
            try:
                rows = writer.rows(of_templates.LIST_JOB_TEMPLATES, WorkspaceId="1001")
            except (IncompleteListing, BadAnswer):
                assert kind == "foreign_rows"
            else:
                assert sorted(row["TemplateName"] for row in rows) == ["t0", "t1", "t2"]
