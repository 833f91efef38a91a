from __future__ import annotations

from graph.reading.fields import Shape
from graph.reading.shapes import consent, job, life, person, reach, resource, subscription, template

_ALL = (
    person.PROFILE,
    person.EFFECTIVE_TIMEZONE,
    person.TRACKED,
    person.ATTRIBUTE,
    person.ATTRIBUTE_DEFINITION,
    person.RELATION,
    person.IDENTIFIER,
    person.BLOCKED_IDENTIFIER,
    subscription.SUBSCRIPTION,
    subscription.MEMBERSHIP,
    subscription.OPT_IN,
    subscription.DEVICE,
    reach.REACH,
    reach.REACH_VERDICT,
    resource.RESOURCE,
    resource.CATEGORY,
    consent.OPT_OUT,
    consent.SUPPRESSION,
    consent.CONSENT_RECORD,
    life.EVENT,
    life.PRODUCT,
    life.PURCHASE,
    life.LINE,
    life.MESSAGE,
    life.MERGE,
    life.ATTEMPT,
    life.RECEIPT,
    life.OUTREACH,
    job.JOB,
    job.BULK_SUMMARY,
    job.ROW_RESULT,
    job.USER_ERROR,
    template.TEMPLATE,
    template.TEMPLATE_CONTENT,
    template.TEMPLATE_EMAIL,
    template.TEMPLATE_PUSH,
)

SHAPES: dict[str, Shape] = {shape.name: shape for shape in _ALL}
