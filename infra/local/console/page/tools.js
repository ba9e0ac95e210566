// The panel's three tools. Each says what came of it in a live region of its own.
import { $, element, keyed, write } from "./dom.js";
import { call } from "./session.js";

const which = $("which");
const buttons = ["later", "later-all", "bounce", "scan", "scan-press"].map($);

// What the page is told to look at anew after a press.
let changed = () => {};
export const whenChanged = (look) => (changed = look);

export async function showChoices() {
  const { invites } = await call("GET", "/v1/invites?page_size=50");
  keyed(which, invites, (invite) => invite.id, (invite) => element("option", { value: invite.id, "data-email": invite.email }), (option, invite) =>
    write(option, invite.status === "pending" ? invite.email : `${invite.email}, ${invite.status}`));
  if (which.selectedIndex < 0 && which.options.length > 0) which.selectedIndex = 0;
  if (which.options.length === 0) which.append(element("option", { value: "" }, "None is open"));
}

export function forgetChoices() {
  which.replaceChildren();
  for (const said of document.querySelectorAll(".said")) write(said, "");
}

const chosen = () => (which.value ? { id: which.value, email: which.selectedOptions[0].dataset.email } : null);

// press does one thing and says what came of it. While it is under way no tool can be
// pressed; the buttons keep the focus.
function press(button, said, work) {
  $(button).addEventListener("click", async () => {
    if (buttons.some((other) => other.getAttribute("aria-disabled") === "true")) return;
    for (const other of buttons) other.setAttribute("aria-disabled", "true");
    write($(said), "Working …");
    let result;
    try {
      result = await work(chosen());
      await changed();
    } catch (problem) {
      result = problem.message;
    }
    for (const other of buttons) other.removeAttribute("aria-disabled");
    write($(said), result);
    $(said).scrollIntoView({ block: "nearest" });
  });
}

const none = "There is no open invite: invite somebody first.";

async function later(body) {
  const { older, expired } = await call("POST", "/console/api/later", body);
  if (older === 0) return none;
  const what = older === 1 ? "One invite is 7 days older." : `${older} invites are 7 days older.`;
  if (expired === 0) return `${what} It has a longer window and is still alive.`;
  return `${what} ${expired === 1 ? "It has expired and its link is" : `${expired} have expired and their links are`} dead from this instant; the schedule writes it down within a minute. Resend revives it.`;
}

press("later", "later-said", (invite) => (invite ? later({ ids: [invite.id] }) : none));
press("later-all", "later-said", () => later({}));

// How long the notice may take from SNS by its queue to the row.
const patience = 15_000;

press("bounce", "bounce-said", async (invite) => {
  if (!invite) return none;
  await call("POST", "/console/api/bounce", { id: invite.id });
  for (const end = Date.now() + patience; Date.now() < end; await new Promise((again) => setTimeout(again, 400))) {
    const { delivery } = await call("GET", "/v1/invites/" + encodeURIComponent(invite.id));
    if (delivery.status === "bounced") return `The mail to ${invite.email} bounced. The row says now: ${delivery.reason} The link in it still lives.`;
  }
  return `The notice is on its way, but the row of ${invite.email} does not show it yet.`;
});

const linkNames = { invite: "the invite link", opt_out: "the opt-out link", other: "another link" };

press("scan", "scan-said", (invite) => scan(invite, false));
press("scan-press", "scan-said", (invite) => scan(invite, true));

async function scan(invite, rude) {
  if (!invite) return none;
  const saw = await call("POST", "/console/api/scan", { id: invite.id, press: rude });
  const opened = `It opened ${list(saw.opened.map((link) => linkNames[link.what]))} by HEAD and GET`;
  const pressed = saw.pressed.length > 0 ? ` and pressed ${list(saw.pressed.map((one) => `“${one.button}”`))}` : "";
  return `${opened}${pressed}. ${outcome(saw)}`;
}

function outcome(saw) {
  const parts = [];
  if (!saw.changed && !saw.opted_out) parts.push("Nothing has changed.");
  if (saw.before.status !== saw.after.status) parts.push(`The invite is ${saw.after.status} now.`);
  if (!saw.before.renewal_requested_at && saw.after.renewal_requested_at) parts.push("It asked for a new invite: the row says so.");
  if (saw.opted_out) parts.push("The address is opted out; the same link takes that back.");
  if (saw.works && saw.after.status === "accepted") parts.push("The person gets in all the same: the link in the mail leads on with a fresh code.");
  else if (saw.works) parts.push("The person can accept as before.");
  else parts.push("The link was dead before, and is.");
  return parts.join(" ");
}

function list(words) {
  const once = [...new Set(words)];
  return once.length > 1 ? `${once.slice(0, -1).join(", ")} and ${once.at(-1)}` : (once[0] ?? "nothing");
}
