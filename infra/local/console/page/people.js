// The product's users. Somebody is Active by the event that their invite was accepted, and
// set up once the product's own set-up page has made the account.
import { $, element, keyed, moment, write } from "./dom.js";

const few = 8;
let all = [];
let known = null; // the users before, by address; null until there were any
let whole = false;

export function showPeople(users) {
  all = users;
  draw();
  tell(users);
}

export function forgetPeople() {
  all = [];
  known = null;
  whole = false;
  $("people").replaceChildren();
  write($("people-news"), "");
}

$("people-more").addEventListener("click", () => {
  whole = !whole;
  draw();
});

function draw() {
  write($("people-count"), String(all.length));
  keyed($("people"), whole ? all : all.slice(0, few), (user) => user.email, make, update);
  $("people-more-line").hidden = all.length <= few;
  write($("people-more"), whole ? "Show fewer" : `Show all ${all.length}`);
}

// tell says who has come and who has gone since the last look.
function tell(users) {
  const now = new Map(users.map((user) => [user.email, user]));
  const came = known ? users.filter((user) => !known.has(user.email)) : [];
  const went = known ? [...known.keys()].filter((email) => !now.has(email)) : [];
  known = now;
  if (came.length > 0) write($("people-news"), `${names(came.map((user) => user.email))} Active now, by the event InviteAccepted.`);
  else if (went.length > 0) write($("people-news"), `${names(went)} no longer a user, by the event InviteReleased.`);
}

function names(emails) {
  return emails.length === 1 ? `${emails[0]} is` : `${emails.length} people are`;
}

function make(user) {
  const row = element("tr", { role: "row" },
    element("th", { role: "rowheader", scope: "row" }, element("span", { class: "name" }), element("span", { class: "soft line" })),
    element("td", { role: "cell", class: "role" }),
    element("td", { role: "cell" }, element("span", { class: "badge good" }, "Active"), element("span", { class: "soft line" }, "since ", element("time"))),
    element("td", { role: "cell", class: "set-up" }));
  if (known && !known.has(user.email)) row.classList.add("fresh");
  return row;
}

function update(row, user) {
  write(row.querySelector(".name"), user.name || user.email);
  write(row.querySelector("th .line"), user.name ? user.email : "");
  write(row.querySelector(".role"), user.role);
  moment(row.querySelector("time"), user.since);
  const setUp = user.set_up ? "Finished" : "Not yet: the link in their mail leads on";
  write(row.querySelector(".set-up"), setUp);
}
