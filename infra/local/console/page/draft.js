// What somebody has typed in the invite form and not sent, for as long as the tab lives: it is
// there again when they sign in anew, and is forgotten when somebody else does.

const key = "draft";

const nameOf = ({ email, tenant }) => `${tenant.id} ${email}`;

let current = null;

// keepDraft puts back what this person had typed, and keeps what they type from now on.
export function keepDraft(part, who) {
  const kept = JSON.parse(sessionStorage.getItem(key) || "null");
  if (kept?.of === nameOf(who)) part.draft = kept.draft;
  else forgetDraft();
  current = part;
  part.addEventListener("draft-changed", ({ detail }) => {
    // A call that was under way when the session ended answers in its own time: by then it may
    // be another person's.
    if (current !== part) return;
    if (detail) sessionStorage.setItem(key, JSON.stringify({ of: nameOf(who), draft: detail }));
    else sessionStorage.removeItem(key);
  });
}

export function forgetDraft() {
  current = null;
  sessionStorage.removeItem(key);
}
