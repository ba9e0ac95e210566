// The newest mails of the tenant, out of the local mailbox.
import { $, element, keyed, moment, write } from "./dom.js";

export function showMails(mails) {
  $("mails-none").hidden = mails.length > 0;
  keyed($("mails"), mails, (mail) => mail.id, make, (row, mail) => moment(row.querySelector("time"), mail.at));
}

export function forgetMails() {
  $("mails").replaceChildren();
}

function make(mail) {
  const opens = (href, what, ...text) => element("a", { href, target: "_blank", rel: "noopener", "data-opens": what }, ...text);
  return element("li", {},
    opens(mail.mail, "mail", mail.subject || "(no subject)", element("span", { class: "hidden-visually" }, ` to ${mail.to}, in a new tab`)),
    element("span", { class: "soft line" }, `to ${mail.to}`),
    element("span", { class: "soft line" }, element("time"), " · ",
      opens(mail.link, "link", "Open its link", element("span", { class: "hidden-visually" }, ` (to ${mail.to}), in a new tab`))));
}
