import type { FormEvent } from "react";

// SignIn stands for a console's own sign-in: it takes a token as it is. Kept in memory,
// never in localStorage, where every script of the page could read it.
export function SignIn({ onToken }: { onToken: (token: string) => void }) {
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    onToken(String(new FormData(event.currentTarget).get("token")).trim());
  };
  return (
    <form onSubmit={submit}>
      <label htmlFor="token">
        Bearer token, what <code>make -s token TENANT=acme</code> prints
      </label>
      <br />
      <input id="token" name="token" type="password" autoComplete="off" required />
      <button>Sign in</button>
    </form>
  );
}
