"""Random counts and latencies that depend on nothing but a seed, a stream and a minute."""

import array
import math
import random

_MANY = 50
_SAMPLES = 10_000
_TRIALS = 10_000


def of(*names):
    """A generator for these names; the same on every machine and in every run."""
    return random.Random("/".join(str(name) for name in names))


def poisson(generator, mean):
    if mean <= 0:
        return 0
    if mean > _MANY:
        return max(0, round(generator.gauss(mean, math.sqrt(mean))))
    limit, product, count = math.exp(-mean), generator.random(), 0
    while product > limit:
        product *= generator.random()
        count += 1
    return count


def binomial(generator, trials, chance):
    if trials <= 0 or chance <= 0:
        return 0
    if chance >= 1:
        return trials
    mean = trials * chance
    if mean > _MANY and trials - mean > _MANY:
        return min(trials, max(0, round(generator.gauss(mean, math.sqrt(mean * (1 - chance))))))
    if trials > _TRIALS:
        return min(trials, poisson(generator, mean))
    return sum(generator.random() < chance for _ in range(trials))


def latencies(generator, count, median_s, sigma):
    """(seconds, how often each): `count` log-normal draws, or 10,000 that stand for more."""
    drawn = min(count, _SAMPLES)
    mean = math.log(median_s)
    return array.array("d", (generator.lognormvariate(mean, sigma) for _ in range(drawn))), count / drawn
