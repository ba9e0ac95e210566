// The server's time, told by the Date of its answers: this machine's browser may be hours off.
// It is kept beside the session, which ends by it.

const key = "clock";
let ahead = Number(sessionStorage.getItem(key)) || 0;

export const now = () => Date.now() + ahead;

// hear sets the clock by an answer. Dates are cut to whole seconds, so less than two are no news.
export function hear(response) {
  const off = Date.parse(response.headers.get("Date") ?? "") - Date.now();
  if (Number.isNaN(off) || Math.abs(off - ahead) < 2_000) return;
  ahead = off;
  sessionStorage.setItem(key, String(ahead));
}
