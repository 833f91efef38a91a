import type { FetcherParams, Observable } from "@graphiql/toolkit";
import type { ExecutionResult } from "graphql";
import { type Client, createClient } from "graphql-ws";

import { complaint, ENDPOINT } from "./http";
import { Access, Socket } from "./status";

const NORMAL_CLOSURE = 1000;
const UNAUTHORIZED = 4401;
const FORBIDDEN = 4403;
const PING_EVERY_MS = 15_000;
const PONG_WITHIN_MS = 5_000;

export interface Reports {
  access(access: Access): void;
  socket(socket: Socket): void;
}

function isClose(problem: unknown): problem is CloseEvent {
  return typeof problem === "object" && problem !== null && "code" in problem;
}

function isRefusal(problem: unknown): boolean {
  return isClose(problem) && (problem.code === UNAUTHORIZED || problem.code === FORBIDDEN);
}

function socketAddress(): string {
  const address = new URL(ENDPOINT, window.location.href);
  address.protocol = address.protocol === "https:" ? "wss:" : "ws:";
  return address.href;
}

/** A half-open connection answers no ping; it is given up, and the client opens another. */
function watchPongs(client: () => Client) {
  let patience: ReturnType<typeof setTimeout> | undefined;
  return {
    ping: (received: boolean) => {
      if (!received) patience = setTimeout(() => client().terminate(), PONG_WITHIN_MS);
    },
    pong: (received: boolean) => {
      if (received) clearTimeout(patience);
    },
    stop: () => clearTimeout(patience),
  };
}

export function openLive(key: string, report: Reports): Client {
  let wasConnected = false;
  const pongs = watchPongs(() => client);
  const client = createClient({
    url: socketAddress(),
    connectionParams: { Authorization: `Bearer ${key}` },
    lazy: true,
    keepAlive: PING_EVERY_MS,
    retryAttempts: 20,
    // What never worked is told at once; what worked and broke is tried again, unless the key is refused.
    shouldRetry: (problem) => wasConnected && !isRefusal(problem),
    on: {
      connecting: (again) => report.socket(again ? Socket.RECONNECTING : Socket.CONNECTING),
      connected: () => {
        wasConnected = true;
        report.socket(Socket.CONNECTED);
        report.access(Access.ACCEPTED);
      },
      ping: pongs.ping,
      pong: pongs.pong,
      closed: (problem) => {
        pongs.stop();
        const isWanted = isClose(problem) && problem.code === NORMAL_CLOSURE;
        report.socket(isWanted ? Socket.IDLE : Socket.LOST);
        if (isRefusal(problem)) report.access(Access.REFUSED);
      },
    },
  });
  return client;
}

function answerTo(problem: unknown): ExecutionResult {
  if (Array.isArray(problem)) return { errors: problem };
  if (isRefusal(problem)) return complaint("The gateway refused the live connection: the API key is not accepted.");
  if (isClose(problem)) return complaint(`The live connection was closed: ${problem.code} ${problem.reason}`.trim());
  return complaint("The live connection could not be opened.");
}

/** Failures arrive as one last answer, for the same reason as in `complaint`. */
export function watch(client: Client, params: FetcherParams): Observable<ExecutionResult> {
  const follow = (
    next: (value: ExecutionResult) => void,
    complete: () => void,
  ): { unsubscribe: () => void } => {
    const unsubscribe = client.subscribe(
      { query: params.query, operationName: params.operationName ?? null, variables: params.variables },
      {
        next: (value) => next(value as ExecutionResult),
        error: (problem) => {
          next(answerTo(problem));
          complete();
        },
        complete,
      },
    );
    return { unsubscribe };
  };
  return {
    subscribe: (
      sink: { next: (value: ExecutionResult) => void; complete: () => void } | ((value: ExecutionResult) => void),
      _error?: unknown,
      complete?: () => void,
    ) =>
      typeof sink === "function"
        ? follow(sink, complete ?? (() => undefined))
        : follow(sink.next, sink.complete),
  } as Observable<ExecutionResult>;
}
