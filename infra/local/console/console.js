// The Pending Invites page: draws what api.js answers and asks it for changes.

import * as api from "/console/api.js";

const $ = (id) => document.getElementById(id);

// How long a mail that is on its way is watched, and how often it is asked for.
const watchFor = 15_000;
const watchEvery = 700;

let pageToken = "";
let rows = [];

// --- sign-in ---------------------------------------------------------------

$("sign-in-form").addEventListener("submit", async (event) => {
  event.preventDefault();
  const form = event.target;
  hide($("sign-in-problem"));
  await busy(form, async () => {
    await api.signIn(form.elements.email.value.trim(), form.elements.password.value);
    form.reset();
    await open();
  }).catch((problem) => say($("sign-in-problem"), problem.message));
});

$("sign-out").addEventListener("click", () => {
  api.signOut();
  showSignIn();
});

function showSignIn() {
  rows = [];
  $("rows").replaceChildren();
  $("console").hidden = true;
  $("who").hidden = true;
  $("sign-in").hidden = false;
  $("sign-in-email").focus();
}

async function open() {
  const held = api.signedIn();
  if (!held) {
    showSignIn();
    return;
  }
  $("sign-in").hidden = true;
  $("console").hidden = false;
  $("who").hidden = false;
  $("who-name").textContent = held.email;
  hide($("problem"));
  await Promise.all([loadRoles(), load()]);
}

async function loadRoles() {
  try {
    const { roles, name } = await api.settings();
    $("invite-role").replaceChildren(...roles.map((role) => new Option(role, role)));
    document.title = `Pending Invites · ${name}`;
    $("who-name").textContent = `${api.signedIn().email} · ${name}`;
  } catch (problem) {
    failed(problem);
  }
}

// --- the list --------------------------------------------------------------

$("filter").addEventListener("submit", (event) => {
  event.preventDefault();
  load();
});
$("filter-status").addEventListener("change", () => load());
$("refresh").addEventListener("click", () => load());
$("more").addEventListener("click", () => load(pageToken));

// A page holds what matches of this many invites. A search looks through more at
// once, and through as many pages without a match before it asks whether to go on.
const pageSize = 25;
const searchSize = 100;
const pagesWithoutMatch = 20;

// Answers to a question that was asked anew meanwhile are not drawn.
let asked = 0;

async function load(token = "") {
  const mine = ++asked;
  const query = { page_size: pageSize };
  if ($("filter-status").value) query.status = $("filter-status").value;
  if ($("filter-q").value.trim()) query.q = $("filter-q").value.trim();
  if (query.status || query.q) query.page_size = searchSize;
  if (token) query.page_token = token;
  try {
    let page;
    for (let left = pagesWithoutMatch; left > 0; left--) {
      page = await api.list(query);
      if (mine !== asked) return;
      if (page.invites.length > 0 || !page.next_page_token) break;
      query.page_token = page.next_page_token;
    }
    rows = token ? [...rows, ...page.invites] : page.invites;
    pageToken = page.next_page_token || "";
    hide($("problem"));
    draw();
  } catch (problem) {
    if (mine === asked) failed(problem);
  }
}

function draw() {
  $("rows").replaceChildren(...rows.map(drawRow));
  $("more").hidden = !pageToken;
  $("empty").hidden = rows.length > 0;
  if (rows.length === 0) {
    $("empty").textContent = $("filter-q").value || $("filter-status").value
      ? (pageToken ? "No match so far. There is more to look through." : "No invite matches.")
      : "Nobody is waiting for an answer. Invite somebody above.";
  }
}

function drawRow(row) {
  // The roles stay where the phone's layout takes the table's own away.
  const tr = element("tr", { role: "row" });
  tr.dataset.id = row.id;
  const who = element("th", { scope: "row", role: "rowheader" }, element("span", { class: "address" }, row.email));
  const about = [row.name, row.role].filter(Boolean).join(" · ");
  if (about) who.append(element("span", { class: "soft line" }, about));
  if (row.invited_by?.name || row.invited_by?.email) {
    who.append(element("span", { class: "soft line" }, `by ${row.invited_by.name || row.invited_by.email}`));
  }
  if (row.renewal_requested_at) {
    const at = row.renewal_requested_at;
    who.append(element("span", { class: "asked" }, "asked for a new invite ", element("time", { datetime: at }, fromNow(new Date(at)))));
  }
  if (row.advice) who.append(element("span", { class: "advice" }, row.advice.message));
  tr.append(
    who,
    element("td", { role: "cell" }, element("span", { class: `badge ${row.status}` }, row.status)),
    element("td", { role: "cell" }, time(row.last_sent_at) || "not yet"),
    element("td", { role: "cell" }, row.accepted_at ? ["accepted ", time(row.accepted_at)] : time(row.expires_at)),
    element("td", { role: "cell", class: "number" }, String(row.send_count), reminded(row)),
    element("td", { role: "cell" }, mail(row.delivery)),
    element("td", { role: "cell", class: "actions" }, actions(row)),
  );
  return tr;
}

function reminded(row) {
  const n = row.reminder_count;
  if (!n) return null;
  const text = n === 1 ? "reminded once" : n === 2 ? "reminded twice" : `reminded ${n} times`;
  const said = element("span", { class: "soft line" }, text);
  if (row.last_reminder_at) said.title = `last on ${absolute.format(new Date(row.last_reminder_at))}`;
  return said;
}

function mail(delivery) {
  if (!delivery) return [];
  const parts = [element("span", { class: `mail ${delivery.status}` }, delivery.status)];
  if (delivery.reason) parts.push(element("span", { class: "soft line" }, delivery.reason));
  if (delivery.sender) parts.push(element("span", { class: "soft line" }, `from ${delivery.sender}`));
  return parts;
}

function actions(row) {
  const resend = element("button", { "aria-label": `Resend the invite to ${row.email}` }, "Resend");
  resend.dataset.action = "resend";
  const parts = [element("span", { class: "buttons" }, resend)];
  if (row.can_resend) {
    resend.addEventListener("click", () => (row.resend_confirm ? askResend(row, resend) : doResend(row, resend)));
  } else {
    // Greyed out but reachable, so that everybody can learn why.
    const reason = row.resend_blocked_reason || "This invite cannot be resent.";
    resend.setAttribute("aria-disabled", "true");
    resend.setAttribute("aria-describedby", `why-${row.id}`);
    resend.title = reason;
    parts.push(element("span", { class: "soft line", id: `why-${row.id}` }, reason));
  }
  if (row.can_cancel) {
    const cancel = element("button", { class: "quiet", "aria-label": `Cancel the invite to ${row.email}` }, "Cancel");
    cancel.dataset.action = "cancel";
    cancel.addEventListener("click", () => askCancel(row, cancel));
    parts[0].append(cancel);
  }
  return parts;
}

// --- changes ---------------------------------------------------------------

// A press that is repeated because its answer was lost is the same press: its key
// is kept until an answer came.
const keys = new Map();

async function once(press, action) {
  if (!keys.has(press)) keys.set(press, crypto.randomUUID());
  try {
    const answer = await action(keys.get(press));
    keys.delete(press);
    return answer;
  } catch (problem) {
    if (problem.status !== 0 && problem.status < 500) keys.delete(press);
    throw problem;
  }
}

$("invite-form").addEventListener("submit", async (event) => {
  event.preventDefault();
  const form = event.target;
  const { email, name, role } = form.elements;
  const body = { email: email.value.trim(), role: role.value };
  if (name.value.trim()) body.name = name.value.trim();
  hide($("status"), $("problem"));
  forgiveEmail();
  try {
    await busy(form, async () => {
      const made = await once("invite " + JSON.stringify(body), (key) => api.invite(body, key));
      email.value = name.value = "";
      say($("status"), `Invited ${made.email}. The mail is on its way.`);
      await load();
      watch(made.id);
    });
  } catch (problem) {
    if (problem.status === 401) return failed(problem);
    const fields = problem.fields.map((field) => field.detail).filter((detail) => detail && detail !== problem.message);
    say($("invite-problem"), [problem.message, ...fields].join(" "));
    if (problem.code === "already_accepted") pointToReset($("invite-problem"), problem.passwordResetUrl);
    if (problem.code === "already_pending") mark(problem.inviteId);
    email.setAttribute("aria-invalid", "true");
  }
  email.focus();
});

function forgiveEmail() {
  hide($("invite-problem"));
  $("invite-email").removeAttribute("aria-invalid");
}

$("invite-email").addEventListener("input", forgiveEmail);

async function doResend(row, button) {
  await act(button, async () => {
    const now = await once("resend " + row.id, (key) => api.resend(row, key));
    replace(now, "resend");
    say($("status"), `Sent ${now.email} a fresh mail. The links before it are dead.`);
    watch(now.id);
  });
}

let insisting = null;

function askResend(row, button) {
  insisting = { row, button };
  $("insist-email").textContent = row.email;
  $("insist-reason").textContent = row.delivery.reason || "";
  $("insist").showModal();
}

$("insist-no").addEventListener("click", () => $("insist").close());
$("insist").addEventListener("close", () => insisting?.button.focus());
$("insist-yes").addEventListener("click", () => {
  const { row, button } = insisting;
  $("insist").close();
  doResend(row, button);
});

let cancelling = null;

function askCancel(row, button) {
  cancelling = { row, button };
  $("cancel-email").textContent = row.email;
  $("cancel").showModal();
}

$("cancel-no").addEventListener("click", () => $("cancel").close());
$("cancel").addEventListener("close", () => cancelling?.button.focus());
$("cancel-yes").addEventListener("click", async () => {
  const { row, button } = cancelling;
  $("cancel").close();
  await act(button, async () => {
    await once("cancel " + row.id, (key) => api.cancel(row, key));
    say($("status"), `Cancelled the invite to ${row.email}. Its link is dead, and the address is free.`);
    await load();
    $("main").focus();
  });
});

// act does one thing to one row; whatever goes wrong, the list is drawn as it is now.
async function act(button, action) {
  hide($("status"), $("problem"));
  forgiveEmail();
  button.setAttribute("aria-disabled", "true");
  try {
    await action();
  } catch (problem) {
    if (problem.status !== 401) await load();
    failed(problem);
  } finally {
    button.removeAttribute("aria-disabled");
  }
}

function replace(now, focus) {
  rows = rows.map((row) => (row.id === now.id ? now : row));
  const old = document.querySelector(`tr[data-id="${CSS.escape(now.id)}"]`);
  if (!old) return;
  const had = focus || (old.contains(document.activeElement) && document.activeElement.dataset.action);
  const fresh = drawRow(now);
  old.replaceWith(fresh);
  if (had) fresh.querySelector(`[data-action="${had}"]`)?.focus();
}

// watch follows a mail until something became of it.
async function watch(id) {
  for (const end = Date.now() + watchFor; Date.now() < end; ) {
    await new Promise((done) => setTimeout(done, watchEvery));
    if (!api.signedIn() || !rows.some((row) => row.id === id)) return;
    try {
      const now = await api.get(id);
      replace(now);
      if (!["queued", "sending", "sent"].includes(now.delivery?.status)) return;
    } catch {
      return; // the next look at the list tells
    }
  }
}

function mark(id) {
  const row = document.querySelector(`tr[data-id="${CSS.escape(id)}"]`);
  if (!row) return;
  row.classList.add("marked");
  row.scrollIntoView({ block: "nearest" });
  setTimeout(() => row.classList.remove("marked"), 4000);
}

// --- showing ---------------------------------------------------------------

function failed(problem) {
  if (problem.status === 401) {
    api.signOut();
    showSignIn();
    say($("sign-in-problem"), "Your session is over. Sign in again.");
    return;
  }
  let text = problem.message;
  if (problem.status === 412) text += " The list shows it as it is now.";
  if (problem.status >= 500 && problem.requestId) text += ` (Request ${problem.requestId})`;
  say($("problem"), text);
  if (problem.code === "already_accepted") pointToReset($("problem"), problem.passwordResetUrl);
}

function pointToReset(notice, url) {
  if (!/^https?:/.test(url)) return;
  notice.append(" ", element("a", { href: url, target: "_blank", rel: "noopener noreferrer" }, "Password reset"));
}

function say(notice, text) {
  notice.textContent = text;
  notice.hidden = false;
}

function hide(...notices) {
  for (const notice of notices) {
    notice.hidden = true;
    notice.textContent = "";
  }
}

async function busy(form, action) {
  const button = form.querySelector("button.primary");
  if (button.disabled) return;
  button.disabled = true;
  try {
    await action();
  } finally {
    button.disabled = false;
  }
}

const absolute = new Intl.DateTimeFormat(undefined, { day: "numeric", month: "short", hour: "numeric", minute: "2-digit" });
const relative = new Intl.RelativeTimeFormat(undefined, { numeric: "auto" });

function time(text) {
  if (!text) return null;
  const at = new Date(text);
  return element("time", { datetime: text }, fromNow(at), element("span", { class: "soft line" }, absolute.format(at)));
}

function fromNow(at) {
  const seconds = (at - Date.now()) / 1000;
  for (const [unit, size] of [["day", 86400], ["hour", 3600], ["minute", 60]]) {
    if (Math.abs(seconds) > size * 0.95) return relative.format(Math.round(seconds / size), unit);
  }
  return relative.format(Math.round(seconds), "second");
}

// Text goes in as text: nothing that a name or an address holds becomes markup.
function element(name, attributes = {}, ...children) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  made.append(...children.flat().filter((child) => child !== null && child !== undefined));
  return made;
}

open();
