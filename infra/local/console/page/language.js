// The language of <pending-invites>, for as long as the tab lives. The page itself is in
// English.
import { $, element } from "./dom.js";

const languages = ["en", "de", "fr", "es", "pt", "it", "nl", "pl", "ja", "ar"];

for (const tag of languages) {
  const name = new Intl.DisplayNames(tag, { type: "language" }).of(tag);
  $("language").append(element("option", { value: tag, lang: tag }, name));
}
$("language").value = sessionStorage.getItem("language") ?? "en";

let speak = () => {};

// inLanguage has the part speak the language that is chosen, now and whenever it changes.
export function inLanguage(part) {
  speak = () => part.setAttribute("locale", $("language").value);
  speak();
}

$("language").addEventListener("change", () => {
  sessionStorage.setItem("language", $("language").value);
  speak();
});
