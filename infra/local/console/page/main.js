// Settings, Users of a made-up product: the product's own users, <pending-invites> with
// their invites, and the panel with what there is on this machine only.
import { $, write } from "./dom.js";
import { forgetDraft, keepDraft } from "./draft.js";
import { forgetEvents, showEvents } from "./events.js";
import { inLanguage } from "./language.js";
import { forgetMails, showMails } from "./mails.js";
import { forgetPeople, showPeople } from "./people.js";
import { call, session, signIn, signOut } from "./session.js";
import { did, showSteps, stepsBy } from "./steps.js";
import { forgetChoices, showChoices, whenChanged } from "./tools.js";

// How often the page looks for what has come.
const every = 2_500;

let invites = null; // <pending-invites>, while somebody is signed in
let timer = 0;
let newest = ""; // event that was seen

$("sign-in-form").addEventListener("submit", async (event) => {
  event.preventDefault();
  const { email, password } = event.target.elements;
  $("sign-in-problem").hidden = true;
  try {
    await signIn(email.value.trim(), password.value);
  } catch (problem) {
    refuse(problem.message);
    return;
  }
  event.target.reset();
  open();
  $("title").focus();
});

$("sign-out").addEventListener("click", () => {
  forgetDraft();
  signOut();
  close();
});

function refuse(why) {
  write($("sign-in-problem"), why);
  $("sign-in-problem").hidden = false;
}

function show(signedIn) {
  for (const part of document.querySelectorAll("[data-signed-in]")) part.hidden = !signedIn;
  $("sign-in").hidden = signedIn;
}

function close(why) {
  clearTimeout(timer);
  invites?.remove();
  invites = null;
  newest = "";
  for (const forget of [forgetPeople, forgetMails, forgetEvents, forgetChoices]) forget();
  show(false);
  admit(false);
  $("no-permission").hidden = true;
  if (why) refuse(why);
  $("sign-in-email").focus();
}

// admit shows what only an admin may see.
function admit(may) {
  $("machine").hidden = $("people-section").hidden = !may;
  showSteps(may);
}

function open() {
  const who = session();
  if (!who) {
    close();
    return;
  }
  write($("who-name"), who.name || who.email);
  write($("who-tenant"), who.tenant.name);
  write($("title-tenant"), who.tenant.name);
  write($("mails-tenant"), who.tenant.name);
  show(true);
  invites = document.createElement("pending-invites");
  invites.setAttribute("api", "");
  inLanguage(invites);
  invites.token = () => session()?.token ?? "";
  invites.addEventListener("invites-changed", look);
  invites.addEventListener("signed-out", end);
  keepDraft(invites, who);
  $("invites").replaceChildren(invites);
  look();
}

function end() {
  signOut();
  close("Your session is over. Sign in again.");
}

// look brings the page up to date, and again after a while.
async function look() {
  clearTimeout(timer);
  const mine = invites;
  try {
    if (!session()) return end();
    if (!document.hidden) await refresh(mine);
  } catch (problem) {
    if (mine !== invites) return;
    if (problem.status === 401) return end();
    if (problem.status === 403) return forbid(problem.message);
    trouble(problem.message);
  }
  if (mine !== invites) return;
  clearTimeout(timer);
  timer = setTimeout(look, every);
}

async function refresh(mine) {
  const [{ users, events }, { mails }] = await Promise.all([call("GET", "/console/api/users"), call("GET", "/console/api/mails")]);
  if (mine !== invites) return;
  if ($("people-section").hidden) admit(true);
  trouble("");
  showPeople(users);
  showEvents(events);
  showMails(mails);
  stepsBy(events, users);
  const latest = events[0] ? `${events[0].id} ${events.length}` : "none";
  if (latest !== newest) {
    newest = latest;
    invites.refresh?.();
    await showChoices();
  }
}

function trouble(text) {
  write($("people-problem"), text);
  $("people-problem").hidden = !text;
}

function forbid(why) {
  admit(false);
  const who = session();
  write($("no-permission"), `${why} You are signed in as ${who.email}; sign in as admin@${who.tenant.id}.example to see users and invites.`);
  $("no-permission").hidden = false;
}

whenChanged(async () => {
  await invites?.refresh?.();
  await showChoices();
});

document.addEventListener("visibilitychange", () => !document.hidden && invites && look());
document.addEventListener("click", (event) => event.target.closest?.("[data-opens]") && did("read"));

const panel = $("machine-details");
panel.open = localStorage.getItem("panel") !== "closed";
panel.addEventListener("toggle", () => localStorage.setItem("panel", panel.open ? "open" : "closed"));

import("/console/part/pending-invites.js").catch(() => trouble("The part with the invites could not be loaded."));
open();
