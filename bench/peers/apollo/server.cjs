// @neo4j/graphql on Apollo Server, tuned as their manuals recommend: the schema is made once, the database is named so
// that no request looks for it, one driver is shared, numbers come as JavaScript's own, nothing is logged or traced.
// Called as: node server.cjs PORT, with GRAPH_URI, GRAPH_USER, GRAPH_PASSWORD and GRAPH_DATABASE.
const { readFileSync } = require("node:fs");
const { join } = require("node:path");
const { ApolloServer } = require("@apollo/server");
const { startStandaloneServer } = require("@apollo/server/standalone");
const { Neo4jGraphQL } = require("@neo4j/graphql");
const neo4j = require("neo4j-driver");

const { GRAPH_URI, GRAPH_USER, GRAPH_PASSWORD, GRAPH_DATABASE } = process.env;
const port = Number(process.argv[2]);

async function serve() {
  const driver = neo4j.driver(GRAPH_URI, neo4j.auth.basic(GRAPH_USER, GRAPH_PASSWORD), {
    maxConnectionPoolSize: 32,
    disableLosslessIntegers: true,
    telemetryDisabled: true,
  });
  const typeDefs = readFileSync(join(__dirname, "schema.graphql"), "utf8");
  const schema = await new Neo4jGraphQL({ typeDefs, driver }).getSchema();
  // Parsed and validated documents are kept by Apollo itself.
  const server = new ApolloServer({ schema, introspection: false, includeStacktraceInErrorResponses: false });
  const context = { executionContext: driver, sessionConfig: { database: GRAPH_DATABASE } };
  await startStandaloneServer(server, {
    listen: { port, host: "127.0.0.1" },
    context: async () => ({ ...context }),
  });
}

serve().catch((error) => {
  console.error(error);
  process.exit(1);
});
