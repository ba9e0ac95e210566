// The list "Try this": what is done is ticked off, and the list can be put away.
import { $, element } from "./dom.js";

const items = new Map([...document.querySelectorAll("[data-step]")].map((item) => [item.dataset.step, item]));
const done = new Set(JSON.parse(sessionStorage.getItem("steps-done") || "[]"));
for (const step of done) tick(step);

// What an event of the bus shows to have been done.
const byEvent = {
  InviteCreated: "invite", InviteAccepted: "accept",
  InviteResent: "trouble", InviteExpired: "trouble", InviteBounced: "trouble",
};

export function stepsBy(events, users) {
  for (const event of events) if (byEvent[event.type]) did(byEvent[event.type]);
  if (users.some((user) => user.invite_id)) for (const step of ["invite", "read", "accept", "active"]) did(step);
}

export function did(step) {
  if (done.has(step)) return;
  done.add(step);
  sessionStorage.setItem("steps-done", JSON.stringify([...done]));
  tick(step);
}

function tick(step) {
  const item = items.get(step);
  item.classList.add("done");
  item.append(element("span", { class: "hidden-visually" }, " (done)"));
}

export function showSteps(may) {
  const dismissed = localStorage.getItem("steps") === "dismissed";
  $("steps").hidden = !may || dismissed;
  $("steps-show").hidden = !dismissed;
}

$("steps-dismiss").addEventListener("click", () => {
  localStorage.setItem("steps", "dismissed");
  showSteps(true);
  $("title").focus();
});

$("steps-show").addEventListener("click", () => {
  localStorage.removeItem("steps");
  showSteps(true);
  $("steps-dismiss").focus();
});
