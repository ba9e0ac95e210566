import "@invites/pending-invites";
import { StrictMode, useCallback, useRef, useState } from "react";
import { createRoot } from "react-dom/client";
import { SignIn } from "./sign-in.tsx";

// Users is a Settings → Users page: the console's own list of users, and the invites.
function Users() {
  const session = useRef("");
  const [signedIn, setSignedIn] = useState(false);
  const [done, setDone] = useState("");

  // Asked before each call. A console gives its session's ID token here and renews it when
  // it is nearly over; it may return a promise. The function stays the same over renderings,
  // so that React does not set it anew each time.
  const token = useCallback(() => session.current, []);

  if (!signedIn) {
    return (
      <SignIn
        onToken={(given) => {
          session.current = given;
          setSignedIn(true);
        }}
      />
    );
  }
  return (
    <main>
      <h1>Users</h1>
      <pending-invites
        api={import.meta.env.INVITES_API}
        token={token}
        // A call was answered 401: a console signs the person in again.
        onsigned-out={() => setSignedIn(false)}
        // A console brings its own list of users up to date. Who accepted becomes Active by
        // the event on the bus (examples/activate), not by anything here.
        oninvites-changed={({ detail }) => setDone(`${detail.action}: ${detail.invites.map((i) => i.email).join(", ")}`)}
      />
      <p id="done">{done}</p>
    </main>
  );
}

const root = document.getElementById("root");
if (!root) throw new Error("index.html has no #root");
createRoot(root).render(
  <StrictMode>
    <Users />
  </StrictMode>,
);
