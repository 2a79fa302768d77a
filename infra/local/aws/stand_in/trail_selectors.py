"""Which records a trail asks for. One that says nothing asks for all of management and for no data, as on AWS."""


def wants(trail, record):
    if trail.event_selectors:
        return any(_basic(selector, record) for selector in trail.event_selectors)
    if trail.advanced_event_selectors:
        return any(_advanced(selector, record) for selector in trail.advanced_event_selectors)
    return record["managementEvent"]


def _basic(selector, record):
    kind = selector.get("ReadWriteType", "All")
    if kind != "All" and (kind == "ReadOnly") != record["readOnly"]:
        return False
    if record["managementEvent"]:
        excluded = selector.get("ExcludeManagementEventSources") or []
        return selector.get("IncludeManagementEvents", True) and record["eventSource"] not in excluded
    return any(
        _arn(one).startswith(tuple(asked.get("Values") or []))
        for asked in selector.get("DataResources") or []
        for one in record.get("resources", [])
        if one.get("type") == asked.get("Type")
    )


def _advanced(selector, record):
    return all(_field(field, record) for field in selector.get("FieldSelectors") or [])


def _field(field, record):
    values = _values(field["Field"], record)
    return all(
        (any(_compare(how, value, words) for value in values)) != how.startswith("Not")
        for how, words in field.items()
        if how != "Field" and words
    )


def _compare(how, value, words):
    how = how.removeprefix("Not")
    if how == "Equals":
        return value in words
    return value.startswith(tuple(words)) if how == "StartsWith" else value.endswith(tuple(words))


def _values(field, record):
    if field.startswith("resources."):
        # The first one is what a call of data is about; the bucket that it lies in stands behind it.
        return [_arn(one) if field == "resources.ARN" else one.get("type", "") for one in record.get("resources", [])[:1]]
    value = record.get(field)
    return [] if value is None else [str(value).lower() if isinstance(value, bool) else value]


def _arn(resource):
    return resource.get("ARN") or resource["ARNPrefix"]
