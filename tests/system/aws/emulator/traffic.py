"""A traffic source: requests to a name go to its balancers by the weights that Route 53 answered with.

What resolvers answer at an instant is the mean of the records' weights over the last TTL. At the end of each
minute it is written down who got which share and what stood behind each balancer; the counts and latencies
of a minute are drawn when they are asked for, from the seed, and always the same.
https://docs.aws.amazon.com/elasticloadbalancing/latest/application/load-balancer-cloudwatch-metrics.html
"""

import functools

from . import draws, ecs, elb, route53

_MINUTE = 60
_FIELDS = {"fqdn", "rps", "seed", "ttl", "service", "sides"}
_SIDE = {
    "error_ratio": 0.0,
    "unanswered_ratio": 0.0,
    "client_error_ratio": 0.0,
    "redirect_ratio": 0.0,
    "connection_error_ratio": 0.0,
    "median_s": 0.05,
    "sigma": 0.6,
}


class Source:
    """The traffic of an account's region, by name."""

    def __init__(self, account, region):
        self.account = account
        self.region = region
        self.plans = {}
        self.minutes = []
        self._ticking = False
        self.drawn = functools.lru_cache(300)(self._drawn)

    def send(self, plan):
        """From now on; sides by SetIdentifier or balancer name, `*` for the rest."""
        unknown = set(plan) - _FIELDS
        for side in plan.get("sides", {}).values():
            unknown |= set(side) - set(_SIDE)
        if unknown or "fqdn" not in plan:
            raise ValueError(
                f"not {sorted(unknown)}: traffic needs `fqdn` and knows {sorted(_FIELDS)}; "
                f"a side knows {sorted(_SIDE)}"
            )
        self.plans.setdefault(plan["fqdn"], []).append((self.account.now(), plan))
        if not self._ticking:
            self._ticking = True
            self._tick_at((self.account.now() // _MINUTE + 1) * _MINUTE)

    def _tick_at(self, when):
        self.account.at(when, lambda: (self._close(when - _MINUTE), self._tick_at(when + _MINUTE)))

    def _close(self, start):
        """Writes down the minute that began at `start`."""
        attached = elb.attached(self.account, self.region)
        names = {
            balancer.dns_name.lower(): balancer.arn
            for balancer in elb.backend(self.account, self.region).load_balancers.values()
        }
        flows = [
            flow
            for fqdn, plans in self.plans.items()
            for flow in self._flows(fqdn, plans, start, names, attached)
        ]
        hosts = {group: self._hosts(group, start + _MINUTE) for group in attached}
        self.minutes.append({"start": start, "flows": flows, "hosts": hosts, "attached": attached})

    def _flows(self, fqdn, plans, start, names, attached):
        """[(balancer, groups, plan, side, expected requests)] of a name in a minute."""
        begun, plan = [each for each in plans if each[0] < start + _MINUTE][-1:][0]
        first = plans[0][0]
        history = self.account.state(route53.Zones).weight_history(fqdn)
        flows = []
        for identifier, address in _ends(history):
            balancer = names.get(route53.normal(address).rstrip("."))
            if balancer is None:
                continue
            share = _mean_share(history, identifier, start, plan.get("ttl"))
            part = min(1.0, (start + _MINUTE - first) / _MINUTE)
            groups = [
                group
                for group, balancers in attached.items()
                if balancer in balancers and self._serves(group, plan.get("service"))
            ]
            sides = plan.get("sides", {})
            own = sides.get(identifier) or sides.get(balancer.split("/")[-2]) or sides.get("*") or {}
            mean = plan.get("rps", 10) * _MINUTE * share * part
            flows.append((balancer, groups, plan, {**_SIDE, **own}, mean))
        return flows

    def _serves(self, group, service):
        """Whether a group is of that service, by its tag `Service` or an ECS service's name."""
        if service is None:
            return True
        tags = elb.backend(self.account, self.region).tagging_service.get_tag_dict_for_resource(group)
        services = self.account.state(ecs.Services, self.region).all.values()
        owners = [
            each.name
            for each in services
            if any(
                balancer.get("targetGroupArn") == group for balancer in each.about.get("loadBalancers", [])
            )
        ]
        return tags.get("Service") == service or service in owners

    def _hosts(self, group, when):
        targets = self.account.state(elb.Targets, self.region)
        states = [targets.health(group, key, when) for key in targets.groups.get(group, {})]
        return [state[0] for state in states if state and state[0] != "draining"]

    def _drawn(self, index):
        """What was counted in a minute: {(balancer, group, or None for the balancer): {metric: pieces}}.

        A piece is (values, how often each).
        """
        minute = self.minutes[index]
        counted = {}
        for balancer, groups, plan, side, mean in minute["flows"]:
            generator = draws.of(
                plan.get("seed", 0), plan["fqdn"], balancer.split("/")[-2], int(minute["start"])
            )
            requests = draws.poisson(generator, mean)
            served = [group for group in groups if minute["hosts"].get(group)]
            if not served:
                counted.setdefault((balancer, None), {}).update(_refused(requests))
            for position, group in enumerate(served):
                share = requests // len(served) + (position < requests % len(served))
                for key in ((balancer, group), (balancer, None)):
                    _add(counted.setdefault(key, {}), _served(share, side, plan, minute, group))
        for group, hosts in minute["hosts"].items():
            for balancer in minute["attached"][group]:
                metrics = counted.setdefault((balancer, group), {})
                healthy = hosts.count("healthy")
                metrics["HealthyHostCount"] = [([float(healthy)], 1)]
                metrics["UnHealthyHostCount"] = [([float(len(hosts) - healthy)], 1)]
        return counted


def _ends(history):
    """Every (SetIdentifier, address) that a name ever had."""
    return list(
        dict.fromkeys(
            (record["SetIdentifier"], record["ResourceRecords"][0]["Value"])
            for _, records in history
            for record in records
            if record.get("SetIdentifier") and record.get("ResourceRecords")
        )
    )


def _share(records, identifier):
    """The chance that a record is answered; all weights zero: each alike, as Route 53 does."""
    weights = {
        record["SetIdentifier"]: record.get("Weight") or 0
        for record in records
        if record.get("SetIdentifier")
    }
    if identifier not in weights:
        return 0.0
    total = sum(weights.values())
    return weights[identifier] / total if total else 1.0 / len(weights)


def _mean_share(history, identifier, start, ttl):
    """The mean over a minute of what resolvers answer, each answer kept for a TTL."""
    steps = [(at, _share(records, identifier)) for at, records in history]
    kept = ttl or next(
        (record["TTL"] for _, records in reversed(history) for record in records if record.get("TTL")),
        _MINUTE,
    )

    def integral(until):
        total = 0.0
        for (at, share), following in zip(steps, [*[step[0] for step in steps[1:]], until]):
            total += share * max(0.0, min(following, until) - at)
        return total

    instants = [start + second + 0.5 for second in range(_MINUTE)]
    return sum((integral(when) - integral(when - kept)) / kept for when in instants) / _MINUTE


def _refused(requests):
    """No target at all: the balancer answers 503 itself."""
    return _present({"HTTPCode_ELB_5XX_Count": requests, "HTTPCode_ELB_503_Count": requests})


def _served(requests, side, plan, minute, group):
    generator = draws.of(plan.get("seed", 0), plan["fqdn"], group.split("/")[-2], int(minute["start"]))
    left = requests
    counts = {"RequestCount": requests}
    unanswered = draws.binomial(generator, left, side["unanswered_ratio"])
    left -= unanswered
    answered = left
    for name, ratio in (("5XX", "error_ratio"), ("4XX", "client_error_ratio"), ("3XX", "redirect_ratio")):
        count = min(left, draws.binomial(generator, answered, side[ratio]))
        counts[f"HTTPCode_Target_{name}_Count"] = count
        left -= count
    counts["HTTPCode_Target_2XX_Count"] = left
    counts["TargetConnectionErrorCount"] = draws.binomial(generator, requests, side["connection_error_ratio"])
    counts["HTTPCode_ELB_5XX_Count"] = counts["HTTPCode_ELB_504_Count"] = unanswered
    metrics = _present(counts)
    if answered:
        metrics["TargetResponseTime"] = [
            draws.latencies(generator, answered, side["median_s"], side["sigma"])
        ]
    return metrics


def _present(counts):
    """A count is a value of 1 so often; nothing counted is no metric at all."""
    return {name: [([1.0], count)] for name, count in counts.items() if count}


def _add(into, metrics):
    for name, pieces in metrics.items():
        into[name] = into.get(name, []) + pieces


def points(source, name, dimensions, begin, end):
    """[(start of the minute, pairs)] of a metric of AWS/ApplicationELB from `begin` to before `end`."""
    wanted = {key: dimensions.get(key) for key in ("LoadBalancer", "TargetGroup")}
    if set(dimensions) - set(wanted) or not wanted["LoadBalancer"]:
        return []
    found = []
    for index, minute in enumerate(source.minutes):
        if not begin <= minute["start"] < end:
            continue
        for (balancer, group), metrics in source.drawn(index).items():
            fits = balancer.endswith("/" + wanted["LoadBalancer"]) and (
                group is None
                if wanted["TargetGroup"] is None
                else group is not None and group.endswith(":" + wanted["TargetGroup"])
            )
            if fits and name in metrics:
                pairs = [(value, count) for values, count in metrics[name] for value in values]
                found.append((minute["start"], pairs))
    return found
