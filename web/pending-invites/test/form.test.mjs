// What the form keeps, and how often it reads.
import assert from "node:assert/strict";
import { test } from "node:test";
import { source } from "./source.mjs";

const { nameOf, written } = await source("drafts");
const { tagOf } = await source("tags");
const { late } = await source("late");
const { InviteForm } = await source("invite-form");

test("a name that the API would refuse is none", () => {
  for (const [name, want] of [
    ["Ana Silva", "Ana Silva"],
    ["  Ana\tSilva\u0007 ", "Ana Silva"],
    ["x".repeat(80), "x".repeat(80)],
    ["😀".repeat(80), "😀".repeat(80)],
    ["x".repeat(81), undefined],
    ["\u0000", undefined],
    [undefined, undefined],
  ]) assert.equal(nameOf(name) || undefined, want && want.replace("\t", " "));
});

// A reader of rows by tab and of "name <address>", as far as these lines need one.
function read(line) {
  const row = line.split("\t");
  const angle = /^(?:"([^"]*)"|([^<]*?))\s*<(.*)>$/.exec(line);
  const [name, email, role] = angle ? [angle[1] ?? angle[2], angle[3]] : row.length === 3 ? row : row.length === 2 ? ["", ...row] : ["", line];
  return { people: [{ email, ...(name && { name }), ...(role && { role }) }], refused: [], others: [] };
}

test("who stays in the field is written so that they are read as the same person", () => {
  const people = [
    { email: "a@example.com" },
    { email: "b@example.com", name: "Bo" },
    { email: "c@example.com", name: "Silva, Cy" },
    { email: "d@example.com", name: "Di", role: "admin" },
    { email: "e@example.com", role: "admin" },
  ];
  const text = written(people, ["nobody"], read);
  assert.deepEqual(text.split("\n"), ["nobody", "a@example.com", "Bo <b@example.com>", '"Silva, Cy" <c@example.com>', "Di\td@example.com\tadmin", "e@example.com\tadmin"]);
  assert.deepEqual(text.split("\n").slice(1).flatMap((line) => read(line).people), people);
});

test("who is read wrongly in every way keeps the name and the address", () => {
  const nothing = () => ({ people: [], refused: [], others: [] });
  assert.equal(written([{ email: "a@example.com", name: "An", role: "admin" }], [], nothing), "An <a@example.com>");
});

test("the reader runs once for each change of the text, however often it is drawn", () => {
  let runs = 0;
  const kit = { css: () => ({}), html: () => ({}), nothing: Symbol("nothing") };
  const roles = ["member"];
  const words = { text: (key) => key, language: (tag) => tag };
  const office = { words, roles, languages: [], resetURL: "", say() {}, drafted() {} };
  const form = new InviteForm(kit, (text) => (runs++, { people: [{ email: text }], refused: [], others: [] }), { requestUpdate() {} }, office);
  form.show({ addresses: "ana@example.com" });
  for (let i = 0; i < 5; i++) form.view();
  assert.equal(runs, 1);
  form.show({ addresses: "bo@example.com" });
  for (let i = 0; i < 5; i++) form.view();
  assert.equal(runs, 2);
});

test("a tag is the longest part that Intl takes", () => {
  for (const [written, want] of [
    ["de_DE", "de-DE"], ["pt_BR.UTF-8", "pt-BR"], ["de_DE@euro", "de-DE"], ["DE", "de"], ["zh_Hant_TW", "zh-Hant-TW"],
    ["en-", "en"], ["de-DE-", "de-DE"], ["x", ""], ["", ""], ["C", ""], ["_", ""], ["12", ""], [" fr ", "fr"], ["de-DE-x", "de-DE"], ["constructor", ""],
  ]) {
    const tag = tagOf(written);
    assert.equal(tag, want, written);
    if (tag) assert.ok(new Intl.RelativeTimeFormat(tag));
  }
});

test("a press that came too late says who was faster", () => {
  const invite = (status, send_count = 1, etag = `${status}-${send_count}`) => ({ status, send_count, etag });
  const open = invite("pending");
  for (const [now, mine, want] of [
    [open, false, undefined],
    [invite("accepted"), false, "late.accepted"],
    [invite("accepted"), true, "late.accepted"],
    [invite("cancelled"), false, "late.cancelled"],
    [invite("released"), false, "late.released"],
    [invite("pending", 2), false, "late.resent"],
    [invite("pending", 2), true, "late.mine"],
    [invite("expired"), false, "late.expired"],
    [invite("pending", 1, "other window"), false, "refused.changed"],
  ]) assert.equal(late(open, now, mine), want, JSON.stringify([now, mine]));
  assert.equal(late(invite("accepted"), invite("released"), false), "late.released");
});
