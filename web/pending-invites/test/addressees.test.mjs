// What the form reads out of what is pasted into it.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { transformWithEsbuild } from "vite";

const file = new URL("../src/addressees.ts", import.meta.url);
const { code } = await transformWithEsbuild(readFileSync(file, "utf8"), file.pathname);
const { addressees } = await import(`data:text/javascript,${encodeURIComponent(code)}`);

// read is each addressee as "name <email>", or the address alone.
const read = (text) => addressees(text).map(({ email, name }) => (name ? `${name} <${email}>` : email));

for (const [pasted, ...want] of [
  ["ana@example.com", "ana@example.com"],
  ["  ana@example.com \n\n bo@example.com", "ana@example.com", "bo@example.com"],
  ["ana@example.com, bo@example.com;cy@example.com", "ana@example.com", "bo@example.com", "cy@example.com"],
  ["ana@example.com bo@example.com", "ana@example.com", "bo@example.com"],
  ["Ana Silva <ana@example.com>", "Ana Silva <ana@example.com>"],
  ['"Ortega, Tomás" <tom@example.com>, Bo <bo@example.com>', "Ortega, Tomás <tom@example.com>", "Bo <bo@example.com>"],
  ['"Smith, John" <john@example.com>\tdora@example.com eve@example.com', "Smith, John <john@example.com>", "dora@example.com", "eve@example.com"],
  ["Mei Tanaka,mei@example.com", "Mei Tanaka <mei@example.com>"],
  ["mei@example.com\tMei Tanaka", "Mei Tanaka <mei@example.com>"],
  ["Tanaka, Mei <mei@example.com>", "Tanaka, Mei <mei@example.com>"],
  ["J.R. Smith <jr@example.com>", "J.R. Smith <jr@example.com>"],
  ["ANA@example.com, ana@example.com", "ANA@example.com"],
  // What was to be an address stays one, for the API to refuse.
  ["forgot.example.com, given@example.com", "forgot.example.com", "given@example.com"],
  ["Anna example.com, given@example.com", "Anna example.com", "given@example.com"],
  ["broken, also broken@", "broken", "also broken@"],
  ["nobody", "nobody"],
  [" ,;\n"],
]) {
  test(JSON.stringify(pasted), () => assert.deepEqual(read(pasted), want));
}
