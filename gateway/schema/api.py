from __future__ import annotations

from gateway.schema.build import build_schema
from gateway.schema.mutations.mutation import Mutation

# The schema of this program: what is served, and what `customer-graph schema` prints.
SCHEMA = build_schema(Mutation)
