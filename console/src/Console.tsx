import { GraphiQL } from "graphiql";
import { useEffect, useMemo, useState } from "react";

import { forgetKey, isSendable, rememberedKey, rememberKey } from "./apiKey";
import { Bar } from "./Bar";
import { EXAMPLES } from "./examples";
import { connect } from "./fetcher";
import { Hint } from "./Hint";
import { Access, Socket } from "./status";

function accessBefore(key: string): Access {
  return key ? Access.CHECKING : Access.NO_KEY;
}

export function Console() {
  const [key, setKey] = useState(rememberedKey);
  const [access, setAccess] = useState<Access>(accessBefore(key));
  const [socket, setSocket] = useState<Socket>(Socket.IDLE);
  const connection = useMemo(() => connect(key, { access: setAccess, socket: setSocket }), [key]);
  useEffect(() => connection.close, [connection]);

  const apply = (wanted: string) => {
    setAccess(accessBefore(wanted));
    setSocket(Socket.IDLE);
    setKey(wanted);
  };
  const use = (wanted: string) => {
    if (!isSendable(wanted)) {
      setAccess(Access.UNSENDABLE);
      return;
    }
    rememberKey(wanted);
    apply(wanted);
  };
  const forget = () => {
    forgetKey();
    apply("");
  };

  return (
    <>
      <Bar apiKey={key} access={access} socket={socket} onUse={use} onForget={forget} />
      <Hint access={access} />
      <main>
        <GraphiQL
          fetcher={connection.fetcher}
          // Without a key there is nobody to ask for the schema.
          {...(key ? {} : { schema: null })}
          defaultTabs={EXAMPLES}
          defaultEditorToolsVisibility="variables"
          isHeadersEditorEnabled={false}
          shouldPersistHeaders={false}
          inputValueDeprecation
        >
          <GraphiQL.Logo>{null}</GraphiQL.Logo>
        </GraphiQL>
      </main>
    </>
  );
}
