"""The connections to a Redis server: many at one time, closed by the server, and the order of the steps on them."""

from concurrent.futures import ThreadPoolExecutor

from tests.store.redis_server import RedisServer, opened
from tests.store.steps import create, entry, find, submit


def test_a_hundred_and_fifty_steps_wait_at_one_time(server: RedisServer) -> None:
    """Each has a connection of its own, so a server that pauses makes them late, and refuses none."""
    store = opened(server)
    task_id = submit(store, "")
    server.client.client_pause(500)
    with ThreadPoolExecutor(150) as threads:
        found = list(threads.map(lambda _: find(store, "", task_id), range(150)))
    assert {task.task_id for task in found if task} == {task_id}
    assert len(found) == 150
    store.close()


def test_a_connection_that_the_server_has_closed_is_replaced(server: RedisServer) -> None:
    """The step after that is neither refused nor made twice."""
    store = opened(server)
    for count in range(1, 4):
        server.client.client_kill_filter(_type="normal", skipme=True)
        submit(store, "a")
        assert store.view("a").counters["submissions"] == count
    store.close()


def test_the_log_has_what_any_process_sent_before(server: RedisServer) -> None:
    """Entries are sent without waiting on several connections; one that was sent before a read is in it, each time."""
    one, other = opened(server), opened(server)
    create(one, "a")
    for times in range(1, 101):
        for store in (one, other, one):
            store.log("a", entry())
        assert other.requests("a")[1] == 3 * times
    for _ in range(100):
        for store in (one, other, one):
            store.log("a", entry())
        other.clear_log("a")
        assert one.requests("a") == ([], 0)
    one.close()
    other.close()
