// What the form reads out of what is pasted into it. pasted.json comes from public fault reports
// and real exports; pasted-more.json has each format's other forms. Both leave out what the form
// shows of a reading.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { Session } from "node:inspector/promises";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { setFlagsFromString } from "node:v8";
import { build } from "vite";

// V8 does not count what its compilers made of a function, and they are done the sooner the less
// the machine has to do.
for (const flag of ["--no-turbofan", "--no-maglev", "--no-sparkplug"]) setFlagsFromString(flag);

// The reader as a file of its own, as the form loads it.
const entry = fileURLToPath(new URL("../src/addressees.ts", import.meta.url));
const [{ output }] = await build({
  configFile: false,
  logLevel: "silent",
  build: { write: false, minify: false, target: "es2022", lib: { entry, formats: ["es"], fileName: "addressees" } },
});
const { read } = await import(`data:text/javascript,${encodeURIComponent(output[0].code)}`);

const roles = ["member", "admin"];

for (const table of ["pasted.json", "pasted-more.json"]) {
  for (const { name, pasted, want, refused = [], others, roles: given = roles } of JSON.parse(readFileSync(new URL(table, import.meta.url), "utf8"))) {
    test(`${table}: ${name}`, () => {
      const reading = read(pasted, given);
      // A name, role or writing is told where the table tells one; "" is none.
      const told = reading.people.map((person, index) => Object.fromEntries(Object.keys(want[index] ?? { email: "" }).map((key) => [key, person[key] ?? ""])));
      assert.deepEqual(told, want);
      assert.deepEqual(reading.refused, refused);
      if (others) assert.deepEqual(reading.others, others);
    });
  }
}

// A generator of its own (mulberry32), so that a failure comes again.
function chance(seed) {
  return () => {
    seed = (seed + 0x6d2b79f5) | 0;
    let value = Math.imul(seed ^ (seed >>> 15), 1 | seed);
    value = (value + Math.imul(value ^ (value >>> 7), 61 | value)) ^ value;
    return ((value ^ (value >>> 14)) >>> 0) / 4294967296;
  };
}

test("every address of a shuffled list is invited, refused or shown, and nobody is made up", () => {
  const separators = [", ", "; ", "\n", "\t", ",", ";", " | ", "、", "،", "\r\n", ",\n ", " and ", "\n\n", " / ", "<br>"];
  const forms = [
    (name, email) => email,
    (name, email) => `${name} <${email}>`,
    (name, email) => `"${name}" <${email}>`,
    (name, email) => `${name} (${email})`,
    (name, email) => `${name}: ${email}`,
    (name, email) => `${name} - ${email}`,
    (name, email) => `<${email}>`,
    (name, email) => `[${name}](mailto:${email})`,
    (name, email) => `“${name}” <${email}>`,
    (name, email) => `• ${email}`,
    (name, email) => `"${name} <${email}>`,
    (name, email) => `${name} 6" <${email}`,
    (name, email) => `'${email}'`,
    (name, email) => `${email} (${name})`,
    (name, email) => `${name}\t${email}\tmember`,
    (name, email) => `${name},${email}`,
    (name, email) => `{"name":"${name}","email":"${email}"}`,
    (name, email) => `${name} <${email.replace("@", "@@")}>`,
    (name, email) => `${name} <${email.replace("@", ".")}>`,
    (name, email) => email.replace("@", " @"),
  ];
  const names = ["Jane Doe", "Doe, Jane", "José", "山田太郎", "Pat O'Brien", "van der Berg, Jan", "محمد علي", "J.-P. Dupont"];
  for (let seed = 1; seed <= 1500; seed++) {
    const next = chance(seed);
    const one = (all) => all[Math.floor(next() * all.length)];
    const emails = Array.from({ length: 1 + Math.floor(next() * 6) }, (_, index) => `p${seed}n${index}@x${index}.example`);
    const pasted = emails.map((email) => one(forms)(one(names), email)).reduce((text, piece) => text + one(separators) + piece);
    const { people, refused, others } = read(pasted, roles);
    const said = [...people.map(({ email }) => email), ...refused, ...others].join("\n");
    for (const email of emails) {
      const host = email.slice(email.indexOf("@") + 1);
      assert.ok(said.includes(host), `${host} is lost in seed ${seed}: ${JSON.stringify(pasted)} ${JSON.stringify({ people, refused, others })}`);
    }
    for (const { email } of people) assert.ok(emails.includes(email), `${email} is made up in seed ${seed}: ${JSON.stringify(pasted)}`);
  }
});

test("a name that the reader makes is one that the API takes", () => {
  for (const name of ["x".repeat(200), "Jane\u0000 Doe", "Jane\ud800 Doe", "Jane\ufffd", "\u0007", "Jane\u009f", "😀".repeat(90)]) {
    for (const pasted of [`${name} <jane@x.example>`, `${name}\tjane@x.example`, `Name,Email\n"${name}",jane@x.example`, JSON.stringify({ name, email: "jane@x.example" })]) {
      const [person] = read(pasted).people;
      assert.equal(person?.email, "jane@x.example", JSON.stringify(pasted));
      assert.ok([...(person.name ?? "")].length <= 80);
      assert.doesNotMatch(person.name ?? "", /[\p{Cc}\ufffd\p{Cs}]/u);
    }
  }
});

// passing counts the characters and cells that the runtime's own loops pass over for the reader,
// and calls back with the way to end that.
function passing() {
  let passed = 0;
  const { exec } = RegExp.prototype;
  const changed = [];
  const change = (prototype, name, by) => {
    const own = prototype[name];
    changed.push(() => (prototype[name] = own));
    prototype[name] = by(own);
  };
  change(RegExp.prototype, "exec", () => function (text) {
    const from = this.global || this.sticky ? this.lastIndex : 0;
    const found = exec.call(this, text);
    passed += found ? found.index + found[0].length - from : this.sticky ? 1 : String(text).length - from;
    return found;
  });
  for (const prototype of [String.prototype, Array.prototype]) {
    for (const name of ["indexOf", "includes"]) {
      change(prototype, name, (own) => function (wanted, from = 0) {
        const found = own.call(this, wanted, from);
        passed += typeof found === "number" && found >= 0 ? found - from : this.length - from;
        return found;
      });
    }
  }
  change(Array.prototype, "slice", (own) => function (...range) {
    const part = own.apply(this, range);
    passed += part.length;
    return part;
  });
  return () => {
    for (const restore of changed) restore();
    return passed;
  };
}

// visits counts how often each block of the reader runs (V8's own count), with what the runtime's
// loops pass over.
async function visits(pasted) {
  const session = new Session();
  session.connect();
  try {
    await session.post("Profiler.enable");
    await session.post("Profiler.startPreciseCoverage", { callCount: true, detailed: true });
    await session.post("Profiler.takePreciseCoverage");
    const passed = passing();
    let own;
    try {
      read(pasted, roles);
    } finally {
      own = passed();
    }
    const { result } = await session.post("Profiler.takePreciseCoverage");
    const blocks = result.filter(({ url }) => url.startsWith("data:text/javascript")).flatMap(({ functions }) => functions.flatMap(({ ranges }) => ranges.map(({ count }) => count)));
    assert.ok(blocks.length > 0);
    return own + blocks.reduce((sum, count) => sum + count, 0);
  } finally {
    session.disconnect();
  }
}

for (const piece of [
  ",", '"', "@", "<", "(", "[x", "{", "'", "=", ":", "a:", "a: b@x.example ", "a ", "a.", ".", "@@", "a@", '"a', '"a,', '"a" ', '"a""', "<a", "<b ", "<a href=", "&", "&lt;", "mailto:", "mailto:a,", "\n", "\t", "a\t", "\t\n",
  "jane@x.example ", "jane@x.example,", "jane@x.example\n", "Doe, Jane <jane@x.example>, ", "Jane,jane@x.example\n", "a;jane@x.example;", "a, ", "<jane@x.example>", "Jane <jane@x.example> ", "name,email\n", "a@x,", "a@x,pl\n", "1.a@x.example\n",
  "BEGIN:VCARD\n", "BEGIN:VCARD\nEMAIL:a@x.example\n", "EMAIL:", "Name: a\nEmail: a@x.example\n", "\u200b", "。", "山", "_", "-", "*jane@x.example*", '{"a":', "[{'a': '", "a/a@x.example", "Jane Doe\njane@x.example\n",
  "a at b ", "a at b dot ", "/o=a ", "ATTENDEE;CN=a:mailto:a@x.example\n", "Jane Doe\nCEO\n", "[cid:a ", "山a@x.example", "[mailto:a \"a", "Jane?\n", "Jane=", "a@x.example\t\"a@x.example\n",
  (count) => `${count}.jane${count}@x.example\n`,
  (count) => `Jane${count} <jane${count}@x.example>, `,
  (count) => `jane${count}@x.example `,
  (count) => `Jane${count}\tjane${count}@x.example\t`,
  (count) => `Jane${count},jane${count}@x.example\n`,
  (count) => `Team${count}: jane${count}@x.example, `,
  (count) => `Jane Doe${count}, `,
  (count) => `${count === 1 ? "a;" : ""}Jane${count}, `,
  (count) => `${count === 1 ? "jane@x.example\t" : ""}admin\t`,
]) {
  const part = typeof piece === "string" ? () => piece : piece;
  test(`the reader goes through ${JSON.stringify(part(1))}, again and again, in proportion to its length`, async () => {
    const of = (size) => {
      let text = "";
      for (let count = 1; text.length < size; count++) text += part(count);
      return text;
    };
    const [once, twice] = [await visits(of(4_000)), await visits(of(8_000))];
    assert.ok(twice < 2.3 * once, `${once} visits for 4 kB, ${twice} for 8 kB`);
    assert.ok(once < 200 * 4_000, `${once} visits for 4 kB`);
  });
}

test("a megabyte of signs that mean something is read", async () => {
  const next = chance(9);
  const signs = [",", '"', "@", "<", ">", "(", ")", ";", "\n", "\t", "a", ".", " ", "'", "[", "]", ":", "jane@x.example", "mailto:", "&lt;", "|"];
  let pasted = "";
  while (pasted.length < 1_000_000) pasted += signs[Math.floor(next() * signs.length)];
  assert.ok((await visits(pasted)) < 200_000_000);
});
