"""Any listing in pages as small as a test wants: `page_size` in `POST /_test/settings`.

Which operation pages, and by which fields, is in botocore's paginators; Route 53's records page by
themselves (`route53.py`). A token is the number of entries given so far.
"""

import functools

from moto.core.utils import get_pagination_model

from .errors import AwsError

_BY_THEMSELVES = {
    ("route53", "ListResourceRecordSets"),
    ("cloudwatch", "GetMetricData"),
    ("dynamodb", "Scan"),
    ("dynamodb", "Query"),
    ("logs", "GetLogEvents"),
}


@functools.cache
def _rules(service):
    try:
        return get_pagination_model(service)
    except Exception:  # botocore has no paginators of that service
        return {}


def asked(call):
    """The paginator of a call to be cut, or nothing."""
    if not call.account.settings["page_size"] or (call.service, call.operation) in _BY_THEMSELVES:
        return None
    rule = _rules(call.service).get(call.operation)
    return rule if rule and isinstance(rule.get("input_token"), str) else None


def page(call, result_of):
    """The page of the call's whole result that its token asks for."""
    rule = asked(call)
    parameters = dict(call.parameters)
    token = parameters.pop(rule["input_token"], None)
    limit = parameters.pop(rule.get("limit_key"), None)
    begin = _number(token)
    size = min(int(limit or 1 << 30), call.account.settings["page_size"])
    call._parameters = parameters
    result = result_of(call)
    key = rule["result_key"] if isinstance(rule["result_key"], str) else rule["result_key"][0]
    entries = result.get(key) or []
    result[key] = entries[begin : begin + size]
    more = begin + size < len(entries)
    result[rule["output_token"].split(" ")[0]] = f"page-{begin + size}" if more else None
    if rule.get("more_results"):
        result[rule["more_results"]] = more
    return result


def _number(token):
    if not token:
        return 0
    if not str(token).startswith("page-"):
        raise AwsError("ValidationError", f"The token {token} is invalid")
    return int(token[len("page-") :])
