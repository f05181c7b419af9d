"""The works of this project's benchmarks on SimPy: python3 simpy_works.py WORK SIZE OPERATIONS."""

import bisect
import collections
import itertools
import json
import random
import sys
import time

import simpy


def timed(run):
    before = time.process_time_ns()
    run()
    return time.process_time_ns() - before


def w1(size, customers):
    env = simpy.Environment()
    server = simpy.Resource(env, capacity=1)
    waits = []

    def customer():
        arrived = env.now
        with server.request() as turn:
            yield turn
            waits.append(env.now - arrived)
            yield env.timeout(random.expovariate(1))

    def source():
        for _ in range(customers):
            yield env.timeout(random.expovariate(0.8))
            env.process(customer())

    env.process(source())
    cpu = timed(env.run)
    return customers, cpu, sum(waits) / len(waits)


def w2(pending, holds):
    env = simpy.Environment()
    left = [max(10_000, 2 * pending)]

    def hold(event):
        env.timeout(random.expovariate(1)).callbacks.append(hold)
        left[0] -= 1
        if left[0] == 0:
            raise simpy.core.StopSimulation(None)

    for _ in range(pending):
        env.timeout(random.expovariate(1)).callbacks.append(hold)
    # A stop raised in a callback ends run().
    env.run()
    left[0] = holds
    return holds, timed(env.run), 0


def w3(size, requests):
    pops, objects, capacity, per_second, exponent = 100, 1_000_000, 10_000, 1000, 0.9
    env = simpy.Environment()
    cdf = list(itertools.accumulate((i + 1) ** -exponent for i in range(objects)))
    total = cdf[-1]
    hits, left, latencies = [0], [requests], collections.Counter()
    done = env.event()

    def fill(cache, thing):
        yield env.timeout(0.050)
        cache[thing] = True
        cache.move_to_end(thing)
        if len(cache) > capacity:
            cache.popitem(last=False)

    def pop():
        cache = collections.OrderedDict()
        while True:
            yield env.timeout(random.expovariate(per_second))
            thing = bisect.bisect_left(cdf, random.random() * total)
            if thing in cache:
                cache.move_to_end(thing)
                hits[0] += 1
                latencies[5] += 1
            else:
                latencies[55] += 1
                env.process(fill(cache, thing))
            left[0] -= 1
            if left[0] == 0:
                done.succeed()

    for _ in range(pops):
        env.process(pop())
    cpu = timed(lambda: env.run(until=done))
    return requests, cpu, hits[0] / requests


if __name__ == "__main__":
    random.seed(1)
    work, size, operations = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
    n, cpu, check = {"W1": w1, "W2": w2, "W3": w3}[work](size, operations)
    print(json.dumps({"operations": n, "cpu_ns": cpu, "check": check}))
