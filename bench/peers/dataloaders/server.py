"""A plain Strawberry app with DataLoaders, tuned: parsed and validated documents are kept, uvloop and httptools below.

Called as: python -m bench.peers.dataloaders.server PORT, with GRAPH_URI, GRAPH_USER, GRAPH_PASSWORD, GRAPH_DATABASE.
"""

from __future__ import annotations

import sys

import strawberry
import uvicorn
from starlette.requests import Request
from starlette.responses import Response
from starlette.websockets import WebSocket
from strawberry.asgi import GraphQL
from strawberry.extensions import ParserCache, ValidationCache

from bench.peers.dataloaders import statements
from bench.peers.dataloaders.database import Database
from bench.peers.dataloaders.loaders import Loaders
from bench.peers.dataloaders.types import Context, Profile, Purchase, RequestInfo


@strawberry.type
class Query:
    @strawberry.field
    async def profile(self, info: RequestInfo, id: strawberry.ID) -> Profile | None:  # noqa: A002  # The argument's name in GraphQL.
        found = await info.context.database.records(statements.PROFILE, {"id": id})
        return Profile.of(found[0]["x"]) if found else None

    @strawberry.field
    async def profiles(
        self, info: RequestInfo, country: str, purchase_over_micros: str, first: int = 20
    ) -> list[Profile]:
        wanted = {"country": country, "over": int(purchase_over_micros), "first": first}
        return [Profile.of(record["x"]) for record in await info.context.database.records(statements.PROFILES, wanted)]

    @strawberry.field
    async def purchase(self, info: RequestInfo, id: strawberry.ID) -> Purchase | None:  # noqa: A002  # The argument's name in GraphQL.
        found = await info.context.database.records(statements.PURCHASE, {"id": id})
        return Purchase.of(found[0]["x"]) if found else None


class App(GraphQL[Context, None]):
    """The loaders are new for each request: what they remember is good for no other."""

    database = Database()

    async def get_context(self, request: Request | WebSocket, response: Response | WebSocket) -> Context:
        del request, response
        return Context(self.database, Loaders.of(self.database))


def main() -> None:
    schema = strawberry.Schema(Query, extensions=[ParserCache, ValidationCache])
    uvicorn.run(App(schema), host="127.0.0.1", port=int(sys.argv[1]), loop="uvloop", http="httptools", access_log=False)


if __name__ == "__main__":
    main()
