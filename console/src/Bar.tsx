import { type FormEvent, useState } from "react";

import mark from "./favicon.svg";
import { Access, Socket } from "./status";

const ACCESS_WORDS: Record<Access, string> = {
  NO_KEY: "No key",
  CHECKING: "Checking the key",
  ACCEPTED: "Key accepted",
  REFUSED: "Key refused",
  UNSENDABLE: "Not a key",
  UNAVAILABLE: "Gateway unavailable",
  UNREACHABLE: "Gateway out of reach",
};

const SOCKET_WORDS: Record<Socket, string> = {
  IDLE: "Live: idle",
  CONNECTING: "Live: connecting",
  CONNECTED: "Live: connected",
  RECONNECTING: "Live: reconnecting",
  LOST: "Live: connection lost",
};

interface KeyFormProps {
  apiKey: string;
  onUse(key: string): void;
  onForget(): void;
}

function KeyForm({ apiKey, onUse, onForget }: KeyFormProps) {
  const [typed, setTyped] = useState(apiKey);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    onUse(typed.trim());
  };
  const forget = () => {
    setTyped("");
    onForget();
  };
  return (
    <form className="key" onSubmit={submit} autoComplete="off">
      <label htmlFor="api-key">API key</label>
      <input
        id="api-key"
        type="password"
        value={typed}
        onChange={(event) => setTyped(event.target.value)}
        placeholder="paste it here"
        autoComplete="off"
        spellCheck={false}
        aria-describedby="hint"
      />
      <button type="submit" disabled={typed.trim() === "" || typed.trim() === apiKey}>
        Use key
      </button>
      <button type="button" onClick={forget} disabled={apiKey === ""}>
        Forget
      </button>
    </form>
  );
}

interface BarProps extends KeyFormProps {
  access: Access;
  socket: Socket;
}

export function Bar({ access, socket, ...form }: BarProps) {
  return (
    <header className="bar">
      <h1>
        <img src={mark} alt="" width="24" height="24" />
        Customer Graph
      </h1>
      <KeyForm {...form} />
      <p className="states" role="status">
        <span className="state" data-testid="access" data-state={access}>
          {ACCESS_WORDS[access]}
        </span>
        <span className="state" data-testid="socket" data-state={socket}>
          {SOCKET_WORDS[socket]}
        </span>
      </p>
    </header>
  );
}
